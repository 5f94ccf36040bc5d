#!/usr/bin/env python3
"""Writes more fixtures of tests/core/newer_gguf_test.cpp to tests/data/gguf: checkpoints of tests/data/families, of families newer
than those of gguf_fixtures.py beside this file, as GGUF files in float16.

    python3 -m venv venv && venv/bin/pip install gguf==0.19.0 safetensors==0.8.0 numpy==2.4.6
    venv/bin/python tests/data/newer_gguf_fixtures.py

Names of tensors come from the gguf package; names of entries from its writer; which entries there are, and what becomes of the
values, is what llama.cpp's converter does with each architecture.
"""
import json

import gguf
import numpy
from safetensors.numpy import load_file

from gguf_fixtures import DATA, FOLDER, Q, bloom_rows, finish, llama_rows

A = gguf.MODEL_ARCH
SLIDING = "sliding_attention"


def any_of(config, *names):
    return next((config[name] for name in names if config.get(name) is not None), None)


def rope_of(config):
    rope = config.get("rope_parameters") or {}
    return rope.get("full_attention", rope) | (config.get("rope_scaling") or {})


def common(writer, config):
    """What the converter writes for every model whose config has the field."""
    heads = any_of(config, "num_attention_heads", "n_head")
    width = any_of(config, "hidden_size", "n_embd")
    writer.add_embedding_length(width)
    writer.add_block_count(any_of(config, "num_hidden_layers", "n_layer"))
    writer.add_head_count(heads)
    writer.add_context_length(any_of(config, "max_position_embeddings", "n_positions", "model_max_length"))
    writer.add_feed_forward_length(any_of(config, "intermediate_size", "n_inner") or 4 * width)
    if keys := config.get("num_key_value_heads"):
        writer.add_head_count_kv(keys)
    if size := config.get("head_dim"):
        writer.add_key_length(size)
        writer.add_value_length(size)
    if epsilon := config.get("rms_norm_eps"):
        writer.add_layer_norm_rms_eps(epsilon)
    if epsilon := any_of(config, "layer_norm_eps", "layer_norm_epsilon", "norm_epsilon"):
        (writer.add_layer_norm_rms_eps if config["model_type"] == "gpt_refact" else writer.add_layer_norm_eps)(epsilon)
    base = any_of(rope_of(config), "rope_theta") or any_of(config, "rope_theta", "rotary_emb_base")
    if base is not None:
        writer.add_rope_freq_base(base)
    rope = rope_of(config)
    if rope.get("rope_type") in ("linear", "yarn"):
        writer.add_rope_scaling_type(gguf.RopeScalingType(rope["rope_type"]))
        writer.add_rope_scaling_factor(rope["factor"])
        if rope["rope_type"] == "yarn":
            writer.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])
    part = any_of(rope, "partial_rotary_factor") or any_of(config, "rotary_pct")
    if part is not None:
        writer.add_rope_dimension_count(int(part * (config.get("head_dim") or width // heads)))
    if window := config.get("sliding_window"):
        writer.add_sliding_window(window)
    if types := config.get("layer_types"):
        if config["model_type"] in ("olmo3", "cohere2"):
            writer.add_sliding_window_pattern([kind == SLIDING for kind in types])
    writer.add_tokenizer_model("no_vocab")


def one_more(name, tensor):
    return tensor + 1 if name.endswith("norm.weight") else tensor


def gemma(writer, config):
    for field, write in (("attn_logit_softcapping", writer.add_attn_logit_softcapping),
                         ("final_logit_softcapping", writer.add_final_logit_softcapping)):
        if config.get(field):
            write(config[field])
    if config["model_type"] == "gemma3_text":
        writer.add_float32("gemma3.rope.freq_base_swa", config["rope_local_base_freq"])
        writer.add_sliding_window_pattern(config["sliding_window_pattern"])
    return one_more


def rotated(config):
    heads, keys = config["num_attention_heads"], config.get("num_key_value_heads") or config["num_attention_heads"]

    def arrange(name, tensor):
        if ".q_proj." in name:
            return llama_rows(tensor, heads)
        return llama_rows(tensor, keys) if ".k_proj." in name else tensor
    return arrange


def granite(writer, config):
    writer.add_attention_scale(config["attention_multiplier"])
    writer.add_embedding_scale(config["embedding_multiplier"])
    writer.add_residual_scale(config["residual_multiplier"])
    writer.add_logit_scale(config["logits_scaling"])
    return rotated(config)


def phi3(writer, config):
    rope = rope_of(config)
    if rope.get("rope_type") != "longrope":
        return None
    scale = config["max_position_embeddings"] / config["original_max_position_embeddings"]
    length = config["original_max_position_embeddings"]
    writer.add_rope_scaling_orig_ctx_len(length)
    writer.add_rope_scaling_attn_factors(float(numpy.sqrt(1 + numpy.log(scale) / numpy.log(length))) if scale > 1 else 1.0)
    for name in ("long", "short"):
        writer.add_tensor(f"rope_factors_{name}.weight", numpy.array(rope[f"{name}_factor"], numpy.float32))
    return None


def cohere(writer, config):
    writer.add_logit_scale(config["logit_scale"])
    writer.add_rope_scaling_type(gguf.RopeScalingType.NONE)
    return None


def gpt2(writer, config):
    return lambda name, tensor: tensor.T if tensor.ndim == 2 and (".attn." in name or ".mlp." in name) else tensor


def starcoder(writer, config):
    return None


def refact(writer, config):
    writer.add_head_count_kv(1)
    return None


def gpt_neox(writer, config):
    writer.add_parallel_residual(config["use_parallel_residual"])
    return lambda name, tensor: (bloom_rows(tensor, config["num_attention_heads"]) if "query_key_value" in name else tensor)


def stablelm(writer, config):
    writer.add_parallel_residual(config["use_parallel_residual"])
    return None


def baichuan(writer, config):
    return rotated(config)


def apart(name, tensor, config):
    """A tensor as the file has it: some are several there."""
    if config["model_type"] == "baichuan" and ".W_pack." in name:
        return [(name.replace("W_pack", part), rows)
                for part, rows in zip(("q_proj", "k_proj", "v_proj"), numpy.split(tensor, 3))]
    if config["model_type"] == "gpt_refact":
        usual = name.replace("transformer.h.", "model.layers.").replace(".attn.", ".self_attn.")
        for one, several in ((".q.", (".q_proj.",)), (".kv.", (".k_proj.", ".v_proj.")),
                             (".gate_up_proj.", (".gate_proj.", ".up_proj."))):
            if one in name:
                return [(usual.replace(one, part), rows) for part, rows in zip(several, numpy.split(tensor, len(several)))]
    return [(name, tensor)]


def nothing_more(writer, config):
    return None


FIXTURES = {"gemma": (A.GEMMA, gemma), "gemma2": (A.GEMMA2, gemma), "gemma3_text": (A.GEMMA3, gemma),
            "smollm3": (A.SMOLLM3, lambda w, c: rotated(c)), "olmo2": (A.OLMO2, nothing_more), "olmo3": (A.OLMO2, nothing_more),
            "phi": (A.PHI2, nothing_more), "phi3": (A.PHI3, phi3), "phi3_long": (A.PHI3, phi3), "granite": (A.GRANITE, granite),
            "starcoder2": (A.STARCODER2, nothing_more), "gpt_bigcode": (A.STARCODER, starcoder), "gpt_refact": (A.REFACT, refact),
            "cohere": (A.COMMAND_R, cohere), "cohere2": (A.COHERE2, cohere), "stablelm": (A.STABLELM, stablelm),
            "stablelm_parallel": (A.STABLELM, stablelm), "gpt_neox": (A.GPTNEOX, gpt_neox),
            "gpt_neox_sequential": (A.GPTNEOX, gpt_neox), "gpt2": (A.GPT2, gpt2), "baichuan_7b": (A.BAICHUAN, baichuan)}


def write_model(name, architecture, convert):
    config = json.loads((DATA / "families" / name / "config.json").read_text())
    tensors = load_file(DATA / "families" / name / "model.safetensors")
    names = gguf.get_tensor_name_map(architecture, 8)
    writer = gguf.GGUFWriter(FOLDER / f"{name}.gguf", gguf.MODEL_ARCH_NAMES[architecture])
    common(writer, config)
    arrange = convert(writer, config) or (lambda name, tensor: tensor)
    for theirs, tensor in tensors.items():
        if config.get("tie_word_embeddings") and theirs == "lm_head.weight":
            continue
        for short, part in apart(theirs, tensor.astype(numpy.float32), config):
            ours = names.get_name(short, try_suffixes=(".weight", ".bias"))
            assert ours, theirs
            data = numpy.ascontiguousarray(arrange(short, part))
            writer.add_tensor(ours, data.astype(numpy.float16 if data.ndim > 1 and "_norm" not in ours else numpy.float32))
    finish(writer)


if __name__ == "__main__":
    for fixture, (architecture, convert) in FIXTURES.items():
        write_model(fixture, architecture, convert)
        (FOLDER / f"{fixture}.gguf").chmod(0o644)
