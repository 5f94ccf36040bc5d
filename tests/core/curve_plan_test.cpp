// The policy for what a person leaves out, and what is refused.
#include "core/study/curve_plan.h"

#include "core/base/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slopescope {
namespace {

using Lengths = std::vector<std::int64_t>;

ModelFacts trainedAt(std::int64_t length) {
    ModelFacts model;
    model.trainedLength = length;
    return model;
}

TEST(UsualPlan, LengthsDoubleToTheLongest) {
    EXPECT_EQ(lengthsTo(32), (Lengths{32}));
    EXPECT_EQ(lengthsTo(33), (Lengths{32, 33}));
    EXPECT_EQ(lengthsTo(256), (Lengths{32, 64, 128, 256}));
    EXPECT_EQ(lengthsTo(300), (Lengths{32, 64, 128, 256, 300}));
    EXPECT_EQ(lengthsTo(20), (Lengths{20}));
}

TEST(UsualPlan, TheLongestIsSixteenTrainingLengthsAsFarAsTheTextGoes) {
    EXPECT_EQ(usualLongest(trainedAt(256), 1'000'000), 4096);
    EXPECT_EQ(usualLongest(trainedAt(512), 1'000'000), 8192);
    EXPECT_EQ(usualLongest(trainedAt(0), 1'000'000), 4096);
    EXPECT_EQ(usualLongest(trainedAt(1000), 1'000'000), 8192); // a power of two below 16,000
    EXPECT_EQ(usualLongest(trainedAt(256), 4097), 4096);       // one token more than it reads is predicted
    EXPECT_EQ(usualLongest(trainedAt(256), 4096), 2048);
    EXPECT_EQ(usualLongest(trainedAt(256), 100), 64);
    EXPECT_EQ(usualLongest(trainedAt(256), 2), 32);
    EXPECT_EQ(usualLongest(trainedAt(1), 1'000'000), 32);
}

TEST(UsualPlan, TwelveWindowsOrMoreWhereTheyAreShort) {
    EXPECT_EQ(usualPlan({32, 4096}).windows, 12);
    EXPECT_EQ(usualPlan({32, 1024}).windows, 16);
    EXPECT_EQ(usualPlan({32}).windows, 512);
    EXPECT_EQ(usualPlan({100}).windows, 164); // 16,384 tokens at least
    const CurvePlan plan = usualPlan({32, 64});
    EXPECT_EQ(plan.lengths, (Lengths{32, 64}));
    EXPECT_EQ(plan.protocol, Protocol::OnePass);
    EXPECT_EQ(plan.error, 0.01);
    EXPECT_EQ(plan.maxTokens, 0);
    EXPECT_NO_THROW(checkPlan(plan));
    EXPECT_THROW(checkPlan(usualPlan({})), Error);
    EXPECT_THROW(checkPlan(usualPlan({0})), Error);
}

} // namespace
} // namespace slopescope
