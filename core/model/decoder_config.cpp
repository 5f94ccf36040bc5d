#include "core/model/decoder_config.h"

#include "core/error.h"

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

} // namespace

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
    const PositionScheme& p = c.positions;
    if (p.rotary && (p.rotary->dims < 2 || p.rotary->dims % 2 || p.rotary->dims > c.headDim))
        throw Error(source + ": rotary positions turn " + std::to_string(p.rotary->dims) + " of " +
                    std::to_string(c.headDim) + " dimensions a head; that must be an even number up to the head size.");
    if (p.rotary && !(std::isfinite(p.rotary->base) && p.rotary->base > 1))
        throw Error(source + ": the rotary base must be a number above 1.");
    if (p.embedding == PositionEmbedding::Learned)
        checkRange(source, "number of learned positions", p.learnedPositions - p.learnedOffset);
    if (p.bias == BiasKind::T5Buckets && (p.buckets < 2 || p.buckets > 4096 || p.maxDistance <= p.buckets / 2 ||
                                          p.maxDistance > 1'000'000))
        throw Error(source + ": " + std::to_string(p.buckets) + " buckets up to distance " +
                    std::to_string(p.maxDistance) + " make no T5 bias.");
    if (p.bias == BiasKind::Linear) {
        try {
            checkSlopes({c.slopes}, 1, static_cast<int>(c.heads));
        } catch (const Error& fault) {
            throw Error(source + ": " + fault.what());
        }
    }
}

} // namespace slopescope
