// Rotary frequencies scaled for longer texts, against closed forms and published values.
#include "core/positions/rotary.h"

#include <gtest/gtest.h>

#include <cmath>

namespace slopescope {
namespace {

Rotary scaled(RotaryScaling scaling, double factor, std::int64_t originalLength = 0) {
    Rotary rotary{.dims = 64, .base = 10000};
    rotary.scaling = scaling;
    rotary.factor = factor;
    rotary.originalLength = originalLength;
    return rotary;
}

double plain(std::size_t k) {
    return std::pow(10000, -double(k) / 32);
}

TEST(RotaryScaling, NoneIsTheFormula) {
    const auto frequencies = rotaryFrequencies(scaled(RotaryScaling::None, 1), 5000);
    ASSERT_EQ(frequencies.size(), 32U);
    for (std::size_t k = 0; k < 32; ++k)
        EXPECT_DOUBLE_EQ(frequencies[k], plain(k));
}

TEST(RotaryScaling, LinearDividesEveryFrequency) {
    const auto frequencies = rotaryFrequencies(scaled(RotaryScaling::Linear, 4), 10);
    for (std::size_t k = 0; k < 32; ++k)
        EXPECT_DOUBLE_EQ(frequencies[k], plain(k) / 4);
}

TEST(RotaryScaling, NtkKeepsTheHighestAndDividesTheLowest) {
    const auto frequencies = rotaryFrequencies(scaled(RotaryScaling::Ntk, 8), 10);
    EXPECT_DOUBLE_EQ(frequencies[0], 1);
    EXPECT_NEAR(frequencies[31] / (plain(31) / 8), 1, 1e-12);
    for (std::size_t k = 1; k < 31; ++k) {
        EXPECT_LT(frequencies[k], plain(k));
        EXPECT_GT(frequencies[k], plain(k) / 8);
    }
}

TEST(RotaryScaling, DynamicBeginsPastTheOriginalLength) {
    const Rotary rotary = scaled(RotaryScaling::Dynamic, 2, 100);
    for (const std::int64_t length : {1, 99, 100})
        EXPECT_DOUBLE_EQ(rotaryFrequencies(rotary, length)[31], plain(31));
    // At three times the length the base is that of NTK for 2 * 3 - 1.
    EXPECT_DOUBLE_EQ(rotaryFrequencies(rotary, 300)[31], rotaryFrequencies(scaled(RotaryScaling::Ntk, 5), 1)[31]);
    EXPECT_TRUE(sameFrequencies(rotary, 3, 100));
    EXPECT_TRUE(sameFrequencies(rotary, 300, 300));
    EXPECT_FALSE(sameFrequencies(rotary, 100, 101));
    EXPECT_FALSE(sameFrequencies(rotary, 101, 100));
    EXPECT_TRUE(sameFrequencies(scaled(RotaryScaling::Yarn, 2, 100), 100, 5000));
}

TEST(RotaryScaling, LongRopeDividesEachFrequencyByItsOwnFactor) {
    Rotary rotary = scaled(RotaryScaling::LongRope, 32, 4096);
    for (int k = 0; k < 32; ++k) {
        rotary.shortDivisors.push_back(1 + 0.1 * k);
        rotary.longDivisors.push_back(2 + k);
    }
    for (std::size_t k = 0; k < 32; ++k) {
        EXPECT_DOUBLE_EQ(rotaryFrequencies(rotary, 4096)[k], plain(k) / (1 + 0.1 * double(k)));
        EXPECT_DOUBLE_EQ(rotaryFrequencies(rotary, 4097)[k], plain(k) / (2 + double(k)));
    }
    EXPECT_TRUE(sameFrequencies(rotary, 3, 4096));
    EXPECT_TRUE(sameFrequencies(rotary, 4097, 100000));
    EXPECT_FALSE(sameFrequencies(rotary, 4096, 4097));
    EXPECT_NEAR(longRopeAttentionFactor(32, 4096), 1.190238, 1e-6); // Phi-3-mini-128k's
    EXPECT_EQ(longRopeAttentionFactor(1, 4096), 1);
}

TEST(RotaryScaling, YarnLeavesFastTurnsAndInterpolatesSlowOnes) {
    const auto frequencies = rotaryFrequencies(scaled(RotaryScaling::Yarn, 16, 2048), 10);
    // Frequency k makes 2048 theta_k / 2 pi turns: 32 of them at k = 8.05, one at k = 20.1.
    for (std::size_t k = 0; k <= 8; ++k)
        EXPECT_DOUBLE_EQ(frequencies[k], plain(k));
    for (std::size_t k = 9; k < 21; ++k) {
        const double interpolated = double(k - 8) / 13;
        EXPECT_NEAR(frequencies[k], plain(k) * (1 - interpolated) + plain(k) / 16 * interpolated, 1e-15);
    }
    for (std::size_t k = 21; k < 32; ++k)
        EXPECT_DOUBLE_EQ(frequencies[k], plain(k) / 16);
    EXPECT_DOUBLE_EQ(yarnAttentionFactor(16), 0.1 * std::log(16) + 1);
    EXPECT_EQ(yarnAttentionFactor(1), 1);
}

// Llama 3.1's own settings: base 500,000, 128 dimensions, factor 8 from 8,192 tokens.
TEST(RotaryScaling, Llama3) {
    Rotary rotary{.dims = 128, .base = 500000};
    rotary.scaling = RotaryScaling::Llama3;
    rotary.factor = 8;
    rotary.originalLength = 8192;
    const auto frequencies = rotaryFrequencies(rotary, 10);
    const std::pair<std::size_t, double> published[] = {
        {0, 1.0},          {20, .01656044},   {28, .003211446},  {29, .002166571},
        {30, .001371894},  {31, 8.567514e-4}, {32, 5.248462e-4}, {34, 1.785078e-4},
        {35, 9.556212e-5}, {36, 7.784655e-5}, {63, 3.068926e-7},
    };
    for (const auto& [k, value] : published)
        EXPECT_NEAR(frequencies[k] / value, 1, 5e-7) << k;
}

TEST(RotaryScaling, TheAttentionFactorScalesTheTable) {
    Rotary rotary = scaled(RotaryScaling::Linear, 2);
    const RotaryTable whole = rotaryTable(rotary, 3, 5);
    rotary.attentionFactor = 1.25;
    const RotaryTable larger = rotaryTable(rotary, 3, 5);
    EXPECT_FLOAT_EQ(larger.cos[4][7].item<float>(), 1.25F * whole.cos[4][7].item<float>());
    EXPECT_FLOAT_EQ(larger.sin[4][7].item<float>(), 1.25F * whole.sin[4][7].item<float>());
    EXPECT_FLOAT_EQ(whole.cos[4][7].item<float>(), float(std::cos(7 * plain(7) / 2)));
}

} // namespace
} // namespace slopescope
