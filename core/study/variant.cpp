#include "core/study/variant.h"

#include "core/base/digest.h"
#include "core/base/error.h"

#include <algorithm>
#include <utility>

namespace slopescope {

bool sameBesidesSlopes(const Variant& a, const Variant& b) {
    return a.model == b.model && a.positions == b.positions;
}

std::uint64_t digestOf(const Variant& variant) {
    Digest digest;
    digest.add(variant.model).add(specOf(variant.positions)).add(std::uint64_t(variant.slopes.size()));
    for (const SlopeSet& layer : variant.slopes) {
        digest.add(std::uint64_t(layer.size()));
        for (const double slope : layer)
            digest.add(slope);
    }
    return digest.value();
}

Variant withSlopes(Variant variant, SlopeTable slopes, const ModelFacts& model) {
    if (variant.positions.bias == BiasChange::Own && slopes == model.slopes)
        slopes.clear();
    variant.slopes = std::move(slopes);
    return variant;
}

Variant parseVariant(const ModelFacts& model, std::string_view positions, std::string_view slopes) {
    const SlopeTable own =
        model.slopes.empty() ? SlopeTable(std::size_t(model.layers), paperSlopes(model.heads)) : model.slopes;
    PositionSpec spec = positions.empty() ? PositionSpec() : parsePositions(positions, own);
    Variant variant{model.key, spec.positions, std::move(spec.slopes)};
    if (slopes.empty())
        return variant;
    const SlopeTable& inForce = slopesInForce(variant, model);
    if (inForce.empty())
        throw Error("This model's positions are " + describe(factsOf(variant, model).positions) + "; it has no slopes to change.");
    return withSlopes(variant, parseSlopes(slopes, inForce), model);
}

const SlopeTable& slopesInForce(const Variant& variant, const ModelFacts& model) {
    static const SlopeTable none;
    if (variant.positions.bias != BiasChange::Own && variant.positions.bias != BiasChange::Linear)
        return none;
    return variant.slopes.empty() && variant.positions.bias == BiasChange::Own ? model.slopes : variant.slopes;
}

ModelFacts factsOf(const Variant& variant, ModelFacts model) {
    SlopeTable slopes = slopesInForce(variant, model);
    model.slopes = std::move(slopes);
    model.positions = withOverride(model.positions, variant.positions, model.trainedLength);
    if (model.positions.embedding != PositionEmbedding::Learned)
        model.longestLength.reset(); // only a learned table ends
    if (const std::int64_t window = variant.positions.window; window > 0)
        model.window = model.window > 0 ? std::min(model.window, window) : window;
    if (variant.positions.sinks > 0)
        model.sinks = variant.positions.sinks;
    return model;
}

std::string describe(const Variant& variant, const ModelFacts& model) {
    if (variant.isAsTrained())
        return "as trained";
    const bool brings = variant.positions.bias == BiasChange::Linear;
    constexpr std::size_t kMostWords = 120; // a table of numbers is none that a person reads
    std::string words;
    if (!variant.positions.isOwn())
        words = "positions " + specOf(variant.positions);
    if (words.size() > kMostWords)
        words = words.substr(0, kMostWords) + "...";
    const bool paper = !variant.slopes.empty() &&
                       std::all_of(variant.slopes.begin(), variant.slopes.end(),
                                   [&](const SlopeSet& set) { return set == paperSlopes(model.heads); });
    if (!variant.slopes.empty() && !(brings && paper))
        words += (words.empty() ? "" : ", ") + std::string("edited slopes");
    return words;
}

} // namespace slopescope
