#include "core/model/layer_math.h"

#include "core/kernels/visible.h"
#include "core/model/layer_parts.h"
#include "core/positions/sinusoidal.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>

#include <cmath>

namespace slopescope {
namespace {

at::Tensor norm(const DecoderConfig& config, const at::Tensor& x, const Norm& part) {
    return normed(x, part, config.norm, config.normEpsilon);
}

// base + the branch that ends in part(y), normed and scaled where the config says so.
at::Tensor addBranch(const DecoderConfig& config, const at::Tensor& base, const at::Tensor& y, const Linear& part,
                     const Norm& branchNorm) {
    if (!config.branchNorms && config.residualScale == 1)
        return addLinear(base, y, part);
    at::Tensor branch = linear(y, part);
    if (config.branchNorms)
        branch = norm(config, branch, branchNorm);
    return config.residualScale == 1 ? base + branch : base + branch * config.residualScale;
}

// base + the feed-forward part's answer to x.
at::Tensor addFeedForward(const DecoderConfig& config, const LayerWeights& layer, const at::Tensor& base,
                          const at::Tensor& x) {
    at::Tensor inner = activated(linear(x, config.gated ? layer.gate : layer.up), config.activation);
    if (config.gated)
        inner = times(inner, linear(x, layer.up));
    return addBranch(config, base, inner, layer.down, layer.mlpBranchNorm);
}

// x [batch, length, heads, headDim].
at::Tensor normHeads(const DecoderConfig& config, const at::Tensor& x, const Norm& part) {
    if (config.queryKeyNorm == QueryKeyNorm::Heads)
        return norm(config, x.contiguous(), part);
    if (config.queryKeyNorm == QueryKeyNorm::Each) {
        at::Tensor y = norm(config, x.contiguous(), {});
        const at::IntArrayRef heads = x.sizes().slice(2);
        if (part.weight.defined())
            y = y * part.weight.view(heads);
        return part.bias.defined() ? y + part.bias.view(heads) : y;
    }
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
        x = x + sinusoidalTable(first + config.positions.sinusoidalOffset, length, config.width).to(x.options());
        break;
    case PositionEmbedding::Learned:
        x = x + weights.positionEmbedding.narrow(0, first + config.positions.learnedOffset, length);
        break;
    }
    return x;
}

QueryKeyValue projectAttention(const DecoderConfig& config, const LayerWeights& layer, const at::Tensor& x,
                               const LayerRotary& rotary, const at::Tensor& factors) {
    const bool plain = config.block == Block::PostNorm || !config.inputNorms;
    const at::Tensor seen = plain ? x : norm(config, x, layer.attentionNorm);
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
    if (rotary.rule) {
        result.q = rotated(result.q, *rotary.rule, rotary.table);
        result.k = rotated(result.k, *rotary.rule, rotary.table);
    }
    if (factors.defined())
        result.q = result.q * factors.to(result.q.options()).unsqueeze(2);
    return result;
}

at::Tensor queryFactors(const DecoderConfig& config, std::int64_t layer, std::int64_t first, std::int64_t length) {
    const std::vector<double> &fixed = config.queryFactors, &logs = config.queryLogFactors;
    if (fixed.empty() && logs.empty())
        return {};
    const std::int64_t window = config.windowAt(layer);
    const kernels::Sight sight{window, window > 0 ? config.sinks : 0};
    at::Tensor factors = at::empty({length, config.heads}, at::kFloat);
    float* factor = factors.data_ptr<float>();
    for (std::int64_t position = first; position < first + length; ++position) {
        const double logarithm = std::log(double(sight.count(position, 0, position + 1)));
        for (std::size_t head = 0; head < std::size_t(config.heads); ++head)
            *factor++ = float((fixed.empty() ? 1 : fixed[head]) * (logs.empty() ? 1 : logs[head] * logarithm));
    }
    return factors;
}

at::Tensor finishLayer(const DecoderConfig& config, const LayerWeights& layer, const at::Tensor& x,
                       const at::Tensor& attended) {
    const at::Tensor base = config.normedResidual ? norm(config, x, layer.attentionNorm) : x;
    const at::Tensor middle = addBranch(config, base, attended.flatten(2), layer.output, layer.attentionBranchNorm);
    switch (config.block) {
    case Block::PreNorm: {
        const at::Tensor seen = config.inputNorms ? norm(config, middle, layer.mlpNorm) : middle;
        return addFeedForward(config, layer, config.normedResidual ? seen : middle, seen);
    }
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
    const at::Tensor scores = linear(finalNorm(config, weights, x), outputProjection(weights));
    return config.logitCap > 0 ? softlyCapped(scores, config.logitCap) : scores;
}

} // namespace slopescope
