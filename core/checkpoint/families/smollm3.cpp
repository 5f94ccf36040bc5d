#include "core/checkpoint/families/llama_like.h"
#include "core/checkpoint/families/shared_fields.h"

#include <algorithm>

namespace slopescope::families {
namespace {

constexpr std::int64_t kMostLayers = 1 << 14; // more are refused with the config

// `no_rope_layers`, which despite its name holds 1 for a layer with rotary positions; else every n-th layer is without.
std::vector<int> readRotaryLayers(const ConfigFields& fields, std::int64_t layers) {
    constexpr const char* kField = "no_rope_layers";
    std::vector<int> kinds;
    if (fields.has(kField)) {
        for (const nlohmann::json& flag : fields.required(kField)) {
            if (flag != 0 && flag != 1)
                fields.refuse(kField, "which must be a list of 0 and 1, one a layer");
            kinds.push_back(flag == 1 ? 0 : PositionScheme::kNotRotated);
        }
        return kinds;
    }
    const std::int64_t interval = fields.integer("no_rope_layer_interval", 4);
    if (interval < 1)
        fields.refuse("no_rope_layer_interval", "which is no number of layers");
    for (std::int64_t layer = 0; layer < std::min<std::int64_t>(layers, kMostLayers); ++layer)
        kinds.push_back((layer + 1) % interval ? 0 : PositionScheme::kNotRotated);
    return kinds;
}

} // namespace

Blueprint readSmolLm3(const ConfigFields& fields) {
    Blueprint b = readLlamaBody(fields, {.shape = {.keyHeads = 4, .trainingLength = 32768}, .tied = true});
    DecoderConfig& c = b.config;
    c.qkvBias = c.outputBias = fields.boolean("attention_bias", false);
    c.mlpBias = fields.boolean("mlp_bias", false);
    c.positions.rotary = readRotary(fields, c, 1, 2e6);
    c.positions.rotaryOfLayers = readRotaryLayers(fields, c.layers);
    const std::int64_t window = readWindowSize(fields, 0);
    if (!fields.boolean("use_sliding_window", false) || window == 0) {
        readSliding(fields, c.layers, 0); // asked for, and of no effect
        return b;
    }
    std::vector<bool> sliding = readSliding(fields, c.layers, 0);
    if (!fields.has("layer_types")) // the layers without rotary positions
        for (std::size_t layer = 0; layer < sliding.size() && layer < c.positions.rotaryOfLayers.size(); ++layer)
            sliding[layer] = c.positions.rotaryOfLayers[layer] == PositionScheme::kNotRotated;
    c.windows = windowsOf(sliding, window);
    return b;
}

} // namespace slopescope::families
