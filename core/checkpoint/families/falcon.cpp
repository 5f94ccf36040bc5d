// Falcon in its three forms: RW with ALiBi, 7B with one key head, 40B and 11B with groups of heads.
#include "core/checkpoint/families/family.h"
#include "core/checkpoint/families/shared_fields.h"

#include <c10/util/BFloat16.h>

#include <cmath>

namespace slopescope::families {
namespace {

// Falcon adds the bias before it divides the scores by sqrt(headDim), and holds the slopes in bfloat16. It rounds each
// product of slope and position to bfloat16 as well, which depends on where a key stands and not on its distance: that
// noise is left out.
SlopeSet slopesOf(const DecoderConfig& c) {
    SlopeSet slopes = paperSlopes(int(c.heads));
    for (double& slope : slopes)
        slope = double(float(c10::BFloat16(float(slope)))) / std::sqrt(double(c.headDim));
    return slopes;
}

void readHeads(const ConfigFields& fields, bool grouped, DecoderConfig& c) {
    const bool multiQuery = fields.boolean("multi_query", true);
    const std::int64_t keyHeads = fields.integer(fields.among({"num_kv_heads", "n_head_kv"}), c.heads);
    if (grouped)
        c.keyHeads = keyHeads;
    else if (multiQuery)
        c.keyHeads = 1;
}

// The norms of a layer, and under which names.
std::vector<TensorRule> readBlock(const ConfigFields& fields, bool grouped, DecoderConfig& c) {
    const bool parallel = fields.boolean("parallel_attn", true);
    const std::int64_t norms = fields.integer("num_ln_in_parallel_attn", grouped ? 2 : 1);
    if (grouped && !parallel)
        fields.refuse("parallel_attn", "which the new decoder architecture has no layers for");
    if (norms != 1 && !(grouped && norms == 2))
        fields.refuse("num_ln_in_parallel_attn", "a number of norms that this form of Falcon has no layers for");
    c.block = parallel ? Block::Parallel : Block::PreNorm;
    c.sharedNorm = parallel && norms == 1;
    const bool apart = grouped && norms == 2;
    return {{"layers.#.attention_norm", {apart ? "h.#.ln_attn" : "h.#.input_layernorm"}},
            {"layers.#.mlp_norm", {apart ? "h.#.ln_mlp" : "h.#.post_attention_layernorm"}}};
}

} // namespace

Blueprint readFalcon(const ConfigFields& fields) {
    Blueprint b;
    DecoderConfig& c = b.config;
    readShape(fields,
              {"hidden_size", fields.among({"num_hidden_layers", "n_layer"}),
               fields.among({"num_attention_heads", "n_head"})},
              c, {.vocabulary = 65'024, .width = 4544, .layers = 32, .heads = 71});
    const bool grouped = fields.boolean("new_decoder_architecture", fields.text("model_type") == "RefinedWeb");
    readHeads(fields, grouped, c);
    c.hidden = fields.integer("ffn_hidden_size", 4 * c.width);
    c.normEpsilon = fields.number("layer_norm_epsilon", 1e-5);
    c.activation = readActivation(fields, "activation", "gelu");
    c.qkvBias = c.outputBias = c.mlpBias = fields.boolean("bias", false);
    c.tiedHead = fields.boolean("tie_word_embeddings", true);
    constexpr std::int64_t kUsualLength = 2048;
    c.trainingLength = fields.integer("max_position_embeddings", kUsualLength);
    if (fields.boolean("alibi", false)) {
        c.positions.bias = BiasKind::Linear;
        c.setSlopes(slopesOf(c));
    } else {
        c.positions.rotary = readRotary(fields, c, 1, 10000, {.usualLength = kUsualLength});
    }
    b.tensors = readBlock(fields, grouped, c);
    b.tiedByDefault = true;
    b.prefixes = {"transformer."};
    b.tensors.insert(b.tensors.end(),
                     {
                         {"embedding", {"word_embeddings"}},
                         {"layers.#.attention.qkv", {"h.#.self_attention.query_key_value"}, Layout::Grouped},
                         {"layers.#.attention.output", {"h.#.self_attention.dense"}},
                         {"layers.#.mlp.up", {"h.#.mlp.dense_h_to_4h"}},
                         {"layers.#.mlp.down", {"h.#.mlp.dense_4h_to_h"}},
                         {"final_norm", {"ln_f"}},
                         {"head", {"lm_head"}},
                     });
    return b;
}

} // namespace slopescope::families
