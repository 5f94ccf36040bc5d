#include "core/positions/slopes.h"

#include "core/base/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <numeric>

namespace slopescope {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pointwise;

// The rule in the paper's words: halve and interleave, by repeated multiplication.
SlopeSet paperByRecursion(int heads) {
    const auto powerOfTwo = [](int n) {
        const double start = std::pow(2.0, -std::pow(2.0, -(std::log2(n) - 3)));
        SlopeSet slopes;
        double slope = 1;
        for (int i = 0; i < n; ++i)
            slopes.push_back(slope *= start);
        return slopes;
    };
    if ((heads & (heads - 1)) == 0)
        return powerOfTwo(heads);
    int below = 1;
    while (below * 2 < heads)
        below *= 2;
    SlopeSet slopes = powerOfTwo(below);
    const SlopeSet above = paperByRecursion(2 * below);
    for (std::size_t i = 0; slopes.size() < static_cast<std::size_t>(heads); i += 2)
        slopes.push_back(above[i]);
    return slopes;
}

// The same set as MPT builds it: all slopes of the power of two above, the odd places first, then the even ones.
SlopeSet mptSlopes(int heads, double biasMax) {
    int above = 1;
    while (above < heads)
        above *= 2;
    SlopeSet all;
    for (int i = 1; i <= above; ++i)
        all.push_back(1 / std::pow(2.0, i * biasMax / above));
    if (above == heads)
        return all;
    SlopeSet slopes;
    for (std::size_t i = 1; i < all.size(); i += 2)
        slopes.push_back(all[i]);
    for (std::size_t i = 0; i < all.size(); i += 2)
        slopes.push_back(all[i]);
    slopes.resize(static_cast<std::size_t>(heads));
    return slopes;
}

void expectRelativelyEqual(const SlopeSet& actual, const SlopeSet& expected, double tolerance) {
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t i = 0; i < actual.size(); ++i)
        EXPECT_NEAR(actual[i] / expected[i], 1, tolerance) << "head " << i << " of " << actual.size();
}

std::string refusal(const std::string& spec, const SlopeTable& own) {
    try {
        parseSlopes(spec, own);
    } catch (const Error& error) {
        return error.what();
    }
    return "accepted";
}

TEST(Slopes, PaperRuleIsTheRecursionForEveryHeadCount) {
    for (int heads = 1; heads <= 128; ++heads)
        expectRelativelyEqual(paperSlopes(heads), paperByRecursion(heads), 1e-12);
}

TEST(Slopes, PaperRuleIsMptsForEveryHeadCountAndBiasMax) {
    for (const double biasMax : {2.0, 4.0, 8.0, 16.0})
        for (int heads = 1; heads <= 128; ++heads)
            expectRelativelyEqual(paperSlopes(heads, biasMax), mptSlopes(heads, biasMax), 1e-12);
}

TEST(Slopes, GoldenVectors) {
    EXPECT_THAT(paperSlopes(1), ElementsAre(0.00390625));
    EXPECT_THAT(paperSlopes(2), ElementsAre(0.0625, 0.00390625));
    EXPECT_THAT(paperSlopes(3), ElementsAre(0.0625, 0.00390625, 0.25));
    EXPECT_THAT(paperSlopes(8), ElementsAre(0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625));
    EXPECT_THAT(paperSlopes(12), Pointwise(DoubleNear(5e-9), {.5, .25, .125, .0625, .03125, .015625, .0078125,
                                                              .00390625, .70710678, .35355339, .1767767, .08838835}));
    EXPECT_THAT(paperSlopes(8, 16), ElementsAre(.25, .0625, .015625, .00390625, 9.765625e-4, 2.44140625e-4,
                                                6.103515625e-5, 1.52587890625e-5));
    EXPECT_THAT(paperSlopes(12, 16), ElementsAre(.25, .0625, .015625, .00390625, 9.765625e-4, 2.44140625e-4,
                                                 6.103515625e-5, 1.52587890625e-5, .5, .125, .03125, .0078125));
    const SlopeSet bloom = paperSlopes(112);
    EXPECT_NEAR(bloom[0], .9170040432, 5e-11);
    EXPECT_DOUBLE_EQ(bloom[63], .00390625);
    EXPECT_NEAR(bloom[64], .9576032807, 5e-11);
    EXPECT_NEAR(bloom[111], .0163167779, 5e-11);
}

TEST(Slopes, PaperRuleOfNoHeadsIsEmpty) {
    EXPECT_TRUE(paperSlopes(0).empty());
}

TEST(Slopes, NtkKeepsTheFirstHeadAndDividesTheLast) {
    const SlopeSet expected = {.5, .20508384, .08411876, .0345028, .01415193, .00580467, .00238089, .00097656};
    EXPECT_THAT(ntkScaled(paperSlopes(8), 4), Pointwise(DoubleNear(5e-9), expected));
    EXPECT_THAT(ntkScaled({0.5}, 4), ElementsAre(0.5));
}

TEST(Slopes, ScaledGeometricAndUniform) {
    EXPECT_THAT(scaled({0.5, 0.25}, 0.25), ElementsAre(0.125, 0.0625));
    EXPECT_THAT(geometricSlopes(4, 0.5, 0.5), ElementsAre(0.5, 0.25, 0.125, 0.0625));
    EXPECT_THAT(uniformSlopes(3, 0.1), ElementsAre(0.1, 0.1, 0.1));
}

TEST(Slopes, RandomIsExponentialSortedAndReproducible) {
    const SlopeSet slopes = randomSlopes(20000, 7);
    EXPECT_EQ(slopes, randomSlopes(20000, 7));
    EXPECT_NE(slopes, randomSlopes(20000, 8));
    EXPECT_TRUE(std::is_sorted(slopes.rbegin(), slopes.rend()));
    EXPECT_GT(slopes.back(), 0);
    EXPECT_NEAR(std::accumulate(slopes.begin(), slopes.end(), 0.0) / 20000, 1.0 / 8, 0.004); // 4 standard errors
    EXPECT_NEAR(slopes[10000], std::log(2.0) / 8, 0.004);
    // splitmix64 of seed 0 begins with 0xE220A8397B1DCDAF.
    const double uniform = (static_cast<double>(0xE220A8397B1DCDAFu >> 11) + 0.5) / 9007199254740992.0;
    EXPECT_FLOAT_EQ(static_cast<float>(randomSlopes(1, 0)[0]), static_cast<float>(-std::log(uniform) / 8));
}

class SlopeSpec : public ::testing::Test {
protected:
    void SetUp() override {
        m_file = std::filesystem::temp_directory_path() /
                 ("slopes_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()) + ".json");
    }
    void TearDown() override { std::filesystem::remove(m_file); }

    std::string write(const std::string& text) {
        std::ofstream(m_file) << text;
        return m_file.string();
    }

    const SlopeTable m_own = {{0.5, 0.25, 0.125, 0.0625}, {0.4, 0.3, 0.2, 0.1}};
    std::filesystem::path m_file;
};

TEST_F(SlopeSpec, EveryRuleFillsEveryLayer) {
    EXPECT_EQ(parseSlopes("paper", m_own), SlopeTable(2, paperSlopes(4)));
    EXPECT_EQ(parseSlopes("bias-max:16", m_own), SlopeTable(2, paperSlopes(4, 16)));
    EXPECT_EQ(parseSlopes("geometric:0.5,0.25", m_own), SlopeTable(2, {0.5, 0.125, 0.03125, 0.0078125}));
    EXPECT_EQ(parseSlopes("uniform:0.1", m_own), SlopeTable(2, {0.1, 0.1, 0.1, 0.1}));
    EXPECT_EQ(parseSlopes("random:42", m_own), SlopeTable(2, randomSlopes(4, 42)));
    EXPECT_EQ(parseSlopes("zero", m_own), SlopeTable(2, {0, 0, 0, 0}));
    EXPECT_EQ(parseSlopes("0.5, 0.25,1e-3,0", m_own), SlopeTable(2, {0.5, 0.25, 1e-3, 0}));
}

TEST_F(SlopeSpec, ScaleAndNtkActOnTheModelsOwnSlopes) {
    EXPECT_EQ(parseSlopes("scale:0.5", m_own), (SlopeTable{{0.25, 0.125, 0.0625, 0.03125}, {0.2, 0.15, 0.1, 0.05}}));
    EXPECT_EQ(parseSlopes("ntk:8", m_own), (SlopeTable{ntkScaled(m_own[0], 8), ntkScaled(m_own[1], 8)}));
    EXPECT_DOUBLE_EQ(parseSlopes("ntk:8", m_own)[1][3], 0.1 / 8);
}

TEST_F(SlopeSpec, ListOfOneNumberServesOneHead) {
    EXPECT_EQ(parseSlopes("0.5", {{1}}), (SlopeTable{{0.5}}));
}

TEST_F(SlopeSpec, FilesHoldHeadsOrLayersOfHeads) {
    EXPECT_EQ(parseSlopes(write("[1, 2, 3, 4]"), m_own), SlopeTable(2, {1, 2, 3, 4}));
    EXPECT_EQ(parseSlopes(write("[[1, 2, 3, 4], [0, 0.5, 0, 1e-9]]"), m_own),
              (SlopeTable{{1, 2, 3, 4}, {0, 0.5, 0, 1e-9}}));
}

TEST_F(SlopeSpec, FaultsAreNamedWithTheSpec) {
    for (const char* spec : {"",
                             "papre",
                             "bias-max",
                             "bias-max:",
                             "bias-max:0",
                             "bias-max:-1",
                             "bias-max:1,2",
                             "bias-max:x",
                             "geometric:0.5",
                             "geometric:0.5,-1",
                             "geometric:1e308,10",
                             "scale:-1",
                             "scale:1e999",
                             "ntk:0",
                             "uniform:-0.1",
                             "uniform:nan",
                             "uniform:inf",
                             "random:",
                             "random:1.5",
                             "random:-1",
                             "random:99999999999999999999",
                             "zero:1",
                             "0.5,0.25",
                             "1,2,3,4,5",
                             "1,,2,3",
                             "1,2,3,",
                             "1,2,3,-4",
                             "1,2,3,inf",
                             "1,2,3,nan",
                             "nan,1,2,3",
                             "1,2,3,4x",
                             "0x1,2,3,4"}) {
        const std::string message = refusal(spec, m_own);
        EXPECT_THAT(message, HasSubstr("\"" + std::string(spec) + "\"")) << spec;
        EXPECT_TRUE(message.ends_with(".")) << message;
    }
    EXPECT_THAT(refusal("0.5,0.25", m_own), HasSubstr("are for 2 heads, but each layer of the model has 4."));
    EXPECT_THAT(refusal("1,2,3,-4", m_own), HasSubstr("hold -4"));
    EXPECT_THAT(refusal("paper", {}), HasSubstr("no heads"));
}

TEST_F(SlopeSpec, FaultsOfFilesNameTheFile) {
    EXPECT_THAT(refusal("/no/such/slopes.json", m_own), HasSubstr("/no/such/slopes.json"));
    for (const char* text : {"", "{}", "[]", "[1, 2, 3]", "[1, 2, 3, -4]", "[1, 2, 3, \"4\"]", "[1, 2, 3, null]",
                             "[1, 2, 3, 1e999]", "[[1, 2, 3, 4]]", "[[1, 2, 3, 4], [1, 2, 3]]", "[[1, 2, 3, 4], 5]",
                             "[1, [2], 3, 4]", "[1, 2, 3, 4", "[[[1]]]", "\xFF"})
        EXPECT_THAT(refusal(write(text), m_own), HasSubstr(m_file.string())) << text;
}

TEST(Slopes, CheckNamesLayerAndHead) {
    const auto fault = [](const SlopeTable& table) -> std::string {
        try {
            checkSlopes(table, 2, 2);
        } catch (const Error& error) {
            return error.what();
        }
        return "";
    };
    EXPECT_EQ(fault({{0, 1}, {0.5, 0.25}}), "");
    EXPECT_THAT(fault({{0, 1}}), HasSubstr("for 1 layer, but"));
    EXPECT_THAT(fault({{0, 1}, {1}}), HasSubstr("Layer 1 is given 1 slopes"));
    EXPECT_THAT(fault({{0, 1}, {1, -0.5}}), HasSubstr("head 1 in layer 1 is -0.5"));
    EXPECT_THAT(fault({{std::numeric_limits<double>::quiet_NaN(), 1}, {1, 1}}), HasSubstr("head 0 in layer 0"));
    EXPECT_THAT(fault({{0, std::numeric_limits<double>::infinity()}, {1, 1}}), HasSubstr("head 1 in layer 0 is inf"));
}

} // namespace
} // namespace slopescope
