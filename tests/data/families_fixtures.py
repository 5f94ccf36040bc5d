#!/usr/bin/env python3
"""Writes the fixtures of tests/core/families_test.cpp: tiny random checkpoints of every family and form, each in the
family's own format, with what its reference makes of one sequence of token ids.

    python3 -m venv venv && venv/bin/pip install torch==2.11.0 transformers==5.23.0 safetensors==0.8.0 numpy==2.4.6
    venv/bin/python tests/data/families_fixtures.py [NAME...]

The reference is transformers, but where it has no such family (Baichuan, BTLM, JAIS) or leaves out what the family's own
code does (most of MPT's settings): there it is the few lines of NumPy below, in float64. Every parameter is drawn anew,
norms and biases included, and rounded to the stored type before it is used.

families/ids.json         the token ids
families/NAME/config.json, model.safetensors
families/NAME/expected.safetensors
    logits [tokens, vocabulary], attention [layers, heads, lower triangle row by row], loss [1] in nats a prediction
"""
import json
import math
import pathlib
import shutil
import sys

import numpy
import torch
import transformers
from safetensors.torch import load_file, save_file

HERE = pathlib.Path(__file__).parent / "families"
TOKENS, VOCABULARY, WIDTH, LAYERS = 40, 96, 32, 2
IDS = numpy.random.default_rng(5).integers(0, VOCABULARY, TOKENS)

# ---- what both references share ----


def draw(name, shape, generator, dtype):
    """A parameter far from its default, rounded to `dtype`."""
    noise = torch.randn(shape, generator=generator)
    if len(shape) == 1:
        value = (1 + 0.3 * noise) if name.endswith("weight") else 0.3 * noise
    elif "emb" in name or "wte" in name or "wpe" in name:
        value = 0.7 * noise
    else:
        value = 1.3 / math.sqrt(shape[1]) * noise
    return value.to(dtype)


def write_expected(folder, logits, attention):
    """attention: a list of [heads, tokens, tokens], one a layer."""
    logits = numpy.asarray(logits, dtype=numpy.float64)
    row = logits[:-1] - logits[:-1].max(-1, keepdims=True)
    nll = numpy.log(numpy.exp(row).sum(-1)) - row[numpy.arange(TOKENS - 1), IDS[1:]]
    lower = numpy.tril_indices(TOKENS)
    expected = numpy.stack([numpy.ascontiguousarray(layer[:, lower[0], lower[1]]) for layer in attention])
    save_file({"logits": torch.tensor(logits, dtype=torch.float32),
               "attention": torch.tensor(expected, dtype=torch.float32),
               "loss": torch.tensor([nll.mean()], dtype=torch.float64)}, folder / "expected.safetensors")


def write_json(file, value):
    file.write_text(json.dumps(value, indent=1) + "\n")


def fresh(name):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def seed_of(name):
    return sum(ord(c) * (i + 1) for i, c in enumerate(name))


# ---- families that transformers has ----


def run(model):
    out = model(torch.tensor(IDS[None]), output_attentions=True)
    return out.logits, out.attentions


def from_transformers(name, config, dtype=torch.float16, edit=None, rename=None, run=run):
    """`edit` changes config.json and `rename` the tensors' names after transformers has computed: older spellings."""
    folder = fresh(name)
    config._attn_implementation = "eager"
    model = transformers.AutoModelForCausalLM.from_config(config).eval()
    generator = torch.Generator().manual_seed(seed_of(name))
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            shape = tuple(parameter.shape)
            parameter.copy_(draw(key, shape, generator, dtype).float())
        logits, attentions = run(model)
    write_expected(folder, logits[0].numpy(), [a[0].numpy() for a in attentions])
    model.to(dtype).save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    if rename:
        tensors = load_file(folder / "model.safetensors")
        save_file({rename(key): value for key, value in tensors.items()}, folder / "model.safetensors", {"format": "pt"})
    if edit:
        settings = json.loads((folder / "config.json").read_text())
        edit(settings)
        write_json(folder / "config.json", settings)


def base(**more):
    return dict(vocab_size=VOCABULARY, bos_token_id=1, eos_token_id=2, **more)


def replace(settings, **more):
    """Sets keys, and drops those that are set to ...."""
    for key, value in more.items():
        settings.pop(key, None)
        if value is not ...:
            settings[key] = value


def bloom(name, heads, **more):
    from_transformers(name, transformers.BloomConfig(**base(hidden_size=heads * 8, n_layer=LAYERS, n_head=heads,
                                                           layer_norm_epsilon=1e-4)), **more)


FALCON_ALIBI = transformers.models.falcon.modeling_falcon.build_alibi_tensor


def falcon_alibi(heads, exact, factor=1):
    """A stand-in for transformers' build_alibi_tensor. That rounds slopes and their products with positions to bfloat16;
    `exact` rounds the slopes alone, as the reader of the family does."""
    power = 2 ** math.floor(math.log2(heads))
    slopes = [2 ** (-8 * (h + 1) / power) for h in range(power)]
    slopes += [2 ** (-4 * (2 * h + 1) / power) for h in range(heads - power)]

    def build(mask, heads, dtype):
        if not exact:
            return FALCON_ALIBI(mask, heads, dtype) * factor
        positions = torch.arange(mask.shape[1], dtype=torch.float32)
        return (torch.tensor(slopes).bfloat16().float()[:, None] * positions)[:, None, :] * factor
    return build


def falcon(name, heads, dims=8, exact_alibi=False, edit=None, rename=None, **settings):
    module = transformers.models.falcon.modeling_falcon

    def run_with_alibi(model):
        # The attention that returns probabilities adds the bias twice, once by way of the mask: half of it is right there.
        # The logits come from the attention that transformers uses by itself, which adds it once.
        module.build_alibi_tensor = falcon_alibi(heads, exact_alibi, 0.5)
        attentions = run(model)[1]
        module.build_alibi_tensor = falcon_alibi(heads, exact_alibi)
        model.config._attn_implementation = "sdpa"
        logits = model(torch.tensor(IDS[None])).logits
        module.build_alibi_tensor = FALCON_ALIBI
        return logits, attentions

    from_transformers(name, transformers.FalconConfig(**base(hidden_size=heads * dims, num_hidden_layers=LAYERS,
                                                             num_attention_heads=heads, **settings)),
                      edit=edit, rename=rename, run=run_with_alibi if settings.get("alibi") else run)


def gpt2(name, **settings):
    from_transformers(name, transformers.GPT2Config(**base(n_embd=WIDTH, n_layer=LAYERS, n_head=4, n_positions=48,
                                                           **settings)),
                      rename=lambda key: key.removeprefix("transformer."))


def neox(name, edit=None, rename=None, **settings):
    from_transformers(name, transformers.GPTNeoXConfig(**base(hidden_size=48, num_hidden_layers=LAYERS,
                                                              num_attention_heads=3, intermediate_size=80,
                                                              max_position_embeddings=64, **settings)),
                      edit=edit, rename=rename)


def gptj(name, **settings):
    from_transformers(name, transformers.GPTJConfig(**base(n_embd=WIDTH, n_layer=LAYERS, n_head=2, rotary_dim=8,
                                                           n_positions=64, **settings)))


def llama_like(kind, name, dtype=torch.float16, edit=None, heads=4, keys=2, **settings):
    settings = dict(hidden_size=heads * 8, num_hidden_layers=LAYERS, num_attention_heads=heads, num_key_value_heads=keys,
                    intermediate_size=40, max_position_embeddings=64) | settings
    from_transformers(name, kind(**base(**settings)), dtype=dtype, edit=edit)


def llama(name, **settings):
    llama_like(transformers.LlamaConfig, name, **settings)


def opt(name, rename=None, **settings):
    from_transformers(name, transformers.OPTConfig(**base(hidden_size=WIDTH, num_hidden_layers=LAYERS, ffn_dim=48,
                                                          num_attention_heads=4, max_position_embeddings=44,
                                                          pad_token_id=1, **settings)), rename=rename)


def older_rope(settings):
    """rope_parameters as configs before transformers 5 spell it."""
    rope = settings.pop("rope_parameters")
    settings["rope_theta"] = rope.pop("rope_theta")
    settings["torch_dtype"] = settings.pop("dtype")
    if rope.get("rope_type") != "default":
        rope["type"] = rope.pop("rope_type")
        settings["rope_scaling"] = rope


def older_neox(settings):
    rope = settings.pop("rope_parameters")
    settings["rotary_pct"] = rope["partial_rotary_factor"]
    settings["rotary_emb_base"] = rope["rope_theta"]


def older_falcon(model_type):
    def edit(settings):
        replace(settings, model_type=model_type, n_layer=settings["num_hidden_layers"],
                n_head=settings["num_attention_heads"], num_hidden_layers=..., num_attention_heads=...,
                new_decoder_architecture=..., rope_parameters=..., num_ln_in_parallel_attn=..., ffn_hidden_size=...,
                activation=..., max_position_embeddings=...)
        keys = settings.pop("num_kv_heads")
        if model_type == "RefinedWeb":
            settings["n_head_kv"] = keys
    return edit


# ---- families that it has not: NumPy ----


def softmax(x):
    e = numpy.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def layer_norm(x, weight, bias=0, eps=1e-5):
    return (x - x.mean(-1, keepdims=True)) / numpy.sqrt(x.var(-1, keepdims=True) + eps) * weight + bias


def rms_norm(x, weight, eps=1e-6):
    return x / numpy.sqrt((x * x).mean(-1, keepdims=True) + eps) * weight


def silu(x):
    return x / (1 + numpy.exp(-x))


def gelu(x):
    return x * 0.5 * (1 + numpy.vectorize(math.erf)(x / math.sqrt(2)))


def alibi(heads, bias_max=8):
    """MPT's construction; for bias_max 8 the paper's set."""
    power = 2 ** math.ceil(math.log2(heads))
    slopes = [2 ** (-bias_max * (i + 1) / power) for i in range(power)]
    if power != heads:
        slopes = (slopes[1::2] + slopes[::2])[:heads]
    distance = numpy.arange(TOKENS)[:, None] - numpy.arange(TOKENS)[None]
    return -numpy.array(slopes)[:, None, None] * distance


def rotate(x, base=10000.0):
    half = x.shape[-1] // 2
    angle = numpy.arange(TOKENS)[:, None] * base ** (-numpy.arange(half) / half)
    cos, sin = numpy.cos(angle)[:, None], numpy.sin(angle)[:, None]
    a, b = x[..., :half], x[..., half:]
    return numpy.concatenate([a * cos - b * sin, b * cos + a * sin], -1)


def attend(q, k, v, scale, bias, seen):
    """q [tokens, heads, dims], k and v with as many heads or fewer; the probabilities go to `seen`."""
    group = q.shape[1] // k.shape[1]
    k, v = numpy.repeat(k, group, 1), numpy.repeat(v, group, 1)
    scores = numpy.einsum("qhd,khd->hqk", q, k) * scale + bias
    scores = numpy.where(numpy.tri(TOKENS, dtype=bool), scores, -numpy.inf)
    seen.append(softmax(scores))
    return numpy.einsum("hqk,khd->qhd", seen[-1], v).reshape(TOKENS, -1)


def from_numpy(name, config, shapes, forward):
    folder = fresh(name)
    generator = torch.Generator().manual_seed(seed_of(name))
    tensors = {key: draw(key, shape, generator, torch.float16) for key, shape in shapes.items()}
    seen = []
    logits = forward({key: value.double().numpy() for key, value in tensors.items()}, seen)
    write_expected(folder, logits, seen)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    write_json(folder / "config.json", config)


def both(shapes, name, outputs, inputs=None, bias=True):
    shapes[name + ".weight"] = (outputs,) if inputs is None else (outputs, inputs)
    if bias:
        shapes[name + ".bias"] = (outputs,)


def mpt(name, heads=4, keys=None, bias=False, **settings):
    attn = settings.get("attn_config", {})
    keys, dims, width = keys or heads, 8, heads * 8
    inner, out = settings.get("expansion_ratio", 4) * width, (heads + 2 * keys) * dims
    shapes = {"transformer.wte.weight": (VOCABULARY, width)}
    learned = not attn.get("alibi", False)
    if learned:
        shapes["transformer.wpe.weight"] = (48, width)
    for n in range(LAYERS):
        p = f"transformer.blocks.{n}."
        both(shapes, p + "norm_1", width, bias=bias)
        both(shapes, p + "norm_2", width, bias=bias)
        both(shapes, p + "attn.Wqkv", out, width, bias)
        both(shapes, p + "attn.out_proj", width, width, bias)
        both(shapes, p + "ffn.up_proj", inner, width, bias)
        both(shapes, p + "ffn.down_proj", width, inner, bias)
        if attn.get("qk_ln"):
            both(shapes, p + "attn.q_ln", width, bias=bias)
            both(shapes, p + "attn.k_ln", keys * dims, bias=bias)
    both(shapes, "transformer.norm_f", width, bias=bias)
    config = dict(model_type="mpt", architectures=["MPTForCausalLM"], d_model=width, n_heads=heads, n_layers=LAYERS,
                  max_seq_len=48, vocab_size=VOCABULARY, no_bias=not bias, norm_type="low_precision_layernorm",
                  learned_pos_emb=True) | settings

    def forward(w, seen):
        def linear(key, x):
            return x @ w[key + ".weight"].T + w.get(key + ".bias", 0)

        def norm(key, x):
            return layer_norm(x, w[key + ".weight"], w.get(key + ".bias", 0))

        x = w["transformer.wte.weight"][IDS]
        if learned:
            x = x + w["transformer.wpe.weight"][:TOKENS]
        bias = 0 if learned else alibi(heads, attn.get("alibi_bias_max", 8))
        for n in range(LAYERS):
            p = f"transformer.blocks.{n}."
            qkv = linear(p + "attn.Wqkv", norm(p + "norm_1", x))
            if attn.get("clip_qkv"):
                qkv = qkv.clip(-attn["clip_qkv"], attn["clip_qkv"])
            q, k, v = numpy.split(qkv, [width, width + keys * dims], -1)
            if attn.get("qk_ln"):
                q, k = norm(p + "attn.q_ln", q), norm(p + "attn.k_ln", k)
            q, k, v = q.reshape(TOKENS, heads, dims), k.reshape(TOKENS, keys, dims), v.reshape(TOKENS, keys, dims)
            x = x + linear(p + "attn.out_proj",
                           attend(q, k, v, attn.get("softmax_scale") or dims ** -0.5, bias, seen))
            x = x + linear(p + "ffn.down_proj", gelu(linear(p + "ffn.up_proj", norm(p + "norm_2", x))))
        scale = settings.get("logit_scale", 1)
        return norm("transformer.norm_f", x) @ w["transformer.wte.weight"].T * (
            width ** -0.5 if scale == "inv_sqrt_d_model" else scale)

    from_numpy(name, config, shapes, forward)


def baichuan(name, heads, rotary, normed_head=False):
    width, inner = heads * 8, 40
    shapes = {"model.embed_tokens.weight": (VOCABULARY, width)}
    for n in range(LAYERS):
        p = f"model.layers.{n}."
        for key, shape in {"input_layernorm": (width,), "post_attention_layernorm": (width,),
                           "self_attn.W_pack": (3 * width, width), "self_attn.o_proj": (width, width),
                           "mlp.gate_proj": (inner, width), "mlp.up_proj": (inner, width),
                           "mlp.down_proj": (width, inner)}.items():
            shapes[p + key + ".weight"] = shape
    shapes["model.norm.weight"] = (width,)
    shapes["lm_head.weight"] = (VOCABULARY, width)
    config = dict(model_type="baichuan", architectures=["BaichuanForCausalLM"], hidden_size=width, hidden_act="silu",
                  intermediate_size=inner, num_attention_heads=heads, num_hidden_layers=LAYERS, rms_norm_eps=1e-6,
                  vocab_size=VOCABULARY, tie_word_embeddings=False, model_max_length=64, torch_dtype="float16")
    if rotary:
        config["max_position_embeddings"] = 64
    if normed_head:
        config["z_loss_weight"] = 0

    def forward(w, seen):
        def linear(key, x):
            return x @ w[key + ".weight"].T

        x = w["model.embed_tokens.weight"][IDS]
        for n in range(LAYERS):
            p = f"model.layers.{n}."
            y = rms_norm(x, w[p + "input_layernorm.weight"])
            q, k, v = (part.reshape(TOKENS, heads, 8) for part in numpy.split(linear(p + "self_attn.W_pack", y), 3, -1))
            if rotary:
                q, k = rotate(q), rotate(k)
            x = x + linear(p + "self_attn.o_proj", attend(q, k, v, 8 ** -0.5, 0 if rotary else alibi(heads), seen))
            y = rms_norm(x, w[p + "post_attention_layernorm.weight"])
            x = x + linear(p + "mlp.down_proj", silu(linear(p + "mlp.gate_proj", y)) * linear(p + "mlp.up_proj", y))
        head = w["lm_head.weight"]
        if normed_head:
            head = head / numpy.linalg.norm(head, axis=-1, keepdims=True)
        return rms_norm(x, w["model.norm.weight"]) @ head.T

    from_numpy(name, config, shapes, forward)


def jais(name, heads, embedding_scale, logit_scale, alibi_factor, **settings):
    """BTLM too. `alibi_factor`: what the slopes are divided by."""
    width, inner = heads * 8, 40
    shapes = {"transformer.wte.weight": (VOCABULARY, width), "transformer.relative_pe.slopes": (heads, 1)}
    for n in range(LAYERS):
        p = f"transformer.h.{n}."
        both(shapes, p + "ln_1", width)
        both(shapes, p + "ln_2", width)
        for key, shape in {"attn.c_attn": (width, 3 * width), "attn.c_proj": (width, width), "mlp.c_fc": (width, inner),
                           "mlp.c_fc2": (width, inner), "mlp.c_proj": (inner, width)}.items():
            shapes[p + key + ".weight"] = shape
            shapes[p + key + ".bias"] = shape[1:]
    both(shapes, "transformer.ln_f", width)
    config = dict(n_embd=width, n_head=heads, n_layer=LAYERS, n_inner=inner, n_positions=16, vocab_size=VOCABULARY,
                  activation_function="swiglu", position_embedding_type="alibi", layer_norm_epsilon=1e-5,
                  scale_attn_weights=True, scale_attn_by_inverse_layer_idx=False, tie_word_embeddings=True) | settings
    by_dims = config.get("scale_qk_dot_by_d", config.get("mup_scale_qk_dot_by_d", False))

    def forward(w, seen):
        def linear(key, x):
            return x @ w[key + ".weight"] + w[key + ".bias"]

        def norm(key, x):
            return layer_norm(x, w[key + ".weight"], w[key + ".bias"])

        x = w["transformer.wte.weight"][IDS] * embedding_scale
        for n in range(LAYERS):
            p = f"transformer.h.{n}."
            q, k, v = (part.reshape(TOKENS, heads, 8)
                       for part in numpy.split(linear(p + "attn.c_attn", norm(p + "ln_1", x)), 3, -1))
            scale = 1 / 8 if by_dims else 8 ** -0.5
            x = x + linear(p + "attn.c_proj", attend(q, k, v, scale, alibi(heads) / alibi_factor, seen))
            y = norm(p + "ln_2", x)
            x = x + linear(p + "mlp.c_proj", linear(p + "mlp.c_fc", y) * silu(linear(p + "mlp.c_fc2", y)))
        return norm("transformer.ln_f", x) @ w["transformer.wte.weight"].T * logit_scale

    from_numpy(name, config, shapes, forward)


# ---- the fixtures ----

QWEN2, QWEN3, MISTRAL = transformers.Qwen2Config, transformers.Qwen3Config, transformers.MistralConfig

FIXTURES = {
    "bloom": lambda n: bloom(n, 4),
    "bloom_six_heads": lambda n: bloom(n, 6, dtype=torch.float32, rename=lambda key: key.removeprefix("transformer.")),
    "mpt": lambda n: from_transformers(n, transformers.MptConfig(
        **base(d_model=WIDTH, n_layers=LAYERS, n_heads=4, max_seq_len=48,
               attn_config={"clip_qkv": 1.5, "softmax_scale": 0.25})), dtype=torch.bfloat16),
    "mpt_everything": lambda n: mpt(n, heads=6, keys=2, bias=True, expansion_ratio=2, logit_scale="inv_sqrt_d_model",
                                    attn_config={"alibi": True, "alibi_bias_max": 16, "clip_qkv": 2, "qk_ln": True,
                                                 "attn_type": "grouped_query_attention", "kv_n_heads": 2,
                                                 "softmax_scale": 0.4}),
    "mpt_learned": lambda n: mpt(n, logit_scale=0.5, attn_config={"alibi": False, "attn_type": "multihead_attention"}),
    "falcon_rw": lambda n: falcon(n, 4, alibi=True, multi_query=False, parallel_attn=False, bias=True),
    "falcon_rw_six_heads": lambda n: falcon(n, 6, exact_alibi=True, alibi=True, multi_query=False, parallel_attn=False,
                                            bias=True),
    "falcon_7b": lambda n: falcon(n, 5, multi_query=True, ffn_hidden_size=48),
    "falcon_7b_older": lambda n: falcon(n, 3, multi_query=True, edit=older_falcon("RefinedWebModel")),
    "falcon_40b": lambda n: falcon(n, 6, new_decoder_architecture=True, num_kv_heads=2, ffn_hidden_size=48),
    "falcon_40b_older": lambda n: falcon(n, 4, new_decoder_architecture=True, num_kv_heads=2,
                                         edit=older_falcon("RefinedWeb")),
    "falcon_11b": lambda n: falcon(n, 4, new_decoder_architecture=True, num_kv_heads=2, num_ln_in_parallel_attn=1,
                                   tie_word_embeddings=False, ffn_hidden_size=40,
                                   rope_parameters={"rope_type": "default", "rope_theta": 500042.0}),
    "gpt2": lambda n: gpt2(n),
    "gpt2_scaled_by_layer": lambda n: gpt2(n, scale_attn_by_inverse_layer_idx=True, n_inner=48, activation_function="relu"),
    "gpt_neox": lambda n: neox(n, edit=older_neox),
    "gpt_neox_sequential": lambda n: neox(n, use_parallel_residual=False, hidden_act="gelu_fast", attention_bias=False,
                                          rope_parameters={"rope_type": "default", "rope_theta": 5000.0,
                                                           "partial_rotary_factor": 0.5}),
    "gptj": lambda n: gptj(n),
    "llama": lambda n: llama(n, heads=6, keys=2, dtype=torch.bfloat16, edit=older_rope),
    "llama_biases_tied": lambda n: llama(n, attention_bias=True, mlp_bias=True, tie_word_embeddings=True, head_dim=16,
                                         hidden_act="gelu"),
    "llama_linear": lambda n: llama(n, edit=older_rope, rope_parameters={"rope_type": "linear", "rope_theta": 10000.0,
                                                                         "factor": 4.0}),
    "llama_dynamic": lambda n: llama(n, max_position_embeddings=16, edit=older_rope,
                                     rope_parameters={"rope_type": "dynamic", "rope_theta": 10000.0, "factor": 2.0}),
    "llama_yarn": lambda n: llama(n, head_dim=16, rope_parameters={
        "rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 16}),
    "llama_yarn_betas": lambda n: llama(n, head_dim=16, max_position_embeddings=128, edit=older_rope, rope_parameters={
        "rope_type": "yarn", "rope_theta": 1000.0, "factor": 8.0, "original_max_position_embeddings": 16,
        "beta_fast": 4.0, "beta_slow": 0.5, "attention_factor": 0.8}),
    "llama3": lambda n: llama(n, head_dim=16, rope_parameters={
        "rope_type": "llama3", "rope_theta": 500.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 32}),
    "mistral": lambda n: llama_like(MISTRAL, n, sliding_window=16),
    "qwen2": lambda n: llama_like(QWEN2, n, tie_word_embeddings=True, dtype=torch.bfloat16),
    "qwen2_windows": lambda n: llama_like(QWEN2, n, use_sliding_window=True, sliding_window=12, max_window_layers=1,
                                          edit=lambda s: replace(s, layer_types=...)),
    "qwen3": lambda n: llama_like(QWEN3, n, head_dim=16),
    "opt": lambda n: opt(n),
    "opt_350m": lambda n: opt(n, do_layer_norm_before=False, word_embed_proj_dim=16,
                              rename=lambda key: key.removeprefix("model.")),
    "opt_bare": lambda n: opt(n, enable_bias=False, layer_norm_elementwise_affine=False, activation_function="gelu"),
    "baichuan_13b": lambda n: baichuan(n, 5, rotary=False),
    "baichuan_7b": lambda n: baichuan(n, 4, rotary=True),
    "baichuan2_13b": lambda n: baichuan(n, 5, rotary=False, normed_head=True),
    "btlm": lambda n: jais(n, 4, 1.5, 2.2 * 0.4, 2.0, model_type="btlm", mup_embeddings_scale=1.5, mup_output_alpha=2.2,
                           mup_width_scale=0.4, mup_scale_qk_dot_by_d=True, alibi_scaling={"type": "linear", "factor": 2.0}),
    "jais": lambda n: jais(n, 5, 2.5, 0.7, 1.0, model_type="jais", embeddings_scale=2.5, width_scale=0.7,
                           scale_qk_dot_by_d=True),
    "jais_longer_than_trained": lambda n: jais(n, 4, 1.0, 1.0, TOKENS / 16, model_type="jais",
                                               alibi_scaling={"type": "linear", "train_seq_len": 16}),
}

if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    (HERE / "ids.json").write_text(json.dumps(IDS.tolist()) + "\n")
    for fixture in sys.argv[1:] or FIXTURES:
        FIXTURES[fixture](fixture)
        for file in (HERE / fixture).iterdir():
            file.chmod(0o644)
        print(fixture)
