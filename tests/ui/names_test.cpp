// How variants are called, and the colours that they take.
#include "ui/lab/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

namespace slopescope::ui {
namespace {

ModelFacts model(const char* method, int layers = 4, int heads = 8) {
    ModelFacts facts;
    facts.key = facts.name = method;
    facts.layers = layers;
    facts.heads = heads;
    facts.trainedLength = 256;
    facts.positions = schemeNamed(method, 32, 256);
    if (facts.hasSlopes())
        facts.slopes.assign(std::size_t(layers), paperSlopes(heads));
    return facts;
}

SlopeTable times(SlopeTable table, double factor) {
    for (SlopeSet& set : table)
        for (double& slope : set)
            slope *= factor;
    return table;
}

TEST(NamesTest, SlopesInTheFewestWords) {
    const SlopeTable own = model("alibi").slopes;
    EXPECT_EQ(slopesText(own, own), "");
    EXPECT_EQ(slopesText({}, own), "");
    EXPECT_EQ(slopesText({{}}, own), "");
    EXPECT_EQ(slopesText(times(own, 0.5), own), "slopes ÷ 2");
    EXPECT_EQ(slopesText(times(own, 2), own), "slopes × 2");
    EXPECT_EQ(slopesText(times(own, 0.7), own), "slopes × 0.7");
    EXPECT_EQ(slopesText(times(own, 0), own), "all slopes 0");
    EXPECT_EQ(slopesText(SlopeTable(4, SlopeSet(8, 0.1)), own), "all slopes 0.1");
    EXPECT_EQ(slopesText(own, times(own, 3)), "the paper's slopes");
    EXPECT_EQ(slopesText(SlopeTable(4, SlopeSet{1, 2}), own), "slopes of its own");

    SlopeTable edited = own;
    for (SlopeSet& set : edited)
        set[5] /= 2;
    EXPECT_EQ(slopesText(edited, own), "H5 ÷ 2");
    for (SlopeSet& set : edited)
        set[6] /= 2, set[7] /= 2;
    EXPECT_EQ(slopesText(edited, own), "H5–H7 ÷ 2");
    for (SlopeSet& set : edited)
        set[0] = 0;
    EXPECT_EQ(slopesText(edited, own), "H0 0, H5–H7 ÷ 2");
    for (SlopeSet& set : edited)
        set[2] *= 3;
    EXPECT_EQ(slopesText(edited, own), "5 heads");

    edited = own;
    edited[2][1] *= 4;
    EXPECT_EQ(slopesText(edited, own), "layer 2: H1 × 4");
    edited[3][1] *= 4;
    EXPECT_EQ(slopesText(edited, own), "2 of 32 slopes");
    // Zeros that stay zeros do not hide a factor.
    SlopeTable zeros = own;
    zeros[0][0] = 0;
    EXPECT_EQ(slopesText(times(zeros, 2), zeros), "slopes × 2");
}

TEST(NamesTest, PositionsPartByPart) {
    const ModelFacts rotary = model("rotary"), alibi = model("alibi");
    const auto what = [](const ModelFacts& facts, const char* positions, const char* slopes = "") {
        return whatItIs(parseVariant(facts, positions, slopes), facts);
    };
    EXPECT_EQ(what(alibi, "own"), "ALiBi · as trained at 256");
    EXPECT_EQ(what(alibi, "own", "scale:0.5"), "ALiBi · slopes ÷ 2 · not as trained");
    EXPECT_EQ(what(alibi, "none"), "no positions · not as trained");
    EXPECT_EQ(what(rotary, "rotary-ntk:4+window:512"), "rotary, NTK × 4 · window 512 · not as trained");
    EXPECT_EQ(what(rotary, "window:1024+sinks:1"), "rotary · window 1,024 · 1 sink · not as trained");
    EXPECT_EQ(what(rotary, "alibi"), "ALiBi · not as trained");
    EXPECT_EQ(what(rotary, "own+alibi:scale:1+sinks:4"), "rotary + ALiBi · 4 sinks · not as trained");
    EXPECT_EQ(what(rotary, "alibi:zero"), "ALiBi · all slopes 0 · not as trained");
    EXPECT_EQ(what(model("t5-bias"), "own"), "T5 bias · as trained at 256");
    EXPECT_TRUE(what(rotary, "none").endsWith(notAsTrained()));
    EXPECT_EQ(usualName(parseVariant(alibi, "own"), alibi), "alibi");
    EXPECT_EQ(usualName(parseVariant(alibi, "own", "scale:0.5"), alibi), "alibi, slopes ÷ 2");
    EXPECT_EQ(usualName(parseVariant(rotary, "rotary-yarn:4"), rotary), "rotary, YaRN × 4");
    // A part taken away alone says what is left.
    PositionOverride bare;
    bare.keepsRotary = false;
    EXPECT_EQ(whatItIs({"rotary", bare, {}}, rotary), "no positions · not as trained");
}

// A file may ask of a model what it cannot do; it still has a name.
TEST(NamesTest, WhatAModelCannotDoHasAName) {
    PositionOverride scaled;
    scaled.scaling = RotaryScaling::Ntk;
    scaled.factor = 4;
    EXPECT_EQ(whatItIs({"alibi", scaled, {}}, model("alibi")), "rotary-ntk:4 · not as trained");
}

TEST(NamesTest, MethodsHaveColoursOfTheirOwn) {
    std::set<std::uint32_t> colours;
    for (const PositionMethod method : {PositionMethod::Alibi, PositionMethod::Rotary, PositionMethod::T5Bias,
                                        PositionMethod::Sinusoidal, PositionMethod::Learned, PositionMethod::None}) {
        colours.insert(colourOf(method));
        EXPECT_EQ(freeColour(method, {}), colourOf(method));
        EXPECT_NE(freeColour(method, {colourOf(method)}), colourOf(method));
    }
    EXPECT_EQ(colours.size(), 6U);
    for (const char* const name : {"alibi", "rotary", "t5-bias", "sinusoidal", "learned", "none"})
        EXPECT_EQ(methodNamed(name), methodOf(schemeNamed(name, 32, 256)));
}

// CIE76, by formulas other than those of the code.
double deltaE(std::uint32_t x, std::uint32_t y) {
    const auto lab = [](std::uint32_t c) {
        const auto lin = [&](int s) {
            const double v = double((c >> s) & 255) / 255;
            return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
        };
        const double r = lin(16), g = lin(8), b = lin(0);
        const auto f = [](double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116; };
        const double fx = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505),
                     fy = f(0.2126 * r + 0.7152 * g + 0.0722 * b),
                     fz = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
        return std::array{116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)};
    };
    const auto a = lab(x), b = lab(y);
    return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

TEST(NamesTest, FiftyVariantsHaveFiftyColours) {
    std::vector<std::uint32_t> taken;
    for (int i = 0; i < 50; ++i) {
        const std::uint32_t colour = freeColour(PositionMethod::Alibi, taken);
        double nearest = 1e9;
        for (const std::uint32_t other : taken)
            nearest = std::min(nearest, deltaE(colour, other));
        EXPECT_GT(nearest, i < 8 ? 30 : i < 16 ? 12 : 4) << i;
        taken.push_back(colour);
    }
    EXPECT_EQ(std::set<std::uint32_t>(taken.begin(), taken.end()).size(), 50U);
    for (int i = 0; i < 250; ++i) // more than there are on the wheel
        taken.push_back(freeColour(PositionMethod::Rotary, taken));
    EXPECT_EQ(std::set<std::uint32_t>(taken.begin(), taken.end()).size(), 300U);
}

} // namespace
} // namespace slopescope::ui
