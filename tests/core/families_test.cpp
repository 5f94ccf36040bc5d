// Models in the formats of their families, against what their reference implementations make of the same tokens:
// tests/data/families, written by tests/data/families_fixtures.py and newer_families_fixtures.py.
#include "core/checkpoint/model_directory.h"
#include "core/checkpoint/safetensors.h"
#include "core/model/decoder.h"
#include "core/study/slope_gradient.h"
#include "core/study/text_forward.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/utf8.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <set>

namespace slopescope {
namespace {

namespace fs = std::filesystem;

const fs::path kFixtures = fs::path(SLOPESCOPE_TEST_DATA) / "families";

std::vector<std::string> fixtureNames() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(kFixtures))
        if (entry.is_directory())
            names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<std::int32_t> fixtureIds() {
    return parseJson(readTextFile(kFixtures / "ids.json"), "ids.json").get<std::vector<std::int32_t>>();
}

std::vector<double> numbers(const at::Tensor& tensor) {
    const at::Tensor flat = tensor.to(at::kDouble).contiguous();
    return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

double largestDifference(const std::vector<double>& a, const std::vector<double>& b) {
    EXPECT_EQ(a.size(), b.size());
    double largest = 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        largest = std::max(largest, std::isfinite(a[i]) ? std::abs(a[i] - b[i]) : INFINITY);
    return largest;
}

class Family : public ::testing::TestWithParam<std::string> {
protected:
    Family() {
        OpenedModel opened = openModelDirectory(kFixtures / GetParam(), Job());
        EXPECT_FALSE(opened.tokenizer);
        m_decoder = std::make_shared<const Decoder>(opened.config, std::move(opened.weights));
    }

    std::vector<double> expected(const char* name) const {
        return numbers(TensorFile::open(kFixtures / GetParam() / "expected.safetensors").read(name, at::kDouble));
    }

    // [tokens, width]
    at::Tensor residual() const {
        at::Tensor x = m_decoder->embed(m_ids, 1);
        const auto rotary = m_decoder->rotaryFor(std::ssize(m_ids));
        for (std::int64_t layer = 0; layer < m_decoder->config().layers; ++layer)
            x = m_decoder->runLayer(layer, x, rotary ? &*rotary : nullptr, {}, Job()).residual;
        return x[0];
    }

    const std::vector<std::int32_t> m_ids = fixtureIds();
    std::shared_ptr<const Decoder> m_decoder;
};

TEST_P(Family, Logits) {
    const std::vector<double> logits = numbers(m_decoder->logits(residual())), reference = expected("logits");
    double squares = 0;
    for (const double value : reference)
        squares += value * value;
    EXPECT_LT(largestDifference(logits, reference), 2e-4 * std::sqrt(squares / double(reference.size())));
}

TEST_P(Family, Attention) {
    const std::int64_t tokens = std::ssize(m_ids);
    TextForward forward(m_decoder, std::make_shared<const std::vector<std::int32_t>>(m_ids));
    forward.run({}, tokens, Job());
    MapCells everyCell{0, tokens, 0, tokens, tokens, tokens};
    std::vector<double> probabilities;
    for (std::int64_t layer = 0; layer < m_decoder->config().layers; ++layer)
        for (std::int64_t head = 0; head < m_decoder->config().heads; ++head) {
            const MapPixels map = attentionMap(forward.head(layer, head, {}, tokens), everyCell, Job());
            for (std::int64_t query = 0; query < tokens; ++query)
                for (std::int64_t key = 0; key <= query; ++key) {
                    const float p = map.values[std::size_t(query * tokens + key)];
                    probabilities.push_back(std::isnan(p) ? 0 : double(p)); // outside a window
                }
        }
    EXPECT_LT(largestDifference(probabilities, expected("attention")), 1e-5);
}

TEST_P(Family, Perplexity) {
    const at::Tensor rows = residual().narrow(0, 0, std::ssize(m_ids) - 1);
    const std::vector<double> losses = numbers(m_decoder->losses(rows, std::span(m_ids).subspan(1), Job()));
    double sum = 0;
    for (const double loss : losses)
        sum += loss;
    EXPECT_NEAR(std::exp(sum / double(losses.size()) - expected("loss").at(0)), 1, 1e-4);
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Family, ::testing::ValuesIn(fixtureNames()),
                         [](const auto& info) { return info.param; });

std::shared_ptr<const Decoder> decoderOf(const std::string& fixture) {
    OpenedModel opened = openModelDirectory(kFixtures / fixture, Job());
    return std::make_shared<const Decoder>(opened.config, std::move(opened.weights));
}

// A text that grows past the original length has other frequencies from its first token on.
TEST(Families, LongRopeChangesItsListWhereATextGrowsLong) {
    const auto decoder = decoderOf("phi3_long"); // 32 tokens
    const auto ids = std::make_shared<const std::vector<std::int32_t>>(fixtureIds());
    TextForward grown(decoder, ids), fresh(decoder, ids);
    grown.run({}, 30, Job());
    const std::vector<float> shorter = grown.losses(30, Job());
    grown.run({}, 40, Job());
    fresh.run({}, 40, Job());
    const std::vector<float> longer = fresh.losses(40, Job());
    for (std::size_t i = 1; i < 40; ++i)
        EXPECT_EQ(grown.losses(40, Job())[i], longer[i]) << i;
    EXPECT_NE(shorter[20], longer[20]);
}

// Positions that a person changes reach every rotary rule of the layers.
TEST(Families, AnOverrideTakesAllRotaryRulesAway) {
    const DecoderConfig own = decoderOf("gemma3_text")->config();
    ASSERT_EQ(own.positions.rotaryKinds().size(), 2U);
    PositionOverride scaled;
    scaled.scaling = RotaryScaling::Linear;
    scaled.factor = 4;
    for (const Rotary* kind : withPositions(own, scaled).positions.rotaryKinds())
        EXPECT_EQ(kind->factor, 4);
    PositionOverride none;
    none.keepsRotary = false;
    EXPECT_TRUE(withPositions(own, none).positions.rotaryKinds().empty());
    EXPECT_EQ(withPositions(own, none).positions.rotaryAt(0), nullptr);
}

TEST(Families, SoftCapsAndSinksHaveNoGradientsYet) {
    const std::vector<std::int32_t> ids = fixtureIds();
    const std::int64_t start = 0;
    for (const char* const fixture : {"gemma2", "granite_swa", "nanochat"})
        EXPECT_THROW(slopeLoss(*decoderOf(fixture), ids, {&start, 1}, 20, {}, Job()), Error) << fixture;
}

TEST(Families, EachHasAFixture) {
    std::set<std::string> types;
    for (const std::string& name : fixtureNames())
        types.insert(parseJson(readTextFile(kFixtures / name / "config.json"), name).at("model_type"));
    EXPECT_THAT(types, ::testing::UnorderedElementsAre(
                           "RefinedWeb", "RefinedWebModel", "baichuan", "bloom", "btlm", "cohere", "cohere2", "falcon",
                           "gemma", "gemma2", "gemma3", "gemma3_text", "gpt2", "gpt_bigcode", "gpt_neo", "gpt_neox",
                           "gpt_refact", "gptj", "granite", "granite_swa", "jais", "llama", "mistral", "mpt", "nanochat",
                           "olmo2", "olmo3", "opt", "phi", "phi3", "qwen2", "qwen3", "smollm3", "stablelm", "starcoder2",
                           "xglm"));
}

} // namespace
} // namespace slopescope
