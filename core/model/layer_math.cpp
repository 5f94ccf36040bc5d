#include "core/model/layer_math.h"

#include "core/model/layer_parts.h"
#include "core/positions/sinusoidal.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/gelu.h>

namespace slopescope {

at::Tensor embed(const DecoderConfig& config, const DecoderWeights& weights, const at::Tensor& ids, std::int64_t first) {
    at::Tensor x = rowsOf(weights.embedding, ids);
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
    const at::Tensor seen = normed(x, layer.attentionNorm, config.normEpsilon);
    const at::Tensor qkv = linear(seen, layer.qkv)
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
    const at::Tensor middle = x + linear(attended.flatten(2), layer.output);
    const at::Tensor hidden = linear(normed(middle, layer.mlpNorm, config.normEpsilon), layer.up);
    return middle + linear(at::gelu(hidden, "tanh"), layer.down);
}

at::Tensor finalNorm(const DecoderConfig& config, const DecoderWeights& weights, const at::Tensor& x) {
    return normed(x, weights.finalNorm, config.normEpsilon);
}

const Linear& outputProjection(const DecoderWeights& weights) {
    return weights.embedding;
}

at::Tensor logits(const DecoderConfig& config, const DecoderWeights& weights, const at::Tensor& x) {
    return linear(finalNorm(config, weights, x), outputProjection(weights));
}

} // namespace slopescope
