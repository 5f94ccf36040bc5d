#include "core/checkpoint/families/family.h"

#include "core/checkpoint/families/slopescope.h"
#include "core/base/in_quotes.h"

#include <algorithm>
#include <array>

namespace slopescope::families {
namespace {

Blueprint readOurs(const ConfigFields& fields) {
    return {readSlopescopeConfig(fields), {}, {}};
}

constexpr OtherName kNamesOfBloom[]{
    {"num_hidden_layers", "n_layer"}, {"num_attention_heads", "n_head"}, {"n_embed", "hidden_size"}};
constexpr OtherName kNamesOfFalcon[]{{"n_embed", "hidden_size"}};
constexpr OtherName kNamesOfGpt[]{{"hidden_size", "n_embd"},
                                  {"max_position_embeddings", "n_positions"},
                                  {"num_attention_heads", "n_head"},
                                  {"num_hidden_layers", "n_layer"}};
constexpr OtherName kNamesOfMpt[]{
    {"num_attention_heads", "n_heads"}, {"hidden_size", "d_model"}, {"num_hidden_layers", "n_layers"}};

constexpr std::array kFamilies{
    Family{"slopescope", readOurs},
    Family{"baichuan", readBaichuan},
    Family{"bloom", readBloom, kNamesOfBloom},
    Family{"btlm", readJais, kNamesOfGpt},
    Family{"cohere", readCohere},
    Family{"cohere2", readCohere2},
    Family{"falcon", readFalcon, kNamesOfFalcon},
    Family{"RefinedWeb", readFalcon, kNamesOfFalcon},      // Falcon 40B before transformers knew it
    Family{"RefinedWebModel", readFalcon, kNamesOfFalcon}, // and the others
    Family{"gemma", readGemma},
    Family{"gemma2", readGemma2},
    Family{"gemma3", readGemma3},
    Family{"gemma3_text", readGemma3Text},
    Family{"gpt2", readGpt2, kNamesOfGpt},
    Family{"gpt_bigcode", readGptBigCode},
    Family{"gpt_neo", readGptNeo},
    Family{"gpt_refact", readRefact},
    Family{"gpt_neox", readGptNeoX},
    Family{"gptj", readGptJ, kNamesOfGpt},
    Family{"granite", readGranite},
    Family{"granite_swa", readGraniteSwa},
    Family{"jais", readJais, kNamesOfGpt},
    Family{"llama", readLlama},
    Family{"mistral", readMistral},
    Family{"mpt", readMpt, kNamesOfMpt},
    Family{"nanochat", readNanoChat},
    Family{"olmo2", readOlmo2},
    Family{"olmo3", readOlmo3},
    Family{"opt", readOpt},
    Family{"phi", readPhi},
    Family{"phi3", readPhi3},
    Family{"qwen2", readQwen2},
    Family{"qwen3", readQwen3},
    Family{"smollm3", readSmolLm3},
    Family{"stablelm", readStableLm},
    Family{"starcoder2", readStarcoder2},
    Family{"xglm", readXglm},
};

// Fields that change what a model computes, with the value at which they do not. A reader that knows one has asked for
// it.
struct Change {
    const char* field;
    double neutral;
};
constexpr std::array kChanges{
    Change{"attn_logit_softcapping", 0},
    Change{"final_logit_softcapping", 0},
    Change{"logits_soft_cap", 0},
    Change{"attention_multiplier", 1},
    Change{"embedding_multiplier", 1},
    Change{"residual_multiplier", 1},
    Change{"logits_scaling", 1},
    Change{"logit_scale", 1},
    Change{"query_pre_attn_scalar", 0},
    Change{"num_experts", 0},
    Change{"num_local_experts", 0},
    Change{"n_routed_experts", 0},
    Change{"sliding_window", 0},
    Change{"attention_chunk_size", 0},
    Change{"rope_scaling", 0},
    Change{"partial_rotary_factor", 1},
    Change{"use_qk_norm", 0},
    Change{"qk_layernorm", 0},
    Change{"add_cross_attention", 0},
    Change{"is_encoder_decoder", 0},
    Change{"clip_qkv", 0},
    Change{"embedding_scale", 1},
    Change{"alibi", 0},
    Change{"use_alibi", 0},
    Change{"n_head_kv", 0},
    Change{"layer_types", 0},
};

bool matters(const nlohmann::json& value, double neutral) {
    if (value.is_number())
        return value.get<double>() != neutral;
    const bool isEmpty = value.is_string() ? value.get_ref<const std::string&>().empty() : value.empty();
    return !isEmpty && value != false;
}

// Fields that some families read and others pass over, whatever they say; with what they usually say.
constexpr std::array kReadBySome{Change{"rope_theta", 10'000}, Change{"rotary_emb_base", 10'000}, Change{"rotary_pct", 1},
                                 Change{"attention_bias", 0}, Change{"mlp_bias", 0}};

void remarkOnWhatIsPassedOver(const nlohmann::json& json, const ConfigFields& fields) {
    for (const Change& change : kReadBySome)
        if (json.contains(change.field) && fields.unread(change.field) && matters(json.at(change.field), change.neutral))
            fields.remark(inQuotes(change.field) + " is set, which models of this type do not use");
}

// The config with its fields under the names that the family reads.
nlohmann::json underOwnNames(nlohmann::json json, const Family& family, std::vector<std::string>& remarks) {
    for (const auto& [other, field] : family.otherNames) {
        if (!json.contains(other) || !matters(json.at(other), 0))
            continue;
        if (json.contains(field) && json.at(field) != json.at(other))
            remarks.push_back(inQuotes(field) + " and " + inQuotes(other) + " disagree: the second counts");
        json[field] = json.at(other);
    }
    return json;
}

// "layer_types" of a model all of whose layers see everything says what it is without it.
bool seesEverything(const nlohmann::json& types) {
    return types.is_array() &&
           std::all_of(types.begin(), types.end(), [](const auto& type) { return type == "full_attention"; });
}

void refuseWhatIsNotRead(const nlohmann::json& json, const ConfigFields& fields) {
    for (const char* field : {"quantization_config", "compression_config"})
        if (json.contains(field) && matters(json.at(field), 0)) {
            const nlohmann::json& settings = json.at(field);
            const bool named = settings.is_object() && settings.contains("quant_method");
            throw Error(fields.source() + ": the weights are quantised" +
                        (named ? " (" + settings.at("quant_method").dump().substr(0, 40) + ")" : std::string()) +
                        ", a form that is not read; float32, float16 and bfloat16 are.");
        }
    for (const Change& change : kChanges)
        if (json.contains(change.field) && fields.unread(change.field) &&
            matters(json.at(change.field), change.neutral) &&
            !(change.field == std::string_view("layer_types") && seesEverything(json.at(change.field))))
            fields.refuse(change.field, "which changes what the model computes in a way that is not computed here");
}

// Of most of their layers there is no attention to show: a recurrence or a convolution stands in its place.
constexpr std::array kHybrids{
    "bamba",      "falcon_h1",   "granitemoehybrid", "jamba",        "kimi_linear", "lfm2",            "lfm2_moe", "minimax",
    "nemotron_h", "olmo_hybrid", "qwen3_5",          "qwen3_5_text", "qwen3_next",  "recurrent_gemma", "zamba",    "zamba2",
};

std::string familyNames() {
    std::string names;
    for (const Family& family : kFamilies)
        names += std::string(names.empty() ? "" : ", ") + family.modelType;
    return names;
}

} // namespace

Blueprint readBlueprint(const nlohmann::json& json, const std::string& source) {
    const std::string type = ConfigFields(json, source).text("model_type");
    const auto family = std::find_if(kFamilies.begin(), kFamilies.end(),
                                     [&](const Family& candidate) { return candidate.modelType == type; });
    if (std::find(kHybrids.begin(), kHybrids.end(), type) != kHybrids.end())
        throw Error(source + ": models of type " + inQuotes(type) +
                    " cannot be opened: most of their layers are no attention, and have no map to show.");
    if (family == kFamilies.end())
        throw Error(source + ": models of type " + inQuotes(type) + " cannot be opened; those of type " +
                    familyNames() + " can.");
    try {
        std::vector<std::string> remarks;
        const nlohmann::json own = underOwnNames(json, *family, remarks);
        const ConfigFields fields(own, source);
        Blueprint blueprint = family->read(fields);
        refuseWhatIsNotRead(own, fields);
        remarkOnWhatIsPassedOver(own, fields);
        remarks.insert(remarks.end(), fields.remarks().begin(), fields.remarks().end());
        for (const std::string& remark : remarks)
            blueprint.remarks.push_back(source + ": " + remark + ".");
        blueprint.config.modelType = type;
        checkConfig(blueprint.config, source);
        return blueprint;
    } catch (const nlohmann::json::exception& fault) {
        throw Error(source + ": " + fault.what() + ".");
    }
}

} // namespace slopescope::families
