#include "core/model/decoder_weights.h"

namespace slopescope {
namespace {

using Visit = std::function<void(const std::string&, const std::vector<std::int64_t>&, at::Tensor&)>;

// Visits the parts of one model, with the shapes that its config gives them.
class Visitor {
public:
    Visitor(const DecoderConfig& config, const Visit& visit) : c(config), m_visit(visit) {}

    void top(DecoderWeights& w) const {
        const std::int64_t inner = c.embeddingWidth ? c.embeddingWidth : c.width;
        m_visit("embedding.weight", {c.vocabulary, inner}, w.embedding.weight);
        if (c.embeddingWidth) {
            linear("embedding_in", c.width, inner, false, w.embeddingIn);
            linear("embedding_out", inner, c.width, false, w.embeddingOut);
        }
        if (c.embeddingNorm)
            norm("embedding_norm", {c.width}, w.embeddingNorm);
        if (c.positions.embedding == PositionEmbedding::Learned)
            m_visit("position_embedding.weight", {c.positions.learnedPositions, c.width}, w.positionEmbedding);
        if (c.positions.bias == BiasKind::T5Buckets)
            m_visit("relative_bias.weight", {c.positions.buckets, c.heads}, w.relativeBias);
    }

    void layer(const std::string& prefix, LayerWeights& layer) const {
        if (c.inputNorms)
            norm(prefix + "attention_norm", {c.width}, layer.attentionNorm);
        linear(prefix + "attention.qkv", (c.heads + 2 * c.keyHeads) * c.headDim, c.width, c.qkvBias, layer.qkv);
        if (c.queryKeyNorm != QueryKeyNorm::None) {
            norm(prefix + "attention.query_norm", headShape(c.heads), layer.queryNorm);
            norm(prefix + "attention.key_norm", headShape(c.keyHeads), layer.keyNorm);
        }
        linear(prefix + "attention.output", c.width, c.heads * c.headDim, c.outputBias, layer.output);
        if (c.sinkLogits)
            m_visit(prefix + "attention.sinks.weight", {c.heads}, layer.sinkLogits);
        if (c.branchNorms)
            norm(prefix + "attention_branch_norm", {c.width}, layer.attentionBranchNorm);
        if (c.inputNorms && !c.sharedNorm)
            norm(prefix + "mlp_norm", {c.width}, layer.mlpNorm);
        if (c.branchNorms)
            norm(prefix + "mlp_branch_norm", {c.width}, layer.mlpBranchNorm);
        if (c.gated)
            linear(prefix + "mlp.gate", c.hidden, c.width, c.mlpBias, layer.gate);
        linear(prefix + "mlp.up", c.hidden, c.width, c.mlpBias, layer.up);
        linear(prefix + "mlp.down", c.width, c.hidden, c.mlpBias, layer.down);
    }

    void bottom(DecoderWeights& w) const {
        if (c.finalNorm)
            norm("final_norm", {c.width}, w.finalNorm);
        if (!c.tiedHead)
            linear("head", c.vocabulary, c.embeddingWidth ? c.embeddingWidth : c.width, c.headBias, w.head);
    }

private:
    // Of a norm of queries or keys.
    std::vector<std::int64_t> headShape(std::int64_t heads) const {
        switch (c.queryKeyNorm) {
        case QueryKeyNorm::Each:
            return {heads, c.headDim};
        case QueryKeyNorm::Whole:
            return {heads * c.headDim};
        case QueryKeyNorm::None:
        case QueryKeyNorm::Heads:
            break;
        }
        return {c.headDim};
    }

    void norm(const std::string& name, const std::vector<std::int64_t>& shape, Norm& part) const {
        if (c.normWeights)
            m_visit(name + ".weight", shape, part.weight);
        if (c.normBiases)
            m_visit(name + ".bias", shape, part.bias);
    }

    void linear(const std::string& name, std::int64_t outputs, std::int64_t inputs, bool bias, Linear& part) const {
        m_visit(name + ".weight", {outputs, inputs}, part.weight);
        if (bias)
            m_visit(name + ".bias", {outputs}, part.bias);
    }

    const DecoderConfig& c;
    const Visit& m_visit;
};

} // namespace

void forEachTensor(const DecoderConfig& config, DecoderWeights& weights, const Visit& visit) {
    const Visitor visitor(config, visit);
    visitor.top(weights);
    weights.layers.resize(static_cast<std::size_t>(config.layers));
    for (std::int64_t n = 0; n < config.layers; ++n)
        visitor.layer("layers." + std::to_string(n) + ".", weights.layers[static_cast<std::size_t>(n)]);
    visitor.bottom(weights);
}

void forEachMatrix(DecoderWeights& weights, const std::function<void(Linear&)>& visit) {
    for (Linear* part : {&weights.embedding, &weights.embeddingIn, &weights.embeddingOut, &weights.head})
        visit(*part);
    for (LayerWeights& layer : weights.layers)
        for (Linear* part : {&layer.qkv, &layer.output, &layer.gate, &layer.up, &layer.down})
            visit(*part);
}

} // namespace slopescope
