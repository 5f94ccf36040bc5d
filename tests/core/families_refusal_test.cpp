// Configs and files of families that cannot be opened as they are: one sentence each, and nothing else.
#include "core/checkpoint/families/family.h"
#include "core/checkpoint/model_directory.h"
#include "core/checkpoint/safetensors.h"
#include "core/base/error.h"
#include "core/session.h"
#include "tests/core/tiny_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace slopescope {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using namespace tests;
using nlohmann::json;

const fs::path kFixtures = fs::path(SLOPESCOPE_TEST_DATA) / "families";

json configOf(const std::string& fixture) {
    return json::parse(readFile(kFixtures / fixture / "config.json"));
}

std::string messageOf(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.what();
    }
    return "nothing was refused";
}

void expectOneSentence(const std::string& message, const std::string& file, const std::string& fault) {
    EXPECT_THAT(message, AllOf(HasSubstr(file), HasSubstr(fault)));
    EXPECT_TRUE(message.ends_with(".") && message.find('\n') == std::string::npos) << message;
    EXPECT_LT(message.size(), 600U) << message;
}

// The config with `change` merged in is refused.
void expectRefused(const std::string& fixture, const json& change, const std::string& fault) {
    json config = configOf(fixture);
    config.merge_patch(change);
    SCOPED_TRACE(fixture + " " + change.dump());
    expectOneSentence(messageOf([&] { families::readBlueprint(config, "dir/config.json"); }), "dir/config.json", fault);
}

TEST(FamilyRefusals, UnknownArchitectures) {
    expectRefused("llama", {{"model_type", "mamba"}},
                  "models of type \"mamba\" cannot be opened; those of type slopescope,");
    expectRefused("llama", {{"model_type", "llama\nERROR"}}, "cannot be opened");
    expectRefused("llama", {{"model_type", 7}}, "\"model_type\" must be text");
    expectRefused("llama", {{"model_type", nullptr}}, "\"model_type\" is missing");
}

TEST(FamilyRefusals, RecurrentLayers) {
    for (const char* type : {"jamba", "qwen3_next", "lfm2", "granitemoehybrid"})
        expectRefused("llama", {{"model_type", type}}, "most of their layers are no attention, and have no map to show");
}

TEST(FamilyRefusals, WhatTheNewerFamiliesDoNotCompute) {
    expectRefused("phi3_long", {{"rope_parameters", {{"long_factor", {1, 2}}}}}, "2 factors for 4 frequencies");
    expectRefused("phi3_long", {{"rope_parameters", {{"short_factor", {1, 2, 0, 4}}}}}, "scaling's factors");
    expectRefused("phi3_long", {{"rope_parameters", {{"short_factor", "all"}}}}, "must be a list of numbers");
    expectRefused("gemma2", {{"use_bidirectional_attention", true}}, "sees later tokens");
    expectRefused("gemma2", {{"query_pre_attn_scalar", 0}}, "makes no scale");
    expectRefused("gemma2", {{"final_logit_softcapping", -1}}, "soft cap of the logits");
    expectRefused("gemma3_text", {{"attn_logit_softcapping", 50.0}}, "\"attn_logit_softcapping\" is 50.0, which changes");
    expectRefused("gemma3_text", {{"sliding_window_pattern", -1}}, "cannot be");
    expectRefused("gemma3", {{"text_config", nullptr}}, "\"text_config\" is missing");
    expectRefused("gemma3", {{"text_config", 7}}, "expected a JSON object");
    expectRefused("olmo3", {{"rope_parameters", {{"rope_theta", 7.0}}}}, "one rule where this family has one for each kind");
    expectRefused("smollm3_windows", {{"no_rope_layers", {1, 2}}}, "a list of 0 and 1");
    expectRefused("smollm3_windows", {{"no_rope_layers", {1}}}, "rotary positions are given for 1 of 2 layers");
    expectRefused("smollm3", {{"no_rope_layer_interval", 0}}, "is no number of layers");
    expectRefused("gpt_neo", {{"attention_types", {{{"global", "sparse"}, 1}}}}, "global or local");
    expectRefused("gpt_neo", {{"attention_types", json::parse(R"([[["global"], 1]])")}}, "global or local");
    expectRefused("gpt_neo", {{"attention_types", json::parse(R"([[["global", "local"], 1000000000000]])")}}, "global or local");
    expectRefused("granite", {{"logits_scaling", 0}}, "scale of the logits");
    expectRefused("granite", {{"attention_multiplier", -1}}, "makes no scale");
    expectRefused("granite_swa", {{"layer_rope_theta", {0, 300}}}, "rotary positions are given for 2 of 3 layers");
    expectRefused("granite_swa", {{"layer_rope_theta", {0, 300, -1}}}, "rotary base");
    expectRefused("stablelm", {{"qk_layernorm", true}}, "\"qk_layernorm\" is true");
    expectRefused("gpt_refact", {{"multi_query", false}}, "\"multi_query\" is false");
}

TEST(FamilyRefusals, QuantisedWeights) {
    expectRefused("llama", {{"quantization_config", {{"quant_method", "gptq"}, {"bits", 4}}}},
                  "the weights are quantised (\"gptq\"), a form that is not read");
    expectRefused("bloom", {{"quantization_config", {{"load_in_8bit", true}}}}, "the weights are quantised, a form");
    EXPECT_NO_THROW(families::readBlueprint(
        [] {
            json config = configOf("llama");
            config["quantization_config"] = nullptr;
            return config;
        }(),
        "config.json"));
}

TEST(FamilyRefusals, ScalingsOfRotaryPositions) {
    expectRefused("llama_linear", {{"rope_scaling", {{"type", "xpos"}}}}, "\"xpos\", a rotary scaling");
    expectRefused("llama_linear", {{"rope_scaling", {{"type", "longrope"}}}}, "\"short_factor\" is missing");
    expectRefused("llama_linear", {{"rope_scaling", {{"factor", nullptr}}}}, "\"rope_scaling\": \"factor\" is missing");
    expectRefused("llama_linear", {{"rope_scaling", {{"factor", 0}}}}, "factor must be a number above 0");
    expectRefused("llama_linear", {{"rope_scaling", "linear"}}, "expected a JSON object");
    expectRefused("llama3", {{"rope_parameters", {{"low_freq_factor", 4}}}}, "high_freq_factor must be a number above");
    expectRefused("llama3", {{"rope_parameters", {{"original_max_position_embeddings", 0}}}}, "original length");
    expectRefused("llama3", {{"rope_parameters", {{"full_attention", {{"rope_type", "default"}}}}}},
                  "one kind of layer");
    expectRefused("llama_yarn", {{"rope_parameters", {{"partial_rotary_factor", 0.5}}}}, "rotates a part of each head");
    expectRefused("llama_yarn", {{"rope_parameters", {{"attention_factor", -1}}}}, "attention factor");
    expectRefused("llama_yarn", {{"rope_parameters", {{"beta_fast", 0}}}}, "beta_fast");
    expectRefused("gpt_neox", {{"rotary_pct", 0}}, "part of a head that is rotated");
    expectRefused("gpt_neox", {{"rotary_pct", 1e300}}, "part of a head that is rotated");
    expectRefused("gpt_neox", {{"rotary_pct", 0.2}}, "must be an even number");
}

TEST(FamilyRefusals, SettingsThatWeDoNotCompute) {
    expectRefused("mpt", {{"attn_config", {{"prefix_lm", true}}}}, "\"prefix_lm\" is true");
    expectRefused("mpt", {{"attn_config", {{"rope", true}}}}, "\"rope\" is true");
    expectRefused("mpt", {{"attn_config", {{"attn_type", "linear"}}}}, "\"attn_type\" is \"linear\"");
    expectRefused("mpt", {{"norm_type", "batchnorm"}}, "a norm which is not computed");
    expectRefused("mpt", {{"logit_scale", "sqrt"}}, "a rule which is not computed");
    expectRefused("mpt", {{"ffn_config", {{"ffn_type", "mptglu"}}}}, "\"ffn_type\" is \"mptglu\"");
    expectRefused("mpt", {{"expansion_ratio", 1e30}}, "makes no width");
    expectRefused("falcon_7b", {{"num_ln_in_parallel_attn", 2}}, "a number of norms");
    expectRefused("falcon_40b", {{"parallel_attn", false}}, "\"parallel_attn\" is false");
    expectRefused("gpt2", {{"activation_function", "quick_gelu"}}, "an activation which is not computed here");
    expectRefused("gpt2", {{"add_cross_attention", true}}, "\"add_cross_attention\" is true, which changes");
    expectRefused("jais", {{"position_embedding_type", "learned"}}, "\"position_embedding_type\" is \"learned\"");
    expectRefused("jais", {{"alibi_scaling", {{"type", "cubic"}, {"factor", 2}}}}, "\"type\" is \"cubic\"");
    expectRefused("jais", {{"alibi_scaling", {{"factor", 0}}}}, "cannot be divided by");
    expectRefused("qwen2", {{"layer_types", {"full_attention", "linear_attention"}}}, "a kind of layer");
    expectRefused("qwen2", {{"layer_types", {"full_attention"}}}, "an entry for each of 2 layers");
    expectRefused("llama", {{"final_logit_softcapping", 30.0}}, "\"final_logit_softcapping\" is 30.0, which changes");
    expectRefused("llama", {{"num_local_experts", 8}}, "\"num_local_experts\" is 8");
    expectRefused("llama", {{"sliding_window", 128}}, "\"sliding_window\" is 128");
    expectRefused("opt", {{"is_encoder_decoder", true}}, "\"is_encoder_decoder\" is true");
}

TEST(FamilyRefusals, ShapesThatCannotBe) {
    expectRefused("bloom", {{"n_head", 3}}, "3 heads do not divide a width of 32");
    expectRefused("bloom", {{"n_head", 0}}, "0 heads do not divide");
    expectRefused("bloom", {{"hidden_size", "wide"}}, "\"hidden_size\" must be a whole number");
    expectRefused("llama", {{"num_key_value_heads", 4}}, "6 heads cannot share 4 key heads evenly");
    expectRefused("llama", {{"num_attention_heads", 0}}, "heads");
    expectRefused("llama", {{"num_hidden_layers", 2.5}}, "\"num_hidden_layers\" must be a whole number");
    expectRefused("llama", {{"num_hidden_layers", 1e9}}, "number of layers is 1000000000");
    expectRefused("llama", {{"num_hidden_layers", 1'000'000'000}}, "number of layers is 1000000000");
    expectRefused("llama", {{"rms_norm_eps", -1}}, "epsilon");
    expectRefused("mistral", {{"sliding_window", -4}}, "\"sliding_window\" is -4, which is no number of tokens");
    expectRefused("mpt", {{"attn_config", {{"clip_qkv", -1}}}}, "limit of queries");
    expectRefused("jais", {{"n_inner", 0}}, "feed-forward width is 0");
    expectRefused("opt", {{"max_position_embeddings", -2}}, "training length is -2");
}

// --- Tensors ---

class FamilyTensors : public ::testing::Test {
protected:
    void copy(const std::string& fixture) {
        fs::copy(kFixtures / fixture, directory(), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
        const TensorFile file = TensorFile::open(directory() / "model.safetensors");
        for (const auto& [name, info] : file.tensors())
            m_tensors[name] = file.read(name, at::kFloat);
    }
    fs::path directory() const { return m_folder.path(); }

    std::string messageWithTensors() {
        writeTensorFile(directory() / "model.safetensors", m_tensors);
        return messageOf([&] { openModelDirectory(directory(), Job()); });
    }

    const TempFolder m_folder;
    std::map<std::string, at::Tensor> m_tensors;
};

TEST_F(FamilyTensors, MissingOnesAreNamedAsTheirFilesNameThem) {
    copy("llama");
    m_tensors.erase("model.layers.1.self_attn.k_proj.weight");
    expectOneSentence(messageWithTensors(), "model.safetensors",
                      "has no tensor \"model.layers.1.self_attn.k_proj.weight\"");
}

TEST_F(FamilyTensors, ShapesAreThoseOfTheFile) {
    copy("gpt2"); // (in, out)
    m_tensors["h.0.attn.c_attn.weight"] = m_tensors.at("h.0.attn.c_attn.weight").t().contiguous();
    expectOneSentence(messageWithTensors(), "model.safetensors", "\"h.0.attn.c_attn.weight\" is [96, 32]");
}

TEST_F(FamilyTensors, AnOutputProjectionMayBeLeftOutOnlyWhereTheFamilyTies) {
    copy("falcon_11b");
    m_tensors.erase("lm_head.weight");
    writeTensorFile(directory() / "model.safetensors", m_tensors);
    EXPECT_TRUE(openModelDirectory(directory(), Job()).config.tiedHead);
    EXPECT_THAT(UnreadModel(directory(), Job()).description().remarks,
                ::testing::ElementsAre(HasSubstr("the embedding is taken for it")));
    m_tensors.clear();
    copy("llama");
    m_tensors.erase("lm_head.weight");
    expectOneSentence(messageWithTensors(), "model.safetensors", "has no tensor \"lm_head.weight\"");
}

// transformers keeps a stored head that differs from the embedding, whatever the config says of tying.
TEST_F(FamilyTensors, AStoredOutputProjectionCountsWhateverTheConfigSays) {
    copy("llama_biases_tied");
    const at::Tensor embedding = m_tensors.at("model.embed_tokens.weight");
    const at::Tensor head = embedding.mul(2);
    m_tensors["lm_head.weight"] = head;
    writeTensorFile(directory() / "model.safetensors", m_tensors);
    EXPECT_FALSE(openModelDirectory(directory(), Job()).config.tiedHead);

    m_tensors.erase("model.embed_tokens.weight"); // of a tied model the head alone may be stored
    writeTensorFile(directory() / "model.safetensors", m_tensors);
    const OpenedModel alone = openModelDirectory(directory(), Job());
    EXPECT_TRUE(alone.config.tiedHead);
    EXPECT_TRUE(alone.weights.embedding.weight.equal(head));
}

// What is stored beside, or in place of, what the config says is told to whoever opens the model.
TEST_F(FamilyTensors, WhatIsNotableIsSaid) {
    const auto remarks = [&] {
        writeTensorFile(directory() / "model.safetensors", m_tensors);
        return UnreadModel(directory(), Job()).description().remarks;
    };
    copy("llama_biases_tied");
    EXPECT_THAT(remarks(), ::testing::IsEmpty());
    m_tensors["lm_head.weight"] = m_tensors.at("model.embed_tokens.weight").clone(); // a copy is still the embedding
    EXPECT_THAT(remarks(), ::testing::IsEmpty());
    EXPECT_TRUE(openModelDirectory(directory(), Job()).config.tiedHead);
    m_tensors["lm_head.weight"] = m_tensors.at("lm_head.weight").mul(2);
    EXPECT_THAT(remarks(), ::testing::ElementsAre(HasSubstr("another is stored: the stored one counts")));
    m_tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = m_tensors.at("model.norm.weight").clone();
    m_tensors["mtp.fc.weight"] = m_tensors.at("model.norm.weight").clone();
    EXPECT_THAT(remarks(), ::testing::ElementsAre(::testing::_, HasSubstr("a tensor is not used, \"mtp.fc.weight\".")));
}

// transformers writes GPT-NeoX's head under another name since its version 5.
TEST_F(FamilyTensors, AHeadMayHaveAnotherName) {
    copy("gpt_neox");
    const at::Tensor head = m_tensors.extract("embed_out.weight").mapped();
    m_tensors["lm_head.weight"] = head;
    writeTensorFile(directory() / "model.safetensors", m_tensors);
    EXPECT_TRUE(openModelDirectory(directory(), Job()).weights.head.weight.equal(head));
    EXPECT_THAT(UnreadModel(directory(), Job()).description().remarks, ::testing::IsEmpty());
}

// GPT-J's head has a bias: where the config ties it, the embedding's values and the head's bias are joined.
TEST_F(FamilyTensors, AHeadWithABiasMayBeTied) {
    copy("gptj");
    json config = configOf("gptj");
    config["tie_word_embeddings"] = true;
    writeFile(directory() / "config.json", config.dump());
    writeTensorFile(directory() / "model.safetensors", m_tensors);
    const at::Tensor head = m_tensors.at("lm_head.weight");
    EXPECT_TRUE(openModelDirectory(directory(), Job()).weights.head.weight.equal(head)) << "a stored head counts";
    m_tensors.erase("lm_head.weight");
    writeTensorFile(directory() / "model.safetensors", m_tensors);
    const OpenedModel tied = openModelDirectory(directory(), Job());
    EXPECT_TRUE(tied.weights.head.weight.equal(tied.weights.embedding.weight));
    EXPECT_TRUE(tied.weights.head.bias.equal(m_tensors.at("lm_head.bias")));
}

DecoderConfig readWith(const std::string& fixture, const json& changes, std::initializer_list<const char*> without = {}) {
    json config = configOf(fixture);
    config.update(changes);
    for (const char* const field : without)
        config.erase(field);
    return families::readBlueprint(config, "config.json").config;
}

// transformers' MistralConfig: a window of 4,096 and 8 key heads where the file says nothing; null is no window.
TEST(FamilyDefaults, AMistralHasAWindowUnlessItsFileSaysThereIsNone) {
    EXPECT_EQ(readWith("mistral", json::object(), {"sliding_window"}).windows, (std::vector<std::int64_t>{4096, 4096}));
    EXPECT_EQ(readWith("mistral", {{"sliding_window", nullptr}}).windowAt(0), 0);
    EXPECT_EQ(readWith("mistral", {{"num_attention_heads", 16}}, {"num_key_value_heads"}).keyHeads, 8);
    EXPECT_EQ(readWith("mistral", {{"num_key_value_heads", nullptr}}).keyHeads, 4);
}

TEST(FamilyDefaults, AnEmptyValueCountsAsAbsent) {
    const json parameters{{"rope_theta", 500.0}, {"rope_type", "default"}};
    for (const json& empty : {json::object(), json::array(), json(""), json(nullptr)})
        EXPECT_EQ(readWith("llama", {{"rope_scaling", empty}, {"rope_parameters", parameters}}).positions.rotary->base, 500) << empty;
}

TEST(FamilyDefaults, AWholeFloatIsAWholeNumber) {
    EXPECT_EQ(readWith("llama", {{"num_hidden_layers", 3.0}, {"max_position_embeddings", 128.0}}).layers, 3);
}

TEST(FamilyDefaults, LayersThatAllSeeEverythingChangeNothing) {
    EXPECT_EQ(readWith("llama", {{"layer_types", {"full_attention", "full_attention"}}}).windowAt(1), 0);
    expectRefused("llama", {{"layer_types", {"full_attention", "sliding_attention"}}}, "layer_types");
}

TEST_F(FamilyTensors, ModelsWithoutATokenizerReadIdsButNoText) {
    copy("bloom");
    Session session(directory());
    EXPECT_EQ(session.openModel(directory().string(), Job()).family, "bloom");
    writeFile(directory() / "text.txt", "a text");
    const Variant variant{session.models().front().key, {}, {}};
    session.openText(directory() / "text.txt", Job());
    expectOneSentence(messageOf([&] { session.text(variant.model, Job()); }), directory().string(), "has no tokenizer.json");
    session.openIds("ids", {3, 1, 4, 1, 5});
    EXPECT_EQ(session.text(variant.model, Job())->tokens.size(), 5U);
    session.forward(variant, 5, Job());
    EXPECT_EQ(session.profile({variant, 5, {{1, 2}}}, Job()).freshness, Freshness::Exact);
}

} // namespace
} // namespace slopescope
