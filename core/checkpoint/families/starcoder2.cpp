#include "core/checkpoint/families/family.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {

Blueprint readStarcoder2(const ConfigFields& fields) {
    Blueprint b;
    DecoderConfig& c = b.config;
    readShape(fields, {"hidden_size", "num_hidden_layers", "num_attention_heads"}, c);
    c.keyHeads = fields.integer("num_key_value_heads", fields.isThere("num_key_value_heads") ? c.heads : 2);
    c.headDim = fields.integer("head_dim", c.headDim);
    c.hidden = fields.integer("intermediate_size");
    c.normEpsilon = fields.number("norm_epsilon", 1e-5);
    c.activation = readActivation(fields, "hidden_act", "gelu_pytorch_tanh");
    c.qkvBias = c.outputBias = c.mlpBias = fields.boolean("use_bias", true);
    c.tiedHead = b.tiedByDefault = fields.boolean("tie_word_embeddings", true);
    c.positions.rotary = readRotary(fields, c);
    c.trainingLength = fields.integer("max_position_embeddings", 4096);
    if (const std::int64_t window = readWindowSize(fields, 0); window > 0)
        c.windows = windowInEveryLayer(fields, window, c.layers);
    b.prefixes = {"model."};
    b.tensors = {
        {"embedding", {"embed_tokens"}},
        {"layers.#.attention_norm", {"layers.#.input_layernorm"}},
        {"layers.#.attention.qkv",
         {"layers.#.self_attn.q_proj", "layers.#.self_attn.k_proj", "layers.#.self_attn.v_proj"}},
        {"layers.#.attention.output", {"layers.#.self_attn.o_proj"}},
        {"layers.#.mlp_norm", {"layers.#.post_attention_layernorm"}},
        {"layers.#.mlp.up", {"layers.#.mlp.c_fc"}},
        {"layers.#.mlp.down", {"layers.#.mlp.c_proj"}},
        {"final_norm", {"norm"}},
        {"head", {"lm_head"}},
    };
    return b;
}

} // namespace slopescope::families
