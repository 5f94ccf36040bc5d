#include "core/checkpoint/families/family.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {

Blueprint readGpt2(const ConfigFields& fields) {
    Blueprint b;
    DecoderConfig& c = b.config;
    readShape(fields, {"n_embd", "n_layer", "n_head"}, c,
              {.vocabulary = 50'257, .width = 768, .layers = 12, .heads = 12});
    c.hidden = fields.integer("n_inner", 4 * c.width);
    c.normEpsilon = fields.number("layer_norm_epsilon", 1e-5);
    c.activation = readActivation(fields, "activation_function", "gelu_new");
    c.attentionScale = fields.boolean("scale_attn_weights", true) ? 0 : 1;
    c.scaledByLayer = fields.boolean("scale_attn_by_inverse_layer_idx", false);
    c.tiedHead = fields.boolean("tie_word_embeddings", true);
    c.positions.embedding = PositionEmbedding::Learned;
    c.positions.learnedPositions = c.trainingLength = fields.integer(fields.among({"n_positions", "n_ctx"}), 1024);
    b.tiedByDefault = true;
    b.prefixes = {"transformer."};
    b.tensors = {
        {"embedding", {"wte"}},
        {"position_embedding", {"wpe"}},
        {"layers.#.attention_norm", {"h.#.ln_1"}},
        {"layers.#.attention.qkv", {"h.#.attn.c_attn"}, Layout::Transposed},
        {"layers.#.attention.output", {"h.#.attn.c_proj"}, Layout::Transposed},
        {"layers.#.mlp_norm", {"h.#.ln_2"}},
        {"layers.#.mlp.up", {"h.#.mlp.c_fc"}, Layout::Transposed},
        {"layers.#.mlp.down", {"h.#.mlp.c_proj"}, Layout::Transposed},
        {"layers.#.attention.qkv", {"blk.#.attn_qkv"}}, // as GGUF files have them, row by row
        {"layers.#.attention.output", {"blk.#.attn_output"}},
        {"layers.#.mlp.up", {"blk.#.ffn_up"}},
        {"layers.#.mlp.down", {"blk.#.ffn_down"}},
        {"final_norm", {"ln_f"}},
        {"head", {"lm_head"}},
    };
    return b;
}

} // namespace slopescope::families
