// Which window is measured next, as a table: no model runs here, losses are made up from where they stand.
#include "core/study/paired_sweep.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <vector>

namespace slopescope {
namespace {

constexpr std::int64_t kBatchTokens = 4096; // short windows run together up to so many

// A loss between 0 and 2 that depends on the token, a little on its context, and on whose it is.
float lossAt(std::size_t whose, std::int64_t start, std::int64_t position, std::int64_t inputs, bool stable) {
    const auto mix = [](std::uint64_t x) {
        x = (x ^ (x >> 31)) * 0x9E3779B97F4A7C15ULL;
        return double((x ^ (x >> 29)) >> 11) * 0x1p-53;
    };
    return float(mix(std::uint64_t(start + position) * 7919 + 1) + 0.9 * mix(std::uint64_t(position) + 3) +
                 0.1 * mix(std::uint64_t(whose) * 31 + std::uint64_t(start)) +
                 (stable ? 0 : 0.01 * double(inputs % 7)));
}

struct Curve {
    std::optional<std::int64_t> longestInput = {};
    bool stable = true;
    CurveTally tally = {};
};

struct OneRun {
    std::size_t member;
    std::int64_t start, inputs;
    auto operator<=>(const OneRun&) const = default;
};

// A sweep with its curves, driven a batch at a time.
struct Table {
    Table(CurvePlan plan, std::int64_t tokens, std::vector<Curve> curves)
        : sweep(std::move(plan), tokens), curves(std::move(curves)) {}

    std::vector<SweepMember> members() const {
        std::vector<SweepMember> all;
        for (const Curve& curve : curves)
            all.push_back({&curve.tally, curve.longestInput, curve.stable});
        return all;
    }
    SweepMember member(std::size_t i) const { return members()[i]; }

    bool step() {
        const auto batch = sweep.next(members());
        if (!batch)
            return false;
        EXPECT_FALSE(batch->members.empty());
        EXPECT_TRUE(batch->runs.size() == 1 || std::int64_t(batch->runs.size()) * batch->inputs() <= kBatchTokens);
        for (const std::size_t m : batch->members) {
            std::vector<float> loss;
            for (const SharedRun& run : batch->runs) {
                EXPECT_EQ(run.inputs, batch->inputs());
                runs.push_back({m, run.start, run.inputs});
                for (std::int64_t p = 0; p < run.inputs; ++p)
                    loss.push_back(lossAt(m, run.start, p, run.inputs, curves[m].stable));
            }
            sweep.add(*batch, loss, {}, 0.5, curves[m].tally);
        }
        lastBatch = *batch;
        ++batches;
        return true;
    }

    void finish() {
        while (step())
            ASSERT_LT(batches, 100000) << "the sweep never ends";
    }

    std::int64_t windowsAt(std::size_t m, std::int64_t length) const {
        const auto found = curves[m].tally.byLength.find(length);
        return found == curves[m].tally.byLength.end() ? 0 : std::ssize(found->second);
    }

    PairedSweep sweep;
    std::vector<Curve> curves;
    std::vector<OneRun> runs;
    SweepBatch lastBatch;
    int batches = 0;
};

CurvePlan plan(std::vector<std::int64_t> lengths, std::int64_t windows = 0, double error = 0,
               Protocol protocol = Protocol::OnePass, std::int64_t stride = 0) {
    return {std::move(lengths), protocol, stride, windows, 0, error, 1};
}

std::vector<std::int64_t> startsOf(const CurveTally& tally, std::int64_t length) {
    std::vector<std::int64_t> starts;
    for (const auto& [start, window] : tally.byLength.at(length))
        starts.push_back(start);
    return starts;
}

// --- The first pass ---

TEST(PairedSweep, CurvesOfAKindAreNeverApart) {
    Table table(plan({32, 256, 2048}, 10), 30000, {{}, {}, {}});
    while (table.step()) {
        EXPECT_EQ(table.lastBatch.members, (std::vector<std::size_t>{0, 1, 2}));
        for (const std::size_t m : {1U, 2U})
            for (const std::int64_t length : {32, 256, 2048})
                EXPECT_EQ(table.windowsAt(m, length), table.windowsAt(0, length));
    }
    for (const std::size_t m : {0U, 1U, 2U}) {
        EXPECT_EQ(table.windowsAt(m, 2048), 10);
        EXPECT_EQ(table.windowsAt(m, 32), 10);
        EXPECT_EQ(table.sweep.windowsDone(table.member(m)), 10);
        EXPECT_EQ(table.sweep.windowsTotal(table.member(m)), 10);
    }
    EXPECT_EQ(table.batches, 1 + 5); // the first answer, and two windows a batch
}

TEST(PairedSweep, NoCurveIsMoreThanABatchAhead) {
    // Positions that end, lengths that run for themselves, and the usual.
    Table table(plan({64, 512, 1024}, 30), 40000, {{.longestInput = 64}, {}, {.stable = false}, {.longestInput = 600}});
    std::size_t largest = 0;
    while (table.step()) {
        largest = std::max(largest, table.lastBatch.runs.size());
        std::vector<std::int64_t> done;
        for (std::size_t m = 0; m < 4; ++m)
            done.push_back(table.sweep.windowsDone(table.member(m)));
        EXPECT_LE(*std::max_element(done.begin(), done.end()) - *std::min_element(done.begin(), done.end()),
                  std::int64_t(largest));
    }
    // All rest on the same places of the text.
    EXPECT_EQ(startsOf(table.curves[0].tally, 64), startsOf(table.curves[1].tally, 64));
    EXPECT_EQ(startsOf(table.curves[1].tally, 1024), startsOf(table.curves[2].tally, 1024));
    EXPECT_EQ(startsOf(table.curves[2].tally, 64), startsOf(table.curves[1].tally, 64));
    EXPECT_EQ(startsOf(table.curves[3].tally, 512), startsOf(table.curves[1].tally, 512));
    EXPECT_EQ(table.windowsAt(0, 512), 0);
    EXPECT_EQ(table.windowsAt(3, 1024), 0);
    for (std::size_t m = 0; m < 4; ++m)
        EXPECT_EQ(table.sweep.windowsDone(table.member(m)), 30);
}

TEST(PairedSweep, LengthsOfAnUnstableCurveRunEachForItself) {
    Table table(plan({16, 64, 128}, 5), 4000, {{.stable = false}});
    table.finish();
    std::set<std::pair<std::int64_t, std::int64_t>> runs;
    for (const OneRun& run : table.runs)
        EXPECT_TRUE(runs.insert({run.start, run.inputs}).second) << "run twice";
    EXPECT_EQ(runs.size(), 15U);
    for (const std::int64_t length : {16, 64, 128})
        for (const auto& [start, window] : table.curves[0].tally.byLength.at(length))
            EXPECT_EQ(window.run, length) << "no beginning of a longer one";
    EXPECT_TRUE(table.curves[0].tally.byContext.empty());
}

TEST(PairedSweep, TheFirstAnswerIsTheBeginningOfTheFirstWindow) {
    Table table(plan({32, 512, 4096}, 3), 20000, {{}, {.longestInput = 256}});
    ASSERT_TRUE(table.step());
    // The second curve's window is short as it is.
    EXPECT_EQ(table.lastBatch.members, std::vector<std::size_t>{0});
    EXPECT_EQ(table.lastBatch.inputs(), 512);
    const std::int64_t first = table.lastBatch.runs.front().start;
    EXPECT_EQ(table.sweep.windowsDone(table.member(0)), 0);
    table.finish();
    const auto starts = startsOf(table.curves[0].tally, 4096);
    EXPECT_TRUE(std::count(starts.begin(), starts.end(), first));
    for (const auto& [start, window] : table.curves[0].tally.byLength.at(32))
        EXPECT_EQ(window.run, 4096) << "the whole window has replaced its beginning";
    // No first answer where it would be most of the window.
    Table brief(plan({32, 512, 1000}, 3), 20000, {{}});
    ASSERT_TRUE(brief.step());
    EXPECT_EQ(brief.lastBatch.inputs(), 1000);
}

// --- Stopping and going on ---

TEST(PairedSweep, ASweepThatGoesOnMeasuresNothingTwiceAndEndsAtTheSameBits) {
    const std::vector<Curve> curves{{}, {.longestInput = 100}, {.stable = false}};
    const CurvePlan asked = plan({20, 100, 700}, 8, 0.02);
    Table whole(asked, 12000, curves);
    whole.finish();
    for (int stopAfter = 0; stopAfter < whole.batches; stopAfter += 1 + whole.batches / 40) {
        Table begun(asked, 12000, curves);
        for (int batch = 0; batch < stopAfter; ++batch)
            ASSERT_TRUE(begun.step());
        Table going(asked, 12000, begun.curves); // another sweep: all it knows are the tallies
        going.finish();
        EXPECT_EQ(begun.batches + going.batches, whole.batches);
        for (std::size_t m = 0; m < curves.size(); ++m)
            EXPECT_EQ(going.curves[m].tally, whole.curves[m].tally);
    }
    std::map<OneRun, int> times;
    for (const OneRun& run : whole.runs)
        EXPECT_EQ(++times[run], 1);
}

TEST(PairedSweep, ACurveThatComesLaterCatchesUpOnTheSameWindows) {
    Table table(plan({64, 1024}, 12, 0.01), 30000, {{}, {}});
    table.finish();
    table.curves.push_back({});
    const std::size_t before = table.runs.size();
    while (table.step()) {
        // The others may only be measured together with it, once it has all that they have.
        if (table.windowsAt(2, 64) < table.windowsAt(0, 64)) {
            EXPECT_EQ(table.lastBatch.members, std::vector<std::size_t>{2});
        }
    }
    EXPECT_GT(table.runs.size(), before);
    for (const std::int64_t length : {64, 1024})
        EXPECT_EQ(startsOf(table.curves[2].tally, length), startsOf(table.curves[0].tally, length));
}

// --- Filling ---

TEST(PairedSweep, FillsUntilTheErrorIsSmallOrTheTextIsUsedUp) {
    constexpr std::int64_t kTokens = 20000;
    constexpr double kError = 0.006;
    Table table(plan({32, 256, 2048}, 4, kError), kTokens, {{}, {}});
    table.finish();
    bool anySmall = false, anyUsedUp = false;
    for (const std::int64_t length : {32, 256, 2048})
        for (const std::size_t m : {0U, 1U}) {
            const bool small = standardErrorAt(table.curves[m].tally, length) <= kError;
            const std::int64_t all =
                length == 2048 ? (kTokens - 1 - length) / (length / 4) + 1 : (kTokens - 1) / length;
            const bool usedUp = table.windowsAt(m, length) >= all;
            EXPECT_TRUE(small || usedUp) << length;
            anySmall = anySmall || (small && !usedUp);
            anyUsedUp = anyUsedUp || usedUp;
        }
    EXPECT_TRUE(anySmall); // this test sees both ends
    EXPECT_TRUE(anyUsedUp);
    EXPECT_GT(table.windowsAt(0, 32), 4);
    EXPECT_EQ(startsOf(table.curves[0].tally, 32), startsOf(table.curves[1].tally, 32));
    EXPECT_EQ(table.sweep.windowsTotal(table.member(0)), 4); // of the first pass
}

TEST(PairedSweep, WithoutAnErrorTheFirstPassIsAll) {
    Table table(plan({32, 256, 2048}, 4), 20000, {{}});
    table.finish();
    for (const std::int64_t length : {32, 256, 2048})
        EXPECT_EQ(table.windowsAt(0, length), 4);
    Table all(plan({32, 2048}), 20000, {{}});
    all.finish();
    EXPECT_EQ(all.windowsAt(0, 2048), (20000 - 1 - 2048) / 512 + 1);
}

// --- The other protocols ---

TEST(PairedSweep, OtherProtocolsShareTheirRunsToo) {
    for (const Protocol protocol :
         {Protocol::NonOverlapping, Protocol::Sliding, Protocol::HuggingFace, Protocol::LlamaCpp}) {
        const CurvePlan asked = plan({20, 100, 400}, 0, 0, protocol, 20);
        const std::vector<Curve> curves{{}, {}, {.longestInput = 100}, {.stable = false}};
        Table table(asked, 5000, curves);
        while (table.step()) {
            EXPECT_EQ(std::count(table.lastBatch.members.begin(), table.lastBatch.members.end(), 0U),
                      std::count(table.lastBatch.members.begin(), table.lastBatch.members.end(), 1U));
            EXPECT_FALSE(table.lastBatch.contexts);
        }
        std::map<OneRun, int> times;
        for (const OneRun& run : table.runs)
            EXPECT_EQ(++times[run], 1);
        for (std::size_t m = 0; m < curves.size(); ++m) {
            EXPECT_EQ(table.sweep.windowsDone(table.member(m)), table.sweep.windowsTotal(table.member(m)));
            EXPECT_GT(table.sweep.windowsTotal(table.member(m)), 0);
        }
        EXPECT_EQ(startsOf(table.curves[3].tally, 100), startsOf(table.curves[0].tally, 100));
        EXPECT_EQ(startsOf(table.curves[2].tally, 20), startsOf(table.curves[0].tally, 20));
        EXPECT_EQ(table.windowsAt(2, 400), 0);
        // Stopped half way.
        Table begun(asked, 5000, curves);
        for (int batch = 0; batch < table.batches / 2; ++batch)
            ASSERT_TRUE(begun.step());
        Table going(asked, 5000, begun.curves);
        going.finish();
        EXPECT_EQ(begun.batches + going.batches, table.batches);
        for (std::size_t m = 0; m < curves.size(); ++m)
            EXPECT_EQ(going.curves[m].tally, table.curves[m].tally);
    }
}

TEST(PairedSweep, SaysHowManyTokensNoWindowScores) {
    const auto leftOver = [](std::int64_t tokens, std::vector<std::int64_t> lengths, Protocol protocol,
                             std::int64_t stride = 0) {
        return PairedSweep(plan(std::move(lengths), 0, 0, protocol, stride), tokens).leftOver();
    };
    EXPECT_EQ(leftOver(50, {4, 8, 16}, Protocol::NonOverlapping), 1); // 49 predictions, 48 of which make whole windows
    EXPECT_EQ(leftOver(33, {5, 16}, Protocol::NonOverlapping), 0);
    EXPECT_EQ(leftOver(40, {13}, Protocol::Sliding, 3), 2);    // windows end at predictions 13, 16, ... 37 of 39
    EXPECT_EQ(leftOver(40, {8, 13}, Protocol::Sliding, 3), 1); // those of 8 at 8, 11, ... 38
    EXPECT_EQ(leftOver(55, {13}, Protocol::LlamaCpp), 3);      // 4 windows of 13
    EXPECT_EQ(leftOver(55, {8, 13}, Protocol::LlamaCpp), 3);
    EXPECT_EQ(leftOver(55, {8}, Protocol::LlamaCpp), 7);
    EXPECT_EQ(leftOver(41, {12}, Protocol::HuggingFace, 7), 0);
    EXPECT_EQ(leftOver(5, {12}, Protocol::NonOverlapping), 0); // nothing is measured
}

TEST(PairedSweep, SaysWhyALengthHasNoValue) {
    const PairedSweep sweep(plan({8, 64, 200}), 100);
    const CurveTally none;
    EXPECT_EQ(sweep.whyNot({&none, std::nullopt, true}, 64), "");
    EXPECT_EQ(sweep.whyNot({&none, 16, true}, 64), "learned positions end at 16");
    EXPECT_EQ(sweep.whyNot({&none, 16, true}, 8), "");
    EXPECT_EQ(sweep.whyNot({&none, std::nullopt, true}, 200), "the text has only 100 tokens");
    EXPECT_EQ(sweep.windowLength(), 64);
    EXPECT_FALSE(PairedSweep(plan({200}), 100).next(std::vector<SweepMember>{{&none, std::nullopt, true}}).has_value());
}

// --- What is put into the tally ---

TEST(PairedSweep, AddsTheLossesWhereTheyBelong) {
    const PairedSweep sweep(plan({2, 4}), 10);
    const CurveTally none;
    const auto batch = sweep.next(std::vector<SweepMember>{{&none, std::nullopt, true}});
    ASSERT_TRUE(batch);
    std::vector<float> loss;
    std::vector<std::int64_t> ends{3, 5, 6, 10, 11, 12, 20, 21, 25, 30};
    for (std::size_t row = 0; row < batch->runs.size(); ++row)
        for (int p = 0; p < 4; ++p)
            loss.push_back(float(10 * row) + float(1 << p));
    CurveTally tally;
    sweep.add(*batch, loss, ends, 1.5, tally);
    for (std::size_t row = 0; row < batch->runs.size(); ++row) {
        const std::int64_t start = batch->runs[row].start;
        const WindowSum two = tally.byLength.at(2).at(start), four = tally.byLength.at(4).at(start);
        EXPECT_EQ(
            two, (WindowSum{20.0 * double(row) + 3, 2, ends[std::size_t(start + 2)] - ends[std::size_t(start)], 1, 4}));
        EXPECT_EQ(four, (WindowSum{40.0 * double(row) + 15, 4, ends[std::size_t(start + 4)] - ends[std::size_t(start)],
                                   1, 4}));
        for (std::int64_t context = 1; context <= 4; ++context)
            EXPECT_EQ(tally.byContext.at(context).at(start).nll, 10.0 * double(row) + double(1 << (context - 1)));
    }
    EXPECT_EQ(tally.seconds, (std::map<std::int64_t, double>{{4, 1.5}}));
    EXPECT_EQ(tally.tokens, 4 * std::ssize(batch->runs));
}

} // namespace
} // namespace slopescope
