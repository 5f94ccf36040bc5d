#include "core/checkpoint/families/family.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {

Blueprint readGptJ(const ConfigFields& fields) {
    Blueprint b;
    DecoderConfig& c = b.config;
    readShape(fields, {"n_embd", "n_layer", "n_head"}, c,
              {.vocabulary = 50'400, .width = 4096, .layers = 28, .heads = 16});
    c.hidden = fields.integer("n_inner", 4 * c.width);
    c.normEpsilon = fields.number("layer_norm_epsilon", 1e-5);
    c.block = Block::Parallel;
    c.sharedNorm = true;
    c.activation = readActivation(fields, "activation_function", "gelu_new");
    c.qkvBias = c.outputBias = false;
    c.tiedHead = fields.boolean("tie_word_embeddings", false);
    c.headBias = true;
    c.positions.rotary = Rotary{.dims = fields.integer("rotary_dim", 64), .interleaved = true};
    c.trainingLength = fields.integer("n_positions", 2048);
    b.prefixes = {"transformer."};
    b.tensors = {
        {"embedding", {"wte"}},
        {"layers.#.attention_norm", {"h.#.ln_1"}},
        {"layers.#.attention.qkv", {"h.#.attn.q_proj", "h.#.attn.k_proj", "h.#.attn.v_proj"}},
        {"layers.#.attention.output", {"h.#.attn.out_proj"}},
        {"layers.#.mlp.up", {"h.#.mlp.fc_in"}},
        {"layers.#.mlp.down", {"h.#.mlp.fc_out"}},
        {"final_norm", {"ln_f"}},
        {"head", {"lm_head"}},
    };
    return b;
}

} // namespace slopescope::families
