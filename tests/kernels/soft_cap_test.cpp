// Soft caps of scores and sink logits, in attention, maps and profiles, against their definitions in plain loops.
#include "tests/kernels/plain.h"

#include <gtest/gtest.h>

#include <string>

namespace slopescope::test {
namespace {

using kernels::Map;
using kernels::Pooling;
using kernels::Profile;
using kernels::Stage;

std::string nameOf(const testing::TestParamInfo<Kernel>& info) {
    return info.param.name;
}

std::vector<Case> cases() {
    std::vector<Case> all;
    for (const float cap : {0.0F, 0.4F, 3.0F, 50.0F})
        for (const bool sinks : {false, true})
            for (const float deviation : {1.0F, 3.0F})
                for (const Bias bias : {Bias::None, Bias::Paper, Bias::LongTable}) {
                    if (cap == 0 && !sinks)
                        continue;
                    Case c;
                    c.heads = 4;
                    c.groups = 2;
                    c.headDim = 24;
                    c.queries = bias == Bias::None ? 37 : 300;
                    c.keys = bias == Bias::None ? 20 : 311; // some queries see no key
                    c.window = bias == Bias::LongTable ? 40 : 0;
                    c.bias = bias;
                    c.deviation = deviation;
                    c.softCap = cap;
                    c.sinkLogits = sinks;
                    all.push_back(c);
                }
    return all;
}

std::string describe(const Case& c) {
    return "cap " + std::to_string(c.softCap) + (c.sinkLogits ? ", sinks" : "") + ", bias " +
           std::to_string(static_cast<int>(c.bias)) + ", deviation " + std::to_string(c.deviation);
}

class SoftCap : public testing::TestWithParam<Kernel> {};

TEST_P(SoftCap, AttentionMatchesTheDefinition) {
    for (const Case& c : cases()) {
        SCOPED_TRACE(describe(c));
        const Inputs inputs(c);
        const auto exact = plainAttention<double>(inputs.call);
        const auto single = plainAttention<float>(inputs.call);
        const Attended got = attend(GetParam(), inputs.call);
        EXPECT_LE(largestError(got.out, exact.out), 2 * largestError(single.out, exact.out) + 1e-6);
        EXPECT_LE(largestError(got.lse, exact.lse), 2 * largestError(single.lse, exact.lse) + 1e-6);
    }
}

// A sink logit far above every score takes all, one far below takes nothing.
TEST_P(SoftCap, ExtremeSinksStayFinite) {
    Case c;
    c.queries = c.keys = 40;
    Inputs inputs(c);
    const Attended without = attend(GetParam(), inputs.call);
    inputs.sinkLogits = {2000, -2000};
    inputs.call.sinkLogits = inputs.sinkLogits.data();
    const Attended with = attend(GetParam(), inputs.call);
    const std::int64_t half = std::ssize(with.out) / 2;
    for (std::int64_t x = 0; x < half; ++x) {
        EXPECT_EQ(with.out[x], 0);
        EXPECT_NEAR(with.out[half + x], without.out[half + x], 1e-6);
    }
    for (std::int64_t i = 0; i < 40; ++i) {
        EXPECT_NEAR(with.lse[i], 2000, 1e-3);
        EXPECT_NEAR(with.lse[40 + i], without.lse[40 + i], 1e-5);
    }
}

// No capped score exceeds the cap, so that a bias alone rules blocks out where large keys otherwise forbid it.
TEST_P(SoftCap, SkippingKeepsWhatMatters) {
    Case c;
    c.heads = 1;
    c.headDim = 32;
    c.queries = c.keys = 1500;
    c.deviation = 6;
    c.tolerance = 0x1p-24F;
    c.softCap = 5;
    const Inputs inputs(c);
    const std::vector<float> slopes{0.25F};
    Attention call = inputs.call;
    call.bias.slopes = slopes.data();
    const Attended got = attend(GetParam(), call);
    const auto exact = plainAttention<double>(call);
    EXPECT_LE(largestError(got.out, exact.out), 1e-5);
    call.softCap = 0;
    const Attended uncapped = attend(GetParam(), call);
    if (std::string(GetParam().name) != "reference") {
        EXPECT_LT(2 * got.visited.computed, uncapped.visited.computed);
    }
}

// What the cell (i, j) of a stage holds; NaN where it is not seen.
double cellOf(const Attention& a, Stage stage, const PlainResult<double>& plain, std::int64_t i, std::int64_t j) {
    const std::int64_t distance = a.keys - a.queries + i - j;
    if (!plainVisible(distance, j, a.window, a.sinks))
        return std::numeric_limits<double>::quiet_NaN();
    if (stage == Stage::Probability)
        return plain.weights[i * a.keys + j];
    double dot = 0;
    for (std::int64_t x = 0; x < a.headDim; ++x)
        dot += double(a.q.row(0, 0, i)[x]) * double(a.k.row(0, 0, j)[x]);
    return (stage == Stage::Bias ? 0 : plainScore<double>(a, dot)) +
           (stage == Stage::Score ? 0 : plainBias<double>(a.bias, 0, distance));
}

TEST_P(SoftCap, MapsMatchTheDefinition) {
    for (const Case& c : cases()) {
        SCOPED_TRACE(describe(c));
        const Inputs inputs(c);
        const Attention& a = inputs.call;
        const auto plain = plainAttention<double>(a);
        const std::vector<float> known(plain.lse.begin(), plain.lse.begin() + a.queries);
        for (const Stage stage : {Stage::Score, Stage::Bias, Stage::Sum, Stage::Probability})
            for (const bool lseIsKnown : {false, true}) {
                Map m = mapOf(a, a.queries, a.keys);
                m.softCap = a.softCap;
                m.sinkLogit = a.sinkLogits ? a.sinkLogits[0] : kernels::kNoSinkLogit;
                m.stage = stage;
                m.lse = lseIsKnown ? known.data() : nullptr;
                std::vector<float> picture(a.queries * a.keys), lse(a.queries);
                GetParam().map(m, {picture.data(), lse.data()}, onThreads);
                std::vector<double> expected;
                for (std::int64_t i = 0; i < a.queries; ++i)
                    for (std::int64_t j = 0; j < a.keys; ++j)
                        expected.push_back(cellOf(a, stage, plain, i, j));
                EXPECT_LE(largestError(picture, expected), c.deviation > 1 ? 1e-4 : 1e-5) << static_cast<int>(stage);
                const std::int64_t blind = std::max<std::int64_t>(a.queries - a.keys, 0); // these a map leaves at -inf
                EXPECT_LE(largestError(std::vector(lse.begin() + blind, lse.end()),
                                       std::vector(plain.lse.begin() + blind, plain.lse.begin() + a.queries)),
                          1e-4);
            }
    }
}

TEST_P(SoftCap, ProfilesMatchTheDefinition) {
    const std::vector<std::int64_t> edges{0, 1, 4, 32, 400};
    for (const Case& c : cases()) {
        SCOPED_TRACE(describe(c));
        const Inputs inputs(c);
        const Attention& a = inputs.call;
        const auto plain = plainAttention<double>(a);
        Profile p{.q = a.q.data,
                  .k = a.k.data,
                  .qStride = a.q.rowStride,
                  .kStride = a.k.rowStride,
                  .queries = a.queries,
                  .keys = a.keys,
                  .headDim = a.headDim,
                  .scale = a.scale,
                  .bias = a.bias,
                  .window = a.window,
                  .queryEnd = a.queries,
                  .binEdges = edges};
        p.queryBegin = std::max<std::int64_t>(a.queries - a.keys, 0);
        p.softCap = a.softCap;
        p.sinkLogit = a.sinkLogits ? a.sinkLogits[0] : kernels::kNoSinkLogit;
        std::vector<double> mass(edges.size() - 1), expected(edges.size() - 1);
        kernels::ProfileOutput output;
        output.mass = mass;
        GetParam().profile(p, output, onThreads);
        double entropy = 0, diagonal = 0;
        const double share = 1 / double(a.queries - p.queryBegin);
        for (std::int64_t i = p.queryBegin; i < a.queries; ++i) {
            double rest = 1; // what the sink takes
            for (std::int64_t j = 0; j < a.keys; ++j) {
                const double weight = plain.weights[i * a.keys + j];
                const std::int64_t distance = a.keys - a.queries + i - j;
                rest -= weight;
                if (weight == 0)
                    continue;
                entropy -= share * weight * std::log2(weight);
                diagonal += distance == 0 ? share * weight : 0;
                for (std::size_t bin = 0; bin < expected.size(); ++bin)
                    expected[bin] += distance >= edges[bin] && distance < edges[bin + 1] ? share * weight : 0;
            }
            if (a.sinkLogits && rest > 0)
                entropy -= share * rest * std::log2(rest);
        }
        EXPECT_LE(largestError(mass, expected), 2e-6);
        EXPECT_NEAR(output.entropy, entropy, 2e-5);
        EXPECT_NEAR(output.diagonalMass, diagonal, 2e-6);
    }
}

INSTANTIATE_TEST_SUITE_P(Kernels, SoftCap, testing::ValuesIn(kernelsHere()), nameOf);

} // namespace
} // namespace slopescope::test
