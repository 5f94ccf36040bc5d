// Command R and its successor.
#include "core/checkpoint/families/llama_like.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {
namespace {

Blueprint readBody(const ConfigFields& fields, double base) {
    Blueprint b = readLlamaBody(fields, {.shape = {.trainingLength = 8192}, .tied = true});
    DecoderConfig& c = b.config;
    c.headDim = c.heads > 0 ? c.width / c.heads : 0; // whatever else the file says
    c.norm = NormKind::Mean;
    c.normEpsilon = fields.number("layer_norm_eps", 1e-5);
    c.block = Block::Parallel;
    c.sharedNorm = true;
    c.qkvBias = c.outputBias = fields.boolean("attention_bias", false);
    c.logitScale = fields.number("logit_scale", 0.0625);
    c.positions.rotary = readRotary(fields, c, 1, base);
    c.positions.rotary->interleaved = true;
    return b;
}

} // namespace

Blueprint readCohere(const ConfigFields& fields) {
    Blueprint b = readBody(fields, 5e5);
    if (fields.boolean("use_qk_norm", false))
        b.config.queryKeyNorm = QueryKeyNorm::Each;
    return b;
}

Blueprint readCohere2(const ConfigFields& fields) {
    Blueprint b = readBody(fields, 1e4);
    DecoderConfig& c = b.config;
    const std::vector<bool> sliding = readSliding(fields, c.layers, fields.integer("sliding_window_pattern", 4));
    const std::int64_t window = readWindowSize(fields, 4096);
    c.windows = windowsOf(sliding, window);
    for (const bool slides : sliding) // layers that see everything have no positions
        c.positions.rotaryOfLayers.push_back(slides && window > 0 ? 0 : PositionScheme::kNotRotated);
    return b;
}

} // namespace slopescope::families
