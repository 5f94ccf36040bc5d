#!/usr/bin/env bash
# A sweep with GNU parallel, on this machine or on those of a file of ssh logins. Started again it goes on where it was.
#
#   slopescope-cli plan SPEC.json --out jobs.jsonl
#   parallel.sh jobs.jsonl parts 8 [logins]
#   slopescope-cli merge parts/*.jsonl --jobs jobs.jsonl --missing missing.jsonl
#
# With logins, the folders must be the same on all machines (a shared disk).
set -eu
jobs=$(realpath "${1:?Usage: parallel.sh jobs.jsonl [folder of the parts] [shards] [file of ssh logins]}")
parts=${2:-parts}
shards=${3:-$(nproc)}
mkdir -p "$parts"
parts=$(realpath "$parts")
logins=()
if [[ -n ${4:-} ]]; then
    logins=(--sshloginfile "$4" --workdir "$PWD")
fi
# A shard that ended early (status 3) or failed is run again when this script is.
seq "$shards" | parallel --joblog "$parts/joblog" --resume-failed "${logins[@]}" \
    "${SLOPESCOPE_CLI:-slopescope-cli}" run "$jobs" --shard "{}/$shards" --resume --threads 1 --out "$parts/part-{}.jsonl"
