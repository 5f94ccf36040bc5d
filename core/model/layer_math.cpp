#include "core/model/layer_math.h"

#include "core/model/layer_parts.h"
#include "core/positions/sinusoidal.h"

#include <ATen/TensorOperators.h>

namespace slopescope {
namespace {

at::Tensor norm(const DecoderConfig& config, const at::Tensor& x, const Norm& part) {
    return normed(x, part, config.norm, config.normEpsilon);
}

// base + the feed-forward part's answer to x.
at::Tensor addFeedForward(const DecoderConfig& config, const LayerWeights& layer, const at::Tensor& base,
                          const at::Tensor& x) {
    if (!config.gated)
        return addLinear(base, activated(linear(x, layer.up), config.activation), layer.down);
    const at::Tensor gate = activated(linear(x, layer.gate), config.activation);
    return addLinear(base, times(gate, linear(x, layer.up)), layer.down);
}

// x [batch, length, heads, headDim].
at::Tensor normHeads(const DecoderConfig& config, const at::Tensor& x, const Norm& part) {
    if (config.queryKeyNorm == QueryKeyNorm::Heads)
        return norm(config, x.contiguous(), part);
    return norm(config, x.flatten(2), part).view(x.sizes());
}

} // namespace

at::Tensor embed(const DecoderConfig& config, const DecoderWeights& weights, const at::Tensor& ids, std::int64_t first) {
    at::Tensor x = rowsOf(weights.embedding, ids);
    if (config.embeddingScale != 1)
        x = x * config.embeddingScale;
    if (config.embeddingWidth)
        x = linear(x, weights.embeddingIn);
    if (config.embeddingNorm)
        x = norm(config, x, weights.embeddingNorm);
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
    const at::Tensor seen = config.block == Block::PostNorm ? x : norm(config, x, layer.attentionNorm);
    at::Tensor qkv = linear(seen, layer.qkv);
    if (config.clipQkv > 0)
        qkv = qkv.clamp(-config.clipQkv, config.clipQkv);
    qkv = qkv.view({x.size(0), x.size(1), config.heads + 2 * config.keyHeads, config.headDim});
    // Split, not narrowed three times: the gradient then is one concatenation.
    const auto parts = qkv.split_with_sizes({config.heads, config.keyHeads, config.keyHeads}, 2);
    QueryKeyValue result{parts[0], parts[1], parts[2]};
    if (config.queryKeyNorm != QueryKeyNorm::None) {
        result.q = normHeads(config, result.q, layer.queryNorm);
        result.k = normHeads(config, result.k, layer.keyNorm);
    }
    if (rotary) {
        result.q = rotated(result.q, *config.positions.rotary, *rotary);
        result.k = rotated(result.k, *config.positions.rotary, *rotary);
    }
    return result;
}

at::Tensor finishLayer(const DecoderConfig& config, const LayerWeights& layer, const at::Tensor& x,
                       const at::Tensor& attended) {
    const at::Tensor middle = addLinear(x, attended.flatten(2), layer.output);
    switch (config.block) {
    case Block::PreNorm:
        return addFeedForward(config, layer, middle, norm(config, middle, layer.mlpNorm));
    case Block::PostNorm: {
        const at::Tensor normed = norm(config, middle, layer.attentionNorm);
        return norm(config, addFeedForward(config, layer, normed, normed), layer.mlpNorm);
    }
    case Block::Parallel:
        break;
    }
    const Norm& before = config.sharedNorm ? layer.attentionNorm : layer.mlpNorm;
    return addFeedForward(config, layer, middle, norm(config, x, before));
}

at::Tensor finalNorm(const DecoderConfig& config, const DecoderWeights& weights, const at::Tensor& x) {
    at::Tensor last = config.finalNorm ? norm(config, x, weights.finalNorm) : x;
    if (config.embeddingWidth)
        last = linear(last, weights.embeddingOut);
    return config.logitScale == 1 ? last : last * config.logitScale;
}

const Linear& outputProjection(const DecoderWeights& weights) {
    const Linear& head = weights.head;
    return head.packed || head.weight.defined() ? head : weights.embedding;
}

at::Tensor logits(const DecoderConfig& config, const DecoderWeights& weights, const at::Tensor& x) {
    return linear(finalNorm(config, weights, x), outputProjection(weights));
}

} // namespace slopescope
