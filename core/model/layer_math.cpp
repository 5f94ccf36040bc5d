#include "core/model/layer_math.h"

#include "core/positions/sinusoidal.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>

namespace slopescope {
namespace {

at::Tensor norm(const DecoderConfig& config, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    return at::layer_norm(x, {config.width}, weight, bias, config.normEpsilon);
}

} // namespace

at::Tensor embed(const DecoderConfig& config, const DecoderWeights& weights, const at::Tensor& ids, std::int64_t first) {
    at::Tensor x = at::embedding(weights.embedding, ids);
    if (config.embeddingScale != 1)
        x = x * config.embeddingScale;
    const std::int64_t length = ids.size(1);
    switch (config.positions.embedding) {
    case PositionEmbedding::None:
        break;
    case PositionEmbedding::Sinusoidal:
        x = x + sinusoidalTable(first, length, config.width).to(x.options());
        break;
    case PositionEmbedding::Learned:
        x = x + weights.positionEmbedding.narrow(0, first + config.positions.learnedOffset, length);
        break;
    }
    return x;
}

QueryKeyValue projectAttention(const DecoderConfig& config, const LayerWeights& layer, const at::Tensor& x,
                               const RotaryTable* rotary) {
    const at::Tensor normed = norm(config, x, layer.attentionNormWeight, layer.attentionNormBias);
    const at::Tensor qkv = at::linear(normed, layer.qkvWeight, layer.qkvBias)
                               .view({x.size(0), x.size(1), config.heads + 2 * config.keyHeads, config.headDim});
    QueryKeyValue result{qkv.narrow(2, 0, config.heads), qkv.narrow(2, config.heads, config.keyHeads),
                         qkv.narrow(2, config.heads + config.keyHeads, config.keyHeads)};
    if (rotary) {
        result.q = rotate(result.q, *config.positions.rotary, *rotary);
        result.k = rotate(result.k, *config.positions.rotary, *rotary);
    }
    return result;
}

at::Tensor finishLayer(const DecoderConfig& config, const LayerWeights& layer, const at::Tensor& x,
                       const at::Tensor& attended) {
    const at::Tensor middle = x + at::linear(attended.flatten(2), layer.outputWeight, layer.outputBias);
    const at::Tensor hidden =
        at::linear(norm(config, middle, layer.mlpNormWeight, layer.mlpNormBias), layer.upWeight, layer.upBias);
    return middle + at::linear(at::gelu(hidden, "tanh"), layer.downWeight, layer.downBias);
}

at::Tensor logits(const DecoderConfig& config, const DecoderWeights& weights, const at::Tensor& x) {
    return at::linear(norm(config, x, weights.finalNormWeight, weights.finalNormBias), weights.embedding);
}

} // namespace slopescope
