#include "core/checkpoint/families/llama_like.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {
namespace {

// Heads need not fill the width: head_dim may say otherwise.
void readHeads(const ConfigFields& fields, const UsualShape& usual, DecoderConfig& c) {
    c.vocabulary = readCount(fields, "vocab_size", usual.vocabulary);
    c.width = readCount(fields, "hidden_size", usual.width);
    c.layers = readCount(fields, "num_hidden_layers", usual.layers);
    c.heads = readCount(fields, "num_attention_heads", usual.heads);
    // An absent number of key heads is the family's; null says as many as heads.
    const bool isUsual = usual.keyHeads > 0 && !fields.isThere("num_key_value_heads");
    c.keyHeads = fields.integer("num_key_value_heads", isUsual ? usual.keyHeads : c.heads);
    const std::int64_t even = c.heads > 0 ? c.width / c.heads : 0;
    c.headDim = fields.integer("head_dim", usual.headDim > 0 ? usual.headDim : even);
}

} // namespace

Blueprint readLlamaBody(const ConfigFields& fields, const LlamaDefaults& defaults) {
    Blueprint b;
    DecoderConfig& c = b.config;
    readHeads(fields, defaults.shape, c);
    c.hidden = readCount(fields, "intermediate_size", defaults.shape.hidden);
    c.norm = NormKind::Root;
    c.normBiases = false;
    c.normEpsilon = fields.number("rms_norm_eps", defaults.epsilon);
    c.activation = readActivation(fields, defaults.activationField, defaults.activation);
    c.gated = true;
    c.qkvBias = c.outputBias = c.mlpBias = false;
    c.tiedHead = fields.boolean("tie_word_embeddings", defaults.tied);
    b.tiedByDefault = defaults.tied;
    c.trainingLength = fields.integer("max_position_embeddings", defaults.shape.trainingLength);
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

Blueprint readLlamaLike(const ConfigFields& fields, const UsualShape& usual) {
    Blueprint b = readLlamaBody(fields, {.shape = usual});
    DecoderConfig& c = b.config;
    c.positions.rotary = readRotary(fields, c, 1, 10000, {.usualLength = usual.trainingLength});
    if (c.positions.rotary->dims != c.headDim)
        fields.refuse(fields.among({"partial_rotary_factor", "rope_parameters"}),
                      "which rotates a part of each head; this family rotates all of it");
    return b;
}

Blueprint readLlama(const ConfigFields& fields) {
    Blueprint b = readLlamaLike(
        fields,
        {.vocabulary = 32'000, .width = 4096, .layers = 32, .heads = 32, .hidden = 11'008, .trainingLength = 2048});
    b.config.qkvBias = b.config.outputBias = fields.boolean("attention_bias", false);
    b.config.mlpBias = fields.boolean("mlp_bias", false);
    return b;
}

} // namespace slopescope::families
