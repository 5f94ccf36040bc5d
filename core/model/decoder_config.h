// What a decoder is, as data: everything the forward needs to know that is not a tensor. Made by core/checkpoint from a
// config.json, or by the trainer; immutable afterwards.
#pragma once

#include "core/positions/position_scheme.h"
#include "core/positions/slopes.h"

#include <cstdint>
#include <optional>
#include <string>

namespace slopescope {

struct DecoderConfig {
    std::string modelType = "slopescope"; // config.json's model_type
    std::int64_t vocabulary = 0, width = 0, layers = 0, heads = 0, keyHeads = 0, headDim = 0;
    std::int64_t hidden = 0; // of the feed-forward part
    double normEpsilon = 1e-5;
    double embeddingScale = 1; // the paper's decoder multiplies token embeddings by sqrt(width)
    PositionScheme positions;
    SlopeSet slopes;                 // [heads], with BiasKind::Linear: as trained
    std::int64_t trainingLength = 0; // 0: unknown

    // The longest text it has positions for; none: any length.
    std::optional<std::int64_t> longestLength() const {
        if (positions.embedding == PositionEmbedding::Learned)
            return positions.learnedPositions - positions.learnedOffset;
        return std::nullopt;
    }
};

// Throws Error naming `source` and the first field that makes no sense (zero layers, heads that do not divide, ...).
void checkConfig(const DecoderConfig& config, const std::string& source);

} // namespace slopescope
