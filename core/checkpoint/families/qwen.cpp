// Qwen2 and Qwen3.
#include "core/checkpoint/families/llama_like.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {
namespace {

// transformers' Qwen2Config and Qwen3Config.
constexpr UsualShape kUsual{.vocabulary = 151'936,
                            .width = 4096,
                            .layers = 32,
                            .heads = 32,
                            .keyHeads = 32,
                            .hidden = 22'016,
                            .trainingLength = 32'768};

void readQwenWindows(const ConfigFields& fields, DecoderConfig& c) {
    const std::int64_t window = fields.integer("sliding_window", fields.isThere("sliding_window") ? 0 : 4096);
    const bool used = fields.boolean("use_sliding_window", false);
    c.windows = readWindows(fields, used ? window : 0, c.layers, fields.integer("max_window_layers", 28));
}

} // namespace

Blueprint readQwen2(const ConfigFields& fields) {
    Blueprint b = readLlamaLike(fields, kUsual);
    b.config.qkvBias = true;
    readQwenWindows(fields, b.config);
    return b;
}

Blueprint readQwen3(const ConfigFields& fields) {
    UsualShape usual = kUsual;
    usual.headDim = 128;
    Blueprint b = readLlamaLike(fields, usual);
    b.config.qkvBias = b.config.outputBias = fields.boolean("attention_bias", false);
    b.config.queryKeyNorm = QueryKeyNorm::Heads;
    readQwenWindows(fields, b.config);
    return b;
}

} // namespace slopescope::families
