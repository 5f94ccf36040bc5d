#include "core/model/decoder_config.h"

#include "core/base/error.h"

#include "core/positions/rotary.h"

#include <algorithm>
#include <cmath>

namespace slopescope {
namespace {

// Far above any model that fits a machine, far below anything that overflows a product of two.
constexpr std::int64_t kLargest = 1 << 24;
constexpr std::int64_t kMostLayers = 1 << 14; // room is made for each before its tensors are looked for

void checkRange(const std::string& source, const char* field, std::int64_t value, std::int64_t least = 1,
                std::int64_t most = kLargest) {
    if (value < least || value > most)
        throw Error(source + ": " + field + " is " + std::to_string(value) + ", which cannot be.");
}

void checkRotary(const Rotary& r, std::int64_t headDim, const std::string& source) {
    if (r.dims < 2 || r.dims % 2 || r.dims > headDim)
        throw Error(source + ": rotary positions turn " + std::to_string(r.dims) + " of " + std::to_string(headDim) +
                    " dimensions a head; that must be an even number up to the head size.");
    const auto above = [&](double value, double least, const char* what) {
        if (!(std::isfinite(value) && value > least))
            throw Error(source + ": the rotary " + what + " must be a number above " + (least > 0 ? "1." : "0."));
    };
    above(r.base, 1, "base");
    above(r.factor, 0, "scaling's factor");
    above(r.attentionFactor, 0, "scaling's attention factor");
    const auto scaled = [&](auto... kinds) { return ((r.scaling == kinds) || ...); };
    if (scaled(RotaryScaling::Ntk, RotaryScaling::Dynamic) && r.dims < 4)
        throw Error(source + ": two rotary dimensions have no base to scale.");
    if (scaled(RotaryScaling::Dynamic, RotaryScaling::Yarn, RotaryScaling::Llama3, RotaryScaling::LongRope))
        checkRange(source, "the original length of the rotary scaling", r.originalLength);
    if (r.scaling == RotaryScaling::LongRope)
        for (const std::vector<double>* divisors : {&r.shortDivisors, &r.longDivisors}) {
            if (std::ssize(*divisors) != r.dims / 2)
                throw Error(source + ": the rotary scaling has " + std::to_string(divisors->size()) + " factors for " +
                            std::to_string(r.dims / 2) + " frequencies.");
            for (const double divisor : *divisors)
                above(divisor, 0, "scaling's factors");
        }
    if (r.scaling == RotaryScaling::Yarn) {
        above(r.betaFast, 0, "scaling's beta_fast");
        above(r.betaSlow, 0, "scaling's beta_slow");
    }
    if (r.scaling == RotaryScaling::Llama3) {
        above(r.lowFrequency, 0, "scaling's low_freq_factor");
        if (!(std::isfinite(r.highFrequency) && r.highFrequency > r.lowFrequency))
            throw Error(source + ": the rotary scaling's high_freq_factor must be a number above its low_freq_factor.");
    }
}

void checkPositions(const DecoderConfig& c, const std::string& source) {
    const PositionScheme& p = c.positions;
    for (const Rotary* rotary : p.rotaryKinds())
        checkRotary(*rotary, c.headDim, source);
    if (!p.rotaryOfLayers.empty() && std::ssize(p.rotaryOfLayers) != c.layers)
        throw Error(source + ": rotary positions are given for " + std::to_string(p.rotaryOfLayers.size()) + " of " +
                    std::to_string(c.layers) + " layers.");
    if (p.embedding == PositionEmbedding::Learned)
        checkRange(source, "number of learned positions", p.learnedPositions - p.learnedOffset);
    if (p.bias == BiasKind::T5Buckets &&
        (p.buckets < 2 || p.buckets > 4096 || p.maxDistance <= p.buckets / 2 || p.maxDistance > 1'000'000))
        throw Error(source + ": " + std::to_string(p.buckets) + " buckets up to distance " +
                    std::to_string(p.maxDistance) + " make no T5 bias.");
    if (p.bias == BiasKind::Curve)
        checkCurve(p.curve, c.layers, c.heads, source);
    for (const std::vector<double>* factors : {&c.queryFactors, &c.queryLogFactors})
        if (!factors->empty() && std::ssize(*factors) != c.heads)
            throw Error(source + ": scores are multiplied by " + std::to_string(factors->size()) + " numbers, but the model has " +
                        std::to_string(c.heads) + " heads.");
    if (p.bias == BiasKind::Linear) {
        try {
            checkSlopes(c.slopes, static_cast<int>(c.layers), static_cast<int>(c.heads));
        } catch (const Error& fault) {
            throw Error(source + ": " + fault.what());
        }
    }
    checkRange(source, "length that slopes are scaled from", c.slopeLength, 0);
    if (!c.windows.empty() && std::ssize(c.windows) != c.layers)
        throw Error(source + ": there are attention windows for " + std::to_string(c.windows.size()) + " of " +
                    std::to_string(c.layers) + (c.layers == 1 ? " layer." : " layers."));
    for (const std::int64_t window : c.windows)
        checkRange(source, "attention window", window, 0);
    checkRange(source, "number of sinks", c.sinks, 0);
}

} // namespace

double DecoderConfig::scaleAt(std::int64_t layer) const {
    const double scale = attentionScale > 0 ? attentionScale : 1 / std::sqrt(double(headDim));
    return scaledByLayer ? scale / double(layer + 1) : scale;
}

std::int64_t DecoderConfig::windowAt(std::int64_t layer) const {
    return windows.empty() ? 0 : windows.at(static_cast<std::size_t>(layer));
}

void DecoderConfig::setSlopes(const SlopeSet& heads) {
    slopes.assign(static_cast<std::size_t>(std::clamp<std::int64_t>(layers, 0, kMostLayers)), heads);
}

SlopeSet DecoderConfig::slopesAt(std::int64_t layer, std::int64_t length) const {
    const SlopeSet& own = slopes.at(static_cast<std::size_t>(layer));
    return slopeLength > 0 && length > slopeLength ? scaled(own, double(slopeLength) / double(length)) : own;
}

bool DecoderConfig::sameAt(std::int64_t shorter, std::int64_t longer) const {
    const bool sameSlopes = slopeLength == 0 || shorter == longer || std::max(shorter, longer) <= slopeLength;
    const std::vector<const Rotary*> kinds = positions.rotaryKinds();
    return sameSlopes && std::all_of(kinds.begin(), kinds.end(), [&](const Rotary* rotary) {
               return sameFrequencies(*rotary, shorter, longer);
           });
}

DecoderConfig withPositions(DecoderConfig config, const PositionOverride& change) {
    config.positions = withOverride(config.positions, change, config.trainingLength);
    if (change.bias != BiasChange::Own) {
        config.slopes.clear();
        config.slopeLength = 0;
        if (change.bias == BiasChange::Linear)
            config.setSlopes(SlopeSet(static_cast<std::size_t>(config.heads), 0.0));
    }
    const auto perHead = [&](const std::vector<double>& factors) {
        return factors.size() == 1 ? std::vector<double>(static_cast<std::size_t>(config.heads), factors[0]) : factors;
    };
    config.queryFactors = perHead(change.temperature);
    config.queryLogFactors = perHead(change.logLength);
    if (change.window > 0) {
        config.windows.resize(static_cast<std::size_t>(config.layers), 0);
        for (std::int64_t& window : config.windows)
            window = window > 0 ? std::min(window, change.window) : change.window;
    }
    if (change.sinks > 0) {
        if (std::all_of(config.windows.begin(), config.windows.end(), [](std::int64_t window) { return window == 0; }))
            throw Error("Sinks are the keys that a query sees in spite of an attention window; this model has no window, and none "
                        "is asked for.");
        config.sinks = change.sinks;
    }
    checkConfig(config, "These positions");
    return config;
}

void checkConfig(const DecoderConfig& c, const std::string& source) {
    checkRange(source, "vocabulary size", c.vocabulary);
    checkRange(source, "width", c.width);
    checkRange(source, "number of layers", c.layers, 1, kMostLayers);
    checkRange(source, "number of heads", c.heads);
    checkRange(source, "number of key heads", c.keyHeads);
    checkRange(source, "head size", c.headDim);
    checkRange(source, "feed-forward width", c.hidden);
    checkRange(source, "training length", c.trainingLength, 0);
    if (c.heads % c.keyHeads)
        throw Error(source + ": " + std::to_string(c.heads) + " heads cannot share " + std::to_string(c.keyHeads) +
                    " key heads evenly.");
    if (!std::isfinite(c.normEpsilon) || c.normEpsilon <= 0)
        throw Error(source + ": the norm's epsilon must be a number above 0.");
    if (!std::isfinite(c.embeddingScale))
        throw Error(source + ": the embedding scale must be a finite number.");
    checkRange(source, "width of the embedding", c.embeddingWidth, 0);
    const auto notNegative = [&](double value, const char* what) {
        if (!std::isfinite(value) || value < 0)
            throw Error(source + ": the " + what + " must be a number, not negative.");
    };
    notNegative(c.attentionScale, "attention scale");
    notNegative(c.clipQkv, "limit of queries, keys and values");
    notNegative(c.scoreCap, "soft cap of the scores");
    notNegative(c.logitCap, "soft cap of the logits");
    if (!std::isfinite(c.residualScale))
        throw Error(source + ": the scale of the residual's branches must be a finite number.");
    if (!std::isfinite(c.logitScale))
        throw Error(source + ": the scale of the logits must be a finite number.");
    checkPositions(c, source);
}

} // namespace slopescope
