// What a decoder is, as data: everything the forward needs to know that is not a tensor. Made by core/checkpoint from a
// config.json, or by the trainer; immutable afterwards. The defaults are those of our own models.
#pragma once

#include "core/kernels/rowwise.h"
#include "core/positions/position_override.h"
#include "core/positions/position_scheme.h"
#include "core/positions/slopes.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slopescope {

using kernels::Activation;

enum class NormKind {
    Mean, // LayerNorm: the mean is taken away
    Root, // RMSNorm: it is not
};

// Where a layer's two norms n1 and n2 stand around attention a and feed-forward m.
enum class Block {
    PreNorm,  // x += a(n1 x), then x += m(n2 x)
    PostNorm, // x = n1(x + a x), then x = n2(x + m x): the smallest OPT but one
    Parallel, // x += a(n1 x) + m(n2 x): GPT-J, GPT-NeoX, Falcon
};

// A norm of queries and keys, before they are rotated.
enum class QueryKeyNorm {
    None,
    Heads, // each head by itself, all with the same weights: Qwen3
    Each,  // each head by itself, with weights of its own: Cohere
    Whole, // the heads of a token together: MPT's qk_ln
};

struct DecoderConfig {
    std::string modelType = "slopescope"; // config.json's model_type
    std::int64_t vocabulary = 0, width = 0, layers = 0, heads = 0, keyHeads = 0, headDim = 0;
    std::int64_t hidden = 0;         // of the feed-forward part
    std::int64_t embeddingWidth = 0; // of the token embedding, where projections lead from it and back to it; 0: width

    NormKind norm = NormKind::Mean;
    double normEpsilon = 1e-5;
    bool normWeights = true, normBiases = true;
    bool embeddingNorm = false; // BLOOM
    bool finalNorm = true;
    Block block = Block::PreNorm;
    bool sharedNorm = false; // with Parallel: n2 is n1
    bool inputNorms = true;  // with PreNorm; OLMo 2 has no n1 and n2
    bool branchNorms = false;    // with PreNorm: a and m are normed before they join x (Gemma 2, OLMo 2)
    bool normedResidual = false; // with PreNorm: x = n1 x + a(n1 x), likewise with m: BLOOM's option
    double residualScale = 1;    // of a and m: Granite

    Activation activation = Activation::GeluTanh;
    bool gated = false; // down(activation(gate x) * up x)
    bool qkvBias = true, outputBias = true, mlpBias = true;

    bool tiedHead = true, headBias = false; // the output projection is the embedding; it has a bias of its own
    double embeddingScale = 1; // the paper's decoder multiplies token embeddings by sqrt(width)
    double logitScale = 1;
    double logitCap = 0; // the logits end softly at -cap and cap: cap * tanh(logit / cap); 0: they do not

    QueryKeyNorm queryKeyNorm = QueryKeyNorm::None;
    double clipQkv = 0;              // queries, keys and values end at -clip and clip; 0: they do not
    double attentionScale = 0;       // of q.k; 0: 1 / sqrt(headDim)
    double scoreCap = 0;             // the same of scores, before the bias; 0: none
    bool sinkLogits = false;         // each head has a learned sink logit (kernels/problems.h)
    bool scaledByLayer = false;      // and divided by the layer's number, the lowest being 1: GPT-2's option
    // Of each head, with its scores: numbers that queries are multiplied with, the second times log(keys seen); empty: none.
    std::vector<double> queryFactors, queryLogFactors; // [heads]
    std::vector<std::int64_t> windows; // [layers], 0: none; empty: none in any layer
    std::int64_t sinks = 0;            // with a window: the first keys, which every query sees all the same

    PositionScheme positions;
    SlopeTable slopes;               // [layers][heads], with BiasKind::Linear: as trained, those of -m * distance
    std::int64_t slopeLength = 0;    // slopes as trained are divided by length / slopeLength past it; 0: they stay
    std::int64_t trainingLength = 0; // 0: unknown

    // The longest text it has positions for; none: any length.
    std::optional<std::int64_t> longestLength() const {
        if (positions.embedding == PositionEmbedding::Learned)
            return positions.learnedPositions - positions.learnedOffset;
        return std::nullopt;
    }

    // What attention multiplies q.k with in a layer, and how far back it looks there (0: to the first key).
    double scaleAt(std::int64_t layer) const;
    std::int64_t windowAt(std::int64_t layer) const;

    // The slopes of a layer as trained, for a text of `length` tokens.
    SlopeSet slopesAt(std::int64_t layer, std::int64_t length) const;

    // Gives every layer the same slopes. A number of layers that cannot be is left for checkConfig to refuse.
    void setSlopes(const SlopeSet& heads);

    // Whether the start of a text of `longer` tokens sees what it would see as a text of `shorter` tokens. True unless the
    // model picks rotary frequencies or slopes by the length of the text.
    bool sameAt(std::int64_t shorter, std::int64_t longer) const;
};

// The same model with other positions in place of its own. Where those are ALiBi in place of something else, every slope is
// 0 until a request brings its own. Throws Error when the model has none of the positions to be changed, and for sinks where
// no layer has a window.
DecoderConfig withPositions(DecoderConfig config, const PositionOverride& change);

// Throws Error naming `source` and the first field that makes no sense (zero layers, heads that do not divide, ...).
void checkConfig(const DecoderConfig& config, const std::string& source);

} // namespace slopescope
