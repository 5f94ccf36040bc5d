#include "core/checkpoint/families/family.h"
#include "core/checkpoint/families/shared_fields.h"

#include <cmath>

namespace slopescope::families {

Blueprint readXglm(const ConfigFields& fields) {
    Blueprint b;
    DecoderConfig& c = b.config;
    readShape(fields,
              {fields.among({"d_model", "hidden_size"}), fields.among({"num_layers", "num_hidden_layers"}),
               fields.among({"attention_heads", "num_attention_heads"})},
              c);
    c.hidden = fields.integer("ffn_dim");
    c.activation = readActivation(fields, "activation_function", "gelu");
    c.tiedHead = fields.boolean("tie_word_embeddings", true);
    if (fields.boolean("scale_embedding", true))
        c.embeddingScale = std::sqrt(double(c.width));
    c.positions.embedding = PositionEmbedding::Sinusoidal;
    c.positions.sinusoidalOffset = 2;
    c.trainingLength = fields.integer("max_position_embeddings", 2048);
    b.tiedByDefault = true;
    b.prefixes = {"model."};
    b.tensors = {
        {"embedding", {"embed_tokens"}},
        {"layers.#.attention_norm", {"layers.#.self_attn_layer_norm"}},
        {"layers.#.attention.qkv",
         {"layers.#.self_attn.q_proj", "layers.#.self_attn.k_proj", "layers.#.self_attn.v_proj"}},
        {"layers.#.attention.output", {"layers.#.self_attn.out_proj"}},
        {"layers.#.mlp_norm", {"layers.#.final_layer_norm"}},
        {"layers.#.mlp.up", {"layers.#.fc1"}},
        {"layers.#.mlp.down", {"layers.#.fc2"}},
        {"final_norm", {"layer_norm"}},
        {"head", {"lm_head"}},
    };
    return b;
}

} // namespace slopescope::families
