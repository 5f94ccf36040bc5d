#include "core/positions/position_scheme.h"

#include "core/error.h"

namespace slopescope {

std::string describe(const PositionScheme& scheme) {
    if (scheme.bias == BiasKind::Linear)
        return "ALiBi";
    if (scheme.bias == BiasKind::T5Buckets)
        return "T5 bias";
    if (scheme.rotary)
        return "rotary";
    if (scheme.embedding == PositionEmbedding::Sinusoidal)
        return "sinusoidal";
    if (scheme.embedding == PositionEmbedding::Learned)
        return "learned";
    return "none";
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
