#include "core/model/decoder_weights.h"

namespace slopescope {

void forEachTensor(const DecoderConfig& c, DecoderWeights& w,
                   const std::function<void(const std::string&, const std::vector<std::int64_t>&, at::Tensor&)>& visit) {
    visit("embedding.weight", {c.vocabulary, c.width}, w.embedding);
    if (c.positions.embedding == PositionEmbedding::Learned)
        visit("position_embedding.weight", {c.positions.learnedPositions, c.width}, w.positionEmbedding);
    if (c.positions.bias == BiasKind::T5Buckets)
        visit("relative_bias.weight", {c.positions.buckets, c.heads}, w.relativeBias);
    w.layers.resize(static_cast<std::size_t>(c.layers));
    for (std::int64_t n = 0; n < c.layers; ++n) {
        LayerWeights& layer = w.layers[static_cast<std::size_t>(n)];
        const std::string prefix = "layers." + std::to_string(n) + ".";
        const auto both = [&](const char* name, const std::vector<std::int64_t>& shape, at::Tensor& weight,
                              at::Tensor& bias) {
            visit(prefix + name + ".weight", shape, weight);
            visit(prefix + name + ".bias", {shape.front()}, bias);
        };
        both("attention_norm", {c.width}, layer.attentionNormWeight, layer.attentionNormBias);
        both("attention.qkv", {(c.heads + 2 * c.keyHeads) * c.headDim, c.width}, layer.qkvWeight, layer.qkvBias);
        both("attention.output", {c.width, c.heads * c.headDim}, layer.outputWeight, layer.outputBias);
        both("mlp_norm", {c.width}, layer.mlpNormWeight, layer.mlpNormBias);
        both("mlp.up", {c.hidden, c.width}, layer.upWeight, layer.upBias);
        both("mlp.down", {c.width, c.hidden}, layer.downWeight, layer.downBias);
    }
    visit("final_norm.weight", {c.width}, w.finalNormWeight);
    visit("final_norm.bias", {c.width}, w.finalNormBias);
}

} // namespace slopescope
