#include "core/record/variant_record.h"

#include "core/base/error.h"
#include "core/record/json_fields.h"

namespace slopescope {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kWidestWindow = 1 << 24; // as parsePositions
constexpr double kLargestFactor = 1e6, kSteepest = 1e6;

bool isBySpec(BiasChange bias) { return bias == BiasChange::Curve || bias == BiasChange::T5; }

// The parts that a record holds as parsePositions reads them.
PositionOverride partsBySpec(const PositionOverride& p) {
    PositionOverride parts;
    if (isBySpec(p.bias)) {
        parts.bias = p.bias;
        parts.curve = p.curve;
        parts.biasModel = p.biasModel;
        parts.keepsEmbedding = parts.keepsRotary = false;
    }
    parts.clip = p.clip;
    parts.temperature = p.temperature;
    parts.logLength = p.logLength;
    return parts;
}

// The parts that differ from the model's own.
Json positionsJson(const PositionOverride& p) {
    const PositionOverride own;
    Json json = Json::object();
    if (p.keepsEmbedding != own.keepsEmbedding)
        json["keeps embedding"] = p.keepsEmbedding;
    if (p.keepsRotary != own.keepsRotary)
        json["keeps rotary"] = p.keepsRotary;
    if (p.bias != own.bias)
        json["bias"] = nameOf(p.bias);
    if (const PositionOverride parts = partsBySpec(p); !parts.isOwn())
        json["parts"] = specOf(parts);
    if (p.scaling != own.scaling)
        json["scaling"] = nameOf(p.scaling);
    if (p.factor != own.factor)
        json["factor"] = p.factor;
    if (p.window != own.window)
        json["window"] = p.window;
    if (p.sinks != own.sinks)
        json["sinks"] = p.sinks;
    return json;
}

// Reads what partsBySpec() was written as.
void takeParts(const JsonNode& node, PositionOverride& p) {
    constexpr std::size_t kLongest = 64 << 20; // curves of many knots
    const std::string spec = words(node, kLongest);
    if (spec.find(".json") != std::string::npos)
        node.refuse("names a file, where the numbers should stand");
    PositionOverride read;
    try {
        read = parsePositions(spec, {{0.0}}).positions;
    } catch (const Error& fault) {
        node.refuse(std::string("is faulty: ") + fault.what());
    }
    const BiasChange said = isBySpec(p.bias) ? p.bias : BiasChange::Own;
    if (read.bias != said || read.scaling != RotaryScaling::None || read.window > 0 || read.sinks > 0)
        node.refuse("does not fit what the record says beside it");
    p.curve = read.curve;
    p.biasModel = read.biasModel;
    p.clip = read.clip;
    p.temperature = read.temperature;
    p.logLength = read.logLength;
}

PositionOverride readPositions(const JsonNode& node) {
    PositionOverride p;
    take(node, "keeps embedding", p.keepsEmbedding);
    take(node, "keeps rotary", p.keepsRotary);
    take(node, "bias", p.bias);
    take(node, "scaling", p.scaling);
    if (const auto factor = node.find("factor"))
        p.factor = number(*factor, 1, kLargestFactor, "a number from 1 to 1,000,000");
    take(node, "window", p.window, 0, kWidestWindow);
    take(node, "sinks", p.sinks, 0, kWidestWindow);
    if (const auto parts = node.find("parts"))
        takeParts(*parts, p);
    else if (isBySpec(p.bias))
        node.refuse("has a bias and no parts that say which");
    if (p.scaling != RotaryScaling::None && !p.keepsRotary)
        node.refuse("scale the rotary part and take it away");
    return p;
}

SlopeTable readSlopes(const JsonNode& node) {
    SlopeTable table;
    for (const JsonNode& layer : list(node, kMostLayers)) {
        SlopeSet& set = table.emplace_back();
        for (const JsonNode& slope : list(layer, kMostHeads))
            set.push_back(number(slope, 0, kSteepest, "a slope from 0 to 1,000,000"));
        if (set.empty() || set.size() != table.front().size())
            layer.refuse("has " + std::to_string(set.size()) +
                         " slopes; every layer should have as many as the first, at "
                         "least one");
    }
    return table;
}

} // namespace

nlohmann::ordered_json variantJson(const Variant& variant) {
    Json json{{"model", variant.model}};
    if (!variant.positions.isOwn())
        json["positions"] = positionsJson(variant.positions);
    if (!variant.slopes.empty())
        json["slopes"] = variant.slopes;
    return json;
}

Variant readVariant(const JsonNode& node) {
    Variant variant;
    const JsonNode model = node.at("model");
    variant.model = words(model, 4096);
    if (variant.model.empty())
        model.refuse("should name a model");
    if (const auto positions = node.find("positions"))
        variant.positions = readPositions(*positions);
    if (const auto slopes = node.find("slopes"))
        variant.slopes = readSlopes(*slopes);
    if (variant.positions.bias == BiasChange::Linear && variant.slopes.empty())
        node.refuse("has a linear bias and no slopes for it");
    const bool takesSlopes = variant.positions.bias == BiasChange::Own || variant.positions.bias == BiasChange::Linear;
    if (!takesSlopes && !variant.slopes.empty())
        node.refuse("has slopes and no bias to use them");
    return variant;
}

} // namespace slopescope
