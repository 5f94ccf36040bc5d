// Perplexity by length: each protocol against a loop that recomputes every prediction from scratch with the reference
// decoder.
#include "core/base/error.h"
#include "core/study/paired_curves.h"
#include "core/study/running_mean.h"
#include "core/study/scored_windows.h"
#include "core/study/shared_runs.h"
#include "core/study/window_losses.h"
#include "tests/core/tiny_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <thread>
#include <utility>
#include <vector>

namespace slopescope {
namespace {

using ::testing::HasSubstr;
using namespace tests;

// The loss of predicting ids[target] from ids[begin..target), by the reference decoder; each is computed once.
class Predictions {
public:
    Predictions(ReferenceModel model, std::vector<std::int32_t> ids)
        : m_model(std::move(model)), m_ids(std::move(ids)) {}

    double operator()(std::size_t begin, std::size_t target) {
        const auto [known, isNew] = m_known.try_emplace({begin, target}, 0.0);
        if (isNew) {
            const auto context = std::span(m_ids).subspan(begin, target - begin);
            known->second = referenceLoss(referenceForward(m_model, context).logits.back(), m_ids[target]);
        }
        return known->second;
    }

private:
    ReferenceModel m_model;
    std::vector<std::int32_t> m_ids;
    std::map<std::pair<std::size_t, std::size_t>, double> m_known;
};

struct Mean {
    double sum = 0, weight = 0;
    std::int64_t scored = 0;
    void add(double loss, double itsWeight = 1) {
        sum += loss * itsWeight;
        weight += itsWeight;
        ++scored;
    }
};

// A CurvePlan of which each test names what it cares about.
struct Asked {
    SlopeTable slopes = {};
    std::vector<std::int64_t> lengths = {};
    Protocol protocol = Protocol::OnePass;
    std::int64_t stride = 0, windows = 0, maxTokens = 0;
    double error = 0;
    std::uint64_t seed = 1;

    CurvePlan plan() const { return {lengths, protocol, stride, windows, maxTokens, error, seed}; }
};

// Everything a curve is measured with, and the same for the reference.
struct Bench {
    explicit Bench(std::size_t tokens, const TinyOptions& options = {})
        : model(options), decoder(model.decoder()), ids(tinyIds(21, tokens)), loss(model.reference(), ids) {}

    CurveSource source(const SlopeTable& slopes = {}) const {
        CurveSource source;
        source.variant = {"model", {}, slopes};
        source.decoder = std::make_shared<const Decoder>(decoder);
        source.ids = std::make_shared<const std::vector<std::int32_t>>(ids);
        source.ends = std::make_shared<const std::vector<std::int64_t>>();
        return source;
    }

    CurveResult curve(const Asked& asked, const Job& job = {},
                      const std::function<void(const CurveResult&)>& update = {}) const {
        PairedCurves curves;
        const CurveSource one = source(asked.slopes);
        const CurvesResult result =
            curves.measure({{one.variant}, {}, asked.plan()}, {one}, job, [&](const CurvesResult& state) {
                if (update)
                    update(state.curves.front());
            });
        if (!result.curves.front().fault.empty())
            throw Error(result.curves.front().fault);
        return result.curves.front();
    }

    std::string refusal(const Asked& asked) const {
        try {
            curve(asked);
        } catch (const Error& error) {
            return error.what();
        }
        return "nothing was refused";
    }

    TinyModel model;
    Decoder decoder;
    std::vector<std::int32_t> ids;
    Predictions loss;
};

void expectPoint(const CurvePoint& point, const Mean& expected) {
    EXPECT_EQ(point.unavailable, "");
    EXPECT_EQ(point.tokens, expected.scored) << "length " << point.length;
    EXPECT_NEAR(point.nll, expected.sum / expected.weight, 2e-4) << "length " << point.length;
    EXPECT_NEAR(point.perplexity, std::exp(expected.sum / expected.weight), 2e-3 * point.perplexity);
}

// --- Non-overlapping ---

TEST(NonOverlapping, EachSegmentAlone) {
    Bench bench(50);
    const CurveResult curve = bench.curve({.lengths = {4, 8, 16}, .protocol = Protocol::NonOverlapping});
    ASSERT_EQ(curve.points.size(), 3U);
    for (const CurvePoint& point : curve.points) {
        const auto length = std::size_t(point.length);
        Mean mean; // 48 = 3 * 16 predictions, the most that fit whole windows of the longest length
        for (std::size_t target = 1; target <= 48; ++target)
            mean.add(bench.loss((target - 1) / length * length, target));
        expectPoint(point, mean);
    }
}

TEST(NonOverlapping, ScoresTheSameTokensWhereALengthDoesNotDivide) {
    Bench bench(33);
    const CurveResult curve = bench.curve({.lengths = {5, 7, 16}, .protocol = Protocol::NonOverlapping});
    for (const CurvePoint& point : curve.points) {
        Mean mean;
        for (std::size_t target = 1; target <= 32; ++target)
            mean.add(bench.loss((target - 1) / std::size_t(point.length) * std::size_t(point.length), target));
        expectPoint(point, mean);
    }
}

// --- Runs that windows share ---

TEST(SharedRuns, TheLongestWindowOfAStartServesTheOthers) {
    const std::vector<std::vector<ScoredWindow>> windows{nonOverlappingWindows(48, 8), nonOverlappingWindows(48, 16),
                                                         nonOverlappingWindows(48, 24)};
    const std::vector<SharedRun> shared = sharedRuns(windows, true), alone = sharedRuns(windows, false);
    std::vector<std::pair<std::int64_t, std::int64_t>> runs;
    std::int64_t served = 0;
    for (const SharedRun& run : shared) {
        runs.emplace_back(run.start, run.inputs);
        for (const auto& [length, window] : run.windows) {
            EXPECT_EQ(window.start, run.start);
            EXPECT_LE(window.inputs, run.inputs);
            EXPECT_EQ(std::count(windows[length].begin(), windows[length].end(), window), 1);
            ++served;
        }
    }
    using Runs = decltype(runs);
    EXPECT_EQ(runs, (Runs{{0, 24}, {24, 24}, {16, 16}, {32, 16}, {8, 8}, {40, 8}}));
    EXPECT_EQ(served, 6 + 3 + 2);
    EXPECT_EQ(alone.size(), 11U);
}

// A prefix of a window has the bits of the shorter window, where that ends with a whole group of rows.
TEST(SharedRuns, APrefixIsTheShorterWindowToTheBit) {
    for (const char* method : kMethods) {
        const Bench bench(400, {.method = method, .trainingLength = 400});
        const std::vector<std::int64_t> start{5};
        const auto longer = windowLosses(bench.decoder, bench.ids, start, 384, {}, Job());
        for (const std::int64_t length : {12, 96, 192}) {
            const auto shorter = windowLosses(bench.decoder, bench.ids, start, length, {}, Job());
            EXPECT_TRUE(std::equal(shorter.begin(), shorter.end(), longer.begin())) << method << ", " << length;
        }
        const auto odd = windowLosses(bench.decoder, bench.ids, start, 131, {}, Job());
        for (std::size_t i = 0; i < odd.size(); ++i)
            ASSERT_NEAR(odd[i], longer[i], 1e-5) << method << ", position " << i;
    }
}

TEST(SharedRuns, GiveTheCurveOfEachLengthAloneForFewerTokens) {
    const Bench bench(385);
    for (const Protocol protocol : {Protocol::NonOverlapping, Protocol::Sliding, Protocol::LlamaCpp}) {
        const Asked all{.lengths = {24, 48, 96, 192}, .protocol = protocol, .stride = 24};
        const CurveResult together = bench.curve(all);
        std::int64_t tokens = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            Asked one = all;
            one.lengths = {all.lengths[i]};
            const CurveResult alone = bench.curve(one);
            tokens += alone.tokens;
            EXPECT_EQ(together.points[i].tokens, alone.points[0].tokens);
            EXPECT_NEAR(together.points[i].nll, alone.points[0].nll, protocol == Protocol::LlamaCpp ? 1e-6 : 1e-12);
            EXPECT_NEAR(together.points[i].standardError, alone.points[0].standardError, 1e-6);
        }
        EXPECT_LT(together.tokens, tokens * 7 / 10);
    }
}

// --- Sliding (the paper's Appendix B) ---

TEST(Sliding, ScoresOnlyTheNewTokens) {
    Bench bench(40);
    for (const std::int64_t stride : {1, 3, 8}) {
        const CurveResult curve = bench.curve({.lengths = {8, 13}, .protocol = Protocol::Sliding, .stride = stride});
        for (const CurvePoint& point : curve.points) {
            const auto length = std::size_t(point.length), hop = std::size_t(stride);
            Mean mean;
            std::size_t scoredUpTo = 0; // targets 1..scoredUpTo are done
            for (std::size_t begin = 0; begin + length <= 39; begin += hop)
                while (scoredUpTo < begin + length) {
                    ++scoredUpTo;
                    mean.add(bench.loss(begin, scoredUpTo));
                }
            expectPoint(point, mean);
        }
    }
}

TEST(Sliding, AStrideOfTheLengthIsNonOverlapping) {
    Bench bench(49);
    const CurveResult sliding = bench.curve({.lengths = {16}, .protocol = Protocol::Sliding, .stride = 16});
    const CurveResult side = bench.curve({.lengths = {16}, .protocol = Protocol::NonOverlapping});
    EXPECT_EQ(sliding.points[0].tokens, side.points[0].tokens);
    EXPECT_NEAR(sliding.points[0].nll, side.points[0].nll, 1e-6);
}

// --- The loop of transformers' documentation, written out ---

TEST(HuggingFace, IsTheDocumentedLoopWithItsWeights) {
    Bench bench(41);
    for (const std::int64_t stride : {1, 4, 7, 12}) {
        const CurveResult curve =
            bench.curve({.lengths = {12, 41, 100}, .protocol = Protocol::HuggingFace, .stride = stride});
        for (const CurvePoint& point : curve.points) {
            const std::size_t tokens = 41, window = std::size_t(point.length);
            double total = 0, weights = 0;
            std::int64_t scored = 0;
            std::size_t previousEnd = 0;
            for (std::size_t begin = 0; begin < tokens; begin += std::size_t(stride)) {
                const std::size_t end = std::min(begin + window, tokens), targets = end - previousEnd;
                // The last `targets` tokens of the window keep their label; the window's first token never has one.
                double sum = 0;
                std::int64_t labels = 0;
                for (std::size_t target = std::max(begin + 1, end - targets); target < end; ++target, ++labels)
                    sum += bench.loss(begin, target);
                const double weight = double(targets) - 1; // num_valid_tokens - batch_size
                if (weight > 0) {
                    total += sum / double(labels) * weight;
                    weights += weight;
                    scored += labels;
                }
                previousEnd = end;
                if (end == tokens)
                    break;
            }
            if (weights == 0) // stride 1: each window after the first weighs nothing
                continue;
            EXPECT_NEAR(point.nll, total / weights, 2e-4) << "window " << window << ", stride " << stride;
            EXPECT_EQ(point.tokens, scored);
        }
    }
}

TEST(LlamaCpp, SecondHalvesOfDisjointWindows) {
    Bench bench(55);
    const CurveResult curve = bench.curve({.lengths = {3, 8, 13, 27, 28}, .protocol = Protocol::LlamaCpp});
    for (const CurvePoint& point : curve.points) {
        const auto length = std::size_t(point.length);
        if (length == 28) { // twice that is more than the text
            EXPECT_THAT(point.unavailable, HasSubstr("55 tokens"));
            continue;
        }
        Mean mean;
        for (std::size_t begin = 0; begin + length <= 55; begin += length)
            for (std::size_t position = length / 2; position + 1 < length; ++position)
                mean.add(bench.loss(begin, begin + position + 1));
        expectPoint(point, mean);
    }
}

// --- One pass ---

class OnePassOfEveryMethod : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Positions, OnePassOfEveryMethod, ::testing::ValuesIn(kMethods), [](const auto& info) {
    std::string name = info.param;
    std::erase(name, '-');
    return name;
});

// A causal model's loss at position p of a window is its loss with p + 1 tokens of context, whatever follows.
TEST_P(OnePassOfEveryMethod, EqualsARunOfEachLengthOnTheSameWindows) {
    Bench bench(90, {.method = GetParam()});
    const CurveResult curve = bench.curve({.lengths = {1, 3, 8, 20, 32}});
    const auto windows = onePassWindows(90, 32, 1);
    ASSERT_EQ(curve.windowsDone, std::int64_t(windows.size()));
    for (const CurvePoint& point : curve.points) {
        Mean mean;
        std::vector<double> windowMeans;
        for (const ScoredWindow& window : windows) {
            const std::vector<float> losses =
                windowLosses(bench.decoder, bench.ids, {&window.start, 1}, point.length, {}, Job());
            windowMeans.push_back(std::accumulate(losses.begin(), losses.end(), 0.0) / double(losses.size()));
            for (const float loss : losses)
                mean.add(double(loss));
        }
        EXPECT_NEAR(point.nll, mean.sum / mean.weight, 2e-5) << point.length;
        EXPECT_EQ(point.tokens, mean.scored);
    }
}

TEST(OnePass, IsTheReferencesLossOnItsWindows) {
    Bench bench(60);
    const CurveResult curve = bench.curve({.lengths = {2, 9, 16}});
    std::vector<Mean> byContext(17);
    for (const CurvePoint& point : curve.points) {
        Mean mean;
        for (std::size_t begin = 0; begin + 16 < 60; begin += 4)
            for (std::size_t p = 0; p < std::size_t(point.length); ++p) {
                mean.add(bench.loss(begin, begin + p + 1));
                if (point.length == 16)
                    byContext[p + 1].add(bench.loss(begin, begin + p + 1));
            }
        expectPoint(point, mean);
    }
    // The context curve: its bins tile 1..16, and each holds the mean of its contexts.
    std::int64_t next = 1;
    for (const ContextPoint& bin : curve.context) {
        EXPECT_EQ(bin.context, next);
        next = bin.contextEnd;
        double sum = 0, count = 0;
        for (std::int64_t c = bin.context; c < bin.contextEnd; ++c) {
            sum += byContext[std::size_t(c)].sum;
            count += byContext[std::size_t(c)].weight;
        }
        EXPECT_NEAR(bin.nll, sum / count, 2e-4) << "context " << bin.context;
    }
    EXPECT_EQ(next, 17);
}

TEST(OnePass, TheCurveOfALengthIsTheRunningMeanOfTheContextCurve) {
    Bench bench(100);
    const CurveResult curve = bench.curve({.lengths = {8, 32}});
    double sum = 0;
    for (const ContextPoint& bin : curve.context)
        sum += bin.nll * double(bin.contextEnd - bin.context);
    EXPECT_NEAR(sum / 32, curve.points[1].nll, 1e-9);
}

TEST(OnePass, WindowsAreTheSameForAllThatIsCompared) {
    Bench bench(5000);
    const auto trace = [&](const Asked& asked) {
        std::vector<double> states;
        bench.curve(asked, {}, [&](const CurveResult& state) {
            if (!std::isnan(state.points.back().nll))
                states.push_back(state.points.back().nll);
        });
        return states;
    };
    const Asked own{.lengths = {4, 1500}};
    Asked same = own, seeded = own, flat = own;
    same.slopes = bench.model.config.slopes;
    seeded.seed = 2;
    flat.slopes = SlopeTable(2, SlopeSet(4, 0.0));
    EXPECT_EQ(trace(own), trace(same)); // as trained, spelled out: the same windows in the same order, to the bit
    EXPECT_NE(trace(own), trace(seeded));
    EXPECT_NE(trace(own), trace(flat));
    EXPECT_NEAR(trace(own).back(), trace(seeded).back(), 1e-9); // all windows in the end

    // The first state of another slope set is that of the first windows under it.
    AttentionOverride change;
    change.slopes = flat.slopes;
    const auto windows = onePassWindows(5000, 1500, 1);
    const std::vector<std::int64_t> first{windows[0].start, windows[1].start};
    const auto losses = windowLosses(bench.decoder, bench.ids, first, 1500, change, Job());
    EXPECT_NEAR(trace(flat).front(), std::accumulate(losses.begin(), losses.end(), 0.0) / 3000, 1e-6);
}

TEST(OnePass, TheBeginningOfALongFirstWindowAnswersAtOnce) {
    Bench bench(2200);
    std::vector<CurveResult> states;
    const Asked asked{.lengths = {16, 512, 2100}};
    const CurveResult whole = bench.curve(asked, {}, [&](const CurveResult& state) { states.push_back(state); });
    ASSERT_GE(states.size(), 3U);
    for (const CurvePoint& point : states[0].points)
        EXPECT_TRUE(std::isnan(point.nll)); // nothing is measured yet
    const CurveResult &started = states[1], &window = states[2];
    EXPECT_EQ(started.windowsDone, 0);
    EXPECT_EQ(started.tokens, 512);
    EXPECT_TRUE(std::isnan(started.points[2].nll)); // not reached yet
    ASSERT_FALSE(started.context.empty());
    EXPECT_LE(started.context.back().contextEnd, 513);
    for (const std::size_t i : {0U, 1U}) {
        EXPECT_EQ(started.points[i].tokens, asked.lengths[i]);
        EXPECT_NEAR(started.points[i].nll, window.points[i].nll, 1e-6); // the same predictions
    }
    EXPECT_EQ(window.windowsDone, 1);
    EXPECT_EQ(whole.points[0].tokens, 16 * whole.windowsTotal); // counted once
    // What took no run of its own took no seconds of its own.
    EXPECT_TRUE(std::isnan(whole.points[0].seconds));
    EXPECT_GT(whole.points[1].seconds, 0);
    EXPECT_GT(whole.points[2].seconds, 0);
}

TEST(OnePass, OrderIsAPermutationThatTheSeedChooses) {
    const auto starts = [](std::uint64_t seed) {
        std::vector<std::int64_t> result;
        for (const ScoredWindow& window : onePassWindows(1000, 64, seed))
            result.push_back(window.start);
        return result;
    };
    EXPECT_EQ(starts(1), starts(1));
    EXPECT_NE(starts(1), starts(2));
    auto sorted = starts(3);
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t i = 0; i < sorted.size(); ++i)
        EXPECT_EQ(sorted[i], std::int64_t(16 * i));
    EXPECT_EQ(sorted.back(), 928); // 928 + 64 < 1000: the last target is a token of the text
}

// --- Standard errors ---

TEST(RunningMeanTest, StandardErrorIsThatOfTheMeansSpread) {
    const std::vector<double> means{2.0, 3.5, 1.25, 4.0, 2.75};
    RunningMean running;
    double sum = 0;
    for (const double mean : means) {
        running.add(mean, 10);
        sum += mean;
    }
    const double mean = sum / 5;
    double squares = 0;
    for (const double value : means)
        squares += (value - mean) * (value - mean);
    EXPECT_NEAR(running.mean(), mean, 1e-12);
    EXPECT_NEAR(running.standardError(), std::sqrt(squares / 4 / 5), 1e-12);
    EXPECT_NEAR(running.standardError(2), std::sqrt(squares / 4 / 2.5), 1e-12); // two windows cover a token
    EXPECT_TRUE(std::isnan(running.standardError(4)));                          // fewer than two independent ones

    RunningMean one;
    EXPECT_TRUE(std::isnan(one.mean()));
    one.add(2, 1);
    EXPECT_EQ(one.mean(), 2);
    EXPECT_TRUE(std::isnan(one.standardError()));
}

TEST(StandardErrors, OfNonOverlappingWindowsComeFromTheirMeans) {
    Bench bench(65);
    const CurveResult curve = bench.curve({.lengths = {8}, .protocol = Protocol::NonOverlapping});
    std::vector<double> means;
    for (std::size_t begin = 0; begin < 64; begin += 8) {
        double sum = 0;
        for (std::size_t target = begin + 1; target <= begin + 8; ++target)
            sum += bench.loss(begin, target);
        means.push_back(sum / 8);
    }
    const double mean = std::accumulate(means.begin(), means.end(), 0.0) / 8;
    double squares = 0;
    for (const double value : means)
        squares += (value - mean) * (value - mean);
    EXPECT_NEAR(curve.points[0].standardError, std::sqrt(squares / 7 / 8), 2e-4);
}

TEST(StandardErrors, OneWindowHasNone) {
    Bench bench(17);
    EXPECT_TRUE(
        std::isnan(bench.curve({.lengths = {16}, .protocol = Protocol::NonOverlapping}).points[0].standardError));
    EXPECT_TRUE(std::isnan(bench.curve({.lengths = {16}}).points[0].standardError));
}

// --- What cannot be measured ---

TEST(Unavailable, LengthsPastLearnedPositionsSaySoAtTheirPoint) {
    Bench bench(100, {.method = "learned", .trainingLength = 16});
    for (const Protocol protocol : {Protocol::OnePass, Protocol::NonOverlapping, Protocol::Sliding}) {
        const CurveResult curve = bench.curve({.lengths = {8, 16, 17, 64}, .protocol = protocol, .stride = 4});
        ASSERT_EQ(curve.points.size(), 4U);
        for (const CurvePoint& point : curve.points) {
            EXPECT_EQ(std::isnan(point.nll), point.length > 16) << point.length;
            if (point.length > 16) {
                EXPECT_THAT(point.unavailable, HasSubstr("learned positions end at 16"));
            } else {
                EXPECT_EQ(point.unavailable, "");
            }
        }
        EXPECT_TRUE(curve.complete);
    }
    EXPECT_THAT(bench.refusal({.lengths = {17, 18}}), HasSubstr("learned positions end at 16"));
}

TEST(Unavailable, LengthsPastTheTextSaySoAtTheirPoint) {
    Bench bench(40);
    for (const Protocol protocol : {Protocol::OnePass, Protocol::NonOverlapping, Protocol::Sliding}) {
        const CurveResult curve = bench.curve({.lengths = {39, 40}, .protocol = protocol, .stride = 4});
        EXPECT_FALSE(std::isnan(curve.points[0].nll));
        EXPECT_TRUE(std::isnan(curve.points[1].nll));
        EXPECT_THAT(curve.points[1].unavailable, HasSubstr("only 40 tokens"));
    }
}

TEST(Unavailable, AStrideLongerThanTheWindowWouldLeaveTokensOut) {
    Bench bench(60);
    for (const Protocol protocol : {Protocol::Sliding, Protocol::HuggingFace}) {
        const CurveResult curve = bench.curve({.lengths = {8, 16}, .protocol = protocol, .stride = 12});
        EXPECT_THAT(curve.points[0].unavailable, HasSubstr("stride of 12"));
        EXPECT_EQ(curve.points[1].unavailable, "");
    }
}

TEST(Refused, RequestsThatMakeNoSense) {
    Bench bench(30);
    EXPECT_THAT(bench.refusal({.lengths = {}}), HasSubstr("at least one length"));
    for (const std::vector<std::int64_t>& lengths : {std::vector<std::int64_t>{0, 4}, {-1}, {8, 4}, {4, 4}})
        EXPECT_THAT(bench.refusal({.lengths = lengths}), HasSubstr("ascending"));
    EXPECT_THAT(bench.refusal({.lengths = {4}, .protocol = Protocol::Sliding}), HasSubstr("stride"));
    EXPECT_THAT(bench.refusal({.lengths = {4}, .protocol = Protocol::HuggingFace, .stride = -2}), HasSubstr("stride"));
    EXPECT_THAT(bench.refusal({.lengths = {4}, .windows = -1}), HasSubstr("negative"));
    EXPECT_THAT(bench.refusal({.lengths = {4}, .maxTokens = -1}), HasSubstr("negative"));
    EXPECT_THAT(bench.refusal({.lengths = {4}, .error = -0.1}), HasSubstr("negative"));
    EXPECT_THAT(bench.refusal({.lengths = {4}, .error = std::nan("")}), HasSubstr("negative"));
    EXPECT_THAT(bench.refusal({.lengths = {std::int64_t(1) << 41}}), HasSubstr("end at 1,099,511,627,776"));
}

// --- Limits, updates, cancelling ---

TEST(MaxTokens, IsATextThatEndsThere) {
    Bench bench(200), shorter(65);
    for (const Protocol protocol :
         {Protocol::OnePass, Protocol::NonOverlapping, Protocol::Sliding, Protocol::HuggingFace, Protocol::LlamaCpp}) {
        const Asked all{.lengths = {4, 20}, .protocol = protocol, .stride = 4, .error = 0.001};
        Asked bounded = all;
        bounded.maxTokens = 65;
        const CurveResult a = bench.curve(bounded), b = shorter.curve(all);
        EXPECT_EQ(a.windowsTotal, b.windowsTotal);
        for (std::size_t i = 0; i < 2; ++i) {
            EXPECT_EQ(a.points[i].tokens, b.points[i].tokens);
            EXPECT_EQ(a.points[i].nll, b.points[i].nll);
        }
    }
    EXPECT_THAT(bench.refusal({.lengths = {20}, .maxTokens = 3}), HasSubstr("only 3 tokens"));
}

TEST(Windows, BoundTheFirstPass) {
    Bench bench(200);
    const CurveResult curve = bench.curve({.lengths = {4, 20}, .windows = 3});
    EXPECT_EQ(curve.windowsTotal, 3);
    EXPECT_EQ(curve.windowsDone, 3);
    EXPECT_EQ(curve.points[1].tokens, 60);
    EXPECT_TRUE(curve.complete);
    EXPECT_TRUE(curve.filled);
    EXPECT_EQ(bench.curve({.lengths = {20}, .windows = 1000}).windowsTotal, 36); // all that there are
}

TEST(AttentionWindow, IsThatOfTheReference) {
    Bench bench(33);
    ReferenceModel windowed = bench.model.reference();
    windowed.window = 5;
    const Row losses = referenceLosses(windowed, bench.ids);
    PositionOverride window;
    window.window = 5;
    bench.decoder = bench.decoder.withPositions(window);
    const CurveResult curve = bench.curve({.lengths = {32}, .protocol = Protocol::NonOverlapping});
    EXPECT_NEAR(curve.points[0].nll, std::accumulate(losses.begin(), losses.end(), 0.0) / 32, 2e-4);
}

TEST(Updates, ArriveInOrderAndTheLastIsTheResult) {
    Bench bench(9000);
    for (const Protocol protocol :
         {Protocol::OnePass, Protocol::NonOverlapping, Protocol::Sliding, Protocol::HuggingFace, Protocol::LlamaCpp}) {
        std::vector<CurveResult> states;
        const auto caller = std::this_thread::get_id();
        const CurveResult result =
            bench.curve({.lengths = {100, 1500}, .protocol = protocol, .stride = 100, .windows = 5, .maxTokens = 4000},
                        {}, [&](const CurveResult& state) {
                            EXPECT_EQ(std::this_thread::get_id(), caller);
                            states.push_back(state);
                        });
        ASSERT_GE(states.size(), 2U);
        std::int64_t before = 0;
        for (std::size_t i = 0; i < states.size(); ++i) {
            // The state before anything is measured, and with one pass that of the first answer, have no window yet.
            EXPECT_TRUE(states[i].windowsDone > before || i < 2) << i;
            before = states[i].windowsDone;
            EXPECT_EQ(states[i].complete, i + 1 == states.size());
            EXPECT_EQ(states[i].filled, i + 1 == states.size());
            EXPECT_EQ(states[i].windowsTotal, result.windowsTotal);
        }
        EXPECT_TRUE(result.complete);
        EXPECT_EQ(result.windowsDone, result.windowsTotal);
        EXPECT_EQ(result.protocol, protocol);
        for (std::size_t i = 0; i < 2; ++i)
            EXPECT_EQ(states.back().points[i].nll, result.points[i].nll);
    }
}

TEST(Stopping, LeavesAtTheNextWindow) {
    Bench bench(5000);
    for (const Protocol protocol : {Protocol::OnePass, Protocol::Sliding}) {
        std::stop_source stop;
        std::int64_t updates = 0;
        EXPECT_THROW(bench.curve({.lengths = {50, 1000}, .protocol = protocol, .stride = 40}, Job(stop.get_token()),
                                 [&](const CurveResult&) {
                                     if (++updates == 2)
                                         stop.request_stop();
                                 }),
                     Cancelled);
        EXPECT_EQ(updates, 2);
    }
}

} // namespace
} // namespace slopescope
