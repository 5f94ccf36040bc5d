#include "core/checkpoint/families/slopescope.h"

#include <algorithm>

namespace slopescope::families {
namespace {

PositionScheme readPositions(const ConfigFields& fields, std::int64_t headDim, std::int64_t trainingLength) {
    PositionScheme scheme;
    try {
        scheme = schemeNamed(fields.text("method"), headDim, trainingLength);
    } catch (const Error& fault) {
        throw Error(fields.source() + ": " + fault.what());
    }
    if (scheme.rotary) {
        scheme.rotary->dims = fields.integer("dims", headDim);
        scheme.rotary->base = fields.number("base", scheme.rotary->base);
        scheme.rotary->interleaved = fields.boolean("interleaved", false);
    }
    if (scheme.embedding == PositionEmbedding::Learned)
        scheme.learnedPositions = fields.integer("length");
    if (scheme.bias == BiasKind::T5Buckets) {
        scheme.buckets = fields.integer("buckets", scheme.buckets);
        scheme.maxDistance = fields.integer("max_distance", scheme.maxDistance);
    }
    return scheme;
}

[[noreturn]] void refuseSlopes(const ConfigFields& fields) {
    throw Error(fields.source() + ": \"slopes\" must be a list of numbers, one a head, or a list of such lists, one a layer.");
}

SlopeSet readSlopeSet(const ConfigFields& fields, const nlohmann::json& list) {
    SlopeSet slopes;
    for (const auto& slope : list) {
        if (!slope.is_number())
            refuseSlopes(fields);
        slopes.push_back(slope.get<double>());
    }
    return slopes;
}

// One list that all layers share, or one a layer.
void readSlopes(const ConfigFields& fields, DecoderConfig& config) {
    const nlohmann::json& list = fields.required("slopes");
    if (!list.is_array())
        refuseSlopes(fields);
    if (list.empty() || !list.front().is_array())
        return config.setSlopes(readSlopeSet(fields, list));
    for (const auto& layer : list) {
        if (!layer.is_array())
            refuseSlopes(fields);
        config.slopes.push_back(readSlopeSet(fields, layer));
    }
}

// As readSlopes reads them.
nlohmann::json writeSlopes(const SlopeTable& slopes) {
    return layersShare(slopes) && !slopes.empty() ? nlohmann::json(slopes.front()) : nlohmann::json(slopes);
}

} // namespace

DecoderConfig readSlopescopeConfig(const ConfigFields& fields) {
    DecoderConfig config;
    config.modelType = "slopescope";
    config.vocabulary = fields.integer("vocab_size");
    config.width = fields.integer("hidden_size");
    config.layers = fields.integer("num_hidden_layers");
    config.heads = fields.integer("num_attention_heads");
    config.keyHeads = fields.integer("num_key_value_heads", config.heads);
    config.headDim = fields.integer("head_dim", config.heads > 0 ? config.width / config.heads : 0);
    config.hidden = fields.integer("intermediate_size");
    config.normEpsilon = fields.number("layer_norm_eps", config.normEpsilon);
    config.embeddingScale = fields.number("embedding_scale", config.embeddingScale);
    config.trainingLength = fields.integer("training_length", 0);
    const ConfigFields positions = fields.section("positions");
    config.positions = readPositions(positions, config.headDim, config.trainingLength);
    if (config.positions.bias == BiasKind::Linear)
        readSlopes(positions, config);
    return config;
}

nlohmann::json writeSlopescopeConfig(const DecoderConfig& config) {
    const PositionScheme& scheme = config.positions;
    nlohmann::json positions;
    if (scheme.bias == BiasKind::Linear)
        positions = {{"method", "alibi"}, {"slopes", writeSlopes(config.slopes)}};
    else if (scheme.bias == BiasKind::T5Buckets)
        positions = {{"method", "t5-bias"}, {"buckets", scheme.buckets}, {"max_distance", scheme.maxDistance}};
    else if (scheme.rotary)
        positions = {{"method", "rotary"},
                     {"dims", scheme.rotary->dims},
                     {"base", scheme.rotary->base},
                     {"interleaved", scheme.rotary->interleaved}};
    else if (scheme.embedding == PositionEmbedding::Sinusoidal)
        positions = {{"method", "sinusoidal"}};
    else if (scheme.embedding == PositionEmbedding::Learned)
        positions = {{"method", "learned"}, {"length", scheme.learnedPositions}};
    else
        positions = {{"method", "none"}};
    return {{"model_type", "slopescope"},
            {"vocab_size", config.vocabulary},
            {"hidden_size", config.width},
            {"num_hidden_layers", config.layers},
            {"num_attention_heads", config.heads},
            {"num_key_value_heads", config.keyHeads},
            {"head_dim", config.headDim},
            {"intermediate_size", config.hidden},
            {"layer_norm_eps", config.normEpsilon},
            {"embedding_scale", config.embeddingScale},
            {"training_length", config.trainingLength},
            {"positions", positions}};
}

} // namespace slopescope::families
