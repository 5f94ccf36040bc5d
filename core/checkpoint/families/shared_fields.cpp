#include "core/checkpoint/families/shared_fields.h"

#include "core/positions/rotary.h"

#include <algorithm>
#include <map>

namespace slopescope::families {
namespace {

constexpr const char* kNotComputed = "which is not computed here";
constexpr std::int64_t kMostLayers = 1 << 14; // what checkConfig allows

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

std::vector<double> readNumbers(const ConfigFields& fields, const char* field) {
    const nlohmann::json& list = fields.required(field);
    std::vector<double> numbers;
    for (const nlohmann::json& value : list) {
        if (!list.is_array() || !value.is_number())
            throw Error(fields.source() + ": \"" + field + "\" must be a list of numbers.");
        numbers.push_back(value.get<double>());
    }
    return numbers;
}

void readLongRope(const ConfigFields& fields, const ConfigFields& rope, std::int64_t usualLength, Rotary& rotary) {
    rotary.scaling = RotaryScaling::LongRope;
    rotary.originalLength = originalLength(fields, rope, usualLength);
    rotary.shortDivisors = readNumbers(rope, "short_factor");
    rotary.longDivisors = readNumbers(rope, "long_factor");
    rotary.factor = rope.has("factor") ? rope.number("factor")
                                       : double(ownLength(fields, usualLength)) / double(rotary.originalLength);
    rotary.attentionFactor = rope.has("attention_factor") ? rope.number("attention_factor")
                                                          : longRopeAttentionFactor(rotary.factor, rotary.originalLength);
}

void readScaling(const ConfigFields& fields, const ConfigFields& rope, std::int64_t usualLength, Rotary& rotary) {
    const char* const field = rope.among({"rope_type", "type"});
    const std::string type = rope.text(field, "default");
    if (type == "default")
        return;
    if (type == "yarn")
        return readYarn(fields, rope, usualLength, rotary);
    if (type == "longrope" || type == "su") // its name when it was new
        return readLongRope(fields, rope, usualLength, rotary);
    if (type != "linear" && type != "dynamic" && type != "llama3")
        rope.refuse(field, "a rotary scaling " + std::string(kNotComputed) + "; linear, dynamic, yarn, llama3 and longrope are");
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
        {"relu2", Activation::ReluSquared},
        {"silu", Activation::Silu},
        {"swish", Activation::Silu},
    };
    const auto name = kNames.find(fields.text(field, otherwise));
    if (name == kNames.end())
        fields.refuse(field, std::string("an activation ") + kNotComputed);
    return name->second;
}

namespace {

// `rope` holds the rule, `fields` what the rule leaves out.
Rotary rotaryOf(const ConfigFields& fields, const ConfigFields& rope, const DecoderConfig& config, double part, double base,
                RotaryFields names) {
    Rotary rotary;
    rotary.base = rope.has("rope_theta") ? rope.number("rope_theta") : fields.number(names.base, base);
    part = rope.has("partial_rotary_factor") ? rope.number("partial_rotary_factor") : fields.number(names.part, part);
    if (!(part > 0 && part <= 1))
        throw Error(fields.source() + ": the part of a head that is rotated must lie above 0 and be at most 1.");
    rotary.dims = std::int64_t(double(config.headDim) * part);
    readScaling(fields, rope, names.usualLength, rotary);
    return rotary;
}

const nlohmann::json kNoRule = nlohmann::json::object();

ConfigFields ropeSection(const ConfigFields& fields, const char* field) {
    return {fields.has(field) ? fields.required(field) : kNoRule, fields.source() + ", \"" + field + "\""};
}

} // namespace

Rotary readRotary(const ConfigFields& fields, const DecoderConfig& config, double part, double base, RotaryFields names) {
    const ConfigFields rope = ropeSection(fields, fields.among({"rope_scaling", "rope_parameters"}));
    for (const char* kind : {"full_attention", "sliding_attention"})
        if (rope.has(kind))
            rope.refuse(kind, std::string("a rotary rule for one kind of layer, ") + kNotComputed);
    return rotaryOf(fields, rope, config, part, base, names);
}

void readRotaryByKind(const ConfigFields& fields, const std::vector<bool>& sliding, KindBases bases, DecoderConfig& config) {
    const ConfigFields kinds = ropeSection(fields, "rope_parameters");
    if (kinds.has("rope_theta") || kinds.has("rope_type"))
        fields.refuse("rope_parameters", "one rule where this family has one for each kind of layer");
    const bool older = !kinds.has("full_attention");
    const ConfigFields full = older ? ropeSection(fields, "rope_scaling") : kinds.section("full_attention");
    config.positions.rotary = rotaryOf(fields, full, config, 1, bases.full, {});
    Rotary inWindows{.dims = config.headDim, .base = bases.sliding};
    if (kinds.has("sliding_attention")) {
        const nlohmann::json ownBase{{"rope_theta", bases.sliding}}; // that of the other layers is not meant for these
        const ConfigFields rule = kinds.section("sliding_attention");
        inWindows = rotaryOf(rule.has("rope_theta") ? fields : ConfigFields(ownBase, fields.source()), rule, config, 1,
                             bases.sliding, {});
    }
    if (config.positions.rotary->scaling == inWindows.scaling && inWindows.scaling == RotaryScaling::None &&
        config.positions.rotary->base == inWindows.base)
        return; // one rule for all
    config.positions.moreRotary = {inWindows};
    for (const bool slides : sliding)
        config.positions.rotaryOfLayers.push_back(slides ? 1 : 0);
}

std::vector<bool> readSliding(const ConfigFields& fields, std::int64_t layers, std::int64_t pattern) {
    std::vector<bool> sliding;
    if (!fields.has("layer_types")) {
        if (pattern < 0 || layers > kMostLayers)
            throw Error(fields.source() + ": windows in all but every " + std::to_string(pattern) + "th of " +
                        std::to_string(layers) + " layers cannot be.");
        for (std::int64_t layer = 0; layer < layers; ++layer)
            sliding.push_back(pattern > 0 && (layer + 1) % pattern != 0);
        return sliding;
    }
    for (const std::int64_t window : readWindows(fields, 1, layers, 0))
        sliding.push_back(window > 0);
    return sliding;
}

std::vector<std::int64_t> windowsOf(const std::vector<bool>& sliding, std::int64_t window) {
    std::vector<std::int64_t> windows;
    for (const bool slides : sliding)
        windows.push_back(slides ? window : 0);
    return windows;
}

std::int64_t readWindowSize(const ConfigFields& fields, std::int64_t usual) {
    const std::int64_t window = fields.integer("sliding_window", fields.isThere("sliding_window") ? 0 : usual);
    if (window < 0)
        fields.refuse("sliding_window", "which is no number of tokens");
    return window;
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
