#include "core/positions/position_scheme.h"

#include "core/base/error.h"
#include "core/base/numbers.h"

#include <algorithm>
#include <array>

namespace slopescope {
namespace {

std::string describe(const Rotary& rotary) {
    if (rotary.scaling == RotaryScaling::None)
        return "rotary";
    constexpr std::array kNames{"", "linear", "NTK", "dynamic NTK", "YaRN", "Llama 3", "LongRoPE"};
    return std::string("rotary, ") + kNames.at(std::size_t(rotary.scaling)) + " x " + shortest(rotary.factor);
}

std::string describe(const BiasCurve& curve) {
    const std::string numbers = " " + shortest(curve.first) + ", " + shortest(curve.second);
    switch (curve.family) {
    case CurveFamily::KerpleLog:
        return "KERPLE-log" + numbers;
    case CurveFamily::KerplePower:
        return "KERPLE-power" + numbers;
    case CurveFamily::Sandwich:
        return "Sandwich";
    case CurveFamily::Drawn:
        break;
    }
    return "drawn bias";
}

std::string describeBias(const PositionScheme& scheme) {
    switch (scheme.bias) {
    case BiasKind::None:
        break;
    case BiasKind::Linear:
        return scheme.clip > 0 ? "ALiBi clipped at " + grouped(scheme.clip) : "ALiBi";
    case BiasKind::T5Buckets:
        return "T5 bias";
    case BiasKind::Curve:
        return describe(scheme.curve);
    }
    return {};
}

// " in 27 of 36 layers", where some have no rotary positions.
std::string share(const std::vector<int>& kinds) {
    const auto without = std::count(kinds.begin(), kinds.end(), PositionScheme::kNotRotated);
    if (without == 0)
        return {};
    return " in " + std::to_string(std::ssize(kinds) - without) + " of " + std::to_string(kinds.size()) + " layers";
}

} // namespace

int PositionScheme::rotaryKindAt(std::int64_t layer) const {
    if (!rotary)
        return kNotRotated;
    return rotaryOfLayers.empty() ? 0 : rotaryOfLayers.at(static_cast<std::size_t>(layer));
}

const Rotary* PositionScheme::rotaryAt(std::int64_t layer) const {
    const int kind = rotaryKindAt(layer);
    if (kind == kNotRotated)
        return nullptr;
    return kind == 0 ? &*rotary : &moreRotary.at(static_cast<std::size_t>(kind - 1));
}

std::vector<const Rotary*> PositionScheme::rotaryKinds() const {
    std::vector<const Rotary*> kinds;
    if (rotary)
        kinds.push_back(&*rotary);
    for (const Rotary& more : moreRotary)
        kinds.push_back(&more);
    return kinds;
}

PositionMethod methodOf(const PositionScheme& scheme) {
    if (scheme.bias != BiasKind::None)
        return scheme.bias == BiasKind::Linear  ? PositionMethod::Alibi
               : scheme.bias == BiasKind::Curve ? PositionMethod::Curve
                                                : PositionMethod::T5Bias;
    if (scheme.rotary)
        return PositionMethod::Rotary;
    if (scheme.embedding != PositionEmbedding::None)
        return scheme.embedding == PositionEmbedding::Learned ? PositionMethod::Learned : PositionMethod::Sinusoidal;
    return PositionMethod::None;
}

std::string describe(const PositionScheme& scheme) {
    std::string words;
    const auto add = [&](const std::string& part) { words += (words.empty() ? "" : " + ") + part; };
    if (scheme.embedding != PositionEmbedding::None)
        add(scheme.embedding == PositionEmbedding::Learned ? "learned" : "sinusoidal");
    if (scheme.rotary)
        add(describe(*scheme.rotary) + share(scheme.rotaryOfLayers));
    if (scheme.bias != BiasKind::None)
        add(describeBias(scheme));
    return words.empty() ? "none" : words;
}

PositionScheme schemeNamed(const std::string& name, std::int64_t headDim, std::int64_t trainingLength) {
    PositionScheme scheme;
    if (name == "alibi")
        scheme.bias = BiasKind::Linear;
    else if (name == "t5-bias")
        scheme.bias = BiasKind::T5Buckets;
    else if (name == "rotary")
        scheme.rotary = Rotary{.dims = headDim};
    else if (name == "sinusoidal")
        scheme.embedding = PositionEmbedding::Sinusoidal;
    else if (name == "learned") {
        scheme.embedding = PositionEmbedding::Learned;
        scheme.learnedPositions = trainingLength;
    } else if (name != "none")
        throw Error("There is no position method called \"" + name +
                    "\"; choose alibi, rotary, t5-bias, sinusoidal, learned or none.");
    return scheme;
}

} // namespace slopescope
