// The formulas of the position methods, each against its own definition.
#include "core/base/error.h"
#include "core/positions/distance_bias.h"
#include "core/positions/position_scheme.h"
#include "core/positions/rotary.h"
#include "core/positions/sinusoidal.h"
#include "tests/core/reference_decoder.h"
#include "tests/core/tiny_model.h"

#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace slopescope {
namespace {

TEST(Sinusoidal, IsSinesThenCosinesOfGeometricFrequencies) {
    constexpr std::int64_t kFirst = 3, kLength = 40, kWidth = 24;
    const at::Tensor table = sinusoidalTable(kFirst, kLength, kWidth);
    ASSERT_EQ(table.sizes(), (std::vector<std::int64_t>{kLength, kWidth}));
    const float* value = table.data_ptr<float>();
    for (std::int64_t p = 0; p < kLength; ++p)
        for (std::int64_t i = 0; i < kWidth; ++i)
            ASSERT_NEAR(*value++, tests::reference::sinusoid(std::size_t(kFirst + p), std::size_t(i), kWidth), 1e-6)
                << "position " << kFirst + p << ", feature " << i;
}

TEST(Sinusoidal, EndsOfTheSpectrum) {
    const at::Tensor table = sinusoidalTable(0, 2, 8);
    const float* second = table.data_ptr<float>() + 8; // position 1
    EXPECT_NEAR(second[0], std::sin(1.0), 1e-7);       // the first frequency is 1,
    EXPECT_NEAR(second[3], std::sin(1e-4), 1e-9);      // the last 1/10000
    EXPECT_NEAR(second[4], std::cos(1.0), 1e-7);
    for (int i = 0; i < 8; ++i)
        EXPECT_EQ(table.data_ptr<float>()[i], i < 4 ? 0 : 1); // position 0
}

TEST(Sinusoidal, FarPositionsKeepTheirDigits) {
    constexpr std::int64_t kFar = 100'000;
    const at::Tensor table = sinusoidalTable(kFar, 1, 64);
    for (std::int64_t i = 0; i < 64; ++i)
        EXPECT_NEAR(table.data_ptr<float>()[i], tests::reference::sinusoid(kFar, std::size_t(i), 64), 1e-6) << i;
}

struct RotaryCase {
    std::int64_t dims;
    bool interleaved;
};

class RotaryTest : public ::testing::TestWithParam<RotaryCase> {};

TEST_P(RotaryTest, TurnsEachPairByItsAngle) {
    constexpr std::int64_t kBatch = 2, kLength = 9, kHeads = 3, kDim = 16, kFirst = 5;
    const Rotary rotary{GetParam().dims, 500.0, GetParam().interleaved};
    at::Tensor x = at::empty({kBatch, kLength, kHeads, kDim}, at::kFloat);
    tests::Noise noise(3);
    for (std::int64_t i = 0; i < x.numel(); ++i)
        x.data_ptr<float>()[i] = float(noise());

    const at::Tensor turned = rotate(x, rotary, rotaryTable(rotary, kFirst, kLength)).contiguous();
    ASSERT_EQ(turned.sizes(), x.sizes());
    for (std::int64_t row = 0; row < kBatch * kLength * kHeads; ++row) {
        const float* before = x.data_ptr<float>() + row * kDim;
        const auto position = std::size_t(kFirst + row / kHeads % kLength);
        const tests::Row expected = tests::reference::rotated(
            {before, before + kDim}, position, std::size_t(rotary.dims), rotary.base, rotary.interleaved);
        for (std::int64_t d = 0; d < kDim; ++d)
            ASSERT_NEAR(turned.data_ptr<float>()[row * kDim + d], expected[std::size_t(d)], 1e-5)
                << "row " << row << ", dimension " << d;
    }
}

INSTANTIATE_TEST_SUITE_P(Pairings, RotaryTest,
                         ::testing::Values(RotaryCase{16, false}, RotaryCase{16, true}, RotaryCase{4, false},
                                           RotaryCase{4, true}));

// The point of it: q_i . k_j depends on i - j alone.
TEST(RotaryProducts, DependOnDistanceAlone) {
    const Rotary rotary{.dims = 8};
    tests::Noise noise(5);
    at::Tensor q = at::empty({1, 1, 1, 8}, at::kFloat), k = at::empty({1, 1, 1, 8}, at::kFloat);
    for (int d = 0; d < 8; ++d) {
        q.data_ptr<float>()[d] = float(noise());
        k.data_ptr<float>()[d] = float(noise());
    }
    const auto product = [&](std::int64_t i, std::int64_t j) {
        const at::Tensor turnedQ = rotate(q, rotary, rotaryTable(rotary, i, 1)).contiguous();
        const at::Tensor turnedK = rotate(k, rotary, rotaryTable(rotary, j, 1)).contiguous();
        return std::inner_product(turnedQ.data_ptr<float>(), turnedQ.data_ptr<float>() + 8, turnedK.data_ptr<float>(),
                                  0.0);
    };
    EXPECT_NEAR(product(7, 4), product(1003, 1000), 1e-5);
    EXPECT_NEAR(product(0, 0), product(512, 512), 1e-5);
    EXPECT_GT(std::abs(product(7, 4) - product(7, 3)), 1e-3);
}

TEST(T5Buckets, BeginWhereTheSourceHasThem) {
    constexpr std::array<std::int64_t, 16> kFirst{16, 19, 21, 24, 27, 31, 35, 40, 46, 52, 59, 67, 77, 87, 99, 113};
    for (std::int64_t d = 0; d < 16; ++d)
        EXPECT_EQ(t5Bucket(d), d);
    for (std::size_t b = 0; b < kFirst.size(); ++b) {
        EXPECT_EQ(t5Bucket(kFirst[b]), std::int64_t(16 + b));
        EXPECT_EQ(t5Bucket(kFirst[b] - 1), std::int64_t(15 + b));
    }
    EXPECT_EQ(t5Bucket(64), 26);
    EXPECT_EQ(t5Bucket(96), 29);
    for (const std::int64_t far : {128, 129, 1000, 1'000'000})
        EXPECT_EQ(t5Bucket(far), 31);
}

TEST(T5Buckets, TheTableEndsWithTheBucketOfEverythingBeyond) {
    const auto table = t5BucketTable(32, 128);
    ASSERT_EQ(table.size(), 114U);
    for (std::size_t d = 0; d < table.size(); ++d)
        EXPECT_EQ(table[d], std::int64_t(tests::reference::bucketOf32(d))) << d;
}

TEST(T5Buckets, AnySizeIsMonotoneAndReachesItsLastBucket) {
    for (const std::int64_t buckets : {2, 3, 8, 33, 64})
        for (const std::int64_t farthest : {buckets / 2 + 1, std::int64_t(100), std::int64_t(5000)}) {
            if (farthest <= buckets / 2)
                continue;
            const auto table = t5BucketTable(buckets, farthest);
            EXPECT_TRUE(std::is_sorted(table.begin(), table.end())) << buckets << " to " << farthest;
            EXPECT_EQ(table.back(), buckets - 1);
            EXPECT_LE(std::int64_t(table.size()), farthest + 2);
        }
}

TEST(PositionScheme, EachNameGivesItsParts) {
    const auto scheme = [](const char* name) { return schemeNamed(name, 32, 256); };
    EXPECT_EQ(scheme("alibi").bias, BiasKind::Linear);
    EXPECT_EQ(scheme("t5-bias").bias, BiasKind::T5Buckets);
    EXPECT_EQ(scheme("rotary").rotary->dims, 32);
    EXPECT_EQ(scheme("sinusoidal").embedding, PositionEmbedding::Sinusoidal);
    EXPECT_EQ(scheme("learned").learnedPositions, 256);
    const PositionScheme none = scheme("none");
    EXPECT_TRUE(none.embedding == PositionEmbedding::None && !none.rotary && none.bias == BiasKind::None);
    EXPECT_THROW(scheme("xpos"), Error);

    EXPECT_EQ(describe(scheme("alibi")), "ALiBi");
    EXPECT_EQ(describe(scheme("t5-bias")), "T5 bias");
    EXPECT_EQ(describe(scheme("rotary")), "rotary");
    EXPECT_EQ(describe(scheme("sinusoidal")), "sinusoidal");
    EXPECT_EQ(describe(scheme("learned")), "learned");
    EXPECT_EQ(describe(none), "none");
}

} // namespace
} // namespace slopescope
