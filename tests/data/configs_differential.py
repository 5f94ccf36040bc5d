#!/usr/bin/env python3
"""Compares what slopescope-cli and transformers make of random models: a config of every family with fields left out, null,
under other names, as floats that are whole, with rotary scalings in both spellings; weights drawn anew; a head that is tied,
stored all the same, or stored alone; safetensors or pytorch_model.bin. Written by no test: run by hand.

    python3 -m venv venv && venv/bin/pip install torch==2.11.0 transformers==5.24.0 safetensors==0.8.0 numpy==2.4.6
    venv/bin/python tests/data/configs_differential.py build/release/slopescope-cli [--seed 1] [--count 300]

Prints each case that differs with its seed, and a count of those that agree, of those that slopescope refuses (with its
sentence), and of those that transformers does not open. A silent difference is a fault; a refusal is none.
"""
import argparse
import collections
import json
import pathlib
import random
import subprocess
import tempfile

import numpy
import torch
import transformers
from safetensors.torch import save_file
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
VOCABULARY, TOKENS = 80, 24


def pick(r, chance, value, otherwise=...):
    """value with this chance; `...` leaves a field out."""
    return value if r.random() < chance else otherwise


def rope(r, head, config, length):
    """Rotary settings in the spelling of transformers 5 or that before it, into config."""
    kind = r.choice(["default", "default", "linear", "dynamic", "yarn", "llama3"])
    rule = {r.choice(["rope_type", "rope_type", "type"]): kind}
    if kind != "default":
        rule["factor"] = r.choice([2, 4.0, 1.5, 8])
    if kind == "yarn":
        for key, value in {"beta_fast": 16, "beta_slow": 2.0, "attention_factor": 0.9, "mscale": 0.7, "mscale_all_dim": 1.1,
                           "truncate": False, "original_max_position_embeddings": r.choice([8, 16.0])}.items():
            if r.random() < 0.3:
                rule[key] = value
    if kind == "llama3":
        rule |= {"low_freq_factor": 1, "high_freq_factor": r.choice([4, 3.0]), "original_max_position_embeddings": 8}
    base = r.choice([..., ..., 500, 1000.0, 500000])
    spelling = r.choice(["old", "new", "both empty", "old beside new"])
    name = {"old": "rope_scaling", "old beside new": "rope_scaling"}.get(spelling, "rope_parameters")
    if kind != "default" or name == "rope_parameters":
        config[name] = rule
    if spelling == "both empty":
        config["rope_scaling"] = r.choice([None, {}])
    if spelling == "old beside new":
        config["rope_parameters"] = {"rope_type": "default", "rope_theta": 77.0}
    if base is not ...:
        if name in config and r.random() < 0.5:
            rule["rope_theta"] = base
        else:
            config["rope_theta"] = base
    if r.random() < 0.15:
        config["original_max_position_embeddings"] = r.choice([6, 12])


def llama_like(r, family):
    heads, size = r.choice([4, 8, 6]), r.choice([8, 16])
    if family in ("qwen2", "llama") and r.random() < 0.5:
        head_dim, width = ..., heads * size
    else:
        head_dim, width = size, heads * 8
    if family == "qwen3" and r.random() < 0.1:
        head_dim = ...
    if family == "mistral" and r.random() < 0.4:
        heads, width, head_dim = 8, 64, 8
    config = dict(hidden_size=width, num_attention_heads=heads, num_hidden_layers=r.choice([1, 2, 3]),
                  intermediate_size=r.choice([24, 40]), head_dim=head_dim,
                  num_key_value_heads=r.choice([..., None, heads, heads // 2, 1]), hidden_act=r.choice([..., "silu", "gelu", "relu", "gelu_new", "swish"]),
                  rms_norm_eps=r.choice([..., 1e-5, 1e-3]), max_position_embeddings=r.choice([..., 16, 32.0, 64]),
                  tie_word_embeddings=r.choice([..., True, False]), attention_bias=r.choice([..., ..., True, False]))
    if family == "llama":
        config["mlp_bias"] = r.choice([..., True, False])
    if family == "mistral":
        config["sliding_window"] = r.choice([..., None, 5, 12])
    if family in ("qwen2", "qwen3"):
        config |= dict(use_sliding_window=r.choice([..., True, False]), sliding_window=r.choice([..., None, 5, 12]),
                       max_window_layers=r.choice([..., 0, 1, 2]))
        if config["use_sliding_window"] is True and isinstance(config["sliding_window"], int) and r.random() < 0.4:
            config["layer_types"] = [r.choice(["full_attention", "sliding_attention"]) for _ in range(config["num_hidden_layers"])]
    elif r.random() < 0.15:
        config["layer_types"] = [r.choice(["full_attention", "sliding_attention"]) for _ in range(config["num_hidden_layers"])]
    rope(r, size, config, 16)
    return config


def gpt(r, family):
    heads = r.choice([2, 4, 6, 12 if family == "gpt2" else 4])
    config = dict(n_embd=heads * (16 if family == "gptj" else 8), n_layer=r.choice([1, 2, 3]),
                  n_head=pick(r, 0.85, heads) if heads == 12 else heads, n_inner=r.choice([..., None, 48]),
                  activation_function=r.choice([..., "gelu_new", "relu", "gelu", "gelu_pytorch_tanh"]),
                  layer_norm_epsilon=r.choice([..., 1e-5, 1e-3]), n_positions=r.choice([..., 32, 64.0]),
                  tie_word_embeddings=r.choice([..., True, False]))
    if family == "gpt2":
        config |= dict(scale_attn_weights=r.choice([..., True, False]), scale_attn_by_inverse_layer_idx=r.choice([..., True]),
                       n_ctx=r.choice([..., 48]), reorder_and_upcast_attn=r.choice([..., True]))
    else:
        config["rotary_dim"] = r.choice([8, 16, 4])
    return config


def neox(r, family):
    heads = r.choice([2, 4, 6])
    config = dict(hidden_size=heads * 16, num_attention_heads=heads, num_hidden_layers=r.choice([1, 2]), intermediate_size=48,
                  hidden_act=r.choice([..., "gelu", "gelu_fast", "relu"]), layer_norm_eps=r.choice([..., 1e-3]),
                  max_position_embeddings=r.choice([..., 16, 32]), use_parallel_residual=r.choice([..., True, False]),
                  attention_bias=r.choice([..., True, False]), tie_word_embeddings=r.choice([..., True, False]),
                  rotary_pct=r.choice([..., 0.5, 1.0, 0.25]), rotary_emb_base=r.choice([..., 1000, 500.0]))
    if r.random() < 0.6:
        rope(r, 16, config, 16)
    if r.random() < 0.2:
        config["partial_rotary_factor"] = r.choice([0.25, 0.5])
    return config


def falcon(r, family):
    heads = r.choice([4, 6, 5])
    new = r.choice([..., False, True])
    alibi = r.choice([..., False, False, True]) if new is not True else r.choice([..., False])
    config = dict(hidden_size=heads * 8, num_attention_heads=heads, num_hidden_layers=r.choice([1, 2]),
                  new_decoder_architecture=new, alibi=alibi, multi_query=r.choice([..., True, False]),
                  parallel_attn=r.choice([..., True, False]) if new is not True else r.choice([..., True]),
                  bias=r.choice([..., True, False]), ffn_hidden_size=r.choice([..., None, 40]),
                  num_ln_in_parallel_attn=r.choice([..., None, 1, 2]), activation=r.choice([..., "gelu", "relu"]),
                  num_kv_heads=r.choice([..., None, heads, 2 if heads != 5 else 5, 1]),
                  layer_norm_epsilon=r.choice([..., 1e-3]), max_position_embeddings=r.choice([..., 16, 64]),
                  tie_word_embeddings=r.choice([..., True, False]))
    if alibi is not True:
        rope(r, 8, config, 16)
    return config


def bloom(r, family):
    heads = r.choice([4, 6, 8])
    return dict(hidden_size=heads * 8, n_head=pick(r, 0.6, heads) if heads == 8 else heads, n_layer=r.choice([..., 2, 1, 3]),
                layer_norm_epsilon=r.choice([..., 1e-3]), tie_word_embeddings=r.choice([..., True, False]),
                apply_residual_connection_post_layernorm=r.choice([..., False, False, True]), slow_but_exact=r.choice([..., True]))


def mpt(r, family):
    heads = r.choice([4, 8, 16])
    config = dict(d_model=heads * 8, n_heads=pick(r, 0.6, heads) if heads == 16 else heads, n_layers=r.choice([1, 2]),
                  max_seq_len=r.choice([..., 64]), tie_word_embeddings=r.choice([..., True, False]),
                  expansion_ratio=r.choice([..., 4, 4.0]), layer_norm_epsilon=r.choice([..., 1e-5, 1e-3]))
    attention = {key: value for key, value in
                 dict(clip_qkv=r.choice([..., None, 1.5]), softmax_scale=r.choice([..., None, 0.2]), alibi=r.choice([..., True]),
                      alibi_bias_max=r.choice([..., 8])).items() if value is not ...}
    config["attn_config"] = r.choice([..., None, attention, attention])
    return config


def opt(r, family):
    heads = r.choice([4, 6, 12])
    before = r.choice([..., True, False])
    return dict(hidden_size=heads * 8, num_attention_heads=pick(r, 0.6, heads) if heads == 12 else heads,
                num_hidden_layers=r.choice([1, 2]), ffn_dim=r.choice([40, 64]), do_layer_norm_before=before,
                _remove_final_layer_norm=r.choice([..., False, True]), word_embed_proj_dim=r.choice([..., None, 16]),
                activation_function=r.choice([..., "relu", "gelu"]), enable_bias=r.choice([..., True, False]),
                layer_norm_elementwise_affine=r.choice([..., True, False]), max_position_embeddings=r.choice([64, 48.0]),
                tie_word_embeddings=r.choice([..., True, False]))


MAKERS = dict(bloom=bloom, falcon=falcon, gpt2=gpt, gptj=gpt, gpt_neox=neox, llama=llama_like, mistral=llama_like, mpt=mpt, opt=opt,
              qwen2=llama_like, qwen3=llama_like)


def make(r):
    family = r.choice(sorted(MAKERS))
    config = {key: value for key, value in MAKERS[family](r, family).items() if value is not ...}
    other = dict(CONFIG_MAPPING[family].attribute_map)
    if family in ("bloom", "falcon"):
        other["n_embed"] = "hidden_size"
    for name, own in other.items():
        if own in config and r.random() < 0.3:
            value = config[own]
            config[own] = r.choice([value, value, 24]) if r.random() < 0.3 else ...
            config[name] = value
    config = {key: value for key, value in config.items() if value is not ...}
    for key, value in config.items():
        if type(value) is int and r.random() < 0.05:
            config[key] = float(value)
    return config | {"model_type": family, "vocab_size": VOCABULARY}


def whole(value):
    """Floats that are whole as integers, which strict config classes want."""
    if isinstance(value, dict):
        return {key: whole(item) for key, item in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e9 else value


def head_names(model):
    return next(name for name, module in model.named_modules() if module is model.get_output_embeddings()) + ".weight", next(
        name for name, module in model.named_modules() if module is model.get_input_embeddings()) + ".weight"


def write(r, folder, config):
    """config.json and weights far from their defaults. What is stored of head and embedding."""
    built = transformers.AutoConfig.for_model(**whole(config))
    model = transformers.AutoModelForCausalLM.from_config(built)
    generator = torch.Generator().manual_seed(r.randrange(1 << 30))
    tensors = {}
    for key, value in model.state_dict().items():
        if not value.is_floating_point():
            continue
        noise = torch.randn(value.shape, generator=generator)
        tensors[key] = (1 + 0.3 * noise if key.endswith("weight") else 0.3 * noise) if value.dim() < 2 else (
            0.7 * noise if value.shape[0] == VOCABULARY else 1.3 / value.shape[-1] ** 0.5 * noise)
    head, embedding = head_names(model)
    stored = r.choice(["both", "both", "copy", "embedding", "head"] if built.tie_word_embeddings else ["both", "both", "both", "copy"])
    if stored == "copy":
        tensors[head] = tensors[embedding].clone()
    if stored == "embedding":
        del tensors[head]
    if stored == "head":
        tensors[head] = tensors.pop(embedding)
    base = model.base_model_prefix + "."
    if r.random() < 0.2 and all(key.startswith((base, "lm_head", "embed_out")) for key in tensors):
        tensors = {key.removeprefix(base): value for key, value in tensors.items()}
        stored += ", no prefix"
    if r.random() < 0.3:
        torch.save(tensors, folder / "pytorch_model.bin", _use_new_zipfile_serialization=r.random() < 0.7)
        stored += ", bin"
    else:
        save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    (folder / "config.json").write_text(json.dumps(config))
    return stored


def ours(cli, folder):
    out = folder / "out.npy"
    ran = subprocess.run([cli, "logits", str(folder), "--ids", str(folder / "ids.json"), "--out", str(out), "--threads", "1"],
                         capture_output=True, text=True)
    if ran.returncode == 2:
        return ran.stderr.strip()
    if ran.returncode != 0:
        raise RuntimeError(f"exit status {ran.returncode}: {ran.stderr}")
    return numpy.load(out).astype(numpy.float64)


def theirs(folder, ids, config):
    # transformers' classes refuse whole floats; the file that it reads has integers.
    (folder / "theirs").mkdir()
    for file in folder.iterdir():
        if file.is_file():
            (folder / "theirs" / file.name).write_bytes(file.read_bytes())
    (folder / "theirs" / "config.json").write_text(json.dumps(whole(config)))
    # The attention of Falcon that returns probabilities adds its bias twice.
    attention = "sdpa" if config["model_type"] == "falcon" else "eager"
    model, notes = transformers.AutoModelForCausalLM.from_pretrained(
        folder / "theirs", dtype=torch.float32, attn_implementation=attention, output_loading_info=True)
    missing = [key for key in notes["missing_keys"]]
    if missing:
        return f"missing {missing[:2]}"
    with torch.no_grad():
        return model.eval()(torch.tensor([ids])).logits[0].double().numpy()


def compare(cli, seed):
    r = random.Random(seed)
    config = make(r)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        ids = [r.randrange(VOCABULARY) for _ in range(TOKENS)]
        (folder / "ids.json").write_text(json.dumps(ids))
        try:
            stored = write(r, folder, config)
            reference = theirs(folder, ids, config)
        except Exception as fault:
            return "not made", f"{config} {type(fault).__name__}: {fault}"
        own = ours(cli, folder)
        about = f"{stored}; {json.dumps(config)}"
        if isinstance(own, str):
            return "refused", f"{own.replace(name, '')} [{reference if isinstance(reference, str) else 'transformers opens it'}] {about}"
        if isinstance(reference, str):
            return "opened here only", f"{reference} {about}"
        scale = numpy.sqrt((reference ** 2).mean())
        apart = numpy.abs(own - reference).max() / scale
        # Falcon rounds its biases to bfloat16 by where a key stands, which is noise.
        bound = 0.02 if config["model_type"] == "falcon" and config.get("alibi") else 1e-3
        return ("agrees" if apart < bound else "DIFFERS"), f"{apart:.2g} {about}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("cli")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--family", help="leave out the seeds of all others")
    parser.add_argument("--all", action="store_true", help="print those that agree too")
    options = parser.parse_args()
    torch.set_num_threads(1)
    counts, by_family = collections.Counter(), collections.Counter()
    for seed in range(options.seed, options.seed + options.count):
        if options.family and make(random.Random(seed))["model_type"] != options.family:
            continue
        result, about = compare(options.cli, seed)
        counts[result] += 1
        by_family[json.loads(about[about.index("{"):])["model_type"] if result != "not made" else "?"] += result == "agrees"
        if result != "agrees" or options.all:
            print(f"seed {seed}: {result}: {about}", flush=True)
    print(dict(counts), "agreeing by family:", dict(by_family))
