// Slopes fitted with the weights frozen: slopes that were moved away from those of training come back, and the loss on
// windows that the fit has not seen falls.
#include "core/base/error.h"
#include "core/session.h"
#include "core/study/slope_fit.h"
#include "tests/core/tiny_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace slopescope {
namespace {

using namespace tests;

// Mean of |log(a / b)| over the heads.
double distanceOf(const SlopeTable& a, const SlopeTable& b) {
    double sum = 0;
    for (std::size_t l = 0; l < a.size(); ++l)
        for (std::size_t h = 0; h < a[l].size(); ++h)
            sum += std::abs(std::log(a[l][h] / b[l][h]));
    return sum / double(a.size() * a[0].size());
}

TEST(SlopeFit, BringsBackTheSlopesOfATrainedModel) {
    Session session(SLOPESCOPE_RESOURCES);
    const ModelFacts model = session.openModel("alibi", Job());
    session.openText(session.bundledText(), Job());
    SlopeFitRequest request{
        .variant = {model.key, {}, model.slopes}, .length = 256, .steps = 20, .rate = 0.2, .batch = 3};
    for (SlopeSet& layer : request.variant.slopes)
        for (std::size_t h = 0; h < layer.size(); ++h)
            layer[h] *= h % 2 ? 6 : 1.0 / 6;
    const SlopeFitResult fit = session.fitSlopes(request, Job());
    EXPECT_TRUE(fit.complete);
    EXPECT_EQ(fit.step, 20);
    EXPECT_EQ(fit.heldOutStep, 20);
    EXPECT_EQ(fit.heldOutWindows, 16);
    EXPECT_LT(fit.heldOutDifference, -3 * fit.heldOutDifferenceError);
    EXPECT_NEAR(fit.heldOutDifference, fit.heldOutAfter - fit.heldOutBefore, 1e-9);
    EXPECT_LT(distanceOf(fit.slopes, model.slopes), 0.7 * distanceOf(request.variant.slopes, model.slopes));
}

TEST(SlopeFit, KeepsWhatAStoppedFitHas) {
    const TinyModel model({});
    const std::vector<std::int32_t> ids = tinyIds(6, 400);
    std::stop_source stop;
    SlopeTable last;
    const SlopeFitResult fit = fitSlopes(model.decoder(), ids, {.variant = {}, .length = 16, .steps = 20, .batch = 2},
                                         Job(stop.get_token()), [&](const SlopeFitResult& r) {
                                             last = r.slopes;
                                             if (r.step == 7)
                                                 stop.request_stop();
                                         });
    EXPECT_FALSE(fit.complete);
    EXPECT_EQ(fit.step, 7);
    EXPECT_EQ(fit.slopes, last);
    EXPECT_NE(fit.slopes, model.config.slopes);
    EXPECT_EQ(fit.heldOutStep, 4); // compared every fifth of the way
}

TEST(SlopeFit, SharedSlopesStayShared) {
    const TinyModel model({});
    const std::vector<std::int32_t> ids = tinyIds(6, 400);
    SlopeFitRequest request{.variant = {}, .length = 16, .steps = 4, .batch = 2};
    EXPECT_FALSE(layersShare(fitSlopes(model.decoder(), ids, request, Job(), {}).slopes));
    request.shared = true;
    const SlopeFitResult fit = fitSlopes(model.decoder(), ids, request, Job(), {});
    EXPECT_TRUE(layersShare(fit.slopes));
    EXPECT_NE(fit.slopes, model.config.slopes);
    request.variant.slopes = model.config.slopes;
    request.variant.slopes[0][0] = 0.3;
    EXPECT_THROW(fitSlopes(model.decoder(), ids, request, Job(), {}), Error);
}

TEST(SlopeFit, LeavesASlopeOfZeroAndNeverMakesOneNegative) {
    const TinyModel model({});
    SlopeFitRequest request{.variant = {}, .length = 16, .steps = 12, .rate = 10, .batch = 1};
    request.variant.slopes = model.config.slopes;
    request.variant.slopes[1][2] = 0;
    const SlopeFitResult fit = fitSlopes(model.decoder(), tinyIds(6, 400), request, Job(), {});
    for (std::size_t l = 0; l < 2; ++l)
        for (std::size_t h = 0; h < 4; ++h)
            if (l == 1 && h == 2)
                EXPECT_EQ(fit.slopes[l][h], 0);
            else
                EXPECT_GT(fit.slopes[l][h], 0);
    EXPECT_NO_THROW(checkSlopes(fit.slopes, 2, 4));
}

TEST(SlopeFit, RefusesWhatMakesNoSense) {
    const std::vector<std::int32_t> ids = tinyIds(6, 100);
    const TinyModel model({}), rotary({.method = "rotary"});
    const auto refused = [&](const TinyModel& of, SlopeFitRequest request) {
        try {
            fitSlopes(of.decoder(), ids, request, Job(), {});
        } catch (const Error& fault) {
            return std::string(fault.what());
        }
        return std::string("nothing was refused");
    };
    using ::testing::HasSubstr;
    EXPECT_THAT(refused(rotary, {.variant = {}, .length = 16}), HasSubstr("no slopes to fit"));
    EXPECT_THAT(refused(model, {.variant = {}, .length = 60}), HasSubstr("two windows"));
    EXPECT_THAT(refused(model, {.variant = {}, .length = 1}), HasSubstr("at least 2"));
    EXPECT_THAT(refused(model, {.variant = {}, .length = 16, .steps = 0}), HasSubstr("steps"));
    EXPECT_THAT(refused(model, {.variant = {}, .length = 16, .rate = 0}), HasSubstr("rate"));
}

} // namespace
} // namespace slopescope
