// Every tokenizer rule against what Hugging Face's library made of the same samples
// (tests/data/tokenizers_fixtures.py).
#include "core/text/tokenizer.h"

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "tests/text/temporary_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>

namespace slopescope::text {
namespace {

using Json = nlohmann::json;
using Ids = std::vector<std::int32_t>;

const std::filesystem::path kFolder = std::filesystem::path(SLOPESCOPE_TEST_DATA) / "tokenizers";

Json readJson(const std::string& name) {
    return Json::parse(readTextFile(kFolder / name));
}

const std::vector<std::string>& samples() {
    static const auto all = readJson("samples.json").get<std::vector<std::string>>();
    return all;
}

Ids idsOf(const std::vector<Token>& tokens) {
    Ids ids;
    for (const Token& token : tokens)
        ids.push_back(token.id);
    return ids;
}

class Family : public ::testing::TestWithParam<std::string> {
protected:
    const Tokenizer m_tokenizer = Tokenizer::load(kFolder / (GetParam() + ".json"));
    const Json m_expected = readJson(GetParam() + ".expected.json");
};

TEST_P(Family, IdsAreTheLibrarys) {
    ASSERT_EQ(m_expected.size(), samples().size());
    for (std::size_t i = 0; i < samples().size(); ++i)
        EXPECT_EQ(idsOf(m_tokenizer.encode(samples()[i])), m_expected[i][0].get<Ids>()) << samples()[i];
}

TEST_P(Family, DecodedTextIsTheLibrarys) {
    for (std::size_t i = 0; i < samples().size(); ++i)
        EXPECT_EQ(m_tokenizer.decode(m_expected[i][0].get<Ids>()), m_expected[i][1].get<std::string>()) << samples()[i];
}

TEST_P(Family, OffsetsGoForwardThroughTheText) {
    for (const std::string& sample : samples()) {
        std::int64_t begin = 0, end = 0;
        for (const Token& token : m_tokenizer.encode(sample)) {
            EXPECT_LE(begin, token.begin) << sample;
            EXPECT_LE(end, token.end) << sample;
            EXPECT_LE(token.begin, token.end) << sample;
            EXPECT_LE(token.end, static_cast<std::int64_t>(sample.size())) << sample;
            begin = token.begin;
            end = token.end;
        }
    }
}

TEST_P(Family, EverySavedFileEncodesTheSame) {
    const TemporaryFile file(GetParam() + "_saved.json");
    m_tokenizer.save(file.path());
    const Tokenizer again = Tokenizer::load(file.path());
    EXPECT_EQ(again.vocabularySize(), m_tokenizer.vocabularySize());
    for (const std::string& sample : samples())
        EXPECT_EQ(idsOf(again.encode(sample)), idsOf(m_tokenizer.encode(sample)));
}

INSTANTIATE_TEST_SUITE_P(Tokenizers, Family,
                         ::testing::Values("gpt2", "opt", "neox", "bloom", "falcon", "llama3", "qwen2", "llama2",
                                           "llama2_metaspace", "t5", "unigram_bytes", "unknown_fused",
                                           "unknown_single"),
                         [](const auto& family) { return family.param; });

// Byte-level tokens without a normalizer are the bytes of the text, one stretch after the other.
class ByteLevelFamily : public Family {};

TEST_P(ByteLevelFamily, TokensAreTheirBytesOfTheText) {
    for (const std::string& sample : samples()) {
        std::int64_t end = 0;
        for (const Token& token : m_tokenizer.encode(sample)) {
            if (token.begin == token.end)
                continue; // the post-processor's
            EXPECT_EQ(token.begin, end);
            end = token.end;
            EXPECT_EQ(m_tokenizer.tokenText(token.id),
                      sample.substr(static_cast<std::size_t>(token.begin),
                                    static_cast<std::size_t>(token.end - token.begin)));
        }
        EXPECT_EQ(end, static_cast<std::int64_t>(sample.size()));
    }
}

TEST_P(ByteLevelFamily, TextComesBack) {
    for (const std::string& sample : samples()) {
        if (sample.find('<') != std::string::npos)
            continue; // special tokens are left out of decoded text
        EXPECT_EQ(m_tokenizer.decode(idsOf(m_tokenizer.encode(sample))), sample);
    }
}

INSTANTIATE_TEST_SUITE_P(Tokenizers, ByteLevelFamily, ::testing::Values("gpt2", "opt", "bloom", "falcon", "llama3"),
                         [](const auto& family) { return family.param; });

std::uint32_t digest(const Ids& ids) {
    std::uint32_t hash = 0x811C9DC5; // FNV-1a, of which 24 bits are kept
    for (const std::int32_t id : ids)
        for (int shift = 0; shift < 32; shift += 8)
            hash = (hash ^ (static_cast<std::uint32_t>(id) >> shift & 0xFF)) * 0x01000193;
    return hash & 0xFFFFFF;
}

// Each token of this vocabulary says whether it begins or ends a piece, so ids tell where a splitter cut.
TEST(TokenizerVariants, EverySplitterAndNormalizerIsTheLibrarys) {
    const Json base = readJson("boundary.json");
    const Json variants = readJson("boundary.variants.json");
    for (const auto& [name, variant] : variants.items()) {
        Json changed = base;
        changed.update(variant.at("change"));
        const TemporaryFile file("variant.json", changed.dump());
        const Tokenizer tokenizer = Tokenizer::load(file.path());
        for (std::size_t i = 0; i < samples().size(); ++i) {
            const auto expected = variant.at("digests")[i].get<std::uint32_t>();
            EXPECT_EQ(digest(idsOf(tokenizer.encode(samples()[i]))), expected) << name << ": " << samples()[i];
        }
    }
}

TEST(TokenizerLearning, LearnsWhatTheLibraryLearns) {
    std::vector<std::string> texts;
    for (const std::string& sample : samples())
        if (!sample.empty())
            texts.push_back(sample);
    const TemporaryFile file("learned.json");
    Tokenizer::learnByteLevelBpe(texts, 500).save(file.path());
    const Json learned = Json::parse(readTextFile(file.path())).at("model"),
               expected = readJson("learned.expected.json");
    EXPECT_EQ(learned.at("merges"), expected.at("merges"));
    EXPECT_EQ(learned.at("vocab"), expected.at("vocab"));
}

} // namespace
} // namespace slopescope::text
