// OLMo 2 and 3: norms behind the branches, none before them, and queries and keys normed as a whole.
#include "core/checkpoint/families/llama_like.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {
namespace {

Blueprint readBody(const ConfigFields& fields) {
    Blueprint b = readLlamaBody(fields, {.shape = {.trainingLength = 2048}, .epsilon = 1e-5});
    DecoderConfig& c = b.config;
    c.qkvBias = c.outputBias = fields.boolean("attention_bias", false);
    c.inputNorms = false;
    c.branchNorms = true;
    c.queryKeyNorm = QueryKeyNorm::Whole;
    b.tensors.insert(b.tensors.end(), {{"layers.#.attention_branch_norm", {"layers.#.post_attention_layernorm"}},
                                       {"layers.#.mlp_branch_norm", {"layers.#.post_feedforward_layernorm"}}});
    return b;
}

} // namespace

Blueprint readOlmo2(const ConfigFields& fields) {
    Blueprint b = readBody(fields);
    b.config.positions.rotary = readRotary(fields, b.config);
    return b;
}

Blueprint readOlmo3(const ConfigFields& fields) {
    Blueprint b = readBody(fields);
    DecoderConfig& c = b.config;
    const std::vector<bool> sliding = readSliding(fields, c.layers, 4);
    c.windows = windowsOf(sliding, readWindowSize(fields, 4096));
    readRotaryByKind(fields, sliding, {5e5, fields.number("rope_theta", 5e5)},
                     c); // an older file has one base for both
    return b;
}

} // namespace slopescope::families
