#include "core/checkpoint/families/shared_fields.h"

#include "core/positions/rotary.h"

#include <algorithm>
#include <map>

namespace slopescope::families {
namespace {

constexpr const char* kNotComputed = "which is not computed here";

std::int64_t ownLength(const ConfigFields& fields, std::int64_t usual) {
    return readCount(fields, "max_position_embeddings", usual);
}

// The length that a scaling starts from: what the config calls the original one, else the one it calls its own.
std::int64_t originalLength(const ConfigFields& fields, const ConfigFields& rope, std::int64_t usual) {
    constexpr const char* kField = "original_max_position_embeddings";
    if (fields.has(kField))
        return fields.integer(kField);
    return rope.has(kField) ? rope.integer(kField) : ownLength(fields, usual);
}

void readYarn(const ConfigFields& fields, const ConfigFields& rope, std::int64_t usualLength, Rotary& rotary) {
    rotary.scaling = RotaryScaling::Yarn;
    rotary.originalLength = originalLength(fields, rope, usualLength);
    rotary.factor = rope.has("factor") ? rope.number("factor")
                                       : double(ownLength(fields, usualLength)) / double(rotary.originalLength);
    rotary.betaFast = rope.number("beta_fast", 32);
    rotary.betaSlow = rope.number("beta_slow", 1);
    rotary.wholeBounds = rope.boolean("truncate", true);
    const double weight = rope.number("mscale", 0), weightOfAll = rope.number("mscale_all_dim", 0);
    if (rope.has("attention_factor"))
        rotary.attentionFactor = rope.number("attention_factor");
    else if (weight != 0 && weightOfAll != 0)
        rotary.attentionFactor =
            yarnAttentionFactor(rotary.factor, weight) / yarnAttentionFactor(rotary.factor, weightOfAll);
    else
        rotary.attentionFactor = yarnAttentionFactor(rotary.factor);
}

void readScaling(const ConfigFields& fields, const ConfigFields& rope, std::int64_t usualLength, Rotary& rotary) {
    const char* const field = rope.among({"rope_type", "type"});
    const std::string type = rope.text(field, "default");
    if (type == "default")
        return;
    if (type == "yarn")
        return readYarn(fields, rope, usualLength, rotary);
    if (type != "linear" && type != "dynamic" && type != "llama3")
        rope.refuse(field, "a rotary scaling " + std::string(kNotComputed) + "; linear, dynamic, yarn and llama3 are");
    rotary.factor = rope.number("factor");
    rotary.scaling = RotaryScaling::Linear;
    if (type == "dynamic") {
        rotary.scaling = RotaryScaling::Dynamic;
        rotary.originalLength = ownLength(fields, usualLength);
    } else if (type == "llama3") {
        rotary.scaling = RotaryScaling::Llama3;
        rotary.originalLength = originalLength(fields, rope, usualLength);
        rotary.lowFrequency = rope.number("low_freq_factor");
        rotary.highFrequency = rope.number("high_freq_factor");
    }
}

} // namespace

std::int64_t readCount(const ConfigFields& fields, const char* field, std::int64_t usual) {
    return usual == 0 ? fields.integer(field) : fields.integerUnlessAbsent(field, usual);
}

void readShape(const ConfigFields& fields, ShapeNames names, DecoderConfig& config, const UsualShape& usual) {
    config.vocabulary = readCount(fields, "vocab_size", usual.vocabulary);
    config.width = readCount(fields, names.width, usual.width);
    config.layers = readCount(fields, names.layers, usual.layers);
    config.heads = config.keyHeads = readCount(fields, names.heads, usual.heads);
    if (config.heads < 1 || config.width % config.heads)
        throw Error(fields.source() + ": " + std::to_string(config.heads) + " heads do not divide a width of " +
                    std::to_string(config.width) + ".");
    config.headDim = config.width / config.heads;
}

Activation readActivation(const ConfigFields& fields, const char* field, const std::string& otherwise) {
    static const std::map<std::string, Activation> kNames{
        {"gelu", Activation::Gelu},
        {"gelu_python", Activation::Gelu},
        {"gelu_new", Activation::GeluTanh},
        {"gelu_fast", Activation::GeluTanh},
        {"gelu_accurate", Activation::GeluTanh},
        {"gelu_pytorch_tanh", Activation::GeluTanh},
        {"gelu_python_tanh", Activation::GeluTanh},
        {"relu", Activation::Relu},
        {"silu", Activation::Silu},
        {"swish", Activation::Silu},
    };
    const auto name = kNames.find(fields.text(field, otherwise));
    if (name == kNames.end())
        fields.refuse(field, std::string("an activation ") + kNotComputed);
    return name->second;
}

Rotary readRotary(const ConfigFields& fields, const DecoderConfig& config, double part, double base, RotaryFields names) {
    const nlohmann::json none = nlohmann::json::object();
    const char* const field = fields.among({"rope_scaling", "rope_parameters"});
    const ConfigFields rope(fields.has(field) ? fields.required(field) : none, fields.source() + ", \"" + field + "\"");
    for (const char* kind : {"full_attention", "sliding_attention"})
        if (rope.has(kind))
            rope.refuse(kind, std::string("a rotary rule for one kind of layer, ") + kNotComputed);
    Rotary rotary;
    rotary.base = rope.has("rope_theta") ? rope.number("rope_theta") : fields.number(names.base, base);
    part = rope.has("partial_rotary_factor") ? rope.number("partial_rotary_factor") : fields.number(names.part, part);
    if (!(part > 0 && part <= 1))
        throw Error(fields.source() + ": the part of a head that is rotated must lie above 0 and be at most 1.");
    rotary.dims = std::int64_t(double(config.headDim) * part);
    readScaling(fields, rope, names.usualLength, rotary);
    return rotary;
}

std::vector<std::int64_t> windowInEveryLayer(const ConfigFields& fields, std::int64_t window, std::int64_t layers) {
    constexpr std::int64_t kMost = 1 << 16;
    if (window < 0)
        fields.refuse("sliding_window", "which is no number of tokens");
    return std::vector<std::int64_t>(window > 0 && layers > 0 && layers <= kMost ? std::size_t(layers) : 0, window);
}

std::vector<std::int64_t> readWindows(const ConfigFields& fields, std::int64_t window, std::int64_t layers,
                                      std::int64_t first) {
    std::vector<std::int64_t> windows = windowInEveryLayer(fields, window, layers);
    if (!fields.has("layer_types")) {
        std::fill_n(windows.begin(), std::clamp<std::int64_t>(first, 0, std::ssize(windows)), 0);
        return windows;
    }
    windows.clear();
    const nlohmann::json& types = fields.required("layer_types");
    if (!types.is_array() || std::int64_t(types.size()) != layers)
        throw Error(fields.source() + ": \"layer_types\" must be a list with an entry for each of " +
                    std::to_string(layers) + (layers == 1 ? " layer." : " layers."));
    for (const nlohmann::json& type : types) {
        if (type != "full_attention" && type != "sliding_attention")
            throw Error(fields.source() + ": \"layer_types\" holds " + type.dump().substr(0, 60) +
                        ", a kind of layer " + kNotComputed + ".");
        windows.push_back(type == "sliding_attention" ? window : 0);
    }
    return windows;
}

void requireBoolean(const ConfigFields& fields, const char* field, bool value, const char* otherwise) {
    if (fields.boolean(field, value) != value)
        fields.refuse(field, otherwise);
}

} // namespace slopescope::families
