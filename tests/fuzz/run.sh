#!/usr/bin/env bash
# Builds the fuzz targets with clang and runs them. See --help.
set -euo pipefail
# shellcheck source=app/prepare.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../app/prepare.sh"

targets=(safetensors pytorch_archive gguf tokenizer config workspace)
packages=(clang-14 libclang-rt-14-dev llvm-14)

usage() {
    cat <<TEXT
Usage: tests/fuzz/run.sh SECONDS [TARGET...]

Installs clang where it is missing, builds the fuzz targets into build/fuzz and runs each, or those named, for SECONDS on one
processor. They begin with the files of tests/fuzz/corpus and with what earlier runs found worth keeping (build/fuzz/corpus).
An input that makes one fail is kept in build/fuzz/finds; give it to build/fuzz/tests/fuzz/fuzz_TARGET to see it again.
The last line counts the targets: "N passed, N failed". The exit status is 0 only if none failed.

Targets: ${targets[*]}
TEXT
}

if [[ $# -eq 0 || $1 == --help || $1 == -h ]]; then
    usage
    exit $(($# == 0))
fi
seconds=$1
shift
[[ $seconds =~ ^[1-9][0-9]*$ ]] || fail "how many seconds is \"$seconds\"? --help says more."
for target in "$@"; do
    [[ " ${targets[*]} " == *" $target "* ]] || fail "there is no target $target; there are ${targets[*]}."
done
[[ $# -eq 0 ]] || targets=("$@")

installMissing "${buildPackages[@]}" "${packages[@]}"
configure fuzz
build fuzz "${targets[@]/#/fuzz_}"

mkdir -p "$root/build/fuzz/finds"
passed=0
failed=0
for target in "${targets[@]}"; do
    corpus="$root/build/fuzz/corpus/$target"
    log="$root/build/fuzz/$target.log"
    mkdir -p "$corpus"
    echo "== fuzz $target"
    if "$root/build/fuzz/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=3000 -max_len=8192 \
        -print_final_stats=1 -artifact_prefix="$root/build/fuzz/finds/$target-" "$corpus" "$root/tests/fuzz/corpus/$target" \
        >"$log" 2>&1; then
        passed=$((passed + 1))
        grep -E '^stat::(number_of_executed_units|peak_rss_mb)' "$log"
    else
        failed=$((failed + 1))
        tail -40 "$log" >&2
    fi
done
echo "$passed passed, $failed failed"
((failed == 0))
