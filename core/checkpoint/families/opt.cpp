#include "core/checkpoint/families/family.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {

Blueprint readOpt(const ConfigFields& fields) {
    Blueprint b;
    DecoderConfig& c = b.config;
    readShape(fields, {"hidden_size", "num_hidden_layers", "num_attention_heads"}, c,
              {.vocabulary = 50'272, .width = 768, .layers = 12, .heads = 12});
    c.hidden = readCount(fields, "ffn_dim", 3072);
    const std::int64_t embeddingWidth = fields.integer("word_embed_proj_dim", c.width);
    c.embeddingWidth = embeddingWidth == c.width ? 0 : embeddingWidth;
    const bool normFirst = fields.boolean("do_layer_norm_before", true);
    c.block = normFirst ? Block::PreNorm : Block::PostNorm;
    c.finalNorm = normFirst && !fields.boolean("_remove_final_layer_norm", false);
    c.normWeights = c.normBiases = fields.boolean("layer_norm_elementwise_affine", true);
    c.activation = readActivation(fields, "activation_function", "relu");
    c.qkvBias = c.outputBias = c.mlpBias = fields.boolean("enable_bias", true);
    c.tiedHead = fields.boolean("tie_word_embeddings", true);
    c.trainingLength = fields.integer("max_position_embeddings", 2048);
    c.positions.embedding = PositionEmbedding::Learned;
    c.positions.learnedOffset = 2;
    c.positions.learnedPositions = c.trainingLength + c.positions.learnedOffset;
    b.tiedByDefault = true;
    b.prefixes = {"model.decoder.", "decoder."};
    b.tensors = {
        {"embedding", {"embed_tokens"}},
        {"embedding_in", {"project_in"}},
        {"embedding_out", {"project_out"}},
        {"position_embedding", {"embed_positions"}},
        {"layers.#.attention_norm", {"layers.#.self_attn_layer_norm"}},
        {"layers.#.attention.qkv",
         {"layers.#.self_attn.q_proj", "layers.#.self_attn.k_proj", "layers.#.self_attn.v_proj"}},
        {"layers.#.attention.output", {"layers.#.self_attn.out_proj"}},
        {"layers.#.mlp_norm", {"layers.#.final_layer_norm"}},
        {"layers.#.mlp.up", {"layers.#.fc1"}},
        {"layers.#.mlp.down", {"layers.#.fc2"}},
        {"final_norm", {"final_layer_norm"}},
        {"head", {"lm_head"}},
    };
    return b;
}

} // namespace slopescope::families
