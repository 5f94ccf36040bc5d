#!/usr/bin/env python3
"""Writes more fixtures of tests/core/families_test.cpp, for families newer than those of families_fixtures.py beside this
file, whose ways it takes over: tiny random checkpoints and what transformers makes of one sequence of token ids.

    python3 -m venv venv && venv/bin/pip install torch==2.15.0 transformers==5.24.0 safetensors==0.8.0 numpy==2.4.6
    venv/bin/python tests/data/newer_families_fixtures.py [NAME...]

Refact, which transformers has not, is a few lines of NumPy in float64, after the model's own code.
"""
import sys

import torch
import transformers

from families_fixtures import (HERE, IDS, TOKENS, VOCABULARY, alibi, attend, base, from_numpy, from_transformers, layer_norm,
                               replace, run, silu)

SLIDING, FULL = "sliding_attention", "full_attention"


def shaped(kind, layers=2, heads=4, keys=2, dtype=torch.float16, edit=None, rename=None, run=run, **settings):
    """The shape of most of these families in the words of most of their configs."""
    settings = dict(hidden_size=32, num_hidden_layers=layers, num_attention_heads=heads, num_key_value_heads=keys,
                    intermediate_size=40, max_position_embeddings=64, pad_token_id=0) | settings

    def write(name):
        from_transformers(name, kind(**base(**settings)), dtype=dtype, edit=edit, rename=rename, run=run)
    return write


def run_with_sinks(model):
    """transformers returns the probabilities as they are before the sink takes its share of them."""
    module = transformers.models.granite_swa.modeling_granite_swa
    original = module.eager_attention_forward

    def attention(layer, query, key, value, mask, scaling, **more):
        out, probabilities = original(layer, query, key, value, mask, scaling=scaling, **more)
        scores = query @ module.repeat_kv(key, layer.num_key_value_groups).transpose(2, 3) * scaling + mask
        kept = torch.sigmoid(torch.logsumexp(scores, -1) - layer.sinks[:, None])
        return out, probabilities * kept[..., None]
    module.eager_attention_forward = attention
    result = run(model)
    module.eager_attention_forward = original
    return result


def gemma3_of_two_halves(settings):
    text = dict(settings)
    replace(text, architectures=...)
    settings.clear()
    settings.update(model_type="gemma3", architectures=["Gemma3ForConditionalGeneration"], text_config=text,
                    vision_config={"hidden_size": 8}, tie_word_embeddings=True)


def older_by_kind(settings):
    """rope_parameters by kind of layer as configs before transformers 5 spell it."""
    rope = settings.pop("rope_parameters")
    settings["rope_theta"] = rope[FULL].pop("rope_theta")
    settings["rope_local_base_freq"] = rope[SLIDING]["rope_theta"]
    if rope[FULL].get("rope_type") != "default":
        settings["rope_scaling"] = rope[FULL]
    replace(settings, layer_types=..., sliding_window_pattern=2)


def gpt_neo(name, **settings):
    from_transformers(name, transformers.GPTNeoConfig(**base(
        hidden_size=32, num_layers=2, num_heads=4, max_position_embeddings=48, window_size=9,
        attention_types=[[["global", "local"], 1]], **settings)), edit=lambda s: replace(s, attention_layers=...))


def bigcode(name, **settings):
    from_transformers(name, transformers.GPTBigCodeConfig(**base(n_embd=32, n_layer=2, n_head=4, n_positions=48,
                                                                 n_inner=48, **settings)))


def xglm(name, **settings):
    from_transformers(name, transformers.XGLMConfig(**base(d_model=32, num_layers=2, attention_heads=4, ffn_dim=48,
                                                           max_position_embeddings=64, pad_token_id=1, **settings)))


def refact(name, heads):
    width, dims, inner = heads * 8, 8, 256
    shapes = {"transformer.wte.weight": (VOCABULARY, width), "lm_head.weight": (VOCABULARY, width),
              "transformer.ln_f.weight": (width,)}
    for n in range(2):
        p = f"transformer.h.{n}."
        for key, shape in {"ln_1": (width,), "ln_2": (width,), "attn.q": (width, width), "attn.kv": (2 * dims, width),
                           "attn.c_proj": (width, width), "mlp.gate_up_proj": (2 * inner, width),
                           "mlp.c_proj": (width, inner)}.items():
            shapes[p + key + ".weight"] = shape
    config = dict(model_type="gpt_refact", architectures=["GPTRefactForCausalLM"], n_embd=width, n_head=heads, n_layer=2,
                  n_inner=None, n_positions=32, vocab_size=VOCABULARY, multi_query=True, layer_norm_epsilon=1e-5,
                  tie_word_embeddings=False)

    def forward(w, seen):
        x = w["transformer.wte.weight"][IDS]
        for n in range(2):
            def linear(key, y):
                return y @ w[f"transformer.h.{n}.{key}.weight"].T

            y = layer_norm(x, w[f"transformer.h.{n}.ln_1.weight"])
            kv = linear("attn.kv", y)
            x = x + linear("attn.c_proj", attend(linear("attn.q", y).reshape(TOKENS, heads, dims),
                                                 kv[:, None, :dims], kv[:, None, dims:], dims ** -0.5, alibi(heads), seen))
            both_parts = linear("mlp.gate_up_proj", layer_norm(x, w[f"transformer.h.{n}.ln_2.weight"]))
            x = x + linear("mlp.c_proj", silu(both_parts[:, :inner]) * both_parts[:, inner:])
        return layer_norm(x, w["transformer.ln_f.weight"]) @ w["lm_head.weight"].T

    from_numpy(name, config, shapes, forward)


def bloom_normed_residual(name):
    from_transformers(name, transformers.BloomConfig(**base(hidden_size=32, n_layer=2, n_head=4,
                                                           apply_residual_connection_post_layernorm=True)))


T = transformers
YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16)
LONG = dict(rope_type="longrope", rope_theta=10000.0, short_factor=[1.0, 1.2, 1.5, 2.0], long_factor=[1.0, 2.0, 4.0, 7.5])

FIXTURES = {
    "gemma": shaped(T.GemmaConfig, keys=1, head_dim=16),
    "gemma2": shaped(T.Gemma2Config, head_dim=16, sliding_window=12, query_pre_attn_scalar=24, attn_logit_softcapping=2.0,
                     final_logit_softcapping=5.0),
    "gemma3": shaped(T.Gemma3TextConfig, head_dim=8, sliding_window=12, layer_types=[SLIDING, FULL],
                     rename=lambda key: "language_model." + key, edit=gemma3_of_two_halves),
    "gemma3_text": shaped(T.Gemma3TextConfig, head_dim=16, sliding_window=12, query_pre_attn_scalar=20,
                          layer_types=[SLIDING, FULL], edit=older_by_kind,
                          rope_parameters={SLIDING: dict(rope_type="default", rope_theta=100.0),
                                           FULL: dict(rope_type="linear", factor=8.0, rope_theta=5000.0)}),
    "smollm3": shaped(T.SmolLM3Config, no_rope_layer_interval=2, edit=lambda s: replace(s, no_rope_layers=...)),
    "smollm3_windows": shaped(T.SmolLM3Config, no_rope_layers=[0, 1], use_sliding_window=True, sliding_window=12,
                              attention_bias=True, mlp_bias=True, tie_word_embeddings=False),
    "olmo2": shaped(T.Olmo2Config, rms_norm_eps=1e-4),
    "olmo3": shaped(T.Olmo3Config, layer_types=[SLIDING, FULL], sliding_window=12, head_dim=16,
                    rope_parameters={SLIDING: dict(rope_type="default", rope_theta=700.0),
                                     FULL: dict(rope_theta=700.0, **YARN)}),
    "gpt_neo": gpt_neo,
    "phi": shaped(T.PhiConfig, keys=4, num_key_value_heads=4),
    "phi_qk_layernorm": shaped(T.PhiConfig, qk_layernorm=True, rope_parameters=dict(
        rope_type="default", rope_theta=500.0, partial_rotary_factor=0.75)),
    "phi3": shaped(T.Phi3Config, sliding_window=12),
    "phi3_long": shaped(T.Phi3Config, rope_parameters=dict(LONG, partial_rotary_factor=1.0),
                        original_max_position_embeddings=32),
    "phi3_short": shaped(T.Phi3Config, heads=2, keys=1, rope_parameters=dict(LONG, partial_rotary_factor=0.5),
                         original_max_position_embeddings=48, max_position_embeddings=96),
    "granite": shaped(T.GraniteConfig, embedding_multiplier=3.0, attention_multiplier=0.2, residual_multiplier=0.4,
                      logits_scaling=2.5, attention_bias=True),
    "granite_swa": shaped(T.GraniteSWAConfig, layers=3, layer_types=[FULL, SLIDING, SLIDING], sliding_window=12,
                          layer_rope_theta=[0, 300, 10000], attention_multiplier=0.3, residual_multiplier=0.5,
                          logits_scaling=2.0, embedding_multiplier=2.0, run=run_with_sinks),
    "starcoder2": shaped(T.Starcoder2Config, sliding_window=12),
    "gpt_bigcode": bigcode,
    "gpt_bigcode_many_keys": lambda n: bigcode(n, multi_query=False),
    "gpt_refact": lambda n: refact(n, 3),
    "xglm": xglm,
    "cohere": shaped(T.CohereConfig, logit_scale=0.3, use_qk_norm=True),
    "cohere2": shaped(T.Cohere2Config, layer_types=[SLIDING, FULL], sliding_window=12, logit_scale=0.5),
    "stablelm": shaped(T.StableLmConfig, use_qkv_bias=True, rope_parameters=dict(
        rope_type="default", rope_theta=1000.0, partial_rotary_factor=0.5)),
    "stablelm_parallel": shaped(T.StableLmConfig, use_parallel_residual=True, keys=4, rope_parameters=dict(
        rope_type="default", rope_theta=1000.0, partial_rotary_factor=0.25)),
    "nanochat": shaped(T.NanoChatConfig, final_logit_softcapping=4.0),
    "bloom_normed_residual": bloom_normed_residual,
}

if __name__ == "__main__":
    for fixture in sys.argv[1:] or FIXTURES:
        FIXTURES[fixture](fixture)
        for file in (HERE / fixture).iterdir():
            file.chmod(0o644)
        print(fixture)
