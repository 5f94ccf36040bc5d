// The parts of a decoder layer around its attention, written once for the forward and the trainer, of what layer_parts.h
// offers and plain LibTorch operations: differentiable where their inputs are, and acting on each row alone. Activations
// are [batch, length, ...].
#pragma once

#include "core/model/decoder_weights.h"

#include "core/positions/rotary.h"

namespace slopescope {

// Token embedding (scaled, widened, normed), plus what the position scheme adds for positions first, first+1, ...
// ids [batch, length] int64 -> [batch, length, width].
at::Tensor embed(const DecoderConfig& config, const DecoderWeights& weights, const at::Tensor& ids, std::int64_t first);

struct QueryKeyValue {
    at::Tensor q, k, v; // [batch, length, heads or keyHeads, headDim]; last dim contiguous, the rest may be strided
};

// How a layer turns queries and keys: its rule, and the rule's table for the positions of x.
struct LayerRotary {
    const Rotary* rule = nullptr; // null: it does not
    RotaryTable table = {};
};

// Norms, projection and rotation: what attention sees of the residual x.
// `factors` [length, heads], of queryFactors(), or undefined: what queries are multiplied with at last.
QueryKeyValue projectAttention(const DecoderConfig& config, const LayerWeights& layer, const at::Tensor& x,
                               const LayerRotary& rotary, const at::Tensor& factors = {});

// [length, heads] float32 for positions first, first + 1, ...: the temperature of each head, times s log(keys that the
// query sees in this layer). Undefined: the config has neither.
at::Tensor queryFactors(const DecoderConfig& config, std::int64_t layer, std::int64_t first, std::int64_t length);

// The residual leaving the layer: output(attended) and the feed-forward part joined to x as the config's block says.
// attended: [batch, length, heads, headDim].
at::Tensor finishLayer(const DecoderConfig& config, const LayerWeights& layer, const at::Tensor& x,
                       const at::Tensor& attended);

// What follows the last layer, apart for the loss, which never holds all logits. The first has a scale of the logits in it.
at::Tensor finalNorm(const DecoderConfig& config, const DecoderWeights& weights, const at::Tensor& x);
const Linear& outputProjection(const DecoderWeights& weights);

// Both: [rows, width] -> [rows, vocabulary].
at::Tensor logits(const DecoderConfig& config, const DecoderWeights& weights, const at::Tensor& x);

} // namespace slopescope
