// The tensors of a decoder, in the one arrangement that the forward and the trainer share. All of one floating type;
// linear weights are (out, in). An undefined tensor means that the model has no such part.
#pragma once

#include "core/model/decoder_config.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace slopescope {

struct LayerWeights {
    at::Tensor attentionNormWeight, attentionNormBias; // [width]
    at::Tensor qkvWeight, qkvBias; // [(heads + 2 keyHeads) headDim, width]: all queries, all keys, all values
    at::Tensor outputWeight, outputBias;               // [width, heads headDim]
    at::Tensor mlpNormWeight, mlpNormBias;             // [width]
    at::Tensor upWeight, upBias;                       // [hidden, width]
    at::Tensor downWeight, downBias;                   // [width, hidden]
};

struct DecoderWeights {
    at::Tensor embedding;                        // [vocabulary, width], also the output projection (tied)
    at::Tensor positionEmbedding;                // [learnedPositions, width]
    at::Tensor relativeBias;                     // [buckets, heads]: T5's, shared by all layers
    std::vector<LayerWeights> layers;
    at::Tensor finalNormWeight, finalNormBias;   // [width]
};

// Calls visit(name, shape, tensor) for each tensor that a model of this config has, in a fixed order, with the name it
// bears in our own checkpoints ("layers.0.attention.qkv.weight"). Loader, writer and initialisation all go through here.
void forEachTensor(const DecoderConfig& config, DecoderWeights& weights,
                   const std::function<void(const std::string&, const std::vector<std::int64_t>&, at::Tensor&)>& visit);

} // namespace slopescope
