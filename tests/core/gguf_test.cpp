// GGUF files: models and vocabularies that another program wrote (tests/data/gguf_fixtures.py) are what they were
// before they were converted; files written by hand say what is refused.
#include "core/checkpoint/gguf.h"
#include "core/checkpoint/gguf_model.h"
#include "core/checkpoint/gguf_rope.h"
#include "core/checkpoint/gguf_tokenizer.h"
#include "core/checkpoint/model_directory.h"
#include "core/checkpoint/safetensors.h"
#include "core/base/error.h"
#include "core/text/tokenizer.h"
#include "core/base/utf8.h"
#include "tests/core/temp_folder.h"

#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>

namespace slopescope {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using namespace tests;
namespace fs = std::filesystem;
using Json = nlohmann::json;

const fs::path kData = SLOPESCOPE_TEST_DATA;

std::string refusal(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        EXPECT_TRUE(std::string(error.what()).ends_with(".")) << error.what();
        return error.what();
    }
    return "accepted";
}

// --- Models that were converted ---

class Converted : public ::testing::TestWithParam<const char*> {
protected:
    const std::string m_name = GetParam();
    const GgufModel m_model = openGguf(kData / "gguf" / (m_name + ".gguf"));
    const TensorFile m_original = TensorFile::open(kData / "families" / m_name / "model.safetensors");
};

std::string withoutPrefix(const std::string& name) {
    for (const std::string prefix : {"transformer.", "model."})
        if (name.starts_with(prefix))
            return name.substr(prefix.size());
    return name;
}

// How far a stored value may be from the original: nothing but for a rounding.
at::Tensor bound(const std::string& type, const at::Tensor& original) {
    if (type == "Q8_0") { // half a step of its block's scale, which itself is rounded to float16
        const at::Tensor blocks = original.reshape({-1, 32}).abs();
        const at::Tensor steps = std::get<0>(blocks.max(1, true)).div(127);
        return steps.mul(0.5 + 127 * 0x1p-11).expand_as(blocks).reshape(original.sizes());
    }
    const double relative = type == "BF16" ? 0x1p-8 : type == "F16" ? 0x1p-11 : 0;
    return original.abs().mul(relative).add(type == "F16" ? 0x1p-25
                                                          : 0); // the second for what float16 rounds to a step
}

TEST_P(Converted, TensorsAreInTheFamilysPlaces) {
    std::map<std::string, std::string> names;
    for (const auto& [name, tensor] : m_model.tensors.tensors())
        names[withoutPrefix(name)] = name;
    for (const auto& [name, info] : m_original.tensors()) {
        SCOPED_TRACE(name);
        ASSERT_TRUE(names.contains(withoutPrefix(name)));
        const std::string& ours = names.at(withoutPrefix(name));
        const at::Tensor original = m_original.read(name, at::kFloat);
        const at::Tensor loaded = m_model.tensors.load(ours, info.shape);
        EXPECT_TRUE(loaded.is_contiguous());
        EXPECT_TRUE((loaded.sub(original).abs().le(bound(m_model.tensors.at(ours).type, original))).all().item<bool>());
    }
    EXPECT_EQ(m_model.tensors.tensors().size(), m_original.tensors().size());
    EXPECT_THAT(refusal([&] { m_model.tensors.load(names.begin()->second, {7}); }),
                HasSubstr("but its metadata ask for [7]"));
}

TEST_P(Converted, TheConfigIsTheFamilys) {
    const Json original = Json::parse(readFile(kData / "families" / m_name / "config.json"));
    for (const auto& [key, value] : m_model.config.items()) {
        SCOPED_TRACE(key);
        if (key == "attn_config") {
            for (const auto& [field, setting] : value.items())
                EXPECT_EQ(setting, original.at(key).value(field, setting)) << field;
            EXPECT_EQ(value.contains("clip_qkv"), original.at(key).contains("clip_qkv"));
            EXPECT_EQ(value.contains("alibi_bias_max"), value.at("alibi").get<bool>());
        } else if (key == "learned_pos_emb") { // the original says so even where ALiBi takes its place
            EXPECT_EQ(value, !original.at("attn_config").at("alibi").get<bool>());
        } else if (key == "num_kv_heads" && !original.at("new_decoder_architecture").get<bool>()) {
            EXPECT_EQ(value, 1);
        } else if (key == "rope_theta" && !original.contains(key)) {
            EXPECT_EQ(value, original.at("rope_parameters").at(key));
        } else if (!original.contains(key)) {
            EXPECT_THAT(key, ::testing::AnyOf("seq_length", "layer_norm_epsilon", "ffn_config", "tie_word_embeddings",
                                              "rope_scaling")); // defaults, and what is said in other words
        } else if (value.is_number_float()) {
            EXPECT_FLOAT_EQ(value.get<float>(), original.at(key).get<float>()); // the file holds float32
        } else if (value.is_primitive()) {
            EXPECT_EQ(value, original.at(key));
        }
    }
    EXPECT_EQ(m_model.config.at("model_type"), original.at("model_type"));
    EXPECT_EQ(m_model.tokenizer, std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Models, Converted,
                         ::testing::Values("bloom_six_heads", "mpt", "mpt_learned", "falcon_7b", "falcon_40b",
                                           "falcon_11b", "llama", "llama3", "llama_biases_tied", "qwen3"),
                         [](const auto& info) { return std::string(info.param); });

// Through the families' readers, what was converted is the model that it was.
TEST(GgufModel, OpensAsWhatItWas) {
    for (const std::string name : {"falcon_7b", "falcon_11b", "llama", "llama_biases_tied", "qwen3"}) {
        SCOPED_TRACE(name);
        OpenedModel model = openModelDirectory(kData / "gguf" / (name + ".gguf"), Job());
        OpenedModel original = openModelDirectory(kData / "families" / name, Job());
        EXPECT_EQ(model.tokenizer.has_value(), false);
        EXPECT_EQ(model.parameters, original.parameters);
        const DecoderConfig &config = model.config, &expected = original.config;
        EXPECT_EQ(config.modelType, expected.modelType);
        EXPECT_EQ(config.keyHeads, expected.keyHeads);
        EXPECT_EQ(config.block, expected.block);
        EXPECT_EQ(config.sharedNorm, expected.sharedNorm);
        EXPECT_EQ(config.tiedHead, expected.tiedHead);
        EXPECT_EQ(config.trainingLength, expected.trainingLength);
        EXPECT_FLOAT_EQ(float(config.normEpsilon), float(expected.normEpsilon));
        EXPECT_EQ(config.positions.rotary->base, expected.positions.rotary->base);
        std::map<std::string, at::Tensor> tensors;
        forEachTensor(expected, original.weights,
                      [&](const std::string& tensor, const auto&, at::Tensor& values) { tensors[tensor] = values; });
        forEachTensor(config, model.weights, [&](const std::string& tensor, const auto&, at::Tensor& values) {
            ASSERT_TRUE(tensors.contains(tensor)) << tensor;
            EXPECT_TRUE(values.equal(tensors.at(tensor))) << tensor; // these are stored as they were
            tensors.erase(tensor);
        });
        EXPECT_TRUE(tensors.empty());
    }
}

TEST(GgufModel, Llama3sScalingIsFoundAgain) {
    const GgufModel model = openGguf(kData / "gguf" / "llama3.gguf");
    const Json& scaling = model.config.at("rope_scaling");
    const double ratio =
        scaling.at("low_freq_factor").get<double>() / scaling.at("original_max_position_embeddings").get<double>();
    EXPECT_EQ(scaling.at("rope_type"), "llama3");
    EXPECT_DOUBLE_EQ(scaling.at("factor").get<double>(), 8);
    EXPECT_NEAR(ratio, 1. / 32, 1e-4); // only the ratios of the three lengths are in the factors
}

// --- Forms ---

// Codes and scales at random, widened by the gguf package.
TEST(GgufForms, AreWhatTheGgufPackageMakesOfThem) {
    const GgufFile file = GgufFile::open(kData / "gguf" / "forms.gguf");
    int quantised = 0;
    for (const kernels::FormFacts& facts : kernels::kForms) {
        if (facts.isFloat())
            continue;
        SCOPED_TRACE(facts.name);
        ++quantised;
        const at::Tensor expected = file.read(std::string(facts.name) + ".expected"), widened = file.read(facts.name);
        EXPECT_EQ(expected.numel(), 2 * 512);
        EXPECT_TRUE(at::equal(widened, expected)); // 0 and -0 are alike
        EXPECT_EQ(file.readAsStored(facts.name).sizes().vec(),
                  (std::vector<std::int64_t>{2, kernels::rowBytes(facts.form, 512)}));
    }
    EXPECT_EQ(quantised, 13);
    EXPECT_EQ(file.tensors().size(), 26u);
}

// --- Vocabularies ---

text::Tokenizer tokenizerOf(const std::string& name, const std::string& architecture) {
    const GgufFile file = GgufFile::open(kData / "gguf" / ("vocabulary_" + name + ".gguf"));
    const auto document = tokenizerOfGguf(file.metadata(), architecture, file.path().string());
    return text::Tokenizer::parse(document.value(), file.path().string(), text::Dialect::LlamaCpp);
}

std::vector<std::int32_t> idsOf(const text::Tokenizer& tokenizer, const std::string& text) {
    std::vector<std::int32_t> ids;
    for (const text::Token& token : tokenizer.encode(text))
        ids.push_back(token.id);
    return ids;
}

std::vector<std::string> samples() {
    return Json::parse(readTextFile(kData / "tokenizers" / "samples.json")).get<std::vector<std::string>>();
}

class Vocabulary : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(Vocabulary, EncodesAndDecodesAsBeforeItWasConverted) {
    const std::string name = GetParam().first;
    const text::Tokenizer tokenizer = tokenizerOf(name, GetParam().second);
    const Json expected = Json::parse(readTextFile(kData / "tokenizers" / (name + ".expected.json")));
    const auto texts = samples();
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto ids = expected[i][0].get<std::vector<std::int32_t>>();
        EXPECT_EQ(idsOf(tokenizer, texts[i]), ids) << texts[i];
        EXPECT_EQ(tokenizer.decode(ids), expected[i][1].get<std::string>()) << texts[i];
    }
}

INSTANTIATE_TEST_SUITE_P(Rules, Vocabulary,
                         ::testing::Values(std::pair("bloom", "bloom"), std::pair("falcon", "falcon"),
                                           std::pair("neox", "mpt"), std::pair("gpt2", "gpt2"),
                                           std::pair("llama3", "llama"), std::pair("qwen2", "qwen2")),
                         [](const auto& info) { return std::string(info.param.first); });

TEST(GgufVocabulary, SentencePieceIsTheLibrarys) {
    const text::Tokenizer tokenizer = tokenizerOf("sentencepiece", "llama");
    const Json expected = Json::parse(readFile(kData / "gguf" / "sentencepiece.expected.json"));
    const auto texts = samples();
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (texts[i].find("<s>") != std::string::npos) // the library takes control tokens for text, we do not
            continue;
        auto ids = idsOf(tokenizer, texts[i]);
        ASSERT_FALSE(ids.empty());
        EXPECT_EQ(ids.front(), 1); // beginning of text
        ids.erase(ids.begin());
        EXPECT_EQ(ids, expected[i].get<std::vector<std::int32_t>>()) << texts[i];
        if (texts[i].find("\u2581") == std::string::npos) { // which comes back as the space it stands for
            EXPECT_EQ(tokenizer.decode(ids), texts[i]);
        }
    }
}

// Metadata in, ids out. Each expected list is what llama.cpp's llama_tokenize makes of such a file.
text::Tokenizer tokenizerOf(const std::string& metadata) {
    const auto document = tokenizerOfGguf(Json::parse(metadata), "llama", "file");
    return text::Tokenizer::parse(document.value(), "file", text::Dialect::LlamaCpp);
}

using Ids = std::vector<std::int32_t>;

TEST(GgufVocabulary, OfEqualScoresTheLeftmostPairMergesFirst) {
    const text::Tokenizer tokenizer = tokenizerOf(R"({"tokenizer.ggml.model":"llama","tokenizer.ggml.add_space_prefix":false,
        "tokenizer.ggml.tokens":["<unk>","<s>","</s>","a","b","c","d","ab","bc","cd","abc","cda","bcd"],
        "tokenizer.ggml.scores":[0,0,0,-1000,-1000,-1000,-1000,-1000,-1000,-1000,-1000,-1000,-1000],
        "tokenizer.ggml.token_type":[2,3,3,1,1,1,1,1,1,1,1,1,1]})");
    EXPECT_EQ(idsOf(tokenizer, "abcd"), (Ids{1, 10, 6}));
    EXPECT_EQ(idsOf(tokenizer, "bcda"), (Ids{1, 12, 3}));
    EXPECT_EQ(idsOf(tokenizer, "abcabcd"), (Ids{1, 10, 10, 6}));
}

TEST(GgufVocabulary, UserDefinedPiecesAreMadeWholeAndByMerging) {
    // "  " is found in the text, "NAME" too; "▁▁▁" is what three escaped spaces merge to.
    const text::Tokenizer tokenizer = tokenizerOf(R"({"tokenizer.ggml.model":"llama","tokenizer.ggml.add_space_prefix":false,
        "tokenizer.ggml.tokens":["<unk>","<s>","</s>","\u2581","a","\u2581\u2581","\u2581\u2581\u2581","NAME","A","N"],
        "tokenizer.ggml.scores":[0,0,0,-3,-4,0,0,0,-5,-6],"tokenizer.ggml.token_type":[2,3,3,1,1,4,4,4,1,1]})");
    EXPECT_EQ(idsOf(tokenizer, "a   a"), (Ids{1, 4, 6, 4}));
    EXPECT_EQ(idsOf(tokenizer, "aNAMEa"), (Ids{1, 4, 7, 4}));
    EXPECT_EQ(idsOf(tokenizer, "a a"), (Ids{1, 4, 3, 4}));
}

TEST(GgufVocabulary, TheLongestAddedTokenIsFoundFirst) {
    const text::Tokenizer tokenizer = tokenizerOf(R"({"tokenizer.ggml.model":"llama","tokenizer.ggml.add_space_prefix":false,
        "tokenizer.ggml.tokens":["<unk>","<s>","</s>","a","b","c","d","abc","bcda"],"tokenizer.ggml.scores":[0,0,0,-1,-1,-1,-1,0,0],
        "tokenizer.ggml.token_type":[2,3,3,1,1,1,1,4,4]})");
    EXPECT_EQ(idsOf(tokenizer, "abcda"), (Ids{1, 3, 8})); // not "abc", which begins first
    EXPECT_EQ(idsOf(tokenizer, "abcd"), (Ids{1, 7, 6}));
}

TEST(GgufVocabulary, TokensOfEveryTypeTakePartInMerges) {
    for (const char* type : {"3", "4", "5"}) {
        const text::Tokenizer tokenizer = tokenizerOf(R"({"tokenizer.ggml.model":"gpt2","tokenizer.ggml.pre":"gpt-2",
            "tokenizer.ggml.tokens":["t","h","e","\u0120","he","the"],"tokenizer.ggml.merges":["h e","t he"],
            "tokenizer.ggml.token_type":[1,1,1,1,)" + std::string(type) + ",1]}");
        const bool isFound = type[0] != '5'; // in the text, before anything merges
        EXPECT_EQ(idsOf(tokenizer, "the he"), isFound ? (Ids{0, 4, 3, 4}) : (Ids{5, 3, 4})) << type;
    }
}

// What may be joined shows where a rule cuts: digits one by one or in threes, small letters and capitals apart or not.
TEST(GgufVocabulary, EveryRuleCutsAsItsNameSays) {
    const Ids apart{0, 1, 2}, together{4};
    const auto encoded = [](const std::string& rule, const std::string& text) {
        return idsOf(tokenizerOf(R"({"tokenizer.ggml.model":"gpt2","tokenizer.ggml.tokens":["1","2","3","12","123","a","B","aB"],
            "tokenizer.ggml.merges":["1 2","12 3","a B"],"tokenizer.ggml.add_bos_token":false,"tokenizer.ggml.pre":")" +
                                 rule + "\"}"),
                     text);
    };
    for (const char* rule : {"gpt-2", "mpt", "jais", "llama-bpe", "falcon3", "dbrx", "smaug-bpe", "glm4", "gpt-4o", "llama4", "bloom",
                             "deepseek-llm", "deepseek-v3", "jais-2", "minicpm5", "falcon"})
        EXPECT_EQ(encoded(rule, "123"), together) << rule;
    for (const char* rule : {"starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "qwen2", "qwen35", "stablelm2",
                             "hunyuan", "tekken", "viking", "deepseek-coder", "bailingmoe", "seed-coder"})
        EXPECT_EQ(encoded(rule, "123"), apart) << rule;
    for (const char* rule : {"gpt-4o", "tekken"})
        EXPECT_EQ(encoded(rule, "aB"), (Ids{5, 6})) << rule;
    for (const char* rule : {"gpt-2", "smollm", "llama-bpe", "qwen2", "deepseek-llm", "deepseek-v3"})
        EXPECT_EQ(encoded(rule, "aB"), (Ids{7})) << rule;
}

TEST(GgufVocabulary, MergesNeedNotMakeTokens) {
    const text::Tokenizer tokenizer = tokenizerOf(R"({"tokenizer.ggml.model":"gpt2","tokenizer.ggml.pre":"gpt-2",
        "tokenizer.ggml.tokens":["a","b","c","abc"],"tokenizer.ggml.merges":["a b","ab c"]})");
    EXPECT_EQ(idsOf(tokenizer, "abcab"), (Ids{3, 0, 1}));
}

TEST(GgufVocabulary, SpecialTokensCanBeReadAsLetters) {
    const text::Tokenizer tokenizer = tokenizerOf(R"({"tokenizer.ggml.model":"llama","tokenizer.ggml.add_space_prefix":false,
        "tokenizer.ggml.tokens":["<unk>","<s>","</s>","<","s",">","/","NAME"],"tokenizer.ggml.scores":[0,0,0,-1,-1,-1,-1,0],
        "tokenizer.ggml.token_type":[2,3,3,1,1,1,1,4]})");
    EXPECT_EQ(idsOf(tokenizer, "NAME<s>"), (Ids{1, 7, 1}));
    Ids letters;
    for (const text::Token& token : tokenizer.encode("NAME<s>", {}, text::Specials::Letters))
        letters.push_back(token.id);
    EXPECT_EQ(letters, (Ids{1, 7, 3, 4, 5}));
}

TEST(GgufVocabulary, AnUnsupportedOneDoesNotCloseTheModel) {
    const TempFolder folder;
    const fs::path file = folder / "model.gguf";
    std::string bytes = readFile(kData / "gguf" / "llama.gguf");
    const std::size_t at = bytes.find("no_vocab");
    ASSERT_NE(at, std::string::npos);
    writeFile(file, bytes.replace(at, 8, "odd_kind"));
    const OpenedModel model = openModelDirectory(file, Job());
    EXPECT_FALSE(model.tokenizer.has_value());
    EXPECT_THAT(model.tokenizerFault, HasSubstr("\"odd_kind\", a tokenizer that is not supported"));
    EXPECT_THAT(refusal([&] { openTokenizer(file); }), HasSubstr("odd_kind"));
}

// --- Files written by hand ---

// Appends what a GGUF file is made of.
class Bytes {
public:
    template <typename T>
    Bytes& number(T value) {
        m_text.append(reinterpret_cast<const char*>(&value), sizeof value);
        return *this;
    }
    Bytes& string(const std::string& text) {
        number<std::uint64_t>(text.size());
        m_text += text;
        return *this;
    }
    Bytes& header(std::uint64_t tensors, std::uint64_t entries, std::uint32_t version = 3) {
        m_text += "GGUF";
        return number(version).number(tensors).number(entries);
    }
    template <typename T>
    Bytes& entry(const std::string& key, std::uint32_t kind, T value) {
        return string(key).number(kind).number(value);
    }
    Bytes& text(const std::string& key, const std::string& value) { return string(key).number(8u).string(value); }
    Bytes& tensor(const std::string& name, std::vector<std::uint64_t> sizes, std::uint32_t type, std::uint64_t offset) {
        string(name).number(static_cast<std::uint32_t>(sizes.size()));
        for (const std::uint64_t size : sizes)
            number(size);
        return number(type).number(offset);
    }
    Bytes& align(std::size_t alignment = 32) {
        m_text.append((alignment - m_text.size() % alignment) % alignment, '\0');
        return *this;
    }
    const std::string& get() const { return m_text; }

private:
    std::string m_text;
};

class ByHand : public ::testing::Test {
protected:
    GgufFile open(const Bytes& bytes) {
        writeFile(m_folder / "model.gguf", bytes.get());
        return GgufFile::open(m_folder / "model.gguf");
    }
    std::string refused(const Bytes& bytes) {
        const std::string sentence = refusal([&] { open(bytes); });
        EXPECT_THAT(sentence, HasSubstr((m_folder / "model.gguf").string()));
        return sentence;
    }
    const TempFolder m_folder;
};

TEST_F(ByHand, EveryKindOfEntryAndTensorIsRead) {
    for (const std::uint32_t version : {2u, 3u}) {
        Bytes bytes;
        bytes.header(4, 10, version)
            .entry<std::uint8_t>("u8", 0, 200)
            .entry<std::int16_t>("i16", 3, -300)
            .entry<std::uint32_t>("general.alignment", 4, 64)
            .entry<float>("f32", 6, 0.5f)
            .entry<std::uint8_t>("yes", 7, 1)
            .text("text", "caf\u00e9")
            .entry<std::int64_t>("i64", 11, -5)
            .entry<double>("f64", 12, 0.1)
            .entry<std::uint64_t>("u64", 10, ~std::uint64_t{0});
        bytes.string("list").number(9u).number(9u).number<std::uint64_t>(2); // of lists of i32
        bytes.number(5u).number<std::uint64_t>(1).number<std::int32_t>(-7);
        bytes.number(5u).number<std::uint64_t>(0);
        bytes.tensor("float", {3, 2}, 0, 0).tensor("half", {2}, 1, 64).tensor("brain", {2}, 30, 128);
        bytes.tensor("eighths", {32, 1}, 8, 192).align(64);
        for (int i = 0; i < 6; ++i)
            bytes.number(float(i));
        bytes.align(64).number<std::uint16_t>(0x3E00).number<std::uint16_t>(0xC000); // 1.5, -2
        bytes.align(64).number<std::uint16_t>(0x3FC0).number<std::uint16_t>(0xC000); // the same as bfloat16
        bytes.align(64).number<std::uint16_t>(0x3800);                               // 0.5
        for (int i = 0; i < 32; ++i)
            bytes.number<std::int8_t>(static_cast<std::int8_t>(i == 0 ? -128 : i));
        const GgufFile file = open(bytes);
        EXPECT_EQ(file.metadata(), Json::parse(R"({"u8":200,"i16":-300,"general.alignment":64,"f32":0.5,"yes":true,
            "text":"caf\u00e9","i64":-5,"f64":0.1,"u64":18446744073709551615,"list":[[-7],[]]})"));
        EXPECT_TRUE(at::equal(file.read("float"), at::arange(6, at::kFloat).reshape({2, 3})));
        EXPECT_TRUE(at::equal(file.read("half"), at::tensor({1.5f, -2.f})));
        EXPECT_TRUE(at::equal(file.read("brain"), at::tensor({1.5f, -2.f})));
        at::Tensor eighths = at::arange(32, at::kFloat).mul(0.5);
        eighths[0] = -64;
        EXPECT_TRUE(at::equal(file.read("eighths"), eighths.reshape({1, 32})));
        EXPECT_THAT(refusal([&] { file.read("ninth"); }), HasSubstr("no tensor \"ninth\""));
    }
}

TEST_F(ByHand, BrokenHeadersAreRefused) {
    EXPECT_THAT(refused(Bytes()), HasSubstr("cut short"));
    EXPECT_THAT(refused(Bytes().string("once upon a time")), HasSubstr("not a GGUF file"));
    EXPECT_THAT(refused(Bytes().header(0, 0, 1)), HasSubstr("version 1 of GGUF"));
    EXPECT_THAT(refused(Bytes().header(0, 0, 0x03000000)), HasSubstr("big-endian"));
    EXPECT_THAT(refused(Bytes().header(~std::uint64_t{0}, 0)), HasSubstr("18446744073709551615 tensors"));
    EXPECT_THAT(refused(Bytes().header(0, 1 << 20)), HasSubstr("1048576 entries"));
    EXPECT_THAT(refused(Bytes().header(0, 1)), HasSubstr("entries"));
}

TEST_F(ByHand, BrokenEntriesAreRefused) {
    const auto one = [](const std::function<void(Bytes&)>& fill) {
        Bytes bytes;
        bytes.header(0, 1);
        fill(bytes);
        return bytes;
    };
    EXPECT_THAT(refused(one([](Bytes& b) { b.entry<std::uint8_t>("a", 13, 0); })), HasSubstr("unknown type, 13"));
    EXPECT_THAT(refused(one([](Bytes& b) { b.entry<std::uint8_t>("a", 7, 2); })), HasSubstr("true or false"));
    EXPECT_THAT(refused(one([](Bytes& b) { b.entry<float>("a", 6, std::nanf("")); })), HasSubstr("not finite"));
    EXPECT_THAT(refused(one([](Bytes& b) { b.text("a", "\xFF"); })), HasSubstr("not UTF-8"));
    EXPECT_THAT(refused(one([](Bytes& b) { b.text("\xFF", "a"); })), HasSubstr("not UTF-8"));
    EXPECT_THAT(refused(one([](Bytes& b) { b.text("", "a"); })), HasSubstr("without a proper name"));
    EXPECT_THAT(refused(one([](Bytes& b) { b.string("a").number(8u).number<std::uint64_t>(1 << 30); })),
                HasSubstr("cut short"));
    EXPECT_THAT(refused(one([](Bytes& b) { b.string("a").number(9u).number(8u).number<std::uint64_t>(1 << 20); })),
                HasSubstr("1048576 elements"));
    EXPECT_THAT(refused(one([](Bytes& b) {
                    b.string("a").number(9u);
                    for (int i = 0; i < 100; ++i)
                        b.number(9u).number<std::uint64_t>(1);
                })),
                HasSubstr("too deep"));
    Bytes twice;
    EXPECT_THAT(refused(twice.header(0, 2).text("a", "b").text("a", "c")), HasSubstr("\"a\" twice"));
    Bytes crooked;
    EXPECT_THAT(refused(crooked.header(0, 1).entry<std::uint32_t>("general.alignment", 4, 48)), HasSubstr("alignment"));
}

TEST_F(ByHand, BrokenTensorsAreRefused) {
    const auto one = [](std::vector<std::uint64_t> sizes, std::uint32_t type, std::uint64_t offset, std::size_t data) {
        Bytes bytes;
        bytes.header(1, 0).tensor("a", std::move(sizes), type, offset).align();
        for (std::size_t i = 0; i < data; ++i)
            bytes.number<std::uint8_t>(0);
        return bytes;
    };
    EXPECT_EQ(open(one({4}, 0, 0, 16)).tensors().size(), 1u);
    EXPECT_THAT(refused(one({4}, 0, 0, 15)), HasSubstr("\"a\" goes on after its end"));
    EXPECT_THAT(refused(one({4}, 0, 32, 16)), HasSubstr("\"a\" goes on after its end"));
    EXPECT_THAT(refused(one({4}, 0, ~std::uint64_t{0} - 31, 16)), HasSubstr("\"a\" goes on after its end"));
    EXPECT_THAT(refused(one({4}, 0, 4, 64)), HasSubstr("not aligned"));
    EXPECT_THAT(refused(one({1, 1, 1, 1, 1}, 0, 0, 16)), HasSubstr("5 dimensions"));
    EXPECT_THAT(refused(one({0}, 0, 0, 16)), HasSubstr("impossible shape"));
    EXPECT_THAT(refused(one({1ull << 40, 1ull << 40}, 0, 0, 16)), HasSubstr("impossible shape"));
    EXPECT_THAT(refused(one({33}, 8, 0, 64)), HasSubstr("whole blocks of Q8_0"));
    EXPECT_EQ(open(one({256}, 12, 0, 144)).tensors().size(), 1u);
    EXPECT_THAT(refused(one({256}, 12, 0, 143)), HasSubstr("\"a\" goes on after its end"));
    EXPECT_THAT(refused(one({32, 8}, 12, 0, 144)), HasSubstr("whole blocks of Q4_K"));
    EXPECT_THAT(refused(one({256}, 19, 0, 256)), HasSubstr("in the form IQ1_S, which is not read"));
    EXPECT_THAT(refused(one({256}, 999, 0, 256)), HasSubstr("in the form number 999"));
    Bytes twice, overlapping;
    twice.header(2, 0).tensor("a", {1}, 0, 0).tensor("a", {1}, 0, 32).align().align(64);
    EXPECT_THAT(refused(twice), HasSubstr("\"a\" twice"));
    overlapping.header(2, 0).tensor("a", {16}, 0, 0).tensor("b", {1}, 0, 32).align();
    for (int i = 0; i < 64; ++i)
        overlapping.number<std::uint8_t>(0);
    EXPECT_THAT(refused(overlapping), AllOf(HasSubstr("\"a\""), HasSubstr("\"b\""), HasSubstr("same place")));
}

// A scale that is no finite number: the block's float16, and MXFP4's exponent.
TEST_F(ByHand, ScalesThatAreNotFiniteAreRefused) {
    for (const kernels::FormFacts& facts : kernels::kForms) {
        if (facts.isFloat())
            continue;
        const std::uint64_t elements = static_cast<std::uint64_t>(facts.elements);
        for (const int at : {0, 2, 80, 82, 108, 208}) {
            std::string block(static_cast<std::size_t>(facts.bytes), '\1');
            if (std::size_t(at) + 2 > block.size())
                continue;
            block.replace(std::size_t(at), 2, facts.isPowerOfTwo ? "\xFF\x77" : "\x01\x7C"); // NaN
            std::vector<float> values(elements);
            kernels::widen(facts.form, block.data(), facts.elements, values.data());
            const bool isFinite = std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
            EXPECT_EQ(kernels::allFinite(facts.form, block.data(), facts.elements), isFinite) << facts.name << " " << at;
        }
    }
}

// --- Several files ---

class Split : public ByHand {
protected:
    // A file that holds one tensor of one float.
    void part(const std::string& name, int number, int count, const std::string& tensor, int tensors = 3) {
        Bytes bytes;
        bytes.header(1, 3).entry<std::uint16_t>("split.no", 2, std::uint16_t(number)).entry<std::uint16_t>("split.count", 2, std::uint16_t(count));
        bytes.entry<std::int32_t>("split.tensors.count", 5, tensors).tensor(tensor, {1}, 0, 0).align().number(float(number));
        writeFile(m_folder / name, bytes.get());
    }
    void parts() {
        part("m-00001-of-00003.gguf", 0, 3, "a");
        part("m-00002-of-00003.gguf", 1, 3, "b");
        part("m-00003-of-00003.gguf", 2, 3, "c");
    }
    std::string refusedSplit() {
        return refusal([&] { GgufFile::open(m_folder / "m-00001-of-00003.gguf"); });
    }
};

TEST_F(Split, IsOneFileWhicheverPartIsNamed) {
    parts();
    for (const std::string name : {"m-00001-of-00003.gguf", "m-00003-of-00003.gguf"}) {
        const GgufFile file = GgufFile::open(m_folder / name);
        EXPECT_EQ(file.tensors().size(), 3u);
        EXPECT_EQ(file.path(), m_folder / "m-00001-of-00003.gguf");
        EXPECT_EQ(file.read("a").item<float>(), 0);
        EXPECT_EQ(file.read("c").item<float>(), 2);
    }
    EXPECT_EQ(findGguf(m_folder.path()), m_folder / "m-00001-of-00003.gguf");
}

TEST_F(Split, ThatLacksAPartOrDisagreesIsRefused) {
    parts();
    part("m-00002-of-00003.gguf", 2, 3, "b");
    EXPECT_THAT(refusedSplit(), AllOf(HasSubstr("m-00002-of-00003.gguf says that it is file 3 of 3, not file 2 of 3")));
    part("m-00002-of-00003.gguf", 1, 2, "b");
    EXPECT_THAT(refusedSplit(), HasSubstr("file 2 of 2, not file 2 of 3"));
    part("m-00002-of-00003.gguf", 1, 3, "a");
    EXPECT_THAT(refusedSplit(), HasSubstr("\"a\" is both in"));
    parts();
    part("m-00001-of-00003.gguf", 0, 3, "a", 4);
    EXPECT_THAT(refusedSplit(), HasSubstr("hold 3 tensors together, not 4"));
    part("m-00001-of-00003.gguf", 0, 70000 % 65536, "a");
    EXPECT_THAT(refusedSplit(), HasSubstr("should end in -00001-of-04464.gguf"));
    part("renamed.gguf", 0, 3, "a");
    EXPECT_THAT(refusal([&] { GgufFile::open(m_folder / "renamed.gguf"); }), HasSubstr("should end in -00001-of-00003.gguf"));
    parts();
    fs::remove(m_folder / "m-00003-of-00003.gguf");
    EXPECT_THAT(refusedSplit(), HasSubstr("of which m-00003-of-00003.gguf is missing"));
    fs::remove(m_folder / "m-00001-of-00003.gguf");
    EXPECT_THAT(refusal([&] { GgufFile::open(m_folder / "m-00002-of-00003.gguf"); }),
                HasSubstr("of which m-00001-of-00003.gguf is missing"));
}

TEST_F(ByHand, EveryPrefixOfAGoodFileIsRefused) {
    const std::string whole = readFile(kData / "gguf" / "qwen3.gguf");
    for (std::size_t size = 0; size < whole.size(); size += 1 + size / 32) {
        writeFile(m_folder / "cut.gguf", whole.substr(0, size));
        EXPECT_NE(refusal([&] { GgufFile::open(m_folder / "cut.gguf"); }), "accepted") << size;
    }
}

TEST_F(ByHand, ModelsThatCannotBeReproducedAreRefused) {
    const auto model = [&](const std::string& architecture, const std::function<void(Bytes&)>& more,
                           std::uint64_t count) {
        Bytes bytes;
        bytes.header(1, 8 + count).text("general.architecture", architecture);
        for (const auto& [name, value] :
             {std::pair("embedding_length", 8u), std::pair("block_count", 1u), std::pair("attention.head_count", 2u),
              std::pair("feed_forward_length", 8u), std::pair("context_length", 64u)})
            bytes.entry<std::uint32_t>(architecture + "." + name, 4, value);
        bytes.entry<float>(architecture + ".attention.layer_norm_rms_epsilon", 6, 1e-5f);
        bytes.text("tokenizer.ggml.model", "no_vocab");
        more(bytes);
        bytes.tensor("token_embd.weight", {8, 4}, 0, 0).align();
        for (int i = 0; i < 32; ++i)
            bytes.number(0.f);
        writeFile(m_folder / "model.gguf", bytes.get());
        return openGguf(m_folder / "model.gguf");
    };
    const auto none = [](Bytes&) {};
    EXPECT_EQ(model("llama", none, 0).config.at("vocab_size"), 4);
    EXPECT_TRUE(model("llama", none, 0).config.at("tie_word_embeddings").get<bool>());
    EXPECT_THAT(refusal([&] { model("mamba", none, 0); }), HasSubstr("\"mamba\" cannot be read"));
    const auto with = [&](const std::function<void(Bytes&)>& more) {
        return refusal([&] { model("llama", more, 1); });
    };
    EXPECT_THAT(with([](Bytes& b) { b.entry<std::uint32_t>("llama.expert_count", 4, 8); }),
                HasSubstr("llama.expert_count"));
    EXPECT_THAT(with([](Bytes& b) { b.entry<std::uint32_t>("llama.rope.dimension_count", 4, 2); }),
                HasSubstr("size of a head"));
    EXPECT_THAT(with([](Bytes& b) { b.text("llama.rope.scaling.type", "longrope"); }), HasSubstr("\"longrope\""));
    EXPECT_THAT(with([](Bytes& b) { b.entry<std::uint16_t>("split.count", 2, 3); }), HasSubstr("one of 3 files"));
    EXPECT_THAT(with([](Bytes& b) { b.entry<std::uint32_t>("llama.attention.head_count_kv", 4, 3); }),
                HasSubstr("3 key heads"));
    const auto linear = [](Bytes& b) {
        b.text("llama.rope.scaling.type", "linear").entry<float>("llama.rope.scaling.factor", 6, 4.f);
    };
    EXPECT_EQ(model("llama", linear, 2).config.at("rope_scaling"),
              Json::parse(R"({"rope_type":"linear","factor":4.0})"));
    const auto yarn = [](Bytes& b) {
        b.text("llama.rope.scaling.type", "yarn").entry<float>("llama.rope.scaling.factor", 6, 2.f);
        b.entry<std::uint32_t>("llama.rope.scaling.original_context_length", 4, 32);
    };
    EXPECT_EQ(model("llama", yarn, 3).config.at("rope_scaling"),
              Json::parse(R"({"rope_type":"yarn","factor":2.0,"original_max_position_embeddings":32})"));
}

TEST(GgufRope, FactorsOfAnotherRuleAreRefused) {
    std::vector<float> factors(16, 1);
    factors[3] = 5;
    EXPECT_THAT(refusal([&] { llama3ScalingOf(factors, {32, 10000}, "file"); }), HasSubstr("rope_freqs.weight"));
    EXPECT_THAT(refusal([&] { llama3ScalingOf(factors, {64, 10000}, "file"); }), HasSubstr("rope_freqs.weight"));
    // A file that lies about the head size is refused at once, whatever it claims.
    for (const std::int64_t dims : {std::int64_t(-2), std::int64_t(0), std::numeric_limits<std::int64_t>::max()})
        EXPECT_THAT(refusal([&] { llama3ScalingOf(factors, {dims, 10000}, "file"); }), HasSubstr("rope_freqs.weight"));
    factors[3] = std::nanf("");
    EXPECT_THAT(refusal([&] { llama3ScalingOf(factors, {32, 10000}, "file"); }), HasSubstr("rope_freqs.weight"));
}

TEST(GgufVocabulary, WhatIsNotSupportedIsRefused) {
    const auto with = [](const std::string& more) {
        const Json metadata =
            Json::parse(R"({"tokenizer.ggml.tokens":["a","b","ab"],"tokenizer.ggml.merges":["a b"],)" + more + "}");
        return refusal([&] { tokenizerOfGguf(metadata, "llama", "file"); });
    };
    EXPECT_EQ(with(R"("tokenizer.ggml.model":"gpt2","tokenizer.ggml.pre":"gpt-2")"), "accepted");
    EXPECT_THAT(with(R"("tokenizer.ggml.model":"bert")"), HasSubstr("\"tokenizer.ggml.model\" is \"bert\""));
    EXPECT_THAT(with(R"("tokenizer.ggml.model":3)"), HasSubstr("should be text"));
    EXPECT_THAT(with(R"("tokenizer.ggml.model":"gpt2")"), HasSubstr("\"tokenizer.ggml.pre\" is \"default\""));
    EXPECT_THAT(with(R"("tokenizer.ggml.model":"gpt2","tokenizer.ggml.pre":"gpt-2","tokenizer.ggml.token_type":[1])"),
                HasSubstr("a list of 3 entries"));
    EXPECT_THAT(
        with(R"("tokenizer.ggml.model":"gpt2","tokenizer.ggml.pre":"gpt-2","tokenizer.ggml.add_bos_token":true)"),
        HasSubstr("bos_token_id"));
    EXPECT_EQ(with(R"("tokenizer.ggml.model":"llama")"), "accepted"); // without scores all are equal
    EXPECT_THAT(with(R"("tokenizer.ggml.model":"llama","tokenizer.ggml.scores":[0,1,"x"])"),
                HasSubstr("should hold numbers"));
}

// --- Finding one ---

TEST(FindGguf, AFileOrTheOnlyOneInADirectory) {
    const TempFolder folder;
    EXPECT_EQ(findGguf(folder / "missing"), std::nullopt);
    EXPECT_EQ(findGguf(folder.path()), std::nullopt);
    writeFile(folder / "a.gguf", "");
    writeFile(folder / "notes.txt", "");
    EXPECT_EQ(findGguf(folder / "a.gguf"), folder / "a.gguf");
    EXPECT_EQ(findGguf(folder / "notes.txt"), std::nullopt);
    EXPECT_EQ(findGguf(folder.path()), folder / "a.gguf");
    writeFile(folder / "b.gguf", "");
    EXPECT_THAT(refusal([&] { findGguf(folder.path()); }), HasSubstr("several GGUF files"));
    writeFile(folder / "config.json", "{}");
    EXPECT_EQ(findGguf(folder.path()), std::nullopt);
}

} // namespace
} // namespace slopescope
