#include "core/model/decoder_weights.h"

namespace slopescope {

void forEachTensor(const DecoderConfig& c, DecoderWeights& w,
                   const std::function<void(const std::string&, const std::vector<std::int64_t>&, at::Tensor&)>& visit) {
    visit("embedding.weight", {c.vocabulary, c.width}, w.embedding.weight);
    if (c.positions.embedding == PositionEmbedding::Learned)
        visit("position_embedding.weight", {c.positions.learnedPositions, c.width}, w.positionEmbedding);
    if (c.positions.bias == BiasKind::T5Buckets)
        visit("relative_bias.weight", {c.positions.buckets, c.heads}, w.relativeBias);
    w.layers.resize(static_cast<std::size_t>(c.layers));
    for (std::int64_t n = 0; n < c.layers; ++n) {
        LayerWeights& layer = w.layers[static_cast<std::size_t>(n)];
        const std::string prefix = "layers." + std::to_string(n) + ".";
        const auto norm = [&](const char* name, Norm& part) {
            visit(prefix + name + ".weight", {c.width}, part.weight);
            visit(prefix + name + ".bias", {c.width}, part.bias);
        };
        const auto linear = [&](const char* name, std::int64_t outputs, std::int64_t inputs, Linear& part) {
            visit(prefix + name + ".weight", {outputs, inputs}, part.weight);
            visit(prefix + name + ".bias", {outputs}, part.bias);
        };
        norm("attention_norm", layer.attentionNorm);
        linear("attention.qkv", (c.heads + 2 * c.keyHeads) * c.headDim, c.width, layer.qkv);
        linear("attention.output", c.width, c.heads * c.headDim, layer.output);
        norm("mlp_norm", layer.mlpNorm);
        linear("mlp.up", c.hidden, c.width, layer.up);
        linear("mlp.down", c.width, c.hidden, layer.down);
    }
    visit("final_norm.weight", {c.width}, w.finalNorm.weight);
    visit("final_norm.bias", {c.width}, w.finalNorm.bias);
}

} // namespace slopescope
