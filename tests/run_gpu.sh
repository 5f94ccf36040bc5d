#!/usr/bin/env bash
# Builds core, command line, tests and benchmark on a bare CUDA machine, and runs what needs its GPU. See --help.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

usage() {
    cat <<'TEXT'
Usage: tests/run_gpu.sh [--libraries FOLDER] [--build FOLDER] [--architectures LIST] [--python PROGRAM]
                        [--kernels-only] [--quick] [--sanitize] [--json FILE]
       tests/run_gpu.sh --bring FOLDER

For a machine that has nvcc, CMake, Ninja, a C++ compiler and a Python with PyTorch, and no registry of packages. Builds
without Qt, runs the tests that need a GPU, then the benchmark beside PyTorch's own kernels. Exit status 0 if every test
passed and every error is within its limit; numbers that were not reached are marked and do not fail.

  --bring FOLDER       on a Debian machine with a network: fetch the small libraries that the build needs, unpacked, to be
                       taken along and named with --libraries
  --libraries FOLDER   where they are; without it the machine's own are looked for
  --build FOLDER       default: build/gpu
  --architectures LIST as CMAKE_CUDA_ARCHITECTURES; default: native
  --python PROGRAM     the Python whose PyTorch is used; default: python3
  --kernels-only       leave out everything that needs LibTorch: kernels, their tests and the benchmark
  --quick              short texts only in the benchmark
  --sanitize           also run the kernels' tests under compute-sanitizer (memcheck and racecheck)
  --json FILE          the benchmark's numbers
TEXT
}

fail() {
    echo "run_gpu.sh: $*" >&2
    exit 1
}

packages=(nlohmann-json3-dev libcli11-dev libhwy-dev libhwy1 libgtest-dev libgmock-dev libonig-dev libonig5
    libutf8proc-dev libutf8proc2 pkgconf-bin libpkgconf3)

bring() {
    local folder=$1 package
    mkdir -p "$folder"
    folder=$(cd "$folder" && pwd)
    (cd "$folder" && apt-get download "${packages[@]}") || fail "apt-get could not download ${packages[*]}."
    for package in "$folder"/*.deb; do
        dpkg-deb -x "$package" "$folder"
        rm "$package"
    done
    rm -rf "$folder/usr/share/doc" "$folder/usr/share/man"
    echo "$folder: $(du -sh "$folder" | cut -f1)"
}

libraries=
build="$root/build/gpu"
architectures=native
python=python3
kernelsOnly=
sanitize=
bench=()
while [[ $# -gt 0 ]]; do
    case $1 in
    --bring) bring "${2:?--bring takes a folder}"; exit ;;
    --libraries) libraries=$(cd "${2:?--libraries takes a folder}" && pwd); shift ;;
    --build) build=${2:?--build takes a folder}; shift ;;
    --architectures) architectures=${2:?--architectures takes a list}; shift ;;
    --python) python=${2:?--python takes a program}; shift ;;
    --kernels-only) kernelsOnly=yes ;;
    --quick) bench+=(--quick) ;;
    --sanitize) sanitize=yes ;;
    --json) bench+=(--json "${2:?--json takes a file}"); shift ;;
    -h | --help) usage; exit ;;
    *) fail "unknown argument $1; --help lists those there are." ;;
    esac
    shift
done

nvcc=$(command -v nvcc || true)
[[ -n $nvcc || ! -x /usr/local/cuda/bin/nvcc ]] || nvcc=/usr/local/cuda/bin/nvcc
[[ -n $nvcc ]] || fail "there is no nvcc."
toolkit=$(dirname "$(dirname "$(readlink -f "$nvcc")")")
[[ -d $toolkit/lib64 || -d $toolkit/lib ]] || toolkit=$(dirname "$(dirname "$nvcc")")

prefixes=()
if [[ -n $libraries ]]; then
    # Debian's files, in a folder of their own: everything that looks for a library is told so.
    triplet=$(cd "$libraries/usr/lib" && ls -d ./*-linux-gnu | head -1)
    prefixes+=("$libraries/usr")
    export PKG_CONFIG_SYSROOT_DIR=$libraries
    export PKG_CONFIG_LIBDIR="$libraries/usr/lib/$triplet/pkgconfig:$libraries/usr/share/pkgconfig"
    export LD_LIBRARY_PATH="$libraries/usr/lib/$triplet${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
    export LIBRARY_PATH="$libraries/usr/lib/$triplet${LIBRARY_PATH:+:$LIBRARY_PATH}"
    export CPATH="$libraries/usr/include${CPATH:+:$CPATH}"
    if ! command -v pkg-config >/dev/null; then
        mkdir -p "$build/bin"
        ln -sf "$libraries/usr/bin/pkgconf" "$build/bin/pkg-config"
        PATH="$(cd "$build/bin" && pwd):$PATH"
    fi
fi
torch=$("$python" -c 'import os, torch; print(os.path.dirname(torch.__file__))' 2>/dev/null || true)
[[ -z $torch ]] || prefixes+=("$torch")
[[ -n $torch || -n $kernelsOnly ]] || fail "$python has no PyTorch to take LibTorch from; --kernels-only does without."

targets=(test_kernels bench_cuda)
[[ -n $kernelsOnly ]] || targets+=(slopescope-cli test_text test_core test_cli)
export CUDA_HOME="$toolkit"
echo "== build"
cmake -G Ninja -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release -DSLOPESCOPE_UI=OFF -DSLOPESCOPE_CUDA=ON \
    -DSLOPESCOPE_KERNELS_ONLY="${kernelsOnly:+ON}" -DCMAKE_CUDA_COMPILER="$nvcc" -DCMAKE_CUDA_ARCHITECTURES="$architectures" \
    -DCUDAToolkit_ROOT="$toolkit" -DCUDA_TOOLKIT_ROOT_DIR="$toolkit" \
    -DCMAKE_PREFIX_PATH="$(IFS=';'; echo "${prefixes[*]}")" >"$build.log" 2>&1 || { tail -40 "$build.log"; fail "CMake failed."; }
cmake --build "$build" -j "$(nproc)" --target "${targets[@]}"

status=0
echo "== tests of the kernels on the GPU"
"$build/tests/test_kernels" --gtest_brief=1 --gtest_filter='*/cuda:*/device' || status=1
if [[ -n $sanitize ]]; then
    for tool in memcheck racecheck; do
        echo "== compute-sanitizer $tool"
        compute-sanitizer --tool "$tool" --error-exitcode 9 "$build/tests/test_kernels" --gtest_brief=1 \
            --gtest_filter='*Attends*/device:*ServesWhat*/device:*MapsIn*/device:*ProfilesIn*/device:*JoinsTall*/cuda:*WritesNothing*/cuda:*MatchesTheDefinition/cuda' ||
            status=1
    done
fi
if [[ -z $kernelsOnly ]]; then
    echo "== tests of core, of which those of devices need the GPU"
    "$build/tests/test_text" --gtest_brief=1 || status=1
    "$build/tests/test_core" --gtest_brief=1 || status=1
    "$build/tests/test_cli" --gtest_brief=1 || status=1
fi
if [[ -n $torch ]]; then
    echo "== benchmark"
    "$python" "$root/tests/bench/cuda.py" "$build/tests/libbench_cuda.so" "${bench[@]}" || status=1
fi
exit "$status"
