#include "core/text/tokenizer.h"

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "tests/text/temporary_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <map>
#include <random>

namespace slopescope::text {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::json;
using Ids = std::vector<std::int32_t>;

const std::filesystem::path kFolder = std::filesystem::path(SLOPESCOPE_TEST_DATA) / "tokenizers";

Tokenizer family(const std::string& name) {
    return Tokenizer::load(kFolder / (name + ".json"));
}

Tokenizer fromJson(const Json& json) {
    const TemporaryFile file("tokenizer.json", json.dump());
    return Tokenizer::load(file.path());
}

Ids idsOf(const std::vector<Token>& tokens) {
    Ids ids;
    for (const Token& token : tokens)
        ids.push_back(token.id);
    return ids;
}

// Merging by definition: again and again the leftmost pair of the lowest rank.
std::vector<std::string> mergedByDefinition(const std::string& text,
                                            const std::map<std::pair<std::string, std::string>, int>& ranks) {
    std::vector<std::string> parts;
    for (const char c : text)
        parts.emplace_back(1, c);
    for (;;) {
        std::size_t best = parts.size();
        int bestRank = 1 << 30;
        for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
            const auto found = ranks.find({parts[i], parts[i + 1]});
            if (found != ranks.end() && found->second < bestRank) {
                best = i;
                bestRank = found->second;
            }
        }
        if (best == parts.size())
            return parts;
        parts[best] += parts[best + 1];
        parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    }
}

Json bpeModel(const std::vector<std::pair<std::string, std::string>>& merges, const std::string& letters) {
    Json vocabulary = Json::object(), list = Json::array();
    for (const char letter : letters)
        vocabulary[std::string(1, letter)] = vocabulary.size();
    for (const auto& [left, right] : merges) {
        list.push_back({left, right});
        if (!vocabulary.contains(left + right))
            vocabulary[left + right] = vocabulary.size();
    }
    return {{"model", {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", list}}}, {"decoder", {{"type", "Fuse"}}}};
}

TEST(Bpe, MergesAsDefinedWhateverTheMerges) {
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        std::vector<std::string> tokens = {"a", "b", "c", "d"};
        std::vector<std::pair<std::string, std::string>> merges;
        std::map<std::pair<std::string, std::string>, int> ranks;
        for (int i = 0; i < 12; ++i) {
            const std::pair<std::string, std::string> merge{tokens[random() % tokens.size()],
                                                            tokens[random() % tokens.size()]};
            if (merge.first.size() + merge.second.size() > 6 ||
                !ranks.emplace(merge, static_cast<int>(merges.size())).second)
                continue;
            merges.push_back(merge);
            tokens.push_back(merge.first + merge.second);
        }
        const Tokenizer tokenizer = fromJson(bpeModel(merges, "abcd"));
        for (int i = 0; i < 20; ++i) {
            std::string text;
            for (std::size_t length = random() % 30; text.size() < length;)
                text += "abcd"[random() % 4];
            std::vector<std::string> parts;
            for (const Token& token : tokenizer.encode(text))
                parts.push_back(tokenizer.tokenText(token.id));
            EXPECT_EQ(parts, mergedByDefinition(text, ranks)) << text;
        }
    }
}

TEST(Bpe, AWholeDocumentMayBeOnePiece) {
    const Tokenizer tokenizer = fromJson(bpeModel({{"a", "a"}, {"aa", "aa"}, {"b", "a"}}, "ab"));
    const auto tokens = tokenizer.encode(std::string(400'003, 'a') + "ba");
    EXPECT_EQ(tokens.size(), 100'000u + 2 + 1);
    EXPECT_EQ(tokens.back().end, 400'005);
}

// What stands on both sides of one meets, as in the library.
TEST(Bpe, CharactersOutsideTheVocabularyVanishWithoutAnUnknownToken) {
    EXPECT_THAT(idsOf(fromJson(bpeModel({{"a", "b"}}, "ab")).encode("axb")), ElementsAre(2));
    EXPECT_THAT(idsOf(fromJson(bpeModel({{"a", "b"}}, "ab")).encode("bxa")), ElementsAre(1, 0));
}

TEST(Learning, EveryTextComesBack) {
    const Tokenizer tokenizer = Tokenizer::learnByteLevelBpe(std::vector<std::string>{"the theme of the theory"}, 280);
    std::mt19937 random(3);
    for (int round = 0; round < 300; ++round) {
        std::string text;
        while (text.size() < 60) {
            const char32_t c = round % 2 == 0 ? random() % 0x250 : random() % 0x11000;
            if (c >= 0xD800 && c < 0xE000)
                continue;
            if (c < 0x80)
                text += static_cast<char>(c);
            else if (c < 0x800)
                text += {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F))};
            else if (c < 0x10000)
                text += {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3F)),
                         static_cast<char>(0x80 | (c & 0x3F))};
        }
        EXPECT_EQ(tokenizer.decode(idsOf(tokenizer.encode(text))), text);
    }
}

TEST(Learning, MergesTheMostFrequentPairFirstAndTiesBySmallerIds) {
    // Pieces: "abab" twice, " cd" three times. Pairs: a-b 4, b-a 2, space-c 3, c-d 3.
    const std::vector<std::string> texts = {"abab cd cd", "abab cd"};
    const Tokenizer tokenizer = Tokenizer::learnByteLevelBpe(texts, 260);
    EXPECT_EQ(tokenizer.vocabularySize(), 260);
    EXPECT_EQ(tokenizer.tokenText(256), "ab");
    EXPECT_EQ(tokenizer.tokenText(257), "cd"); // c stands before the space in the byte alphabet
    EXPECT_EQ(tokenizer.tokenText(258), " cd");
    EXPECT_EQ(tokenizer.tokenText(259), "abab");
}

TEST(Learning, StopsWhenEveryWordIsAToken) {
    EXPECT_EQ(Tokenizer::learnByteLevelBpe(std::vector<std::string>{"ab"}, 1000).vocabularySize(), 257);
    EXPECT_EQ(Tokenizer::learnByteLevelBpe({}, 1000).vocabularySize(), 256);
}

TEST(Learning, RefusesImpossibleSizesAndBrokenText) {
    EXPECT_THROW(Tokenizer::learnByteLevelBpe({}, 255), Error);
    EXPECT_THROW(Tokenizer::learnByteLevelBpe({}, 1 << 30), Error);
    EXPECT_THROW(Tokenizer::learnByteLevelBpe(std::vector<std::string>{"\xFF"}, 300), Error);
}

TEST(Learning, StopsWhenAsked) {
    std::stop_source stop;
    stop.request_stop();
    EXPECT_THROW(Tokenizer::learnByteLevelBpe(std::vector<std::string>{"some text"}, 300, Job(stop.get_token())),
                 Cancelled);
}

TEST(Encoding, StopsWhenAskedInEveryKindOfModel) {
    std::stop_source stop;
    stop.request_stop();
    for (const char* name : {"gpt2", "llama2", "t5", "falcon"})
        EXPECT_THROW(family(name).encode("some text", Job(stop.get_token())), Cancelled) << name;
}

TEST(Encoding, RefusesInvalidUtf8WithItsOffset) {
    try {
        family("gpt2").encode("good \xE2\x82 bad");
        FAIL();
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("offset 5"));
    }
}

TEST(Encoding, LongHostileRunsAreNotQuadratic) {
    std::string marks = "a";
    for (int i = 0; i < 100'000; ++i)
        marks += i % 2 == 0 ? "\u0301" : "\u0323";
    for (const char* name : {"neox", "qwen2", "t5", "llama2"}) {
        const Tokenizer tokenizer = family(name);
        EXPECT_FALSE(tokenizer.encode(std::string(300'000, ' ') + "x").empty()) << name;
        EXPECT_FALSE(tokenizer.encode(std::string(300'000, '\n') + "x").empty()) << name;
        EXPECT_FALSE(tokenizer.encode(marks).empty()) << name;
    }
}

TEST(Decoding, RefusesIdsOutsideTheVocabulary) {
    const Tokenizer tokenizer = family("gpt2");
    for (const std::int32_t id : {-1, tokenizer.vocabularySize(), INT32_MAX}) {
        EXPECT_THROW(tokenizer.decode(Ids{id}), Error);
        EXPECT_THROW(tokenizer.tokenText(id), Error);
    }
}

TEST(Decoding, HalfACharacterShowsAsReplacementButKeepsItsByte) {
    const Tokenizer tokenizer = Tokenizer::learnByteLevelBpe({}, 256);
    const auto tokens = tokenizer.encode("\u00E9");
    ASSERT_EQ(tokens.size(), 2u);
    EXPECT_EQ(tokenizer.decode(Ids{tokens[0].id}), "\uFFFD");
    EXPECT_EQ(tokenizer.tokenText(tokens[0].id), "\xC3");
    EXPECT_EQ(tokenizer.tokenText(tokens[1].id), "\xA9");
    EXPECT_EQ(tokens[1].begin, 1);
}

TEST(Decoding, TokenTextOfSentencePieceTokens) {
    const Tokenizer tokenizer = family("llama2");
    const auto tokens = tokenizer.encode("the\n");
    ASSERT_GE(tokens.size(), 3u);
    EXPECT_EQ(tokenizer.tokenText(tokens[0].id), "<s>");
    EXPECT_TRUE(tokenizer.tokenText(tokens[1].id).starts_with(" t"));
    EXPECT_EQ(tokenizer.tokenText(tokens.back().id), "\n");
    EXPECT_EQ(tokens[0].begin, tokens[0].end);
    EXPECT_EQ(tokens[1].begin, 0); // the space before was never there
}

TEST(Decoding, WithoutADecoderTokensStandApart) {
    Json json = bpeModel({{"a", "b"}}, "ab");
    json.erase("decoder");
    EXPECT_EQ(fromJson(json).decode(Ids{2, 0}), "ab a");
}

TEST(Decoding, UnusedIdsSayNothing) {
    const Tokenizer tokenizer =
        fromJson({{"model", {{"type", "BPE"}, {"vocab", {{"a", 0}, {"b", 5}}}, {"merges", Json::array()}}},
                  {"decoder", {{"type", "Fuse"}}}});
    EXPECT_EQ(tokenizer.vocabularySize(), 6);
    EXPECT_EQ(tokenizer.decode(Ids{0, 3, 5}), "ab");
    EXPECT_EQ(tokenizer.tokenText(3), "");
}

TEST(Offsets, FollowTheTextThroughNormalization) {
    const std::string text = "cafe\u0301 \uFB01n"; // decomposed, and a ligature that NFC keeps
    for (const Token& token : family("neox").encode(text))
        EXPECT_TRUE(token.begin >= 0 && token.end <= static_cast<std::int64_t>(text.size()));
    Json json = Json::parse(readTextFile(kFolder / "boundary.json"));
    json["normalizer"] = {{"type", "NFKC"}};
    const auto tokens = fromJson(json).encode(text);
    ASSERT_EQ(tokens.size(), 8u); // c a f é space f i n
    EXPECT_EQ(tokens[3].begin, 3);
    EXPECT_EQ(tokens[3].end, 6); // e and its accent
    EXPECT_EQ(tokens[5].begin, 7);
    EXPECT_EQ(tokens[5].end, 10);
    EXPECT_EQ(tokens[6].begin, 7); // both letters stand for the one ligature
    EXPECT_EQ(tokens[6].end, 10);
    EXPECT_EQ(tokens[7].begin, 10);
}

// --- What the library makes of odd files. Each expected list is what tokenizers 0.23.3 gives. ---

Json bytesAnd(std::initializer_list<const char*> more) {
    Json vocabulary = Json::object();
    for (const char c : std::string("abcdefghijklmnopqrstuvwxyz<>/."))
        vocabulary[std::string(1, c)] = vocabulary.size();
    for (const char* token : more)
        vocabulary[token] = vocabulary.size();
    return vocabulary;
}

Json bpeOf(const Json& vocabulary, const char* merges = "[]", const char* more = "{}") {
    Json model = {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", Json::parse(merges)}};
    model.update(Json::parse(more));
    return {{"model", model}};
}

const char* const kByteLevel =
    R"({"type": "ByteLevel", "add_prefix_space": false, "use_regex": true, "trim_offsets": true})";

TEST(OddFiles, SuffixAndPrefixCountBehindByteLevel) {
    const Json vocabulary =
        Json::parse(R"({"t": 0, "h": 1, "e</w>": 2, "g</w>": 3, "n": 4, "i": 5, "th": 6, "the</w>": 7,
                                            "in": 8, "ing</w>": 9, "h</w>": 11})");
    const Json pieces = Json::parse(R"({"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, )" +
                                    std::string(kByteLevel) + "]}");
    Json json = bpeOf(vocabulary, R"([["t", "h"], ["th", "e</w>"], ["i", "n"], ["in", "g</w>"]])",
                      R"({"end_of_word_suffix": "</w>"})");
    json["pre_tokenizer"] = pieces;
    EXPECT_THAT(idsOf(fromJson(json).encode("the thing th")), ElementsAre(7, 6, 9, 0, 11));
    json = bpeOf(Json::parse(R"({"t": 0, "##h": 1, "##e": 2, "th": 3, "the": 4})"), R"([["t", "##h"], ["th", "##e"]])",
                 R"({"continuing_subword_prefix": "##"})");
    json["pre_tokenizer"] = pieces;
    EXPECT_THAT(idsOf(fromJson(json).encode("the th t")), ElementsAre(4, 3, 0));
}

TEST(OddFiles, ByteFallbackCountsBehindByteLevel) {
    // The letter of the byte E2 is written in two bytes, which the vocabulary has; that of 82 it has itself.
    Json json = bpeOf(Json{{"a", 0}, {"<0xC3>", 1}, {"<0xA2>", 2}, {"\u0124", 3}, {"<unk>", 4}}, "[]",
                      R"({"byte_fallback": true, "unk_token": "<unk>"})");
    json["pre_tokenizer"] = Json::parse(kByteLevel);
    EXPECT_THAT(idsOf(fromJson(json).encode("a\u20AC")), ElementsAre(0, 1, 2, 3, 4));
}

TEST(OddFiles, AnUnknownTokenIsMissedOnlyWhereOneIsNeeded) {
    for (const std::string name : {"<unk>", "<s>"}) { // the second is only among the added tokens
        Json json = bpeOf(bytesAnd({}), "[]", (R"({"unk_token": ")" + name + "\"}").c_str());
        json["added_tokens"] = Json::parse(R"([{"id": 30, "content": "<s>", "special": true}])");
        const Tokenizer tokenizer = fromJson(json);
        EXPECT_THAT(idsOf(tokenizer.encode("ab<s>")), ElementsAre(0, 1, 30));
        try {
            tokenizer.encode("aXb");
            FAIL();
        } catch (const Error& error) {
            EXPECT_THAT(error.what(), HasSubstr("\"" + name + "\", is not in its vocabulary"));
        }
    }
}

TEST(OddFiles, EmptyTokensSharedIdsAndVersionLinesAreTaken) {
    const Tokenizer tokenizer =
        fromJson(bpeOf(Json{{"", 3}, {"a", 0}, {"b", 1}, {"ab", 2}, {"c", 2}}, R"(["#version: 0.2", "a b"])"));
    EXPECT_THAT(idsOf(tokenizer.encode("abca")), ElementsAre(2, 2, 0));
}

// Bytes that the vocabulary has overtake an unknown character that waits for others.
TEST(OddFiles, UnknownCharactersWaitWhileBytesPass) {
    const Tokenizer tokenizer = fromJson(bpeOf(Json{{"<unk>", 0}, {"a", 1}, {"<0x62>", 2}}, "[]",
                                               R"({"unk_token": "<unk>", "byte_fallback": true, "fuse_unk": true})"));
    EXPECT_THAT(idsOf(tokenizer.encode("xbya")), ElementsAre(2, 0, 1));
}

// The right token of a merge loses as many bytes as the prefix has, even where it does not begin with it.
TEST(OddFiles, MergesOfWhatDoesNotBeginWithThePrefix) {
    const Tokenizer tokenizer = fromJson(
        bpeOf(Json{{"a", 0}, {"xyb", 1}, {"ab", 2}}, R"([["a", "xyb"]])", R"({"continuing_subword_prefix": "é"})"));
    EXPECT_THAT(idsOf(tokenizer.encode("ab")), ElementsAre(0));
}

Json addedToken(const std::string& content, const char* more = "{}") {
    Json token = {{"id", 30},        {"content", content},  {"single_word", false}, {"lstrip", false},
                  {"rstrip", false}, {"normalized", false}, {"special", false}};
    token.update(Json::parse(more));
    return token;
}

TEST(AddedTokens, OneThatAnotherHasSwallowedIsNotWritten) {
    Json json = bpeOf(bytesAnd({" "}));
    json["added_tokens"] = Json::array({addedToken("  ", R"({"lstrip": true, "rstrip": true})")});
    EXPECT_THAT(idsOf(fromJson(json).encode("a    b")), ElementsAre(0, 31, 1));
    // One that is swallowed in part is written whole, and so is what lies behind it.
    json["added_tokens"] = Json::array({addedToken("x", R"({"rstrip": true})"), addedToken("  ")});
    EXPECT_THAT(idsOf(fromJson(json).encode("ax   b")), ElementsAre(0, 23, 31, 30, 1));
}

TEST(AddedTokens, AreNumberedAsTheLibraryDoes) {
    Json json = bpeOf(bytesAnd({}));
    json["added_tokens"] = Json::array(
        {addedToken("<s>", R"({"id": 7})"), addedToken("b", R"({"id": 99})"), addedToken("</s>", R"({"id": 200})")});
    EXPECT_THAT(idsOf(fromJson(json).encode("<s>b</s>")), ElementsAre(30, 1, 31));
}

TEST(AddedTokens, DecodeAsTheyAreSought) {
    Json json = bpeOf(bytesAnd({}));
    json["normalizer"] = {{"type", "Lowercase"}};
    json["decoder"] = {{"type", "Fuse"}};
    json["added_tokens"] = Json::array(
        {addedToken("MASK", R"({"normalized": true, "special": true})"), addedToken("PAD", R"({"special": true})")});
    const Tokenizer tokenizer = fromJson(json);
    EXPECT_THAT(idsOf(tokenizer.encode("a mask PAD")), ElementsAre(0, 30, 31));
    EXPECT_EQ(tokenizer.decode(Ids{0, 30, 31}), "amask"); // "mask" is not "MASK", which is special
}

TEST(AddedTokens, SpecialOnesCanBeReadAsLetters) {
    Json json = bpeOf(bytesAnd({}));
    json["added_tokens"] = Json::array({addedToken("<s>", R"({"special": true})"), addedToken("ab")});
    json["post_processor"] = Json::parse(R"({"type": "BertProcessing", "cls": ["<s>", 30], "sep": ["<s>", 30]})");
    const Tokenizer tokenizer = fromJson(json);
    EXPECT_THAT(idsOf(tokenizer.encode("<s>abc")), ElementsAre(30, 30, 31, 2, 30));
    EXPECT_THAT(idsOf(tokenizer.encode("<s>abc", {}, Specials::Letters)), ElementsAre(30, 26, 18, 27, 31, 2, 30));
}

TEST(AddedTokens, MoreThanTheModelKnowsMatterOnlyWhereTheyAreSpelt) {
    Json json = bpeOf(bytesAnd({}));
    json["added_tokens"] = Json::array({addedToken("<pad>", R"({"special": true})")});
    Tokenizer tokenizer = fromJson(json);
    tokenizer.setModelVocabulary(30);
    EXPECT_THAT(idsOf(tokenizer.encode("ab")), ElementsAre(0, 1));
    try {
        tokenizer.encode("ab<pad>");
        FAIL();
    } catch (const Error& error) {
        EXPECT_STREQ(error.what(),
                     "At byte 2 the text spells the token \"<pad>\" (30), but the model knows only 30 tokens.");
    }
}

TEST(PostProcessors, OnesInASequenceSeeThePartsThatATemplateMade) {
    const std::string marked = R"({"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "m", "type_id": 0}},
        {"Sequence": {"id": "A", "type_id": 0}}], "pair": [], "special_tokens": {"m": {"id": "m", "ids": [9]}}})";
    const auto around = [&](const std::string& type) {
        Json json = bpeOf(bytesAnd({}));
        json["post_processor"] = Json::parse(R"({"type": "Sequence", "processors": [)" + marked + R"(, {"type": ")" +
                                             type + R"(", "cls": ["c", 7], "sep": ["s", 8]}]})");
        return idsOf(fromJson(json).encode("a"));
    };
    EXPECT_THAT(around("BertProcessing"), ElementsAre(7, 9, 8, 0, 8));
    EXPECT_THAT(around("RobertaProcessing"), ElementsAre(7, 9, 8, 8, 0, 8));
}

Json splitBy(const std::string& expression) {
    Json json = bpeOf(Json{{"x", 0}}, "[]", R"({"unk_token": "x", "fuse_unk": true})");
    json["pre_tokenizer"] = {
        {"type", "Split"}, {"pattern", {{"Regex", expression}}}, {"behavior", "Isolated"}, {"invert", false}};
    return json;
}

// Where a word ends, and what a class holds, is Oniguruma's to say: it is what the library matches with.
TEST(Expressions, AreOnigurumas) {
    const struct {
        const char *expression, *text;
        std::vector<std::string> pieces;
    } rows[] = {
        {R"(\b)", "ae\u0301 b", {"ae\u0301", " ", "b"}}, // a mark belongs to the word
        {R"(\B)", "e\u0301x", {"e", "\u0301", "x"}},
        {R"(\b)", "a\u203Fb-c", {"a\u203Fb", "-", "c"}},
        {R"([\w&&[^a-c]]+)", "abcdef", {"abc", "def"}},
        {R"([a-c[^\W\d]]+)", "ab1z", {"ab", "1", "z"}},
        {R"((?i:ss))", "a\u00DFb", {"a", "\u00DF", "b"}}, // it folds to two letters
        {R"([[:punct:]])", "a+b$", {"a", "+", "b", "$"}},
        {R"([[:^alpha:]])", "a1", {"a", "1"}},
        {R"(\p{Hiragana}+)", "\u3042\u3001\u3044", {"\u3042", "\u3001", "\u3044"}}, // the script, not its extensions
        {R"((?<=a+)b)", "aab", {"aa", "b"}},
    };
    for (const auto& row : rows) {
        std::vector<std::string> pieces;
        for (const Token& token : fromJson(splitBy(row.expression)).encode(row.text))
            pieces.push_back(
                std::string(row.text).substr(std::size_t(token.begin), std::size_t(token.end - token.begin)));
        EXPECT_EQ(pieces, row.pieces) << row.expression << " in " << row.text;
    }
}

TEST(Expressions, ThatTakeForeverAreGivenUp) {
    try {
        fromJson(splitBy("(a|aa)+c")).encode(std::string(200, 'a') + "bc");
        FAIL();
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("cannot be matched"));
    }
}

// Three spaces are two and one, or one and two: only rounding tells which scores higher. The library's own reading of
// numbers decides, and what stands before.
TEST(UnigramScores, AreRoundedAsInTheLibrary) {
    const Tokenizer tokenizer = fromJson(Json::parse(R"({"model": {"type": "Unigram", "unk_id": 0, "vocab":
        [["<unk>", 0.0], [".", -1], [" ", -4.549682688890029], ["  ", -3.6970047637430583]]}})"));
    EXPECT_THAT(idsOf(tokenizer.encode("..   .")), ElementsAre(1, 1, 3, 2, 1));
    EXPECT_THAT(idsOf(tokenizer.encode("   .")), ElementsAre(2, 3, 1));
    EXPECT_THAT(idsOf(tokenizer.encode("....   ....   .")), ElementsAre(1, 1, 1, 1, 3, 2, 1, 1, 1, 1, 2, 3, 1));
}

TEST(Saving, FailsByTheFilesName) {
    try {
        family("gpt2").save("/no/such/folder/tokenizer.json");
        FAIL();
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("/no/such/folder/tokenizer.json"));
    }
}

} // namespace
} // namespace slopescope::text
