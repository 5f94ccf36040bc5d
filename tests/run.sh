#!/usr/bin/env bash
# Installs what is missing, builds everything and runs every test. See --help.
set -euo pipefail
# shellcheck source=app/prepare.sh
source "$(dirname "${BASH_SOURCE[0]}")/../app/prepare.sh"

usage() {
    cat <<'TEXT'
Usage: tests/run.sh [--debug] [--no-ui] [--asan] [--tsan] [--only] [--fuzz SECONDS] [--help]

Installs the Debian packages that are missing (with sudo where you are not root), builds Slopescope and its tests into
build/release (warnings are errors if CI=true) and runs every test without a display. The last line counts the cases:
"N passed, N failed". The exit status is 0 only if none failed and at least one ran.

  --debug  also build without optimisation (build/debug) and run the tests, those of the kernels and the command line excepted
  --no-ui  also build without Qt (build/no-ui) and run the tests of the command line
  --asan   also build and run them with AddressSanitizer and UndefinedBehaviorSanitizer (build/asan)
  --tsan   also build and run them with ThreadSanitizer (build/tsan)
  --only   with the above: leave out the release build
  --fuzz   also run each fuzz target for so many seconds (tests/fuzz/run.sh); each counts as a case
TEXT
}

presets=(release)
fuzzSeconds=
while [[ $# -gt 0 ]]; do
    case $1 in
    --debug) presets+=(debug) ;;
    --no-ui) presets+=(no-ui) ;;
    --asan) presets+=(asan) ;;
    --tsan) presets+=(tsan) ;;
    --only) presets=("${presets[@]:1}") ;;
    --fuzz)
        [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || fail "--fuzz needs a number of seconds."
        fuzzSeconds=$2
        shift
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    *) fail "unknown argument $1; --help lists those there are." ;;
    esac
    shift
done
[[ ${#presets[@]} -gt 0 ]] || fail "--only comes after --debug, --no-ui, --asan or --tsan, which it leaves alone."

# Cases that passed and failed in one preset, from CTest's report and the reports of the GoogleTest programs in it. A program that
# fails without saying which case did (it crashed, or a sanitizer stopped it) counts as one failure; one that is no GoogleTest program
# counts as one case.
countCases() {
    local reports=$1 name status xml failures completed passed=0 failed=0
    while IFS=$'\t' read -r name status; do
        xml="$reports/test_$name.xml"
        failures=0
        completed=0
        if [[ -s $xml ]]; then
            failures=$(awk -F'"' '/<testsuites / { for (i = 1; i < NF; ++i) if ($i ~ / failures=$/) print $(i + 1); exit }' "$xml")
            completed=$(grep -c 'status="run" result="completed"' "$xml" || true)
        elif [[ $status == run ]]; then
            completed=1
        fi
        if [[ $status != run && $failures -eq 0 ]]; then
            failed=$((failed + 1))
        fi
        passed=$((passed + completed - failures))
        failed=$((failed + failures))
    done < <(awk -F'"' '/<testcase / { name = ""; status = ""
        for (i = 1; i < NF; ++i) { if ($i ~ / name=$/) name = $(i + 1); if ($i ~ / status=$/) status = $(i + 1) }
        print name "\t" status }' "$reports/ctest.xml")
    echo "$passed $failed"
}

installMissing "${buildPackages[@]}" "${testPackages[@]}"

allPassed=0
allFailed=0
for preset in "${presets[@]}"; do
    echo "== $preset"
    # Warnings are errors where nobody else would see them; elsewhere the build is the one that app/run.sh made.
    configure "$preset" -DSLOPESCOPE_WERROR="$([[ ${CI:-} == true ]] && echo ON || echo OFF)"
    # Of the build without Qt only what its tests need: the rest is that of the release build.
    targets=()
    [[ $preset != no-ui ]] || targets=(slopescope-cli test_cli test_structure)
    build "$preset" "${targets[@]}"
    reports="$root/build/$preset/reports"
    rm -rf "$reports"
    mkdir -p "$reports"
    (cd "$root" && GTEST_OUTPUT="xml:$reports/" ctest --preset "$preset" --output-junit "$reports/ctest.xml") || true
    [[ -s $reports/ctest.xml ]] || fail "CTest ran no test in the preset $preset."
    read -r passed failed < <(countCases "$reports")
    echo "$preset: $passed passed, $failed failed"
    allPassed=$((allPassed + passed))
    allFailed=$((allFailed + failed))
done

if [[ -n $fuzzSeconds ]]; then
    "$root/tests/fuzz/run.sh" "$fuzzSeconds" | tee "$root/build/fuzz.txt" || true
    read -r passed failed < <(sed -n '$s/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$root/build/fuzz.txt") ||
        fail "the fuzz targets did not run."
    allPassed=$((allPassed + passed))
    allFailed=$((allFailed + failed))
fi

((allPassed + allFailed > 0)) || echo "No test ran." >&2
echo "$allPassed passed, $allFailed failed"
((allFailed == 0 && allPassed > 0))
