#include "core/checkpoint/families/llama_like.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {
namespace {

// Heads need not fill the width: head_dim may say otherwise.
void readHeads(const ConfigFields& fields, std::int64_t headDim, DecoderConfig& c) {
    c.vocabulary = fields.integer("vocab_size");
    c.width = fields.integer("hidden_size");
    c.layers = fields.integer("num_hidden_layers");
    c.heads = fields.integer("num_attention_heads");
    c.keyHeads = fields.integer("num_key_value_heads", c.heads);
    if (headDim == 0 && c.heads > 0)
        headDim = c.width / c.heads;
    c.headDim = fields.integer("head_dim", headDim);
}

} // namespace

Blueprint readLlamaLike(const ConfigFields& fields, std::int64_t headDim) {
    Blueprint b;
    DecoderConfig& c = b.config;
    readHeads(fields, headDim, c);
    c.hidden = fields.integer("intermediate_size");
    c.norm = NormKind::Root;
    c.normBiases = false;
    c.normEpsilon = fields.number("rms_norm_eps", 1e-6);
    c.activation = readActivation(fields, "hidden_act", "silu");
    c.gated = true;
    c.qkvBias = c.outputBias = c.mlpBias = false;
    c.tiedHead = fields.boolean("tie_word_embeddings", false);
    c.positions.rotary = readRotary(fields, c);
    if (c.positions.rotary->dims != c.headDim)
        fields.refuse(fields.among({"partial_rotary_factor", "rope_parameters"}),
                      "which rotates a part of each head; this family rotates all of it");
    c.trainingLength = fields.integer("max_position_embeddings", 0);
    b.prefixes = {"model."};
    b.tensors = {
        {"embedding", {"embed_tokens"}},
        {"layers.#.attention_norm", {"layers.#.input_layernorm"}},
        {"layers.#.attention.qkv",
         {"layers.#.self_attn.q_proj", "layers.#.self_attn.k_proj", "layers.#.self_attn.v_proj"}},
        {"layers.#.attention.query_norm", {"layers.#.self_attn.q_norm"}},
        {"layers.#.attention.key_norm", {"layers.#.self_attn.k_norm"}},
        {"layers.#.attention.output", {"layers.#.self_attn.o_proj"}},
        {"layers.#.mlp_norm", {"layers.#.post_attention_layernorm"}},
        {"layers.#.mlp.gate", {"layers.#.mlp.gate_proj"}},
        {"layers.#.mlp.up", {"layers.#.mlp.up_proj"}},
        {"layers.#.mlp.down", {"layers.#.mlp.down_proj"}},
        {"final_norm", {"norm"}},
        {"head", {"lm_head"}},
    };
    return b;
}

Blueprint readLlama(const ConfigFields& fields) {
    Blueprint b = readLlamaLike(fields);
    b.config.qkvBias = b.config.outputBias = fields.boolean("attention_bias", false);
    b.config.mlpBias = fields.boolean("mlp_bias", false);
    return b;
}

} // namespace slopescope::families
