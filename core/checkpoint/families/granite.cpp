// Granite, and its form with windows, sink logits and a rotary base a layer.
#include "core/checkpoint/families/llama_like.h"
#include "core/checkpoint/families/shared_fields.h"

#include <algorithm>
#include <cmath>

namespace slopescope::families {
namespace {

Blueprint readBody(const ConfigFields& fields, const LlamaDefaults& defaults) {
    Blueprint b = readLlamaBody(fields, defaults);
    DecoderConfig& c = b.config;
    c.qkvBias = c.outputBias = fields.boolean("attention_bias", false);
    c.mlpBias = fields.boolean("mlp_bias", false);
    c.embeddingScale = fields.number("embedding_multiplier", 1);
    c.residualScale = fields.number("residual_multiplier", 1);
    c.attentionScale = fields.number("attention_multiplier", 1);
    if (!(c.attentionScale > 0))
        fields.refuse("attention_multiplier", "which makes no scale of the scores");
    c.logitScale = 1 / fields.number("logits_scaling", 1); // one that is no number is refused with the config
    c.positions.rotary = readRotary(fields, c);
    return b;
}

// `layer_rope_theta`: a base a layer, 0 for a layer without rotary positions.
void readBases(const ConfigFields& fields, DecoderConfig& c) {
    constexpr const char* kField = "layer_rope_theta";
    if (!fields.has(kField))
        return;
    PositionScheme& p = c.positions;
    std::vector<double> bases;
    for (const nlohmann::json& value : fields.required(kField)) {
        if (!value.is_number())
            fields.refuse(kField, "which must be a list of numbers, one a layer");
        const double base = value.get<double>();
        const auto known = std::find(bases.begin(), bases.end(), base);
        p.rotaryOfLayers.push_back(base == 0 ? PositionScheme::kNotRotated : int(known - bases.begin()));
        if (base != 0 && known == bases.end())
            bases.push_back(base);
    }
    if (bases.empty()) { // no layer has any
        p.rotary.reset();
        p.rotaryOfLayers.clear();
        return;
    }
    if (std::all_of(p.rotaryOfLayers.begin(), p.rotaryOfLayers.end(), [](int kind) { return kind == 0; }) &&
        std::ssize(p.rotaryOfLayers) == c.layers)
        p.rotaryOfLayers.clear();
    const Rotary rule = *p.rotary;
    for (std::size_t kind = 0; kind < bases.size(); ++kind) {
        Rotary& rotary = kind == 0 ? *p.rotary : p.moreRotary.emplace_back(rule);
        rotary.base = bases[kind];
    }
}

} // namespace

Blueprint readGranite(const ConfigFields& fields) {
    return readBody(fields, {.shape = {.trainingLength = 2048}});
}

Blueprint readGraniteSwa(const ConfigFields& fields) {
    Blueprint b = readBody(fields, {.shape = {.keyHeads = 4, .trainingLength = 8192}, .epsilon = 1e-5, .tied = true});
    DecoderConfig& c = b.config;
    std::vector<bool> sliding = readSliding(fields, c.layers, 0);
    if (!fields.has("layer_types"))
        for (std::size_t layer = 0; layer < sliding.size(); ++layer)
            sliding[layer] = layer % 4 != 0;
    c.windows = windowsOf(sliding, readWindowSize(fields, 128));
    c.sinkLogits = true;
    b.tensors.push_back({"layers.#.attention.sinks", {"layers.#.self_attn.sinks"}, Layout::Unsuffixed});
    readBases(fields, c);
    return b;
}

} // namespace slopescope::families
