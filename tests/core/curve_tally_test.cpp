// Tallies: merged in any order and any split they are one run, and what is derived from them is what sums by hand give.
// The paired error is held to a bootstrap that knows no formula.
#include "core/study/curve_tally.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <set>
#include <vector>

namespace slopescope {
namespace {

// Uniform in [0, 1).
class Random {
public:
    explicit Random(std::uint64_t seed) : m_random(seed) {}
    double operator()() { return double(m_random() >> 11) * 0x1p-53; }
    std::size_t below(std::size_t n) { return std::size_t(m_random() % n); }
    double normal() { // of the sum of twelve: exact enough for these tests
        double sum = -6;
        for (int i = 0; i < 12; ++i)
            sum += (*this)();
        return sum;
    }

private:
    std::mt19937_64 m_random;
};

CurveResult curveOf(std::vector<std::int64_t> lengths, Protocol protocol = Protocol::OnePass) {
    CurveResult curve;
    curve.protocol = protocol;
    for (const std::int64_t length : lengths)
        curve.points.emplace_back().length = length;
    return curve;
}

// The beginning of a window, by length and by context, as a run of `run` tokens gives it.
void addWindow(CurveTally& tally, std::int64_t start, std::int64_t run, Random& random) {
    for (const std::int64_t length : {8, 32})
        if (length <= run)
            tally.byLength[length][start] = {random() * double(length), length, 3 * length, 1, run};
    for (const ContextBin& bin : contextBins(run))
        tally.byContext[bin.begin][start] = {random(), bin.end - bin.begin, 0, 1, run};
    tally.seconds[run] += 0.25;
    tally.tokens += run;
}

TEST(CurveTally, MergedInAnyOrderAndAnySplitIsOneRunToTheBit) {
    Random random(5);
    CurveTally whole;
    std::array<CurveTally, 4> parts;
    for (std::int64_t window = 0; window < 60; ++window) {
        CurveTally one;
        addWindow(one, 8 * window, 32, random);
        whole.merge(one);
        parts[random.below(parts.size())].merge(one);
    }
    std::array<std::size_t, 4> order{0, 1, 2, 3};
    int orders = 0;
    do {
        CurveTally merged;
        for (const std::size_t part : order)
            merged.merge(parts[part]);
        EXPECT_EQ(merged, whole);
        CurveResult a = curveOf({8, 32}), b = a;
        const std::array<const CurveTally*, 1> mine{&merged}, theirs{&whole};
        deriveCurve(merged, mine, a);
        deriveCurve(whole, theirs, b);
        for (std::size_t i = 0; i < 2; ++i) {
            EXPECT_EQ(a.points[i].nll, b.points[i].nll);
            EXPECT_EQ(a.points[i].standardError, b.points[i].standardError);
        }
        ++orders;
    } while (std::next_permutation(order.begin(), order.end()));
    EXPECT_EQ(orders, 24);
}

TEST(CurveTally, OfAWindowThatBothHaveTheLongerRunCounts) {
    Random random(6);
    CurveTally beginning, whole;
    addWindow(beginning, 40, 8, random);
    addWindow(whole, 40, 32, random);
    CurveTally forth = beginning, back = whole;
    forth.merge(whole);
    back.merge(beginning);
    EXPECT_EQ(forth, back);
    EXPECT_EQ(forth.byLength, whole.byLength);
    EXPECT_EQ(forth.byContext, whole.byContext);
    EXPECT_EQ(forth.tokens, 40); // both were run
    EXPECT_EQ(forth.seconds, (std::map<std::int64_t, double>{{8, 0.25}, {32, 0.25}}));
}

// Two machines need not agree to the last bit.
TEST(CurveTally, OfTwoRunsOfOneLengthTheSameCountsInEveryOrder) {
    CurveTally here, there;
    here.byLength[8][0] = {16.0, 8, 0, 1, 32};
    there.byLength[8][0] = {std::nextafter(16.0, 17.0), 8, 0, 1, 32};
    CurveTally forth = here, back = there;
    forth.merge(there);
    back.merge(here);
    EXPECT_EQ(forth.byLength, back.byLength);
}

TEST(ContextBins, TileTheContextsAndEndAtPowersOfTwo) {
    for (const std::int64_t length : {1, 5, 8, 9, 64, 100, 4096}) {
        std::int64_t next = 1;
        for (const ContextBin& bin : contextBins(length)) {
            EXPECT_EQ(bin.begin, next);
            EXPECT_GT(bin.end, bin.begin);
            next = bin.end;
        }
        EXPECT_LE(next, length + 1);
        EXPECT_GT(next + next / 4, length); // less than one further bin is left out
    }
    for (std::int64_t power = 8; power <= 4096; power *= 2)
        EXPECT_EQ(contextBins(power).back().end, power + 1) << power;
}

TEST(DeriveCurve, IsTheWeightedMeanOfTheWindows) {
    CurveTally tally;
    tally.byLength[8][0] = {16, 8, 40, 1, 8};
    tally.byLength[8][8] = {4, 4, 10, 0.5, 8}; // a mean of 1, which counts for two predictions
    tally.byLength[8][16] = {24, 8, 30, 1, 8};
    tally.seconds[8] = 3;
    tally.tokens = 24;
    CurveResult curve = curveOf({8, 16}, Protocol::HuggingFace);
    const std::array<const CurveTally*, 1> alone{&tally};
    deriveCurve(tally, alone, curve);
    const CurvePoint& point = curve.points[0];
    EXPECT_NEAR(point.nll, (8 * 2.0 + 2 * 1.0 + 8 * 3.0) / 18, 1e-12);
    EXPECT_NEAR(point.perplexity, std::exp(point.nll), 1e-12);
    EXPECT_NEAR(point.bitsPerByte, 44 / 80.0 / std::log(2.0), 1e-12);
    EXPECT_NEAR(point.standardError, std::sqrt((1.0 + 0 + 1) / 2 / 3), 1e-12); // means 2, 1, 3
    EXPECT_EQ(point.windows, 3);
    EXPECT_EQ(point.tokens, 20);
    EXPECT_EQ(point.seconds, 3);
    EXPECT_EQ(curve.tokens, 24);
    EXPECT_TRUE(std::isnan(curve.points[1].nll));
    EXPECT_TRUE(std::isnan(curve.points[1].seconds));
    EXPECT_TRUE(std::isnan(curve.points[1].bitsPerByte));
    EXPECT_EQ(curve.points[1].windows, 0);
    EXPECT_TRUE(curve.context.empty());
}

TEST(DeriveCurve, BesideOthersOnlyTheWindowsOfAllCount) {
    Random random(9);
    CurveTally a, b, elsewhere;
    for (const std::int64_t start : {0, 32, 64, 96})
        addWindow(a, start, 32, random);
    for (const std::int64_t start : {32, 96, 128})
        addWindow(b, start, 32, random);
    addWindow(elsewhere, 0, 8, random); // has no 32: it takes no windows of that length away
    const std::array<const CurveTally*, 3> all{&a, &b, &elsewhere};
    CurveResult curve = curveOf({8, 32});
    deriveCurve(a, all, curve);
    EXPECT_EQ(curve.points[0].windows, 0); // no window of 8 is in all three
    EXPECT_EQ(curve.points[1].windows, 2);
    EXPECT_NEAR(curve.points[1].nll, (a.byLength[32][32].nll + a.byLength[32][96].nll) / 64, 1e-12);
    for (const ContextPoint& point : curve.context)
        EXPECT_GT(point.context, 8) << "those up to 8 have no window in common";

    // One tally stands for them all.
    const CurveTally common = commonOf(all);
    const CurveTally* const one[] = {&common};
    for (const CurveTally* const tally : all) {
        CurveResult expected = curveOf({8, 32}), actual = expected;
        deriveCurve(*tally, all, expected);
        deriveCurve(*tally, one, actual);
        ASSERT_EQ(actual.context.size(), expected.context.size());
        for (std::size_t i = 0; i < expected.points.size(); ++i) {
            EXPECT_EQ(actual.points[i].windows, expected.points[i].windows);
            EXPECT_EQ(actual.points[i].tokens, expected.points[i].tokens);
            if (expected.points[i].windows > 0) {
                EXPECT_EQ(actual.points[i].nll, expected.points[i].nll);
            }
        }
    }
}

// Windows a quarter apart share three quarters of their text.
TEST(DeriveCurve, WindowsThatShareTextCountForFewer) {
    Random random(10);
    CurveTally tally;
    std::set<std::int64_t> covered;
    std::vector<double> means;
    for (const std::int64_t start : {0, 8, 16, 24, 64, 72, 200, 300}) {
        means.push_back(random());
        tally.byLength[32][start] = {32 * means.back(), 32, 0, 1, 32};
        for (std::int64_t token = start; token < start + 32; ++token)
            covered.insert(token);
    }
    const double mean = std::accumulate(means.begin(), means.end(), 0.0) / 8, independent = double(covered.size()) / 32;
    double squares = 0;
    for (const double value : means)
        squares += (value - mean) * (value - mean);
    EXPECT_NEAR(standardErrorAt(tally, 32), std::sqrt(squares / 7 / independent), 1e-12);
    CurveResult curve = curveOf({32});
    const std::array<const CurveTally*, 1> alone{&tally};
    deriveCurve(tally, alone, curve);
    EXPECT_NEAR(curve.points[0].standardError, standardErrorAt(tally, 32), 1e-15);
    EXPECT_TRUE(std::isnan(standardErrorAt(tally, 8)));
}

// --- Differences ---

// The spread of a mean over resampled windows.
double bootstrap(const std::vector<double>& values, Random& random) {
    constexpr int kRounds = 4000;
    double sum = 0, squares = 0;
    for (int round = 0; round < kRounds; ++round) {
        double mean = 0;
        for (std::size_t i = 0; i < values.size(); ++i)
            mean += values[random.below(values.size())] / double(values.size());
        sum += mean;
        squares += mean * mean;
    }
    return std::sqrt(squares / kRounds - sum / kRounds * sum / kRounds);
}

TEST(DeriveDifference, ItsErrorIsThatOfABootstrapOverWindows) {
    Random random(11);
    CurveTally a, b;
    std::vector<double> differences, first, second;
    for (std::int64_t window = 0; window < 150; ++window) {
        const double text = 3 + random.normal(); // how hard the text is there, for both
        const double mine = text + 0.05 * random.normal() + 0.02, theirs = text + 0.05 * random.normal();
        a.byLength[16][16 * window] = {16 * mine, 16, 0, 1, 16};
        b.byLength[16][16 * window] = {16 * theirs, 16, 0, 1, 16};
        differences.push_back(mine - theirs);
        first.push_back(mine);
        second.push_back(theirs);
    }
    b.byLength[16][16 * 150] = {160, 16, 0, 1, 16}; // A has no such window
    const std::array<const CurveTally*, 2> both{&a, &b};
    const CurveDifference difference = deriveDifference(a, b, both, curveOf({16, 32}));
    ASSERT_EQ(difference.points.size(), 2U);
    const DifferencePoint& point = difference.points[0];
    EXPECT_EQ(point.windows, 150);
    EXPECT_NEAR(point.nll, std::accumulate(differences.begin(), differences.end(), 0.0) / 150, 1e-12);
    EXPECT_NEAR(point.standardError / bootstrap(differences, random), 1, 0.05);
    EXPECT_NEAR(point.unpairedError / std::hypot(bootstrap(first, random), bootstrap(second, random)), 1, 0.05);
    EXPECT_LT(point.standardError, point.unpairedError / 10);
    EXPECT_TRUE(std::isnan(difference.points[1].nll));
    EXPECT_EQ(difference.points[1].windows, 0);
}

TEST(DeriveDifference, ByContextAndAgainstItself) {
    Random random(12);
    CurveTally a, b;
    for (const std::int64_t start : {0, 32, 64}) {
        addWindow(a, start, 32, random);
        addWindow(b, start, 32, random);
    }
    const std::array<const CurveTally*, 2> both{&a, &b};
    const CurveDifference difference = deriveDifference(a, b, both, curveOf({8, 32})),
                          back = deriveDifference(b, a, both, curveOf({8, 32}));
    const std::vector<ContextBin> bins = contextBins(32);
    ASSERT_EQ(difference.context.size(), bins.size());
    for (std::size_t i = 0; i < bins.size(); ++i) {
        double mine = 0, theirs = 0;
        for (const std::int64_t start : {0, 32, 64}) {
            mine += a.byContext[bins[i].begin][start].nll;
            theirs += b.byContext[bins[i].begin][start].nll;
        }
        EXPECT_EQ(difference.context[i].length, bins[i].begin);
        EXPECT_NEAR(difference.context[i].nll, (mine - theirs) / double(3 * (bins[i].end - bins[i].begin)), 1e-12);
        EXPECT_NEAR(difference.context[i].nll, -back.context[i].nll, 1e-12);
        EXPECT_NEAR(difference.context[i].standardError, back.context[i].standardError, 1e-12);
    }
    for (const DifferencePoint& point : deriveDifference(a, a, both, curveOf({8, 32})).points) {
        EXPECT_EQ(point.nll, 0);
        EXPECT_EQ(point.standardError, 0);
        EXPECT_GT(point.unpairedError, 0);
    }
}

} // namespace
} // namespace slopescope
