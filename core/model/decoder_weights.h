// The tensors of a decoder, in the one arrangement that the forward and the trainer share. All of one floating type, but for
// packed matrices. An undefined tensor means that the model has no such part.
#pragma once

#include "core/model/decoder_config.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace slopescope {

namespace kernels {
class PackedMatrix;
}

// y = x weight^T + bias. The forward without gradients packs the weight for our own product and lets the tensor go; see
// core/model/layer_parts.h.
struct Linear {
    at::Tensor weight; // [out, in]; undefined once packed
    at::Tensor bias;   // [out]
    std::shared_ptr<const kernels::PackedMatrix> packed;
};

struct Norm {
    at::Tensor weight, bias; // [width]
};

struct LayerWeights {
    Norm attentionNorm;
    Linear qkv;              // width -> (heads + 2 keyHeads) headDim: all queries, all keys, all values
    Norm queryNorm, keyNorm; // of a head, or of all heads
    Linear output;           // heads headDim -> width
    at::Tensor sinkLogits;   // [heads]
    Norm mlpNorm;
    Norm attentionBranchNorm, mlpBranchNorm;
    Linear gate, up; // width -> hidden
    Linear down;     // hidden -> width
};

struct DecoderWeights {
    Linear embedding;                 // weight [vocabulary, width]; its rows embed, and where tied it is the output projection
    Linear embeddingIn, embeddingOut; // embeddingWidth -> width, and back
    Norm embeddingNorm;
    at::Tensor positionEmbedding; // [learnedPositions, width]
    at::Tensor relativeBias;      // [buckets, heads]: T5's, shared by all layers
    std::vector<LayerWeights> layers;
    Norm finalNorm;
    Linear head; // width -> vocabulary, where not tied
};

// Calls visit(name, shape, tensor) for each tensor that a model of this config has, in a fixed order, with the name it
// bears in our own checkpoints ("layers.0.attention.qkv.weight"). Loader, writer and initialisation all go through here.
void forEachTensor(const DecoderConfig& config, DecoderWeights& weights,
                   const std::function<void(const std::string&, const std::vector<std::int64_t>&, at::Tensor&)>& visit);

// Calls visit for each matrix that a model may have; those that it has not are empty.
void forEachMatrix(DecoderWeights& weights, const std::function<void(Linear&)>& visit);

} // namespace slopescope
