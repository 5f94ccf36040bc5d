// GPT-NeoX and Pythia.
#include "core/checkpoint/families/family.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {

Blueprint readGptNeoX(const ConfigFields& fields) {
    Blueprint b;
    DecoderConfig& c = b.config;
    readShape(fields, {"hidden_size", "num_hidden_layers", "num_attention_heads"}, c,
              {.vocabulary = 50'432, .width = 6144, .layers = 44, .heads = 64});
    c.hidden = readCount(fields, "intermediate_size", 24'576);
    c.normEpsilon = fields.number("layer_norm_eps", 1e-5);
    c.block = fields.boolean("use_parallel_residual", true) ? Block::Parallel : Block::PreNorm;
    c.activation = readActivation(fields, "hidden_act", "gelu");
    c.qkvBias = c.outputBias = fields.boolean("attention_bias", true);
    c.tiedHead = fields.boolean("tie_word_embeddings", false);
    constexpr std::int64_t kUsualLength = 2048;
    c.positions.rotary = readRotary(fields, c, 0.25, 10000, {"rotary_emb_base", "rotary_pct", kUsualLength});
    // Some files have base and part under later names too; this family's library does not read them there.
    if (fields.has("rope_theta") && fields.number("rope_theta") != c.positions.rotary->base)
        fields.remark("\"rope_theta\" is not read for GPT-NeoX, whose base is \"rotary_emb_base\"");
    if (fields.has("partial_rotary_factor") &&
        std::int64_t(double(c.headDim) * fields.number("partial_rotary_factor")) != c.positions.rotary->dims)
        fields.remark("\"partial_rotary_factor\" is not read for GPT-NeoX, whose part is \"rotary_pct\"");
    c.trainingLength = fields.integer("max_position_embeddings", kUsualLength);
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
        {"head", {"lm_head"}}, // as transformers calls it since its version 5
    };
    return b;
}

} // namespace slopescope::families
