#!/usr/bin/env bash
# Prints the README's table: perplexity by length of every bundled model on the bundled text, as slopescope-cli measures it.
# Usage: tests/bench/curves.sh [BUILD_FOLDER, default build/release]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cli="${1:-$root/build/release}/slopescope-cli"
lengths=64,128,256,512,1024,2048,4096

echo "| model | validation loss | ${lengths//,/ | } |"
echo "|---|---|${lengths//[0-9]/}" | sed 's/,/---|/g; s/$/---|/'
for model in alibi rotary t5-bias sinusoidal learned none; do
    loss=$(awk -F': ' '/"validation_loss"/ { printf "%.3f", $2 }' "$root/resources/models/$model/training.json")
    "$cli" perplexity "$model" --text "$root/resources/text/the-tide-clock.txt" --lengths "$lengths" --windows 0 --error 0 --json |
        python3 -c '
import json, sys
points = json.load(sys.stdin)["points"]
cells = ["%.1f" % p["perplexity"] if p["perplexity"] is not None else "–" for p in points]
print("| %s | %s | %s |" % (sys.argv[1], sys.argv[2], " | ".join(cells)))' "$model" "$loss"
done
