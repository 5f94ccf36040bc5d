#include "core/checkpoint/families/family.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {

Blueprint readBloom(const ConfigFields& fields) {
    Blueprint b;
    DecoderConfig& c = b.config;
    readShape(fields, {"hidden_size", "n_layer", "n_head"}, c,
              {.vocabulary = 250'880, .width = 64, .layers = 2, .heads = 8});
    c.hidden = 4 * c.width;
    c.normEpsilon = fields.number("layer_norm_epsilon", 1e-5);
    c.embeddingNorm = true;
    c.tiedHead = fields.boolean("tie_word_embeddings", true);
    c.positions.bias = BiasKind::Linear;
    c.setSlopes(paperSlopes(int(c.heads)));
    c.trainingLength = fields.integer("seq_length", 0);
    c.normedResidual = fields.boolean("apply_residual_connection_post_layernorm", false);
    b.tiedByDefault = true;
    b.prefixes = {"transformer."};
    b.tensors = {
        {"embedding", {"word_embeddings"}},
        {"embedding_norm", {"word_embeddings_layernorm"}},
        {"layers.#.attention_norm", {"h.#.input_layernorm"}},
        {"layers.#.attention.qkv", {"h.#.self_attention.query_key_value"}, Layout::Grouped},
        {"layers.#.attention.output", {"h.#.self_attention.dense"}},
        {"layers.#.mlp_norm", {"h.#.post_attention_layernorm"}},
        {"layers.#.mlp.up", {"h.#.mlp.dense_h_to_4h"}},
        {"layers.#.mlp.down", {"h.#.mlp.dense_4h_to_h"}},
        {"final_norm", {"ln_f"}},
        {"head", {"lm_head"}},
    };
    return b;
}

} // namespace slopescope::families
