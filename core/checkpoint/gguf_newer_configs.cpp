#include "core/checkpoint/gguf_newer_configs.h"

#include "core/positions/rotary.h"

#include <cmath>
#include <iterator>
#include <map>
#include <vector>

namespace slopescope {
namespace {

using Json = nlohmann::json;

std::vector<float> listOf(const GgufEntries& e, const char* tensor) {
    const at::Tensor values = e.file().read(tensor);
    return {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()};
}

std::int64_t headSizeOf(const GgufEntries& e) {
    const std::int64_t heads = e.integer("attention.head_count");
    return heads > 0 ? e.integer("embedding_length") / heads : 0;
}

// What most have, under the names that most configs have for it.
Json bodyOf(const GgufEntries& e, const char* type) {
    const std::int64_t heads = e.integer("attention.head_count"), even = headSizeOf(e);
    const std::int64_t headSize = e.integer("attention.key_length", even);
    if (e.integer("attention.value_length", headSize) != headSize)
        e.refuse("attention.value_length", "differs from the length of keys, which is not supported");
    if (e.integer("expert_count", 0) != 0)
        e.refuse("expert_count", "is set, and mixtures of experts are not read");
    return {{"model_type", type},
            {"hidden_size", e.integer("embedding_length")},
            {"num_hidden_layers", e.integer("block_count")},
            {"num_attention_heads", heads},
            {"num_key_value_heads", e.integer("attention.head_count_kv", heads)},
            {"head_dim", headSize},
            {"intermediate_size", e.rows("blk.0.ffn_up.weight")},
            {"max_position_embeddings", e.integer("context_length")},
            {"rope_theta", e.number("rope.freq_base", 10000)}};
}

void requireWholeRotation(const GgufEntries& e, const Json& config) {
    const std::int64_t size = config.at("head_dim").get<std::int64_t>();
    if (e.integer("rope.dimension_count", size) != size)
        e.refuse("rope.dimension_count", "differs from the size of a head, which is not supported");
}

Json rootNormed(const GgufEntries& e, const char* type) {
    Json config = bodyOf(e, type);
    requireWholeRotation(e, config);
    config["rms_norm_eps"] = e.number("attention.layer_norm_rms_epsilon");
    readGgufScaling(e, config);
    return config;
}

// The share of a head that turns, as a number from which its dimensions follow again.
double partOf(const GgufEntries& e, const char* name, double headSize) {
    const double dims = double(e.integer(name, std::int64_t(headSize)));
    if (!(dims >= 1 && dims <= headSize))
        e.refuse(name, "is no number of dimensions of a head");
    return dims == headSize ? 1 : (dims + 0.5) / headSize;
}

void readWindow(const GgufEntries& e, Json& config) {
    config["sliding_window"] = e.integer("attention.sliding_window", 0);
}

// Which layers have the window: a list, one in so many that has none, or what llama.cpp takes for the family.
void readPattern(const GgufEntries& e, std::int64_t usual, Json& config) {
    constexpr const char* kName = "attention.sliding_window_pattern";
    if (!e.has(kName)) {
        config["sliding_window_pattern"] = usual;
        return;
    }
    const Json& pattern = e.value(kName);
    if (!pattern.is_array()) {
        config["sliding_window_pattern"] = e.integer(kName);
        return;
    }
    Json types = Json::array();
    for (const Json& slides : pattern) {
        if (!slides.is_boolean() && !slides.is_number_integer())
            e.refuse(kName, "must be a list of yes and no, one a layer");
        types.push_back(slides == true || (slides.is_number() && slides != 0) ? "sliding_attention" : "full_attention");
    }
    config["layer_types"] = std::move(types);
}

Json gemma(const GgufEntries& e) {
    return rootNormed(e, "gemma");
}

// The file has no scale of the scores. llama.cpp takes that of a head's size, but for the largest, whose heads do not fill the
// width.
double scalarOf(const GgufEntries& e, std::int64_t layersOfTheLargest, const Json& config) {
    return e.integer("block_count") == layersOfTheLargest ? double(headSizeOf(e)) : config.at("head_dim").get<double>();
}

Json gemma2(const GgufEntries& e) {
    constexpr std::int64_t kLayersOf27B = 46;
    Json config = rootNormed(e, "gemma2");
    readWindow(e, config);
    config["query_pre_attn_scalar"] = scalarOf(e, kLayersOf27B, config);
    config["attn_logit_softcapping"] = e.number("attn_logit_softcapping", 50);
    config["final_logit_softcapping"] = e.number("final_logit_softcapping", 30);
    return config;
}

Json gemma3(const GgufEntries& e) {
    constexpr std::int64_t kLayersOf27B = 62;
    Json config = rootNormed(e, "gemma3_text");
    readWindow(e, config);
    readPattern(e, 6, config);
    config["query_pre_attn_scalar"] = scalarOf(e, kLayersOf27B, config);
    config["rope_local_base_freq"] = e.number("rope.freq_base_swa", 10000);
    config["rope_theta"] = e.number("rope.freq_base", 1e6);
    if (e.has("final_logit_softcapping"))
        config["final_logit_softcapping"] = e.number("final_logit_softcapping");
    return config;
}

void readBiases(const GgufEntries& e, Json& config) {
    config["attention_bias"] = e.hasTensor("blk.0.attn_q.bias");
    config["mlp_bias"] = e.hasTensor("blk.0.ffn_up.bias");
}

Json smollm3(const GgufEntries& e) {
    Json config = rootNormed(e, "smollm3");
    readBiases(e, config);
    config["no_rope_layer_interval"] = 4; // which the file does not say
    return config;
}

// OLMo 3 is llama.cpp's olmo2 with a window. Its scaling concerns the layers without one.
Json olmo2(const GgufEntries& e) {
    Json config = rootNormed(e, e.integer("attention.sliding_window", 0) > 0 ? "olmo3" : "olmo2");
    if (config.at("model_type") == "olmo2")
        return config;
    readWindow(e, config);
    readPattern(e, 4, config);
    if (config.contains("sliding_window_pattern")) { // a pattern of another length is no field of this family
        if (config.at("sliding_window_pattern") != 4)
            e.refuse("attention.sliding_window_pattern", "is not that of the family");
        config.erase("sliding_window_pattern");
    }
    return config;
}

Json phi2(const GgufEntries& e) {
    Json config = bodyOf(e, "phi");
    config["layer_norm_eps"] = e.number("attention.layer_norm_epsilon");
    config["partial_rotary_factor"] = partOf(e, "rope.dimension_count", config.at("head_dim").get<double>());
    readGgufScaling(e, config);
    return config;
}

Json phi3(const GgufEntries& e) {
    Json config = bodyOf(e, "phi3");
    const std::int64_t inner = config.at("intermediate_size").get<std::int64_t>();
    if (inner % 2 != 0)
        throw Error(e.source() + ": tensor \"blk.0.ffn_up.weight\" does not divide into two matrices.");
    config["intermediate_size"] = inner / 2;
    config["rms_norm_eps"] = e.number("attention.layer_norm_rms_epsilon");
    config["partial_rotary_factor"] = partOf(e, "rope.dimension_count", config.at("head_dim").get<double>());
    readWindow(e, config);
    if (!e.hasTensor("rope_factors_long.weight")) {
        readGgufScaling(e, config);
        return config;
    }
    Json scaling{{"rope_type", "longrope"},
                 {"long_factor", listOf(e, "rope_factors_long.weight")},
                 {"short_factor", listOf(e, "rope_factors_short.weight")}};
    if (e.has("rope.scaling.attn_factor"))
        scaling["attention_factor"] = e.number("rope.scaling.attn_factor");
    config["rope_scaling"] = std::move(scaling);
    config["original_max_position_embeddings"] = e.integer("rope.scaling.original_context_length");
    return config;
}

Json granite(const GgufEntries& e) {
    Json config = rootNormed(e, "granite");
    readBiases(e, config);
    config["embedding_multiplier"] = e.number("embedding_scale", 1);
    config["residual_multiplier"] = e.number("residual_scale", 1);
    config["logits_scaling"] = e.number("logit_scale", 1);
    config["attention_multiplier"] =
        e.number("attention.scale", 1 / std::sqrt(config.at("head_dim").get<double>()));
    return config;
}

Json gptShape(const GgufEntries& e, const char* type, const char* epsilon) {
    return {{"model_type", type},
            {"n_embd", e.integer("embedding_length")},
            {"n_layer", e.integer("block_count")},
            {"n_head", e.integer("attention.head_count")},
            {"n_inner", e.rows("blk.0.ffn_up.weight")},
            {"n_positions", e.integer("context_length")},
            {"layer_norm_epsilon", e.number(epsilon)}};
}

Json gpt2(const GgufEntries& e) {
    return gptShape(e, "gpt2", "attention.layer_norm_epsilon");
}

Json starcoder(const GgufEntries& e) {
    Json config = gptShape(e, "gpt_bigcode", "attention.layer_norm_epsilon");
    if (e.integer("attention.head_count_kv", 1) != 1)
        e.refuse("attention.head_count_kv", "is not 1, a form of the family that is not read from GGUF files");
    config["multi_query"] = true;
    return config;
}

// ALiBi with the paper's slopes, which the file does not say.
Json refact(const GgufEntries& e) {
    Json config = gptShape(e, "gpt_refact", "attention.layer_norm_rms_epsilon");
    if (e.integer("attention.head_count_kv", 1) != 1)
        e.refuse("attention.head_count_kv", "is not 1, a form of the family that is not read");
    const std::int64_t inner = e.rows("blk.0.ffn_up.weight"); // two thirds of what the config has
    config["n_inner"] = inner + inner / 2;
    return config;
}

Json starcoder2(const GgufEntries& e) {
    Json config = bodyOf(e, "starcoder2");
    requireWholeRotation(e, config);
    config["norm_epsilon"] = e.number("attention.layer_norm_epsilon");
    config["use_bias"] = e.hasTensor("blk.0.attn_q.bias");
    readWindow(e, config);
    readGgufScaling(e, config);
    return config;
}

Json commandR(const GgufEntries& e) {
    Json config = bodyOf(e, "cohere");
    config["layer_norm_eps"] = e.number("attention.layer_norm_epsilon");
    config["logit_scale"] = e.number("logit_scale");
    config["use_qk_norm"] = e.hasTensor("blk.0.attn_q_norm.weight");
    readGgufScaling(e, config);
    return config;
}

Json cohere2(const GgufEntries& e) {
    Json config = bodyOf(e, "cohere2");
    requireWholeRotation(e, config);
    config["layer_norm_eps"] = e.number("attention.layer_norm_epsilon");
    config["logit_scale"] = e.number("logit_scale");
    readWindow(e, config);
    readPattern(e, 4, config);
    readGgufScaling(e, config);
    return config;
}

Json stablelm(const GgufEntries& e) {
    Json config = bodyOf(e, "stablelm");
    config["layer_norm_eps"] = e.number("attention.layer_norm_epsilon");
    config["partial_rotary_factor"] = partOf(e, "rope.dimension_count", config.at("head_dim").get<double>());
    config["use_parallel_residual"] = !e.hasTensor("blk.0.ffn_norm.weight"); // as llama.cpp tells them apart
    config["use_qkv_bias"] = e.hasTensor("blk.0.attn_q.bias");
    config["qk_layernorm"] = e.hasTensor("blk.0.attn_q_norm.weight");
    readGgufScaling(e, config);
    return config;
}

Json gptNeoX(const GgufEntries& e) {
    Json config = bodyOf(e, "gpt_neox");
    config["layer_norm_eps"] = e.number("attention.layer_norm_epsilon");
    config["use_parallel_residual"] = e.boolean("use_parallel_residual", true);
    config["rotary_pct"] = partOf(e, "rope.dimension_count", config.at("head_dim").get<double>());
    config["rotary_emb_base"] = config.at("rope_theta");
    config["attention_bias"] = e.hasTensor("blk.0.attn_qkv.bias");
    config.erase("rope_theta");
    readGgufScaling(e, config);
    return config;
}

// The larger of the family, which alone has so many layers, has ALiBi. The file does not say so; llama.cpp takes it so too.
Json baichuan(const GgufEntries& e) {
    constexpr std::int64_t kLayersOf13B = 40;
    Json config = rootNormed(e, "baichuan");
    if (e.integer("block_count") != kLayersOf13B)
        return config;
    config["model_max_length"] = config.at("max_position_embeddings");
    for (const char* field : {"max_position_embeddings", "rope_theta"})
        config.erase(field);
    return config;
}

using Reader = Json (*)(const GgufEntries&);
const std::map<std::string, Reader>& readers() {
    static const std::map<std::string, Reader> kReaders{
        {"baichuan", baichuan}, {"cohere2", cohere2},     {"command-r", commandR},    {"gemma", gemma},
        {"gemma2", gemma2},     {"gemma3", gemma3},       {"gpt2", gpt2},             {"gptneox", gptNeoX},
        {"granite", granite},   {"olmo2", olmo2},         {"phi2", phi2},             {"phi3", phi3},
        {"refact", refact},     {"smollm3", smollm3},     {"stablelm", stablelm},     {"starcoder", starcoder},
        {"starcoder2", starcoder2},
    };
    return kReaders;
}

} // namespace

Json newerConfigOfGguf(const GgufEntries& entries, const std::string& architecture) {
    if (const auto reader = readers().find(architecture); reader != readers().end())
        return reader->second(entries);
    std::string known = "bloom, mpt, falcon, llama, qwen2, qwen3";
    for (auto entry = readers().begin(); entry != readers().end(); ++entry)
        known += (std::next(entry) == readers().end() ? " and " : ", ") + entry->first;
    throw Error(entries.source() + ": models of the architecture " + inQuotes(architecture) +
                " cannot be read from GGUF files; " + known + " can.");
}

void readGgufScaling(const GgufEntries& e, Json& config) {
    // As llama.cpp reads them: a factor without a type is linear, scale_linear is the factor's older name, and the attention
    // factor multiplies what YaRN's rule makes of the factor.
    const double factor = e.has("rope.scaling.factor") ? e.number("rope.scaling.factor") : e.number("rope.scale_linear", 1);
    const std::string scaling = e.text("rope.scaling.type", "linear");
    const double attention = e.number("rope.scaling.attn_factor", 1);
    if (e.number("rope.scaling.yarn_log_multiplier", 0) != 0)
        e.refuse("rope.scaling.yarn_log_multiplier", "changes what YaRN multiplies, which is not computed here");
    if (scaling != "yarn" && attention != 1)
        e.refuse("rope.scaling.attn_factor", "is set without YaRN, which is not computed here");
    if (scaling == "linear") {
        if (factor != 1 && factor != 0)
            config["rope_scaling"] = {{"rope_type", "linear"}, {"factor", factor}};
    } else if (scaling == "yarn") {
        config["rope_scaling"] = {{"rope_type", "yarn"}, {"factor", factor}};
        if (attention != 1)
            config["rope_scaling"]["attention_factor"] = attention * yarnAttentionFactor(factor);
        if (e.has("rope.scaling.original_context_length"))
            config["rope_scaling"]["original_max_position_embeddings"] =
                e.integer("rope.scaling.original_context_length");
    } else if (scaling != "none") {
        e.refuse("rope.scaling.type", "is " + inQuotes(scaling) + ", which is not supported");
    }
}

} // namespace slopescope
