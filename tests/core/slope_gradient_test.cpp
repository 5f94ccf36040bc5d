// Gradients of the loss by slopes, against finite differences of the whole reference decoder in double.
#include "core/base/error.h"
#include "core/study/slope_gradient.h"
#include "core/study/window_losses.h"
#include "tests/core/tiny_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace slopescope {
namespace {

using namespace tests;

constexpr std::int64_t kLength = 30;

// The mean loss of the windows, in double.
double lossOf(const ReferenceModel& model, std::span<const std::int32_t> ids, std::span<const std::int64_t> starts) {
    double sum = 0;
    for (const std::int64_t start : starts)
        for (const double loss : referenceLosses(model, ids.subspan(std::size_t(start), kLength + 1)))
            sum += loss;
    return sum / double(kLength * std::ssize(starts));
}

// By central differences; a model without slopes gets some beside its own positions.
SlopeTable differences(ReferenceModel model, std::span<const std::int32_t> ids, std::span<const std::int64_t> starts) {
    constexpr double kStep = 1e-5;
    if (model.slopes.empty())
        model.slopes = Matrix(model.layers, Row(model.heads, 0.0));
    model.alibiToo = true;
    SlopeTable result = model.slopes;
    for (std::size_t l = 0; l < model.layers; ++l)
        for (std::size_t h = 0; h < model.heads; ++h) {
            const double slope = model.slopes[l][h];
            model.slopes[l][h] = slope + kStep;
            const double above = lossOf(model, ids, starts);
            model.slopes[l][h] = slope - kStep;
            result[l][h] = (above - lossOf(model, ids, starts)) / (2 * kStep);
            model.slopes[l][h] = slope;
        }
    return result;
}

class SlopeGradients : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Methods, SlopeGradients, ::testing::ValuesIn(kMethods), [](const auto& info) {
    std::string name = info.param;
    std::erase(name, '-');
    return name;
});

TEST_P(SlopeGradients, AreFiniteDifferencesOfTheWholeModel) {
    TinyOptions options{.method = GetParam()};
    options.keyHeads = 2;
    const TinyModel model(options);
    const std::vector<std::int32_t> ids = tinyIds(5, 100);
    const std::vector<std::int64_t> starts{3, 41};
    const SlopeLoss found = slopeLoss(model.decoder(), ids, starts, kLength, {}, Job());
    EXPECT_NEAR(found.loss, lossOf(model.reference(), ids, starts), 1e-5);
    const SlopeTable expected = differences(model.reference(), ids, starts);
    double largest = 0;
    for (const SlopeSet& layer : expected)
        for (const double value : layer)
            largest = std::max(largest, std::abs(value));
    ASSERT_GT(largest, 1e-3);
    for (std::size_t l = 0; l < 2; ++l)
        for (std::size_t h = 0; h < 4; ++h)
            EXPECT_NEAR(found.gradient[l][h], expected[l][h], 1e-4 * largest) << "layer " << l << " head " << h;
}

TEST(SlopeGradient, KnowsWindowsSinksAndEditedSlopes) {
    const TinyModel model({});
    const std::vector<std::int32_t> ids = tinyIds(5, 100);
    const std::vector<std::int64_t> starts{10};
    SlopeTable slopes = model.config.slopes;
    slopes[0][2] = 0;
    slopes[1][3] = 0.9;
    const Decoder decoder = model.decoder().withPositions({.window = 9, .sinks = 2});
    AttentionOverride change;
    change.slopes = slopes;
    const SlopeLoss found = slopeLoss(decoder, ids, starts, kLength, change, Job());
    ReferenceModel reference = model.reference(slopes);
    reference.window = 9;
    reference.sinks = 2;
    const SlopeTable expected = differences(reference, ids, starts);
    for (std::size_t l = 0; l < 2; ++l)
        for (std::size_t h = 0; h < 4; ++h)
            EXPECT_NEAR(found.gradient[l][h], expected[l][h], 1e-4 + 1e-3 * std::abs(expected[l][h]));
}

TEST(SlopeGradient, TheLossIsThatOfTheForwardWithoutGradients) {
    const TinyModel model({.method = "rotary"});
    const Decoder decoder = model.decoder();
    const std::vector<std::int32_t> ids = tinyIds(6, 300);
    const std::vector<std::int64_t> starts{0, 100};
    const std::vector<float> losses = windowLosses(decoder, ids, starts, 90, {}, Job());
    const double mean = std::accumulate(losses.begin(), losses.end(), 0.0) / double(losses.size());
    EXPECT_NEAR(slopeLoss(decoder, ids, starts, 90, {}, Job()).loss, mean, 1e-5);
}

TEST(SlopeGradient, RestsOnSeparateWindowsAndSaysHowSureItIs) {
    const TinyModel model({});
    const Decoder decoder = model.decoder();
    const std::vector<std::int32_t> ids = tinyIds(6, 161); // five windows of 32, and one token more
    std::vector<std::int64_t> starts = separateWindows(161, 32, 1);
    EXPECT_THAT(starts, ::testing::UnorderedElementsAre(0, 32, 64, 96, 128));
    std::int64_t updates = 0;
    const SlopeGradientResult result = measureSlopeGradients(
        decoder, ids, {.variant = {}, .length = 32, .windows = 3}, Job(), [&](const SlopeGradientResult& r) {
            EXPECT_EQ(r.windows, ++updates);
            EXPECT_FALSE(r.complete);
            EXPECT_EQ(std::isnan(r.heads[0].error), r.windows == 1);
        });
    EXPECT_EQ(updates, 2);
    EXPECT_TRUE(result.complete);
    ASSERT_EQ(result.heads.size(), 8U);
    double sum = 0, squares = 0;
    for (std::size_t w = 0; w < 3; ++w) {
        const double one = slopeLoss(decoder, ids, {&starts[w], 1}, 32, {}, Job()).gradient[1][2];
        sum += one;
        squares += one * one;
    }
    const SlopeGradient& head = result.heads[6];
    EXPECT_EQ(head.head, (HeadAddress{1, 2}));
    EXPECT_DOUBLE_EQ(head.slope, model.config.slopes[1][2]);
    EXPECT_NEAR(head.perSlope, sum / 3, 1e-9);
    EXPECT_NEAR(head.error, std::sqrt((squares / 3 - sum * sum / 9) / 2), 1e-6);
    EXPECT_NEAR(head.perDoubling(), std::log(2.0) * head.slope * head.perSlope, 1e-12);
    ASSERT_EQ(result.allLayers.size(), 4U);
    EXPECT_NEAR(result.allLayers[2].perDoubling, result.heads[2].perDoubling() + head.perDoubling(), 1e-9);
    EXPECT_GT(result.allLayers[2].error, 0);
}

TEST(SlopeGradient, RefusesWhatItCannotDo) {
    const TinyModel model({.method = "learned", .trainingLength = 32});
    const std::vector<std::int32_t> ids = tinyIds(6, 161);
    EXPECT_THROW(measureSlopeGradients(model.decoder(), ids, {.variant = {}, .length = 33}, Job(), {}), Error);
    EXPECT_THROW(measureSlopeGradients(model.decoder(), ids, {.variant = {}, .length = 161}, Job(), {}), Error);
    EXPECT_THROW(measureSlopeGradients(model.decoder(), ids, {.variant = {}, .length = 1}, Job(), {}), Error);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_THROW(measureSlopeGradients(model.decoder(), ids, {.variant = {}, .length = 32}, Job(stop.get_token()), {}),
                 Cancelled);
    const TinyModel odd({.heads = 2, .keyHeads = 2, .headDim = 12});
    EXPECT_THROW(measureSlopeGradients(odd.decoder(), ids, {.variant = {}, .length = 32}, Job(), {}), Error);
}

} // namespace
} // namespace slopescope
