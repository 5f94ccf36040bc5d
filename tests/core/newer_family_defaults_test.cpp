// What a config.json leaves out has the value that the family's class in transformers gives it, field by field:
// tests/data/newer_family_defaults.json, written by the script of that name.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/utf8.h"
#include "core/checkpoint/families/family.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>

namespace slopescope {
namespace {

using nlohmann::json;

json defaults() {
    const std::filesystem::path file = std::filesystem::path(SLOPESCOPE_TEST_DATA) / "newer_family_defaults.json";
    return parseJson(readTextFile(file), file.string());
}

json described(const Rotary& r) {
    return {r.dims,   r.base,           r.interleaved,   r.backwards,    int(r.scaling),
            r.factor, r.originalLength, r.shortDivisors, r.longDivisors, r.attentionFactor};
}

// Everything that a reader of these families sets.
json described(const families::Blueprint& blueprint) {
    const DecoderConfig& c = blueprint.config;
    const PositionScheme& p = c.positions;
    json rotary = json::array();
    for (const Rotary* kind : p.rotaryKinds())
        rotary.push_back(described(*kind));
    return {{"sizes", {c.vocabulary, c.width, c.layers, c.heads, c.keyHeads, c.headDim, c.hidden, c.trainingLength}},
            {"norms", {int(c.norm), c.normEpsilon, c.normWeights, c.normBiases, c.embeddingNorm, c.finalNorm}},
            {"block", {int(c.block), c.sharedNorm, c.inputNorms, c.branchNorms, c.normedResidual, c.residualScale}},
            {"mlp", {int(c.activation), c.gated, c.mlpBias}},
            {"attention",
             {c.qkvBias, c.outputBias, int(c.queryKeyNorm), c.scaleAt(0), c.scoreCap, c.sinkLogits, c.windows}},
            {"head", {c.tiedHead, c.headBias, c.embeddingScale, c.logitScale, c.logitCap, blueprint.tiedByDefault}},
            {"positions",
             {int(p.embedding), p.learnedPositions, p.sinusoidalOffset, int(p.bias), p.rotaryOfLayers, rotary}}};
}

class NewerDefaults : public ::testing::TestWithParam<const char*> {};

TEST_P(NewerDefaults, AreThoseOfTheFamilysClass) {
    const json whole = defaults().at(GetParam());
    const json expected = described(families::readBlueprint(whole, "config.json"));
    int fields = 0;
    for (const auto& [field, value] : whole.items()) {
        if (field == "model_type")
            continue;
        SCOPED_TRACE(field);
        json less = whole;
        less.erase(field);
        try {
            EXPECT_EQ(described(families::readBlueprint(less, "config.json")), expected);
            ++fields;
        } catch (const Error& refusal) { // sizes that every file states are asked for
            EXPECT_THAT(refusal.what(), ::testing::HasSubstr("\"" + field + "\" is missing"));
        }
    }
    EXPECT_GT(fields, 5);
}

INSTANTIATE_TEST_SUITE_P(Families, NewerDefaults,
                         ::testing::Values("cohere", "cohere2", "gemma", "gemma2", "gemma3_text", "gpt_bigcode",
                                           "gpt_neo", "granite", "granite_swa", "nanochat", "olmo2", "olmo3", "phi",
                                           "phi3", "smollm3", "stablelm", "starcoder2", "xglm"),
                         [](const auto& info) { return std::string(info.param); });

} // namespace
} // namespace slopescope
