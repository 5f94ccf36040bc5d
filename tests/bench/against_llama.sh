#!/bin/bash
# Seconds that a window takes: our forward and loss against llama.cpp's llama-perplexity, taking turns so that both meet the
# same machine. The model is the bundled one with ALiBi, told to llama.cpp as an MPT in float32 (llama.cpp scores only half of
# each window, ours all of it).
#
#     tests/bench/against_llama.sh [BUILD]      default: build/release
#
# The perplexities of the first two windows are printed too, ours by `slopescope-cli perplexity --protocol llama-cpp`: nothing of
# the two programs is shared but the text and the weights.
#
# llama.cpp's source comes from PyPI and is built in a folder that is thrown away afterwards (some minutes);
# LLAMA=folder keeps that folder, and uses what it holds already.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${1:-$root/build/release}" && pwd)
[ -x "$build/tests/bench_models" ] && [ -x "$build/slopescope-cli" ] ||
    { echo "Build it first: cmake --build $build --target bench_models slopescope-cli" >&2; exit 2; }

version=0.3.36
if [ -z "${LLAMA:-}" ]; then
    LLAMA=$(mktemp -d)
    trap 'rm -rf "$LLAMA"' EXIT
fi
if [ ! -x "$LLAMA/build/bin/llama-perplexity" ]; then
    python3 -m venv "$LLAMA/python"
    "$LLAMA/python/bin/pip" install --quiet gguf==0.19.0 scikit-build-core==1.1.2 # pip unpacks the source with the second
    "$LLAMA/python/bin/pip" download --quiet --no-deps --no-build-isolation --no-binary :all: -d "$LLAMA" \
        "llama-cpp-python==$version"
    tar -xzf "$LLAMA/llama_cpp_python-$version.tar.gz" -C "$LLAMA"
    cmake -S "$LLAMA/llama_cpp_python-$version/vendor/llama.cpp" -B "$LLAMA/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DGGML_NATIVE=ON -DLLAMA_CURL=OFF -DLLAMA_BUILD_SERVER=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF \
        > "$LLAMA/configure.log"
    cmake --build "$LLAMA/build" --target llama-perplexity > "$LLAMA/build.log"
fi

"$LLAMA/python/bin/python" - "$build" "$root/resources" "$LLAMA" <<'EOF'
import json, os, pathlib, re, subprocess, sys
import gguf
import numpy

build, resources, work = (pathlib.Path(argument) for argument in sys.argv[1:])
folder = resources / "models" / "alibi"
config = json.loads((folder / "config.json").read_text())


def tensors():
    data = (folder / "model.safetensors").read_bytes()
    begin = 8 + int.from_bytes(data[:8], "little")
    for name, entry in json.loads(data[8:begin]).items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            values = numpy.frombuffer(data[begin + first:begin + last], {"F16": "f2", "F32": "f4"}[entry["dtype"]])
            yield name, values.reshape(entry["shape"]).astype(numpy.float32)


def write(path):
    names = {"attention_norm": "attn_norm", "attention.qkv": "attn_qkv", "attention.output": "attn_output",
             "mlp_norm": "ffn_norm", "mlp.up": "ffn_up", "mlp.down": "ffn_down"}
    writer = gguf.GGUFWriter(path, "mpt")
    writer.add_context_length(1 << 17)
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_layer_norm_eps(config["layer_norm_eps"])
    writer.add_max_alibi_bias(8.0)
    for name, values in tensors():
        if name == "embedding.weight":  # its scale is only of what goes in
            writer.add_tensor("output.weight", values)
            writer.add_tensor("token_embd.weight", values * numpy.float32(config["embedding_scale"]))
        elif name.startswith("final_norm"):
            writer.add_tensor(name.replace("final_norm", "output_norm"), values)
        else:
            _, layer, part = name.split(".", 2)
            part, ending = part.rsplit(".", 1)
            writer.add_tensor(f"blk.{layer}.{names[part]}.{ending}", values)
    document = json.loads((folder / "tokenizer.json").read_text())["model"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(sorted(document["vocab"], key=document["vocab"].get))
    writer.add_token_types([gguf.TokenType.NORMAL] * len(document["vocab"]))
    writer.add_token_merges([m if isinstance(m, str) else " ".join(m) for m in document["merges"]])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)
    writer.add_add_bos_token(False)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def theirs(length, batch):
    """Seconds a window takes, and the perplexity of the second halves of two."""
    command = [work / "build/bin/llama-perplexity", "-m", model, "-f", text, "-c", str(length), "-b", str(length), "-ub",
               str(batch), "-t", str(threads), "-fa", "on", "--chunks", "2", "-ngl", "0"]
    for _ in range(3):  # its last words are lost at times
        run = subprocess.run(command, capture_output=True, text=True)
        told = run.stdout + run.stderr
        seconds = re.search(r"([\d.]+) seconds per pass", told)
        perplexity = re.search(r"Final estimate: PPL = ([\d.]+)", told)
        if seconds and perplexity:
            return float(seconds[1]), float(perplexity[1])
    sys.exit(told[-3000:])


def our_perplexity(length):
    run = subprocess.run([build / "slopescope-cli", "perplexity", folder, "--text", text, "--protocol", "llama-cpp",
                          "--lengths", str(length), "--max-tokens", str(2 * length), "--json"],
                         check=True, capture_output=True, text=True)
    return json.loads(run.stdout)["points"][0]["perplexity"]


threads = len(os.sched_getaffinity(0))
model, text = work / "alibi.gguf", work / "text.txt"
write(model)
text.write_text("\n".join(file.read_text() for file in sorted((resources / "text").glob("*.txt"))) * 4)
ours = subprocess.Popen([build / "tests/bench_models", "serve", folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                        text=True)
print(f"forward and loss of the bundled model with ALiBi, {threads} threads, load {os.getloadavg()[0]:.1f}")
print(f"{'tokens':>8}{'llama.cpp, s a window':>24}{'ours':>10}{'ratio':>10}{'perplexity':>14}{'ours':>10}")
for length in (512, 2048, 4096, 8192):
    best = [float("inf")] * 2
    for _ in range(3):
        for batch in {512, min(length, 2048)}:  # the default, and a wider one: the better counts
            seconds, perplexity = theirs(length, batch)
            best[0] = min(best[0], seconds)
        for _ in range(3):
            ours.stdin.write(f"forward {length}\n")
            ours.stdin.flush()
            best[1] = min(best[1], float(ours.stdout.readline().split()[0]))
    print(f"{length:8}{best[0]:24.3f}{best[1]:10.3f}{best[0] / best[1]:9.1f}x{perplexity:14.4f}{our_perplexity(length):10.4f}",
          flush=True)
ours.stdin.close()
ours.wait()
EOF
