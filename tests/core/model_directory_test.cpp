// Model directories: what is written opens again as it was; what is broken is refused with a sentence, and the model
// that was open stays open.
#include "core/checkpoint/model_directory.h"
#include "core/checkpoint/safetensors.h"
#include "core/base/error.h"
#include "core/session.h"
#include "tests/core/tiny_model.h"

#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <limits>

namespace slopescope {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using namespace tests;

// --- There and back ---

void expectSameModel(const TinyModel& model, OpenedModel& opened) {
    EXPECT_EQ(opened.config.vocabulary, model.config.vocabulary);
    EXPECT_EQ(opened.config.keyHeads, model.config.keyHeads);
    EXPECT_EQ(opened.config.embeddingScale, model.config.embeddingScale);
    EXPECT_EQ(opened.config.slopes, model.config.slopes);
    EXPECT_EQ(opened.config.longestLength(), model.config.longestLength());
    EXPECT_EQ(describe(opened.config.positions), describe(model.config.positions));
    std::map<std::string, at::Tensor> expected;
    DecoderWeights shared = model.weights;
    forEachTensor(model.config, shared,
                  [&](const std::string& name, const auto&, at::Tensor& t) { expected[name] = t; });
    forEachTensor(opened.config, opened.weights, [&](const std::string& name, const auto&, at::Tensor& tensor) {
        EXPECT_TRUE(tensor.equal(expected.at(name))) << name;
    });
    const auto ids = tinyIds(71, 20);
    const Decoder before = model.decoder(), after(opened.config, opened.weights);
    const auto logits = [&](const Decoder& decoder) {
        at::Tensor x = decoder.embed(ids, 1);
        const auto rotary = decoder.rotaryFor(20);
        for (std::int64_t layer = 0; layer < decoder.config().layers; ++layer)
            x = decoder.runLayer(layer, x, rotary ? &*rotary : nullptr, {}, Job()).residual;
        return decoder.logits(x.flatten(0, 1));
    };
    EXPECT_TRUE(logits(before).equal(logits(after)));
}

TEST(ModelDirectory, WhatIsWrittenOpensAsItWas) {
    const TempFolder folder;
    for (const char* method : kMethods) {
        const TinyModel model({.method = method, .keyHeads = 2, .embeddingScale = 3.25});
        model.write(folder / method);
        OpenedModel opened = openModelDirectory(folder / method, Job());
        EXPECT_EQ(opened.precision, "float32");
        expectSameModel(model, opened);
        EXPECT_EQ(opened.tokenizer.value().vocabularySize(), tinyTokenizer().vocabularySize());
        EXPECT_EQ(opened.training.tokensSeen, std::nullopt);
    }
    const TinyModel rotary({.method = "rotary", .rotaryDims = 4, .interleaved = true});
    rotary.write(folder / "interleaved");
    OpenedModel opened = openModelDirectory(folder / "interleaved", Job());
    expectSameModel(rotary, opened);
}

TEST(ModelDirectory, HalfPrecisionIsNamedAndRounded) {
    const TempFolder folder;
    TinyModel model({});
    writeModelDirectory(folder / "half", model.config, model.weights, tinyTokenizer(), at::kHalf);
    const OpenedModel opened = openModelDirectory(folder / "half", Job());
    EXPECT_EQ(opened.precision, "float16");
    EXPECT_TRUE(opened.weights.embedding.weight.equal(model.weights.embedding.weight.to(at::kHalf).to(at::kFloat)));
}

// --- Before the weights are read ---

TEST(ModelDirectory, WhatAModelIsAndNeedsIsKnownFromItsHeaders) {
    const TempFolder folder;
    TinyModel model({});
    writeModelDirectory(folder / "half", model.config, model.weights, tinyTokenizer(), at::kHalf);
    Session session(folder.path());
    const ModelFacts described = session.describeModel((folder / "half").string(), Job());
    EXPECT_TRUE(session.models().empty());
    EXPECT_EQ(described.precision, "float16");
    EXPECT_GE(described.bytesInMemory, 2 * described.parameters); // as in the file; vectors, and panels that are not full, take more
    EXPECT_LT(described.bytesInMemory, 3 * described.parameters);
    EXPECT_EQ(UnreadModel(folder / "half", Job()).description().largestTensor, model.weights.embedding.weight.numel());
    const ModelFacts opened = session.openModel((folder / "half").string(), Job());
    EXPECT_EQ(described.parameters, opened.parameters);
    EXPECT_EQ(described.bytesInMemory, opened.bytesInMemory);
    EXPECT_EQ(described.slopes, opened.slopes);
}

TEST(ModelDirectory, HeadersThatContradictTheConfigAreRefusedBeforeTheWeightsAreRead) {
    const TempFolder folder;
    TinyModel({}).write(folder / "other");
    nlohmann::json config = nlohmann::json::parse(readFile(folder / "other" / "config.json"));
    config["vocab_size"] = 1 << 24;
    writeFile(folder / "other" / "config.json", config.dump());
    Session session(folder.path());
    try {
        session.describeModel((folder / "other").string(), Job());
        FAIL() << "described";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), AllOf(HasSubstr("model.safetensors"), HasSubstr("but config.json asks for [16777216, ")));
    }
}

TEST(ModelDirectory, OneThatNoMemoryHoldsIsRefusedBeforeItIsRead) {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "ThreadSanitizer leaves no room to map so large a file";
#endif
    const TempFolder folder;
    TinyModel model({});
    model.config.vocabulary = 1 << 24;
    model.config.width = 1 << 18; // the embedding alone is 16 TiB of float32
    std::filesystem::create_directory(folder / "vast");
    nlohmann::json header;
    std::int64_t end = 0;
    forEachTensor(model.config, model.weights, [&](const std::string& name, const std::vector<std::int64_t>& shape, at::Tensor&) {
        std::int64_t bytes = 1; // a type of one byte a number keeps the file within what file systems hold
        for (const std::int64_t side : shape)
            bytes *= side;
        header[name] = {{"dtype", "F8_E4M3"}, {"shape", shape}, {"data_offsets", {end, end + bytes}}};
        end += bytes;
    });
    const std::string text = header.dump();
    std::string begin(8, '\0');
    for (std::size_t i = 0; i < 8; ++i)
        begin[i] = char(text.size() >> (8 * i));
    writeFile(folder / "vast" / "model.safetensors", begin + text);
    std::error_code tooLarge;
    std::filesystem::resize_file(folder / "vast" / "model.safetensors", 8 + text.size() + std::uintmax_t(end), tooLarge);
    if (tooLarge)
        GTEST_SKIP() << "a file with so large a hole cannot be made here: " << tooLarge.message();
    nlohmann::json config = nlohmann::json::parse([&] {
        TinyModel({}).write(folder / "small");
        return readFile(folder / "small" / "config.json");
    }());
    config["vocab_size"] = model.config.vocabulary;
    config["hidden_size"] = model.config.width;
    writeFile(folder / "vast" / "config.json", config.dump());
    Session session(folder.path());
    EXPECT_GT(session.describeModel((folder / "vast").string(), Job()).bytesInMemory, std::int64_t(1) << 43);
    try {
        session.openModel((folder / "vast").string(), Job());
        FAIL() << "opened";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), AllOf(HasSubstr("The model needs "), HasSubstr(" TiB of memory"), HasSubstr(" left")));
    }
}

// --- What is refused ---

class BrokenModel : public ::testing::Test {
protected:
    void SetUp() override {
        m_model.write(directory());
        TinyModel({.seed = 3}).write(m_folder / "good");
        writeFile(m_folder / "text.txt", tinyText(1, 60));
        m_good.model = m_session.openModel((m_folder / "good").string(), Job()).key;
        m_session.openText(m_folder / "text.txt", Job());
        m_session.forward(m_good, 30, Job());
    }

    std::filesystem::path directory() const { return m_folder / "broken"; }

    // Opening must fail with one sentence that names `file` and says `fault`, and must change nothing.
    void expectRefused(const std::string& file, const std::string& fault) {
        std::string message = "nothing was refused";
        try {
            m_session.openModel(directory().string(), Job());
        } catch (const Error& error) {
            message = error.what();
        }
        EXPECT_THAT(message,
                    AllOf(HasSubstr((file.empty() ? directory() : directory() / file).string()), HasSubstr(fault)));
        EXPECT_TRUE(message.ends_with(".") && message.find('\n') == std::string::npos) << message;
        EXPECT_LT(message.size(), 600U);
        ASSERT_EQ(m_session.models().size(), 1U);
        EXPECT_EQ(m_session.models().front().name, "good");
        EXPECT_EQ(m_session.text(m_good.model, Job())->name, "text.txt");
        const MapResult map = m_session.map({m_good, 30, {{1, 1}}, {0, 30, 0, 30, 5, 5}}, Job());
        EXPECT_EQ(map.freshness, Freshness::Exact);
    }

    nlohmann::json config() const { return nlohmann::json::parse(readFile(m_folder / "good" / "config.json")); }
    void writeConfig(const nlohmann::json& json) { writeFile(directory() / "config.json", json.dump()); }

    void expectConfigRefused(const nlohmann::json& json, const std::string& fault) {
        writeConfig(json);
        SCOPED_TRACE(json.dump());
        expectRefused("config.json", fault);
    }

    // The tensors of the whole model, to be spoilt.
    std::map<std::string, at::Tensor> tensors() const {
        std::map<std::string, at::Tensor> result;
        DecoderWeights shared = m_model.weights;
        forEachTensor(m_model.config, shared,
                      [&](const std::string& name, const auto&, at::Tensor& tensor) { result[name] = tensor.clone(); });
        return result;
    }
    void writeTensors(const std::map<std::string, at::Tensor>& tensors) {
        writeTensorFile(directory() / "model.safetensors", tensors);
    }

    const TempFolder m_folder;
    const TinyModel m_model{TinyOptions{}};
    Session m_session{m_folder.path()};
    Variant m_good;
};

TEST_F(BrokenModel, TheWholeOneOpens) { // what the other tests break
    EXPECT_EQ(m_session.openModel(directory().string(), Job()).name, "broken");
}

TEST_F(BrokenModel, MissingParts) {
    for (const char* name : {"config.json", "model.safetensors"}) {
        std::filesystem::rename(directory() / name, m_folder / "aside");
        expectRefused("", std::string("has no ") + name);
        std::filesystem::rename(m_folder / "aside", directory() / name);
    }
    // Without a tokenizer it opens, and reads ids; that it reads no text is said when it is asked to.
    std::filesystem::rename(directory() / "tokenizer.json", m_folder / "aside");
    const std::string key = m_session.openModel(directory().string(), Job()).key;
    try {
        m_session.text(key, Job());
        FAIL() << "read a text";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), AllOf(HasSubstr(directory().string()), HasSubstr("has no tokenizer.json")));
    }
    m_session.closeModel(key);
    std::filesystem::remove_all(directory());
    expectRefused("", "no folder");
    writeFile(directory(), "a file");
    expectRefused("", "is a file");
}

TEST_F(BrokenModel, FoldersInPlaceOfFiles) {
    // A tokenizer that cannot be read closes texts alone: see ATokenizerThatCannotBeUsedClosesTextsAlone.
    for (const char* name : {"config.json", "model.safetensors", "training.json"}) {
        std::error_code ignored;
        std::filesystem::rename(directory() / name, m_folder / "aside", ignored);
        std::filesystem::create_directory(directory() / name);
        expectRefused(name, "");
        std::filesystem::remove(directory() / name);
        std::filesystem::rename(m_folder / "aside", directory() / name, ignored);
    }
}

TEST_F(BrokenModel, ConfigsThatAreNoConfigs) {
    const auto refused = [&](const std::string& text, const std::string& fault) {
        writeFile(directory() / "config.json", text);
        SCOPED_TRACE(text.substr(0, 60));
        expectRefused("config.json", fault);
    };
    refused("", "not valid JSON");
    refused("{", "not valid JSON");
    refused("hello", "not valid JSON");
    refused(config().dump().substr(0, 100), "not valid JSON");
    refused("\xff\xfe\x7b", "UTF-8");
    refused("[1, 2]", "JSON object");
    refused("7", "JSON object");
    refused("{}", "model_type");
    refused(std::string(1'000'000, '['), "deep");
    std::string nested;
    for (int i = 0; i < 100'000; ++i)
        nested += "{\"a\":";
    refused(nested, "deep");
    refused(R"({"model_type": "slopescope", "model_type": "gpt2"})", "twice");
}

TEST_F(BrokenModel, OtherKindsOfModel) {
    auto json = config();
    json["model_type"] = "perceiver";
    expectConfigRefused(json, "\"perceiver\"");
    json["model_type"] = 5;
    expectConfigRefused(json, "model_type");
    json["model_type"] = nullptr;
    expectConfigRefused(json, "model_type");
    json["model_type"] = "slopescope";
    json["positions"]["method"] = "compass";
    expectConfigRefused(json, "\"compass\"");
}

TEST_F(BrokenModel, FieldsThatAreMissingOrOfAnotherKind) {
    for (const char* field :
         {"vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "positions"}) {
        auto json = config();
        json.erase(field);
        expectConfigRefused(json, "\"" + std::string(field) + "\" is missing");
        json[field] = "text";
        expectConfigRefused(json, "");
        json[field] = nlohmann::json::array({1});
        expectConfigRefused(json, "");
    }
    auto json = config();
    json["num_hidden_layers"] = 2.5;
    expectConfigRefused(json, "\"num_hidden_layers\" must be a whole number");
    json = config();
    json["positions"].erase("slopes");
    expectConfigRefused(json, "\"slopes\" is missing");
}

TEST_F(BrokenModel, NumbersThatCannotBe) {
    for (const char* field : {"vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads",
                              "num_key_value_heads", "head_dim", "intermediate_size", "training_length"})
        for (const std::int64_t value : {std::int64_t(-1), std::numeric_limits<std::int64_t>::min(),
                                         std::numeric_limits<std::int64_t>::max(), std::int64_t(1) << 40}) {
            auto json = config();
            json[field] = value;
            expectConfigRefused(json, "");
        }
    for (const char* field : {"vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "head_dim"}) {
        auto json = config();
        json[field] = 0;
        expectConfigRefused(json, " 0");
        json[field] = std::numeric_limits<std::uint64_t>::max();
        expectConfigRefused(json, "too large");
    }
    auto json = config();
    json["num_key_value_heads"] = 3;
    expectConfigRefused(json, "4 heads cannot share 3");
    json = config();
    json["layer_norm_eps"] = -1e-5;
    expectConfigRefused(json, "epsilon");
}

// In text, since no JSON writer writes them.
TEST_F(BrokenModel, NumbersThatAreNone) {
    const std::string whole = config().dump();
    const auto with = [&](const std::string& number) {
        std::string text = whole;
        const std::size_t at = text.find("0.25");
        return text.replace(at, 4, number);
    };
    for (const char* number : {"NaN", "Infinity", "-Infinity", "1e999", "0x10", "0.25.5", "--1"}) {
        writeFile(directory() / "config.json", with(number));
        // NaN and the infinities are JSON as Python writes it; a slope they are not.
        const bool python = std::string(number).find_first_of("NI") != std::string::npos;
        expectRefused("config.json", python ? "slopes" : "");
    }
}

TEST_F(BrokenModel, SlopesThatAreNone) {
    const auto refused = [&](const nlohmann::json& slopes, const std::string& fault) {
        auto json = config();
        json["positions"]["slopes"] = slopes;
        expectConfigRefused(json, fault);
    };
    refused({0.5, 0.25, -0.125, 0.1}, "-0.125");
    refused({0.5, 0.25, 1e300, 0.1}, "1e+300");
    refused({0.5, 0.25, 0.1}, "3 slopes");
    refused({0.5, 0.25, 0.1, 0.1, 0.1}, "5 slopes");
    refused({0.5, 0.25, "steep", 0.1}, "list of numbers");
    refused({0.5, 0.25, nullptr, 0.1}, "list of numbers");
    refused("0.5", "list of numbers");
    // One list a layer, of two layers.
    refused({{0.5, 0.25, 0.1, 0.1}}, "for 1 layer, but");
    refused({{0.5, 0.25, 0.1, 0.1}, {0.5, 0.25, 0.1}}, "3 slopes");
    refused({{0.5, 0.25, 0.1, 0.1}, 0.5}, "list of numbers");
    refused(nlohmann::json::array(), "slopes");
}

TEST_F(BrokenModel, PositionsThatAreNone) {
    const auto refused = [&](const nlohmann::json& positions, const std::string& fault) {
        auto json = config();
        json["positions"] = positions;
        expectConfigRefused(json, fault);
    };
    refused({{"method", "rotary"}, {"dims", 7}}, "7 of 8");
    refused({{"method", "rotary"}, {"dims", 10}}, "10 of 8");
    refused({{"method", "rotary"}, {"dims", 0}}, "0 of 8");
    refused({{"method", "rotary"}, {"base", 0}}, "base");
    refused({{"method", "rotary"}, {"interleaved", "yes"}}, "true or false");
    refused({{"method", "learned"}}, "\"length\" is missing");
    refused({{"method", "learned"}, {"length", 0}}, "learned positions is 0");
    refused({{"method", "learned"}, {"length", std::numeric_limits<std::int64_t>::min()}}, "learned positions");
    refused({{"method", "t5-bias"}, {"buckets", 1}}, "T5 bias");
    refused({{"method", "t5-bias"}, {"buckets", 1'000'000}}, "T5 bias");
    refused({{"method", "t5-bias"}, {"max_distance", 16}}, "T5 bias");
    refused({{"method", "t5-bias"}, {"max_distance", std::numeric_limits<std::int64_t>::max()}}, "T5 bias");
}

TEST_F(BrokenModel, ShapesThatTheConfigDoesNotAskFor) {
    auto json = config();
    json["vocab_size"] = 300;
    writeConfig(json);
    expectRefused("model.safetensors", "\"embedding.weight\" is [288, 32], but config.json asks for [300, 32]");
    json = config();
    json["num_hidden_layers"] = 3;
    writeConfig(json);
    expectRefused("model.safetensors", "has no tensor \"layers.2.");
    json = config();
    json["intermediate_size"] = 128;
    writeConfig(json);
    expectRefused("model.safetensors", "mlp.up.weight");
    json = config();
    json["positions"] = {{"method", "learned"}, {"length", 16}};
    writeConfig(json);
    expectRefused("model.safetensors", "has no tensor \"position_embedding.weight\"");
}

TEST_F(BrokenModel, TruncatedWeights) {
    const std::string whole = readFile(directory() / "model.safetensors");
    for (const std::size_t size :
         {std::size_t(0), std::size_t(7), std::size_t(8), std::size_t(200), whole.size() / 2, whole.size() - 1}) {
        writeFile(directory() / "model.safetensors", whole.substr(0, size));
        expectRefused("model.safetensors", "");
    }
}

TEST_F(BrokenModel, WeightsThatAreNoNumbers) {
    for (const float value : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        auto spoilt = tensors();
        spoilt.at("layers.1.mlp.up.weight").data_ptr<float>()[77] = value;
        writeTensors(spoilt);
        expectRefused("model.safetensors", "\"layers.1.mlp.up.weight\" holds values that are not finite");
    }
    auto integers = tensors();
    integers.at("final_norm.weight") = at::zeros({32}, at::kLong);
    writeTensors(integers);
    expectRefused("model.safetensors", "final_norm.weight");
}

// Llama 2's first release has such a file: it matters where a text spells a token that the model does not know.
TEST_F(BrokenModel, AVocabularyLargerThanTheModels) {
    const auto tokenizer = text::Tokenizer::learnByteLevelBpe(std::vector<std::string>{tinyText(1, 2000)}, 290);
    tokenizer.save(directory() / "tokenizer.json");
    Session session(m_folder.path());
    const std::string key = session.openModel(directory().string(), Job()).key;
    session.openIds("ids", {1, 2, 3});
    EXPECT_EQ(session.text(key, Job())->tokens.size(), 3U);
    writeFile(m_folder / "known.txt", "a b c");
    session.openText(m_folder / "known.txt", Job());
    EXPECT_GE(session.text(key, Job())->tokens.size(), 3U);
    writeFile(m_folder / "unknown.txt", tokenizer.tokenText(288) + "\n" + tokenizer.tokenText(288));
    try {
        session.openText(m_folder / "unknown.txt", Job());
        session.text(key, Job());
        FAIL() << "opened";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), AllOf(HasSubstr("At byte 0 the text spells the token "), HasSubstr("the model knows only 288 tokens.")));
    }
}

// A model without a tokenizer that can be used is read by ids, and says why when it is given a text.
TEST_F(BrokenModel, ATokenizerThatCannotBeUsedClosesTextsAlone) {
    for (const char* text : {"", "{}", "[]", "{\"model\": 5}", "{\"model\": {\"type\": \"WordPiece\"}}", "\xFF"}) {
        writeFile(directory() / "tokenizer.json", text);
        writeFile(m_folder / "text.txt", "a b c");
        Session session(m_folder.path());
        const std::string key = session.openModel(directory().string(), Job()).key;
        session.openIds("ids", {1, 2, 3});
        EXPECT_EQ(session.text(key, Job())->tokens.size(), 3U);
        session.openText(m_folder / "text.txt", Job());
        try {
            session.text(key, Job());
            FAIL() << "opened";
        } catch (const Error& error) {
            EXPECT_THAT(error.what(), AllOf(HasSubstr("reads token ids, but no text"),
                                            HasSubstr((directory() / "tokenizer.json").string())));
        }
    }
}

TEST_F(BrokenModel, TrainingFactsThatAreNone) {
    for (const char* text : {"", "[]", "{\"tokens_seen\": \"many\"}", "{\"corpus_summary\": 3}"}) {
        writeFile(directory() / "training.json", text);
        expectRefused("training.json", "");
    }
    writeFile(directory() / "training.json", R"({"tokens_seen": 12, "corpus_summary": "2 books"})");
    const ModelFacts facts = m_session.openModel(directory().string(), Job());
    EXPECT_EQ(facts.trainedTokens, 12);
    EXPECT_EQ(facts.trainedOn, "2 books");
}

TEST(WriteModelDirectory, SaysWhereTheDiskRefuses) {
    const TempFolder folder;
    writeFile(folder / "file", "");
    TinyModel model({});
    try {
        writeModelDirectory(folder / "file" / "model", model.config, model.weights, tinyTokenizer(), at::kFloat);
        FAIL() << "wrote below a file";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr((folder / "file" / "model").string()));
    }
}

} // namespace
} // namespace slopescope
