// What stands in for fields that a config.json leaves out, and under which other names it may have them, against the
// table that tests/data/config_defaults.py takes from transformers' config classes.
#include "core/base/json.h"
#include "core/base/utf8.h"
#include "core/checkpoint/families/family.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <sstream>

namespace slopescope {
namespace {

using nlohmann::json;

json table() {
    const std::filesystem::path file = std::filesystem::path(SLOPESCOPE_TEST_DATA) / "config_defaults.json";
    return parseJson(readTextFile(file), file.string());
}

// Every number of a config, so that two that differ anywhere have different texts.
std::string textOf(const DecoderConfig& c) {
    std::ostringstream text;
    text.precision(17);
    text << c.modelType << " shape " << c.vocabulary << ' ' << c.width << ' ' << c.layers << ' ' << c.heads << ' '
         << c.keyHeads << ' ' << c.headDim << ' ' << c.hidden << ' ' << c.embeddingWidth << " norms " << int(c.norm)
         << ' ' << c.normEpsilon << ' ' << c.normWeights << c.normBiases << c.embeddingNorm << c.finalNorm << " block "
         << int(c.block) << c.sharedNorm << ' ' << int(c.activation) << c.gated << " biases " << c.qkvBias
         << c.outputBias << c.mlpBias << c.headBias << " head " << c.tiedHead << ' ' << c.embeddingScale << ' '
         << c.logitScale << " attention " << int(c.queryKeyNorm) << ' ' << c.clipQkv << ' ' << c.attentionScale
         << c.scaledByLayer << ' ' << c.sinks << " windows";
    for (const std::int64_t window : c.windows)
        text << ' ' << window;
    const PositionScheme& p = c.positions;
    text << " positions " << int(p.embedding) << ' ' << p.learnedPositions << ' ' << p.learnedOffset << ' '
         << int(p.bias);
    if (const auto& r = p.rotary)
        text << " rotary " << r->dims << ' ' << r->base << r->interleaved << int(r->scaling) << ' ' << r->factor << ' '
             << r->originalLength << ' ' << r->betaFast << ' ' << r->betaSlow << r->wholeBounds << ' '
             << r->lowFrequency << ' ' << r->highFrequency << ' ' << r->attentionFactor;
    text << " trained " << c.trainingLength << ' ' << c.slopeLength << " slopes";
    for (const SlopeSet& layer : c.slopes)
        for (const double slope : layer)
            text << ' ' << slope;
    return text.str();
}

std::string readingOf(const json& config) {
    return textOf(families::readBlueprint(config, "config.json").config);
}

class Defaults : public ::testing::TestWithParam<std::string> {
protected:
    const json m_row = table().at(GetParam());
    json everything() const {
        json config = m_row.at("defaults");
        config["model_type"] = GetParam();
        return config;
    }
};

TEST_P(Defaults, AnAbsentFieldIsWhatTransformersTakesForIt) {
    const json all = everything();
    const std::string expected = readingOf(all);
    for (const auto& [field, value] : m_row.at("defaults").items()) {
        json without = all;
        without.erase(field);
        EXPECT_EQ(readingOf(without), expected) << "without " << field;
    }
    EXPECT_EQ(readingOf({{"model_type", GetParam()}}), expected);
}

TEST_P(Defaults, AnotherNameOfAFieldCountsLikeItsOwn) {
    for (const auto& [other, field] : m_row.at("other_names").items()) {
        const std::string own = field.get<std::string>();
        json config = everything();
        config[own] = 2 * config.at(own).get<std::int64_t>();
        const std::string expected = readingOf(config);
        EXPECT_NE(expected, readingOf(everything())) << own;
        config[other] = config[own];
        config.erase(own);
        EXPECT_EQ(readingOf(config), expected) << other;
        // Where both are there the other name counts, and it is said that they disagree.
        config[own] = everything().at(own);
        const families::Blueprint both = families::readBlueprint(config, "config.json");
        EXPECT_EQ(textOf(both.config), expected) << other;
        ASSERT_EQ(both.remarks.size(), 1U) << other;
        EXPECT_EQ(both.remarks.front(),
                  "config.json: \"" + own + "\" and \"" + other + "\" disagree: the second counts.");
    }
}

std::vector<std::string> familiesOfTable() {
    const json all = table();
    std::vector<std::string> names;
    for (const auto& [family, row] : all.items())
        names.push_back(family);
    return names;
}

INSTANTIATE_TEST_SUITE_P(Transformers, Defaults, ::testing::ValuesIn(familiesOfTable()),
                         [](const auto& info) { return info.param; });

// BLOOM's and Falcon's classes take a name besides those of their map.
TEST(DefaultsOf, OldNamesOfTheWidth) {
    for (const char* family : {"bloom", "falcon"}) {
        const json config{
            {"model_type", family}, {"n_embed", 128}, {"hidden_size", 64}, {"n_head", 4}, {"num_attention_heads", 4}};
        EXPECT_EQ(families::readBlueprint(config, "config.json").config.width, 128) << family;
    }
}

// What a family's library passes over is passed over here, and said.
TEST(DefaultsOf, FieldsThatOnlyOthersRead) {
    const auto read = [](const json& config) { return families::readBlueprint(config, "config.json"); };
    const auto neox = read({{"model_type", "gpt_neox"}, {"rope_theta", 5000}, {"partial_rotary_factor", 1.0}});
    EXPECT_EQ(neox.config.positions.rotary->base, 10000);
    EXPECT_EQ(neox.config.positions.rotary->dims, 24);
    EXPECT_EQ(neox.remarks.size(), 2U);
    const auto mistral = read({{"model_type", "mistral"},
                               {"num_hidden_layers", 2},
                               {"layer_types", {"full_attention", "sliding_attention"}}});
    EXPECT_EQ(mistral.config.windows, (std::vector<std::int64_t>{4096, 4096}));
    EXPECT_EQ(mistral.remarks.size(), 1U);
    EXPECT_EQ(read({{"model_type", "mistral"}, {"attention_bias", true}}).remarks.size(), 1U);
    EXPECT_TRUE(read({{"model_type", "llama"}, {"clip_qkv", ""}, {"rope_scaling", nullptr}}).remarks.empty());
}

} // namespace
} // namespace slopescope
