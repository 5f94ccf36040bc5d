#!/bin/bash
# Compares our tokens with those of the vocabularies that llama.cpp's tests carry: 15 published ones, with 47 texts and their ids
# each. They come with the source of llama-cpp-python, which is fetched from PyPI (75 MB) into a folder that is thrown away
# afterwards; VOCABULARIES=folder keeps that folder, and uses what it holds already.
#
#     tests/data/published_vocabularies.sh [BUILD]      default: build/release
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${1:-$root/build/release}" && pwd)
[ -x "$build/tests/test_core" ] || { echo "Build it first: cmake --build $build --target test_core" >&2; exit 2; }

version=0.3.36
if [ -z "${VOCABULARIES:-}" ]; then
    VOCABULARIES=$(mktemp -d)
    trap 'rm -rf "$VOCABULARIES"' EXIT
fi
models="$VOCABULARIES/llama_cpp_python-$version/vendor/llama.cpp/models"
if [ ! -d "$models" ]; then
    python3 -m venv "$VOCABULARIES/python"
    "$VOCABULARIES/python/bin/pip" install --quiet scikit-build-core==1.1.2 # pip unpacks the source with it
    "$VOCABULARIES/python/bin/pip" download --quiet --no-deps --no-build-isolation --no-binary :all: -d "$VOCABULARIES" \
        "llama-cpp-python==$version"
    tar -xzf "$VOCABULARIES/llama_cpp_python-$version.tar.gz" -C "$VOCABULARIES" --wildcards '*/ggml-vocab-*'
fi
SLOPESCOPE_VOCABULARIES="$models" "$build/tests/test_core" --gtest_filter='PublishedVocabularies.*'
