// Files of strangers: every fault of a tokenizer.json is one sentence that names the file and the member.
#include "core/text/tokenizer.h"

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "tests/text/temporary_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace slopescope::text {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

const std::filesystem::path kFolder = std::filesystem::path(SLOPESCOPE_TEST_DATA) / "tokenizers";

std::string refusalOf(const std::string& text) {
    const TemporaryFile file("hostile.json", text);
    try {
        Tokenizer::load(file.path());
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr(file.path().string())) << text.substr(0, 200);
        EXPECT_TRUE(std::string(error.what()).ends_with(".")) << error.what();
        return error.what();
    }
    return "accepted";
}

Json small() {
    return Json::parse(R"({"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]}})");
}

// The refusal when the member at `pointer` of a small good file is `value`.
std::string with(const std::string& pointer, const Json& value) {
    Json json = small();
    json[Json::json_pointer(pointer)] = value;
    return refusalOf(json.dump());
}

TEST(TokenizerFile, ASmallOneIsAccepted) {
    EXPECT_EQ(refusalOf(small().dump()), "accepted");
}

TEST(TokenizerFile, WhatIsNoJson) {
    for (const char* text : {"", "{", "nul", "{\"model\": {}} x", "{\"a\":\"\\ud800\"}", "{\"a\": 1e999}", "\xFF"})
        EXPECT_NE(refusalOf(text), "accepted") << text;
    EXPECT_THAT(refusalOf(std::string(1'000'000, '[')), HasSubstr("deep"));
    EXPECT_THAT(refusalOf("{\"model\": 1, \"model\": 2}"), HasSubstr("twice"));
    EXPECT_THAT(refusalOf("{\"a\\nb\": 1, \"a\\nb\": 2}"),
                HasSubstr("the key \"a?b\" twice")); // one line, whatever the key
    for (const char* text : {"[]", "null", "7", "\"text\"", "{}"})
        EXPECT_NE(refusalOf(text), "accepted") << text;
}

TEST(TokenizerFile, FaultyVocabularies) {
    EXPECT_THAT(with("/model/vocab", Json::array()), HasSubstr("model.vocab should be a JSON object"));
    EXPECT_THAT(with("/model/vocab", Json::object()), HasSubstr("model.vocab is empty"));
    EXPECT_THAT(with("/model/vocab/c", "7"), HasSubstr("the id of \"c\" should be a whole number"));
    EXPECT_THAT(with("/model/vocab/c", -1), HasSubstr("\"c\""));
    EXPECT_THAT(with("/model/vocab/c", 2.5), HasSubstr("\"c\""));
    EXPECT_THAT(with("/model/vocab/c", 4'000'000'000u), HasSubstr("\"c\""));
    EXPECT_THAT(with("/model/vocab/c", 18446744073709551615u), HasSubstr("\"c\""));
    EXPECT_THAT(refusalOf(R"({"model":{"type":"BPE","vocab":{"a":0,"a":1},"merges":[]}})"), HasSubstr("\"a\" twice"));
}

TEST(TokenizerFile, FaultyMerges) {
    EXPECT_THAT(with("/model/merges", "a b"), HasSubstr("model.merges should be a list"));
    EXPECT_THAT(with("/model/merges/1", Json::array({"b", "a"})),
                HasSubstr("model.merges[1] speaks of the token \"ba\""));
    EXPECT_THAT(with("/model/merges/1", Json::array({"b", "z"})), HasSubstr("\"z\""));
    EXPECT_THAT(with("/model/merges/1", Json::array({"b"})), HasSubstr("two tokens"));
    EXPECT_THAT(with("/model/merges/1", Json::array({"b", 7})), HasSubstr("model.merges[1] should hold two tokens"));
    EXPECT_THAT(with("/model/merges/1", Json::array({"", "b"})), HasSubstr("the token \"\", which is not"));
    EXPECT_THAT(with("/model/merges/1", "ab"), HasSubstr("space between"));
    EXPECT_THAT(with("/model/merges/1", "a b c"), HasSubstr("space between"));
    EXPECT_THAT(with("/model/merges/1", 3), HasSubstr("should hold two tokens"));
    EXPECT_EQ(with("/model/merges/0", "a b"), "accepted");
}

TEST(TokenizerFile, FaultyModels) {
    EXPECT_THAT(with("/model/type", "WordPiece"), HasSubstr("\"WordPiece\", which is not supported"));
    EXPECT_THAT(with("/model/type", 3), HasSubstr("model.type should be text"));
    EXPECT_THAT(with("/model/dropout", 0.1), HasSubstr("dropout"));
    EXPECT_EQ(with("/model/dropout", 0.0), "accepted");
    EXPECT_THAT(with("/model/byte_fallback", "yes"), HasSubstr("byte_fallback should be true or false"));
    const auto unigram = [](const std::string& vocabulary, const std::string& unknown) {
        return refusalOf(R"({"model":{"type":"Unigram","vocab":)" + vocabulary + R"(,"unk_id":)" + unknown + "}}");
    };
    EXPECT_EQ(unigram(R"([["<unk>", 0.0], ["a", -1.5]])", "0"), "accepted");
    EXPECT_THAT(unigram("[]", "null"), HasSubstr("should hold 1 to"));
    EXPECT_THAT(unigram(R"([["<unk>", 0.0]])", "1"), HasSubstr("unk_id"));
    EXPECT_THAT(unigram(R"([["<unk>", "0"]])", "0"), HasSubstr("model.vocab[0][1] should be a number"));
    EXPECT_THAT(unigram(R"([["<unk>"]])", "0"), HasSubstr("a token and its score"));
    EXPECT_THAT(unigram(R"([["a", 7], 3])", "0"), HasSubstr("model.vocab[1] should be a list"));
}

TEST(TokenizerFile, AUnigramModelWithoutUnknownRefusesTheTextThatNeedsOne) {
    const TemporaryFile file("unigram.json", R"({"model":{"type":"Unigram","vocab":[["a",-1.0]]}})");
    const Tokenizer tokenizer = Tokenizer::load(file.path());
    EXPECT_EQ(tokenizer.encode("aa").size(), 2u);
    EXPECT_THROW(tokenizer.encode("ab"), Error);
}

TEST(TokenizerFile, PartsThatAreNotSupportedAreNamed) {
    EXPECT_THAT(with("/normalizer/type", "Nmt"),
                HasSubstr("normalizer is the normalizer \"Nmt\", which is not supported"));
    EXPECT_THAT(with("/pre_tokenizer/type", "UnicodeScripts"), HasSubstr("\"UnicodeScripts\""));
    EXPECT_THAT(with("/decoder/type", "CTC"), HasSubstr("\"CTC\""));
    EXPECT_THAT(with("/post_processor/type", "Odd"), HasSubstr("\"Odd\""));
    const Json nested = {{"type", "Sequence"}, {"pretokenizers", {{{"type", "WhitespaceSplit"}}, {{"type", "Odd"}}}}};
    EXPECT_THAT(with("/pre_tokenizer", nested), HasSubstr("pre_tokenizer.pretokenizers[1]"));
}

TEST(TokenizerFile, FaultyParts) {
    for (const char* part : {"normalizer", "pre_tokenizer", "decoder", "post_processor"}) {
        EXPECT_THAT(with("/" + std::string(part), "text"), HasSubstr(part));
        EXPECT_THAT(with("/" + std::string(part), Json::object()), HasSubstr("no \"type\""));
        EXPECT_THAT(with("/" + std::string(part), {{"type", "Sequence"}}), HasSubstr("has no"));
    }
    const auto splitter = [](const Json& pattern, const char* behavior) {
        return with("/pre_tokenizer", {{"type", "Split"}, {"pattern", pattern}, {"behavior", behavior}});
    };
    EXPECT_EQ(splitter({{"String", "x"}}, "Removed"), "accepted");
    EXPECT_THAT(splitter({{"String", "x"}}, "Odd"), HasSubstr("\"Odd\""));
    EXPECT_THAT(splitter("x", "Removed"), HasSubstr("pattern should be a JSON object"));
    for (const char* expression :
         {"(", "[a", "a\\", "(?q)a", "\\p{Odd}", "[[:alpha:]", "(?<n>a)\\k<m>", "a{100001}"})
        EXPECT_THAT(splitter({{"Regex", expression}}, "Removed"), HasSubstr("pattern.Regex")) << expression;
    EXPECT_THAT(with("/pre_tokenizer", {{"type", "Metaspace"}, {"replacement", "__"}}), HasSubstr("one character"));
    EXPECT_THAT(with("/pre_tokenizer", {{"type", "Metaspace"}, {"replacement", "_"}, {"prepend_scheme", "odd"}}),
                HasSubstr("\"odd\""));
    EXPECT_THAT(with("/pre_tokenizer", {{"type", "FixedLength"}, {"length", 0}}), HasSubstr("length"));
    EXPECT_THAT(with("/decoder", {{"type", "Strip"}, {"content", ""}, {"start", 1}, {"stop", 0}}),
                HasSubstr("one character"));
}

TEST(TokenizerFile, FaultyCharacterMaps) {
    const auto map = [](const Json& base64) {
        return with("/normalizer", {{"type", "Precompiled"}, {"precompiled_charsmap", base64}});
    };
    for (const Json& bad : {Json("A"), Json("AAA*"), Json("AAAA"), Json(""), Json("AAAAAA=="), Json("/////w=="),
                            Json("BAAAAA=="), Json("AwAAAAAAAA=="), Json(7)})
        EXPECT_THAT(map(bad), HasSubstr("precompiled_charsmap")) << bad;
    // A trie whose units point nowhere must not be followed out of its bounds.
    const TemporaryFile file("map.json", [] {
        Json json = small();
        json["normalizer"] = {{"type", "Precompiled"}, {"precompiled_charsmap", "BAAAAP////8="}};
        return json.dump();
    }());
    EXPECT_EQ(Tokenizer::load(file.path()).encode("ab").size(), 1u);
}

TEST(TokenizerFile, FaultyAddedTokens) {
    EXPECT_EQ(with("/added_tokens", Json::array({{{"id", 3}, {"content", "<s>"}}})), "accepted");
    EXPECT_THAT(with("/added_tokens", Json::array({{{"id", 3}}})), HasSubstr("added_tokens[0] has no \"content\""));
    EXPECT_EQ(with("/added_tokens", Json::array({{{"id", 1}, {"content", "<s>"}}})), "accepted"); // the id does not count
    EXPECT_THAT(with("/added_tokens", Json::array({{{"id", 3}, {"content", "<s>"}, {"lstrip", 1}}})),
                HasSubstr("added_tokens[0].lstrip"));
    EXPECT_THAT(with("/added_tokens", 5), HasSubstr("added_tokens should be a list"));
}

TEST(TokenizerFile, FaultyTemplates) {
    const auto processor = [](const Json& single, const Json& tokens) {
        return with("/post_processor",
                    {{"type", "TemplateProcessing"}, {"single", single}, {"special_tokens", tokens}});
    };
    const Json text = {{"Sequence", {{"id", "A"}, {"type_id", 0}}}};
    const Json mark = {{"SpecialToken", {{"id", "<s>"}, {"type_id", 0}}}};
    EXPECT_EQ(processor({mark, text}, {{"<s>", {{"ids", {2}}}}}), "accepted");
    EXPECT_THAT(processor({mark, text}, Json::object()), HasSubstr("no \"<s>\""));
    EXPECT_THAT(processor({mark, text}, {{"<s>", {{"ids", {9}}}}}), HasSubstr("the id 9, which is no token"));
    EXPECT_THAT(processor({mark, text}, {{"<s>", {{"ids", {"2"}}}}}), HasSubstr("ids[0]"));
    EXPECT_THAT(processor(Json::array({mark}), {{"<s>", {{"ids", {2}}}}}), HasSubstr("the text once"));
    EXPECT_THAT(processor({text, text}, Json::object()), HasSubstr("the text once"));
    EXPECT_THAT(with("/post_processor", {{"type", "RobertaProcessing"}, {"cls", {"<s>"}}, {"sep", {"</s>", 1}}}),
                HasSubstr("post_processor.cls"));
}

TEST(TokenizerFile, EveryPrefixAndManyMutationsAreAcceptedOrRefusedInOneSentence) {
    const std::string whole = readTextFile(kFolder / "unknown_fused.json");
    for (std::size_t length = 0; length + 2 < whole.size(); length += 37)
        EXPECT_NE(refusalOf(whole.substr(0, length)), "accepted");
    std::uint32_t state = 1;
    const auto random = [&state] { return state = state * 1664525u + 1013904223u; };
    for (int round = 0; round < 300; ++round) {
        std::string changed = whole;
        for (int i = 0; i < 3; ++i)
            changed[(random() >> 8) % changed.size()] = static_cast<char>(random() >> 24);
        refusalOf(changed); // which checks the sentence; what must not happen is anything else
    }
}

} // namespace
} // namespace slopescope::text
