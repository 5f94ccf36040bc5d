// Refact: ALiBi with one key head. Where llama.cpp norms by the root mean square, the model's own code, which this
// follows, takes the mean away.
#include "core/checkpoint/families/family.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {
namespace {

// The inner width that the family makes of `n_inner`: two thirds, rounded up to a multiple of 256.
std::int64_t innerWidth(std::int64_t inner) {
    constexpr std::int64_t kMultiple = 256, kMost = 1 << 24; // more is refused with the config
    if (inner < 1 || inner > kMost)
        return inner;
    return (2 * inner / 3 + kMultiple - 1) / kMultiple * kMultiple;
}

} // namespace

Blueprint readRefact(const ConfigFields& fields) {
    Blueprint b;
    DecoderConfig& c = b.config;
    readShape(fields,
              {fields.among({"n_embd", "hidden_size"}), fields.among({"n_layer", "num_hidden_layers"}),
               fields.among({"n_head", "num_attention_heads"})},
              c);
    requireBoolean(fields, "multi_query", true, "a form of the family that is not read");
    c.keyHeads = 1;
    c.hidden = innerWidth(fields.integer("n_inner", 4 * c.width));
    c.normEpsilon = fields.number("layer_norm_epsilon", 1e-5);
    c.normBiases = c.qkvBias = c.outputBias = c.mlpBias = false;
    c.activation = Activation::Silu;
    c.gated = true;
    c.tiedHead = fields.boolean("tie_word_embeddings", true);
    c.positions.bias = BiasKind::Linear;
    c.setSlopes(paperSlopes(int(c.heads)));
    c.trainingLength = fields.integer(fields.among({"n_positions", "max_position_embeddings"}), 1024);
    b.tiedByDefault = true;
    b.prefixes = {"transformer."};
    b.tensors = {
        {"embedding", {"wte"}},
        {"layers.#.attention_norm", {"h.#.ln_1"}},
        {"layers.#.attention.qkv", {"h.#.attn.q", "h.#.attn.kv"}},
        {"layers.#.attention.output", {"h.#.attn.c_proj"}},
        {"layers.#.mlp_norm", {"h.#.ln_2"}},
        {"layers.#.mlp.gate", {"h.#.mlp.gate_up_proj"}, Layout::FirstHalf},
        {"layers.#.mlp.up", {"h.#.mlp.gate_up_proj"}, Layout::SecondHalf},
        {"layers.#.mlp.down", {"h.#.mlp.c_proj"}},
        {"layers.#.attention.qkv", {"h.#.attn.q", "h.#.attn.k", "h.#.attn.v"}}, // apart, as GGUF files have them
        {"layers.#.mlp.gate", {"h.#.mlp.gate_proj"}},
        {"layers.#.mlp.up", {"h.#.mlp.up_proj"}},
        {"final_norm", {"ln_f"}},
        {"head", {"lm_head"}},
    };
    return b;
}

} // namespace slopescope::families
