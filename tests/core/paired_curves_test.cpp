// Curves of several variants measured beside each other: what is paired, what is kept, what a fault or a stop leaves.
#include "core/study/paired_curves.h"

#include "core/base/error.h"
#include "tests/core/tiny_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stop_token>

namespace slopescope {
namespace {

using ::testing::HasSubstr;
using namespace tests;

class PairedCurvesTest : public ::testing::Test {
protected:
    CurveSource source(double slope, std::uint64_t text = 1) const {
        CurveSource source;
        source.variant = {"model", {}, slope < 0 ? SlopeTable() : SlopeTable(2, SlopeSet(4, slope))};
        source.decoder = m_decoder;
        source.ids = text == 1 ? m_ids : m_otherIds;
        source.ends = std::make_shared<const std::vector<std::int64_t>>();
        source.textDigest = text;
        return source;
    }

    static CurvesRequest request(const std::vector<CurveSource>& sources,
                                 std::vector<std::int64_t> lengths = {16, 128, 1400}, double error = 0) {
        CurvesRequest request;
        for (const CurveSource& source : sources)
            request.variants.push_back(source.variant);
        request.plan.lengths = std::move(lengths);
        request.plan.windows = 5;
        request.plan.error = error;
        return request;
    }

    const TinyModel m_model{TinyOptions{}};
    const std::shared_ptr<const Decoder> m_decoder = std::make_shared<const Decoder>(m_model.decoder());
    const std::shared_ptr<const std::vector<std::int32_t>> m_ids = sharedIds(31, 6000),
                                                           m_otherIds = sharedIds(32, 5000);
    PairedCurves m_curves;
};

// To the bit, but for the time it took.
void expectSame(const CurveResult& a, const CurveResult& b) {
    const auto same = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
    ASSERT_EQ(a.points.size(), b.points.size());
    for (std::size_t i = 0; i < a.points.size(); ++i) {
        EXPECT_TRUE(same(a.points[i].nll, b.points[i].nll)) << i;
        EXPECT_TRUE(same(a.points[i].standardError, b.points[i].standardError)) << i;
        EXPECT_EQ(a.points[i].windows, b.points[i].windows) << i;
        EXPECT_EQ(a.points[i].tokens, b.points[i].tokens) << i;
    }
    ASSERT_EQ(a.context.size(), b.context.size());
    for (std::size_t i = 0; i < a.context.size(); ++i)
        EXPECT_TRUE(same(a.context[i].nll, b.context[i].nll)) << i;
    EXPECT_EQ(a.tokens, b.tokens);
    EXPECT_EQ(a.complete, b.complete);
    EXPECT_EQ(a.filled, b.filled);
}

TEST_F(PairedCurvesTest, EveryStateComparesTheSameWindows) {
    const std::vector<CurveSource> sources{source(-1), source(0.5), source(0)};
    CurvesRequest asked = request(sources);
    asked.against = sources[1].variant;
    int states = 0;
    const CurvesResult result = m_curves.measure(asked, sources, Job(), [&](const CurvesResult& state) {
        ++states;
        ASSERT_EQ(state.curves.size(), 3U);
        EXPECT_EQ(state.against, asked.against);
        EXPECT_EQ(state.plan, asked.plan);
        for (std::size_t curve = 0; curve < 3; ++curve) {
            EXPECT_EQ(state.curves[curve].variant, asked.variants[curve]);
            for (std::size_t i = 0; i < 3; ++i)
                EXPECT_EQ(state.curves[curve].points[i].windows, state.curves[0].points[i].windows);
        }
    });
    EXPECT_GE(states, 4); // nothing, the first answer, and each batch
    EXPECT_TRUE(result.complete);
    EXPECT_TRUE(result.filled);
    EXPECT_TRUE(result.differences[1].points.empty());
    EXPECT_TRUE(result.differences[1].context.empty());
    for (const std::size_t other : {0U, 2U}) {
        ASSERT_EQ(result.differences[other].points.size(), 3U);
        for (std::size_t i = 0; i < 3; ++i)
            EXPECT_NEAR(result.differences[other].points[i].nll,
                        result.curves[other].points[i].nll - result.curves[1].points[i].nll, 1e-12);
        EXPECT_EQ(result.differences[other].context.size(), result.curves[other].context.size());
    }
    // Alone, each is the same curve.
    for (std::size_t curve = 0; curve < 3; ++curve)
        expectSame(PairedCurves().measure(request({sources[curve]}), {sources[curve]}, Job(), {}).curves.front(),
                   result.curves[curve]);
}

TEST_F(PairedCurvesTest, AVariantThatComesLaterIsComparedOnTheWindowsThatItHas) {
    const std::vector<CurveSource> one{source(-1)}, two{source(-1), source(0.5)};
    const CurvesResult alone = m_curves.measure(request(one), one, Job(), {});
    bool partial = false;
    const CurvesResult both = m_curves.measure(request(two), two, Job(), [&](const CurvesResult& state) {
        for (std::size_t i = 0; i < 3; ++i) {
            const std::int64_t late = state.curves[1].points[i].windows;
            partial = partial || (late > 0 && late < 5);
            if (late > 0) {
                EXPECT_EQ(state.curves[0].points[i].windows, late);
            }
        }
    });
    EXPECT_TRUE(partial);
    expectSame(both.curves[0], alone.curves[0]);
    EXPECT_EQ(both.curves[1].points[2].windows, 5);
    // And away again, and back: all is known.
    int states = 0;
    m_curves.measure(request(one), one, Job(), [&](const CurvesResult&) { ++states; });
    const CurvesResult back = m_curves.measure(request(two), two, Job(), [&](const CurvesResult&) { ++states; });
    EXPECT_EQ(states, 2);
    expectSame(back.curves[1], both.curves[1]);
}

TEST_F(PairedCurvesTest, EqualVariantsAreMeasuredOnce) {
    const std::vector<CurveSource> sources{source(0.5), source(0.5)};
    const CurvesResult twice = m_curves.measure(request(sources), sources, Job(), {});
    const CurvesResult once = PairedCurves().measure(request({sources[0]}), {sources[0]}, Job(), {});
    expectSame(twice.curves[0], once.curves[0]);
    expectSame(twice.curves[1], once.curves[0]);
}

TEST_F(PairedCurvesTest, TwoTokenizationsAreMeasuredSideBySideAndNotSubtracted) {
    const std::vector<CurveSource> sources{source(-1), source(-1, 2), source(0.5)};
    std::vector<CurveSource> asked = sources;
    asked[1].variant.model = "other";
    CurvesRequest curves = request(asked);
    curves.against = asked[0].variant;
    std::int64_t most = 0;
    const CurvesResult result = m_curves.measure(curves, asked, Job(), [&](const CurvesResult& state) {
        most = std::max(most, std::abs(state.curves[0].windowsDone - state.curves[1].windowsDone));
    });
    EXPECT_LE(most, 2); // windows of a batch
    EXPECT_TRUE(result.complete);
    EXPECT_EQ(result.curves[0].textTokens, 6000);
    EXPECT_EQ(result.curves[1].textTokens, 5000);
    EXPECT_EQ(result.curves[1].textDigest, 2U);
    EXPECT_TRUE(result.differences[1].points.empty());
    EXPECT_EQ(result.differences[2].points.size(), 3U);
    expectSame(PairedCurves().measure(request({asked[1]}), {asked[1]}, Job(), {}).curves.front(), result.curves[1]);
}

TEST_F(PairedCurvesTest, AVariantThatFaultsSaysSoAndTheOthersGoOn) {
    TinyModel small{TinyOptions{}};
    small.config.vocabulary = 100; // of 288 that the text needs
    small.weights = tinyWeights(small.config, 1);
    std::vector<CurveSource> sources{source(-1), source(0.1), source(0.2), source(0.3)};
    sources[0].fault = "It is not open.";
    sources[0].decoder = nullptr;
    sources[2].decoder = std::make_shared<const Decoder>(small.decoder());
    const CurvesResult result = m_curves.measure(request(sources), sources, Job(), {});
    EXPECT_EQ(result.curves[0].fault, "It is not open.");
    EXPECT_THAT(result.curves[2].fault, HasSubstr("100"));
    EXPECT_TRUE(std::isnan(result.curves[2].points[0].nll));
    EXPECT_TRUE(result.complete);
    for (const std::size_t i : {1U, 3U})
        expectSame(PairedCurves().measure(request({sources[i]}), {sources[i]}, Job(), {}).curves.front(),
                   result.curves[i]);
    // Nothing but faults.
    const std::vector<CurveSource> none{sources[0]};
    EXPECT_TRUE(m_curves.measure(request(none), none, Job(), {}).filled);
}

TEST_F(PairedCurvesTest, LengthsThatOneVariantCannotReadAreItsOwnAffair) {
    const TinyModel learned({.method = "learned", .trainingLength = 64});
    std::vector<CurveSource> sources{source(-1), source(-1)};
    sources[1].variant.model = "learned";
    sources[1].decoder = std::make_shared<const Decoder>(learned.decoder());
    const CurvesResult some = m_curves.measure(request(sources), sources, Job(), {});
    EXPECT_EQ(some.curves[1].points[0].unavailable, "");
    EXPECT_EQ(some.curves[1].points[0].windows, 5);
    EXPECT_EQ(some.curves[1].points[1].unavailable, "learned positions end at 64");
    EXPECT_TRUE(some.curves[1].complete);
    const CurvesResult none = m_curves.measure(request(sources, {128, 1400}), sources, Job(), {});
    EXPECT_EQ(none.curves[1].fault, "No length of this curve can be measured: learned positions end at 64.");
    EXPECT_EQ(none.curves[0].fault, "");
}

TEST_F(PairedCurvesTest, StoppedAnywhereAndContinuedItIsOneRunToTheBit) {
    for (const Protocol protocol : {Protocol::OnePass, Protocol::NonOverlapping, Protocol::LlamaCpp}) {
        const std::vector<CurveSource> sources{source(-1), source(0.5), source(-1, 2)};
        CurvesRequest asked = request(sources, {16, 128, 1400}, 0.05);
        asked.plan.protocol = protocol;
        int states = 0;
        const CurvesResult whole =
            PairedCurves().measure(asked, sources, Job(), [&](const CurvesResult&) { ++states; });
        ASSERT_GT(states, 4);
        for (const int stopAt : {1, 2, 4, states - 1}) {
            PairedCurves curves;
            std::stop_source stop;
            int seen = 0;
            EXPECT_THROW(curves.measure(asked, sources, Job(stop.get_token()),
                                        [&](const CurvesResult&) {
                                            if (++seen == stopAt)
                                                stop.request_stop();
                                        }),
                         Cancelled);
            const CurvesResult stopped = curves.state(asked, sources);
            EXPECT_FALSE(stopped.filled);
            const CurvesResult continued = curves.measure(asked, sources, Job(), {});
            for (std::size_t curve = 0; curve < 3; ++curve)
                expectSame(continued.curves[curve], whole.curves[curve]); // the tokens that were run included
        }
        // Within a batch: what was begun is lost, nothing else.
        PairedCurves curves;
        std::stop_source stop;
        int checks = 0;
        const Job job(stop.get_token(), {}, [&] {
            if (++checks == 40)
                stop.request_stop();
        });
        EXPECT_THROW(curves.measure(asked, sources, job, {}), Cancelled);
        const CurvesResult continued = curves.measure(asked, sources, Job(), {});
        for (std::size_t curve = 0; curve < 3; ++curve)
            for (std::size_t i = 0; i < 3; ++i)
                EXPECT_EQ(continued.curves[curve].points[i].nll, whole.curves[curve].points[i].nll);
    }
}

// Windows side by side end where whole windows of the longest length end: another longest length, other windows.
TEST_F(PairedCurvesTest, WhatWasMeasuredBeforeDoesNotChangeACurve) {
    const std::vector<CurveSource> sources{source(-1)};
    for (const Protocol protocol :
         {Protocol::NonOverlapping, Protocol::Sliding, Protocol::HuggingFace, Protocol::LlamaCpp}) {
        const auto curve = [&](PairedCurves& curves, std::vector<std::int64_t> lengths) {
            CurvesRequest asked = request(sources, std::move(lengths));
            asked.plan.protocol = protocol;
            asked.plan.stride = protocol == Protocol::Sliding || protocol == Protocol::HuggingFace ? 50 : 0;
            return curves.measure(asked, sources, Job(), {}).curves.front().points.front();
        };
        PairedCurves before;
        curve(before, {70, 1400});
        curve(before, {70, 900});
        PairedCurves fresh;
        const CurvePoint a = curve(before, {70}), b = curve(fresh, {70});
        EXPECT_EQ(a.tokens, b.tokens) << int(protocol);
        EXPECT_NEAR(a.nll, b.nll, 1e-6) << int(protocol);
    }
}

TEST_F(PairedCurvesTest, WhatWasMeasuredOfOtherWeightsIsNotTaken) {
    std::vector<CurveSource> sources{source(-1)};
    m_curves.measure(request(sources), sources, Job(), {});
    EXPECT_TRUE(m_curves.state(request(sources), sources).filled);
    sources[0].modelDigest = 2;
    EXPECT_TRUE(std::isnan(m_curves.state(request(sources), sources).curves[0].points[0].nll));
    sources[0].modelDigest = 0;
    EXPECT_TRUE(m_curves.state(request(sources), sources).filled);
}

TEST_F(PairedCurvesTest, APlanThatMakesNoSenseIsRefused) {
    const std::vector<CurveSource> sources{source(-1)};
    for (std::vector<std::int64_t> lengths : {std::vector<std::int64_t>{}, {0}, {5, 3}}) {
        EXPECT_THROW(m_curves.state(request(sources, lengths), sources), Error);
        EXPECT_THROW(m_curves.measure(request(sources, lengths), sources, Job(), {}), Error);
    }
    CurvesRequest sliding = request(sources);
    sliding.plan.protocol = Protocol::Sliding;
    EXPECT_THROW(m_curves.state(sliding, sources), Error);
}

// A sweep that is stopped half way, put into a file and taken up in another run, measures what is missing and nothing twice.
TEST_F(PairedCurvesTest, WhatWasMeasuredInAnotherRunCounts) {
    const std::vector<CurveSource> sources{source(-1), source(0.5)};
    const CurvesRequest asked = request(sources);
    const CurvesResult whole = m_curves.measure(asked, sources, Job(), {});

    PairedCurves first, second;
    std::stop_source stop;
    int states = 0;
    EXPECT_THROW(first.measure(asked, sources, Job(stop.get_token()),
                               [&](const CurvesResult&) {
                                   if (++states == 4)
                                       stop.request_stop();
                               }),
                 Cancelled);
    const std::uint64_t before = second.changes();
    second.remember(first.measured(asked.variants));
    EXPECT_NE(second.changes(), before);
    EXPECT_EQ(second.measured(asked.variants), first.measured(asked.variants)) << "also before they are asked for";
    EXPECT_GT(second.state(asked, sources).curves[0].tokens, 0);
    const CurvesResult again = second.measure(asked, sources, Job(), {});
    for (std::size_t i = 0; i < sources.size(); ++i)
        expectSame(again.curves[i], whole.curves[i]);
    // The same file opened once more changes nothing.
    second.remember(second.measured(asked.variants));
    const auto once = second.measured(std::span(&asked.variants[0], 1)).front();
    second.state(asked, sources);
    EXPECT_EQ(second.measured(std::span(&asked.variants[0], 1)).front(), once);
}

// Before its model is read, or for good where the model is missing, a curve is shown as it was measured.
TEST_F(PairedCurvesTest, ACurveWhoseModelIsNotOpenIsShownAsItWasMeasured) {
    std::vector<CurveSource> sources{source(-1), source(0.5)};
    CurvesRequest asked = request(sources);
    asked.against = sources[0].variant;
    const CurvesResult whole = m_curves.measure(asked, sources, Job(), {});
    PairedCurves later;
    later.remember(m_curves.measured(asked.variants));
    const auto close = [](CurveSource& source) {
        source = {source.variant, "The model is not open.", true, {}, {}, {}, 0, 0, "cpu", -1};
    };
    close(sources[1]);
    int states = 0;
    const CurvesResult half = later.measure(asked, sources, Job(), [&](const CurvesResult&) { ++states; });
    EXPECT_EQ(states, 1) << "nothing is left to measure";
    EXPECT_FALSE(half.curves[0].stored);
    EXPECT_TRUE(half.curves[1].stored);
    close(sources[0]);
    const CurvesResult closed = later.state(asked, sources);
    EXPECT_TRUE(closed.complete);
    for (const CurvesResult* const result : {&half, &closed})
        for (std::size_t i = 0; i < sources.size(); ++i) {
            EXPECT_TRUE(result->curves[i].fault.empty()) << result->curves[i].fault;
            EXPECT_EQ(result->curves[i].textTokens, whole.curves[i].textTokens);
            ASSERT_EQ(result->curves[i].points.size(), whole.curves[i].points.size());
            for (std::size_t p = 0; p < whole.curves[i].points.size(); ++p) {
                EXPECT_EQ(result->curves[i].points[p].nll, whole.curves[i].points[p].nll);
                EXPECT_EQ(result->curves[i].points[p].windows, whole.curves[i].points[p].windows);
            }
            ASSERT_EQ(result->differences[i].points.size(), whole.differences[i].points.size());
            for (std::size_t p = 0; p < whole.differences[i].points.size(); ++p)
                EXPECT_EQ(result->differences[i].points[p].nll, whole.differences[i].points[p].nll);
        }
    // Of another plan, or of a variant that was never measured, there is nothing to show.
    CurvesRequest other = asked;
    other.plan.seed = 2;
    EXPECT_EQ(later.state(other, sources).curves[0].fault, "The model is not open.");
}

// A text that is typed is another one with every letter: a file keeps the latest.
TEST_F(PairedCurvesTest, OfManyTextsTheLatestAreGiven) {
    std::vector<CurveSource> sources{source(0.5)};
    const CurvesRequest asked = request(sources, {16});
    for (std::uint64_t text = 1; text <= 12; ++text) {
        sources[0].textDigest = text;
        m_curves.measure(asked, sources, Job(), {});
    }
    const std::vector<MeasuredCurve> given = m_curves.measured(asked.variants);
    ASSERT_EQ(given.size(), 8U);
    EXPECT_EQ(given.front().textDigest, 12U);
    EXPECT_EQ(given.back().textDigest, 5U);
}

} // namespace
} // namespace slopescope
