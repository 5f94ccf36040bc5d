// GPT-NeoX and Pythia.
#include "core/checkpoint/families/family.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {

Blueprint readGptNeoX(const ConfigFields& fields) {
    Blueprint b;
    DecoderConfig& c = b.config;
    readShape(fields, {"hidden_size", "num_hidden_layers", "num_attention_heads"}, c);
    c.hidden = fields.integer("intermediate_size");
    c.normEpsilon = fields.number("layer_norm_eps", 1e-5);
    c.block = fields.boolean("use_parallel_residual", true) ? Block::Parallel : Block::PreNorm;
    c.activation = readActivation(fields, "hidden_act", "gelu");
    c.qkvBias = c.outputBias = fields.boolean("attention_bias", true);
    c.tiedHead = fields.boolean("tie_word_embeddings", false);
    c.positions.rotary = readRotary(fields, c, 0.25);
    c.trainingLength = fields.integer("max_position_embeddings", 2048);
    b.prefixes = {"gpt_neox."};
    b.tensors = {
        {"embedding", {"embed_in"}},
        {"layers.#.attention_norm", {"layers.#.input_layernorm"}},
        {"layers.#.attention.qkv", {"layers.#.attention.query_key_value"}, Layout::Grouped},
        {"layers.#.attention.output", {"layers.#.attention.dense"}},
        {"layers.#.mlp_norm", {"layers.#.post_attention_layernorm"}},
        {"layers.#.mlp.up", {"layers.#.mlp.dense_h_to_4h"}},
        {"layers.#.mlp.down", {"layers.#.mlp.dense_4h_to_h"}},
        {"final_norm", {"final_layer_norm"}},
        {"head", {"embed_out"}},
    };
    return b;
}

} // namespace slopescope::families
