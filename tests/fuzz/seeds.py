#!/usr/bin/env python3
"""Writes tests/fuzz/corpus: small files of every kind, for the fuzzers to begin with. From tests/data, no packages needed.

    python3 tests/fuzz/seeds.py
"""
import base64
import json
import pathlib
import shutil
import struct

HERE = pathlib.Path(__file__).parent
DATA = HERE.parent / "data"


def seed(target, name, content):
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def safetensors():
    header = json.dumps({"__metadata__": {"format": "pt"},
                         "a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},
                         "b": {"dtype": "BF16", "shape": [3], "data_offsets": [16, 22]},
                         "c": {"dtype": "F16", "shape": [], "data_offsets": [22, 24]},
                         "d": {"dtype": "I64", "shape": [1], "data_offsets": [24, 32]}})
    seed("safetensors", "types", struct.pack("<Q", len(header)) + header.encode() + bytes(range(32)))
    seed("safetensors", "empty", struct.pack("<Q", 2) + b"{}")


def pytorch_archives():
    for name in ("module", "old", "protocol4", "system", "eval"):
        seed("pytorch_archive", name, (DATA / "archives" / f"{name}.bin").read_bytes())


def configs():
    for folder in sorted((DATA / "families").iterdir()):
        if folder.is_dir():
            config = json.loads((folder / "config.json").read_text())
            seed("config", folder.name, json.dumps(config, separators=(",", ":")))


def workspaces():
    for file in sorted((HERE.parent.parent / "resources" / "workspaces").glob("*.slopescope")):
        seed("workspace", file.stem, file.read_text())
    block = {"keys": [32, 64], "starts": [0, 64], "run": 64, "tokens": [32, 64], "bytes": [[88, 90], [181, 176]], "weight": 1,
             "nll": [[130.5, 128.25], [250.125, "NaN"]]}
    curve = {"variant": {"model": "alibi", "slopes": [[0.5, 0.25], [0.5, 1e-300]]}, "model digest": "0123456789abcdef",
             "device": "cpu", "text digest": "fedcba9876543210", "text tokens": 200, "protocol": "one-pass", "stride": 0,
             "max tokens": 0, "reach": 0, "seed": 1, "tokens": 128, "seconds": {"64": 0.5}, "by length": [block],
             "by context": [dict(block, keys=[1, 2])]}
    seed("workspace", "measured", json.dumps(
        {"slopescope": "workspace", "version": 2, "program": "0.1.0", "journal": {"file": "/a.slopescope", "edited": True},
         "text": {"file": "/a.txt", "raw line ends": True, "digest": "0000000000000001"},
         "models": [{"model": "alibi", "digest": "0123456789abcdef"}],
         "variants": [{"id": 1, "model": "alibi", "colour": "#2067dd", "slopes": [[0.5, 0.25], [0.5, 1e-300]]},
                      {"id": 2, "model": "/m", "positions": {"keeps rotary": False, "bias": "none", "window": 8, "sinks": 1}}],
         "selected": 1, "b": 2, "b head": {"layer": 1, "head": 0}, "measured": [curve]}))


def smaller(document):
    """The same rules with a few tokens."""
    model = document["model"]
    if model.get("type") == "Unigram":
        model["vocab"] = model["vocab"][:40]
    else:
        kept = {token: id for token, id in model["vocab"].items() if id < 300}
        parts = [(m if isinstance(m, list) else m.split(" ")) for m in model["merges"]]
        model["vocab"] = kept
        model["merges"] = [m for m in parts if m[0] in kept and m[1] in kept and "".join(m) in kept][:20]
    if isinstance(normalizer := document.get("normalizer"), dict):  # a table of 300 kB in other alphabets
        normalizer["normalizers"] = [n for n in normalizer.get("normalizers", []) if n["type"] != "Precompiled"]
    ids = set(model["vocab"].values()) if isinstance(model["vocab"], dict) else set()
    document["added_tokens"] = [token for token in document["added_tokens"][:3] if token["id"] not in ids]
    return document


def tokenizers():
    for file in sorted((DATA / "tokenizers").glob("*.json")):
        document = json.loads(file.read_text())
        if isinstance(document, dict) and "model" in document and not file.name.endswith(".variants.json"):
            seed("tokenizer", file.stem, json.dumps(smaller(document), separators=(",", ":"), ensure_ascii=False))
    table = struct.pack("<III", 8, 0x100, 0x80000061) + b"b\0"
    seed("tokenizer", "precompiled", json.dumps(
        {"added_tokens": [], "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["a", -1]]},
         "normalizer": {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(table).decode()}}))


# ---- GGUF ----


def string(text):
    return struct.pack("<Q", len(text.encode())) + text.encode()


def entry(key, value):
    if isinstance(value, bool):
        return string(key) + struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return string(key) + struct.pack("<II", 4, value)
    if isinstance(value, float):
        return string(key) + struct.pack("<If", 6, value)
    if isinstance(value, str):
        return string(key) + struct.pack("<I", 8) + string(value)
    kind = {str: 8, float: 6, int: 5}[type(value[0])]
    body = b"".join(string(v) if kind == 8 else struct.pack("<f" if kind == 6 else "<i", v) for v in value)
    return string(key) + struct.pack("<IIQ", 9, kind, len(value)) + body


def write_gguf(name, entries, tensors):
    """tensors: name -> (sizes, the fastest first; type; bytes)."""
    out = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(entries))
    out += b"".join(entry(key, value) for key, value in entries.items())
    data = b""
    for tensor, (sizes, kind, content) in tensors.items():
        out += string(tensor) + struct.pack("<I", len(sizes)) + b"".join(struct.pack("<Q", size) for size in sizes)
        out += struct.pack("<IQ", kind, len(data))
        data += content + bytes(-len(content) % 32)
    seed("gguf", name, out + bytes(-len(out) % 32) + data)


def gguf():
    def common(architecture, norm):
        entries = {"general.architecture": architecture}
        for key, value in (("embedding_length", 8), ("block_count", 1), ("attention.head_count", 2),
                           ("attention.head_count_kv", 1), ("feed_forward_length", 8), ("context_length", 64), (norm, 1e-5)):
            entries[f"{architecture}.{key}"] = value
        return entries

    byte_level = {"tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "llama-bpe", "tokenizer.ggml.merges": ["a b"],
                  "tokenizer.ggml.tokens": ["a", "b", "ab", "<s>"], "tokenizer.ggml.token_type": [1, 1, 1, 3],
                  "tokenizer.ggml.bos_token_id": 3}
    pieces = {"tokenizer.ggml.model": "llama", "tokenizer.ggml.tokens": ["<unk>", "<s>", "\u2581", "a", "\u2581a", "<0x41>"],
              "tokenizer.ggml.scores": [0.0, 0.0, -3.0, -2.0, -1.0, 0.0], "tokenizer.ggml.token_type": [2, 3, 1, 1, 1, 6],
              "tokenizer.ggml.bos_token_id": 1, "tokenizer.ggml.add_bos_token": True}
    embedding = ([8, 4], 1, bytes(64))
    write_gguf("llama", common("llama", "attention.layer_norm_rms_epsilon") | byte_level,
               {"token_embd.weight": embedding, "blk.0.attn_q.weight": ([8, 8], 0, bytes(256)),
                "blk.0.attn_k.weight": ([8, 4], 30, bytes(64)), "rope_freqs.weight": ([2], 0, struct.pack("<ff", 1, 8))})
    write_gguf("bloom", common("bloom", "attention.layer_norm_epsilon") | pieces,
               {"token_embd.weight": embedding, "blk.0.attn_qkv.weight": ([8, 16], 1, bytes(256)),
                "blk.0.attn_qkv.bias": ([16], 0, bytes(64)), "output.weight": embedding})
    write_gguf("falcon", common("falcon", "attention.layer_norm_epsilon") | {"tokenizer.ggml.model": "no_vocab"},
               {"token_embd.weight": ([32, 2], 8, bytes(68)), "blk.0.ffn_up.weight": ([8, 8], 1, bytes(128)),
                "blk.0.attn_qkv.weight": ([8, 16], 1, bytes(256)), "blk.0.attn_norm_2.weight": ([8], 0, bytes(32))})
    write_gguf("mpt", common("mpt", "attention.layer_norm_epsilon") | {"mpt.attention.max_alibi_bias": 8.0},
               {"token_embd.weight": embedding, "blk.0.ffn_up.weight": ([8, 8], 1, bytes(128))})
    forms = {2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 10: (256, 84), 11: (256, 110), 12: (256, 144),
             13: (256, 176), 14: (256, 210), 20: (32, 18), 23: (256, 136), 39: (32, 17)}
    blocks = {f"blk.{i}.ffn_up.weight": ([elements, 2], kind, bytes(range(1, 2 * size + 1)) if size < 100 else b"\1" * 2 * size)
              for i, (kind, (elements, size)) in enumerate(forms.items())}
    write_gguf("forms", common("llama", "attention.layer_norm_rms_epsilon"), blocks)


def main():
    shutil.rmtree(HERE / "corpus", ignore_errors=True)
    safetensors()
    pytorch_archives()
    configs()
    workspaces()
    tokenizers()
    gguf()


if __name__ == "__main__":
    main()
