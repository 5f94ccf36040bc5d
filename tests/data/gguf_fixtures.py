#!/usr/bin/env python3
"""Writes tests/data/gguf: checkpoints of tests/data/families and vocabularies of tests/data/tokenizers as GGUF files.

    python3 -m venv venv && venv/bin/pip install gguf==0.19.0 sentencepiece==0.2.3 torch==2.11.0 safetensors==0.8.0
    venv/bin/python tests/data/gguf_fixtures.py FOLDER_OF_ENGLISH_TEXTS

Names come from the gguf package, the arrangement of rows from what llama.cpp's converter does with each architecture. A
SentencePiece vocabulary is learned anew, from the folder's *.txt files; sentencepiece.expected.json is what the sentencepiece
library makes of the samples with it.
"""
import io
import json
import pathlib
import sys

import gguf
import numpy

DATA = pathlib.Path(__file__).parent
FOLDER = DATA / "gguf"
Q = gguf.GGMLQuantizationType


# ---- models ----


def bloom_rows(tensor, heads):
    """[head: q, k, v] to [q of all heads, k of all heads, v of all heads]."""
    parts = tensor.reshape(heads, 3, -1, *tensor.shape[1:])
    return numpy.concatenate([parts[:, i].reshape(-1, *tensor.shape[1:]) for i in range(3)])


def falcon_rows(tensor, heads, keys):
    """[key head: its q, k, v] to [all q, all k, all v]."""
    parts = tensor.reshape(keys, heads // keys + 2, -1, *tensor.shape[1:])
    return numpy.concatenate([parts[:, :-2].reshape(-1, *tensor.shape[1:]), parts[:, -2].reshape(-1, *tensor.shape[1:]),
                              parts[:, -1].reshape(-1, *tensor.shape[1:])])


def llama_rows(tensor, heads):
    """Pairs half a head apart become neighbours."""
    return tensor.reshape(heads, 2, -1, *tensor.shape[1:]).swapaxes(1, 2).reshape(tensor.shape)


def common(writer, width, layers, heads, context):
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_head_count(heads)
    writer.add_context_length(context)
    writer.add_tokenizer_model("no_vocab")


def bloom(writer, config):
    common(writer, config["hidden_size"], config["n_layer"], config["n_head"], config.get("seq_length", 2048))
    writer.add_feed_forward_length(4 * config["hidden_size"])
    writer.add_layer_norm_eps(config["layer_norm_epsilon"])
    return lambda name, tensor: bloom_rows(tensor, config["n_head"]) if "query_key_value" in name else tensor


def mpt(writer, config):
    attention = config["attn_config"]
    common(writer, config["d_model"], config["n_layers"], config["n_heads"], config["max_seq_len"])
    writer.add_feed_forward_length(4 * config["d_model"])
    writer.add_layer_norm_eps(1e-5)
    if keys := attention.get("kv_n_heads"):
        writer.add_head_count_kv(keys)
    if attention.get("clip_qkv"):
        writer.add_clamp_kqv(attention["clip_qkv"])
    writer.add_max_alibi_bias(float(attention.get("alibi_bias_max", 8)) if attention["alibi"] else 0.0)
    return lambda name, tensor: tensor


def falcon(writer, config):
    heads = config["num_attention_heads"]
    keys = config["num_kv_heads"] if config["new_decoder_architecture"] else 1
    common(writer, config["hidden_size"], config["num_hidden_layers"], heads, config["max_position_embeddings"])
    writer.add_tensor_data_layout("jploski")
    writer.add_feed_forward_length(config["ffn_hidden_size"])
    writer.add_head_count_kv(keys)
    writer.add_layer_norm_eps(config["layer_norm_epsilon"])
    writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    return lambda name, tensor: falcon_rows(tensor, heads, keys) if "query_key_value" in name else tensor


def llama(writer, config):
    heads, keys = config["num_attention_heads"], config["num_key_value_heads"]
    rope = config.get("rope_parameters", {}) | (config.get("rope_scaling") or {})
    base = rope.get("rope_theta", config.get("rope_theta"))
    common(writer, config["hidden_size"], config["num_hidden_layers"], heads, config["max_position_embeddings"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count_kv(keys)
    writer.add_key_length(config["head_dim"])
    writer.add_value_length(config["head_dim"])
    writer.add_rope_dimension_count(config["head_dim"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(base)
    kind = rope.get("rope_type", rope.get("type", "default"))
    if kind in ("linear", "yarn"):
        writer.add_rope_scaling_type(gguf.RopeScalingType(kind))
        writer.add_rope_scaling_factor(rope["factor"])
        if kind == "yarn":
            writer.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])
    if kind == "llama3":
        wavelengths = 2 * numpy.pi * base ** (numpy.arange(0, config["head_dim"], 2) / config["head_dim"])
        length, low, high = (rope[k] for k in ("original_max_position_embeddings", "low_freq_factor", "high_freq_factor"))
        smooth = numpy.clip((length / wavelengths - low) / (high - low), 0, 1)
        writer.add_tensor("rope_freqs.weight", (1 / ((1 - smooth) / rope["factor"] + smooth)).astype(numpy.float32))

    def arrange(name, tensor):
        if config["model_type"] != "llama":
            return tensor
        if ".q_proj." in name:
            return llama_rows(tensor, heads)
        return llama_rows(tensor, keys) if ".k_proj." in name else tensor
    return arrange


ARCHITECTURES = {"bloom": (gguf.MODEL_ARCH.BLOOM, bloom), "mpt": (gguf.MODEL_ARCH.MPT, mpt),
                 "falcon": (gguf.MODEL_ARCH.FALCON, falcon), "llama": (gguf.MODEL_ARCH.LLAMA, llama),
                 "qwen2": (gguf.MODEL_ARCH.QWEN2, llama), "qwen3": (gguf.MODEL_ARCH.QWEN3, llama)}


def write_model(name, kind):
    from safetensors.torch import load_file  # NumPy has no bfloat16

    config = json.loads((DATA / "families" / name / "config.json").read_text())
    tensors = load_file(DATA / "families" / name / "model.safetensors")
    architecture, convert = ARCHITECTURES[config["model_type"]]
    names = gguf.get_tensor_name_map(architecture, 8)
    writer = gguf.GGUFWriter(FOLDER / f"{name}.gguf", gguf.MODEL_ARCH_NAMES[architecture])
    arrange = convert(writer, config)
    for theirs, tensor in tensors.items():
        stem, ending = theirs.rsplit(".", 1)
        short = stem if architecture != gguf.MODEL_ARCH.BLOOM else stem.removeprefix("transformer.")
        ours = names.get_name(short)
        assert ours, theirs
        data = arrange(theirs, tensor.float().numpy())
        stored = kind if data.ndim > 1 else Q.F32
        if stored == Q.Q8_0 and data.shape[-1] % 32:
            stored = Q.F16
        writer.add_tensor(f"{ours}.{ending}", gguf.quants.quantize(numpy.ascontiguousarray(data), stored), raw_dtype=stored)
        if ours == "token_embd" and config["model_type"] == "bloom":  # as the converter writes it, a second time
            writer.add_tensor("output.weight", gguf.quants.quantize(data, stored), raw_dtype=stored)
    finish(writer)


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


# ---- forms ----


def random_blocks(kind, rows, columns, random):
    """Random codes and scales of a form; the float16 numbers among them finite, small ones and zeros included."""
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = random.integers(0, 256, (rows * columns // elements, size), dtype=numpy.uint8)
    halves = {Q.Q2_K: (80, 82), Q.Q3_K: (108,), Q.Q6_K: (208,), Q.Q4_1: (0, 2), Q.Q5_1: (0, 2), Q.Q4_K: (0, 2), Q.Q5_K: (0, 2),
              Q.MXFP4: ()}.get(kind, (0,))
    for at in halves:
        numbers = (random.standard_normal(len(blocks)) * 10.0 ** random.integers(-6, 2, len(blocks))).astype(numpy.float16)
        numbers[random.random(len(blocks)) < 0.1] = 0
        blocks[:, at:at + 2] = numbers.view(numpy.uint8).reshape(-1, 2)
    if kind == Q.MXFP4:
        blocks[:, 0] = random.integers(3, 250, len(blocks))
    return blocks.reshape(rows, -1)


def write_forms():
    """forms.gguf: a matrix in each quantised form, and as "NAME.expected" what the gguf package makes of it."""
    random = numpy.random.default_rng(7)
    writer = gguf.GGUFWriter(FOLDER / "forms.gguf", "llama")
    for kind in (Q.Q4_0, Q.Q4_1, Q.Q5_0, Q.Q5_1, Q.Q8_0, Q.Q2_K, Q.Q3_K, Q.Q4_K, Q.Q5_K, Q.Q6_K, Q.IQ4_NL, Q.IQ4_XS, Q.MXFP4):
        blocks = random_blocks(kind, 2, 512, random)
        writer.add_tensor(kind.name, blocks, raw_dtype=kind)
        writer.add_tensor(kind.name + ".expected", gguf.quants.dequantize(blocks, kind))
    finish(writer)


def write_mixed():
    """mixed.gguf: a small Llama whose matrices are in eight forms, as quantised files mix them."""
    random = numpy.random.default_rng(8)
    writer = gguf.GGUFWriter(FOLDER / "mixed.gguf", "llama")
    llama(writer, {"hidden_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 32,
                   "max_position_embeddings": 64, "intermediate_size": 96, "rms_norm_eps": 1e-5, "rope_theta": 10000.0})
    for name, kind, rows, columns in (
            ("token_embd", Q.Q8_0, 40, 64), ("output", Q.Q4_1, 40, 64), ("blk.0.attn_q", Q.Q4_0, 64, 64),
            ("blk.0.attn_k", Q.Q5_0, 32, 64), ("blk.0.attn_v", Q.Q5_1, 32, 64), ("blk.0.attn_output", Q.BF16, 64, 64),
            ("blk.0.ffn_gate", Q.MXFP4, 96, 64), ("blk.0.ffn_up", Q.Q4_1, 96, 64), ("blk.0.ffn_down", Q.F16, 64, 96)):
        values = random.standard_normal((rows, columns)).astype(numpy.float32)
        writer.add_tensor(f"{name}.weight", gguf.quants.quantize(values, kind), raw_dtype=kind)
    for name in ("blk.0.attn_norm", "blk.0.ffn_norm", "output_norm"):
        writer.add_tensor(f"{name}.weight", numpy.ones(64, numpy.float32))
    finish(writer)


# ---- vocabularies ----


def write_byte_level(name, architecture, rule):
    document = json.loads((DATA / "tokenizers" / f"{name}.json").read_text())
    vocabulary = {id: token for token, id in document["model"]["vocab"].items()}
    added = {token["id"]: token for token in document["added_tokens"]}
    tokens, types = [], []
    for id in range(max(vocabulary.keys() | added.keys()) + 1):
        if id in added:
            tokens.append(added[id]["content"])
            types.append(gguf.TokenType.CONTROL if added[id]["special"] else gguf.TokenType.USER_DEFINED)
        elif id in vocabulary:
            tokens.append(vocabulary[id])
            types.append(gguf.TokenType.NORMAL)
        else:
            tokens.append(f"[PAD{id}]")
            types.append(gguf.TokenType.UNUSED)
    writer = gguf.GGUFWriter(FOLDER / f"vocabulary_{name}.gguf", architecture)
    writer.add_tokenizer_model("gpt2")
    if rule:
        writer.add_tokenizer_pre(rule)
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges([m if isinstance(m, str) else " ".join(m) for m in document["model"]["merges"]])
    if name == "llama3":
        writer.add_bos_token_id(next(id for id, token in added.items() if "begin_of_text" in token["content"]))
    finish(writer)


def write_sentencepiece(texts):
    import sentencepiece

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts), model_writer=model, model_type="bpe", vocab_size=700, byte_fallback=True,
        normalization_rule_name="identity", remove_extra_whitespaces=False, split_digits=True, allow_whitespace_only_pieces=True,
        num_threads=1, minloglevel=2)
    pieces = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    size = pieces.vocab_size()
    kinds = [gguf.TokenType.UNKNOWN if pieces.is_unknown(i) else gguf.TokenType.CONTROL if pieces.is_control(i) else
             gguf.TokenType.BYTE if pieces.is_byte(i) else gguf.TokenType.NORMAL for i in range(size)]
    writer = gguf.GGUFWriter(FOLDER / "vocabulary_sentencepiece.gguf", "llama")
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([pieces.id_to_piece(i) for i in range(size)])
    writer.add_token_scores([pieces.get_score(i) for i in range(size)])
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_add_bos_token(True)
    finish(writer)
    samples = json.loads((DATA / "tokenizers" / "samples.json").read_text())
    (FOLDER / "sentencepiece.expected.json").write_text(
        json.dumps([pieces.encode(sample) for sample in samples], separators=(",", ":")) + "\n")


def main():
    FOLDER.mkdir(exist_ok=True)
    for name, kind in (("bloom_six_heads", Q.F16), ("mpt", Q.BF16), ("mpt_learned", Q.F16), ("falcon_7b", Q.F16),
                       ("falcon_40b", Q.BF16), ("falcon_11b", Q.F16), ("llama", Q.BF16), ("llama3", Q.Q8_0),
                       ("llama_biases_tied", Q.F16), ("qwen3", Q.F16)):
        write_model(name, kind)
    write_forms()
    write_mixed()
    for name, architecture, rule in (("bloom", "bloom", "bloom"), ("falcon", "falcon", None), ("neox", "mpt", "mpt"),
                                     ("gpt2", "gpt2", "gpt-2"), ("llama3", "llama", "llama-bpe"),
                                     ("qwen2", "qwen2", "qwen2")):
        write_byte_level(name, architecture, rule)
    texts = [line for file in sorted(pathlib.Path(sys.argv[1]).glob("*.txt"))[:3]
             for line in file.read_text().splitlines()[:4000] if line.strip()]
    write_sentencepiece(texts)


if __name__ == "__main__":
    main()
