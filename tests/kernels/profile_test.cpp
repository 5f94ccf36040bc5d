#include "tests/kernels/plain.h"

#include <gtest/gtest.h>

#include <string>

namespace slopescope::test {
namespace {

using kernels::Profile;
using kernels::ProfileOutput;

std::string nameOf(const testing::TestParamInfo<Kernel>& info) {
    return info.param.name;
}

Profile profileOf(const Attention& a, const std::vector<std::int64_t>& edges) {
    Profile p;
    p.q = a.q.data;
    p.k = a.k.data;
    p.qStride = a.q.rowStride;
    p.kStride = a.k.rowStride;
    p.queries = a.queries;
    p.keys = a.keys;
    p.headDim = a.headDim;
    p.scale = a.scale;
    p.bias = a.bias;
    p.window = a.window;
    p.sinks = a.sinks;
    p.queryEnd = a.queries;
    p.binEdges = edges;
    p.tolerance = a.tolerance;
    return p;
}

struct Numbers {
    std::vector<double> mass;
    double meanDistance = 0, entropy = 0, firstKeysMass = 0, diagonalMass = 0;
    kernels::Visited visited;
};

Numbers run(const Kernel& kernel, const Profile& p) {
    Numbers result;
    result.mass.assign(p.binEdges.size() - 1, -1);
    ProfileOutput output;
    output.mass = result.mass;
    result.visited = kernel.profile(p, output, onThreads);
    result.meanDistance = output.meanDistance;
    result.entropy = output.entropy;
    result.firstKeysMass = output.firstKeysMass;
    result.diagonalMass = output.diagonalMass;
    return result;
}

Numbers plain(const Attention& a, const Profile& p) {
    const auto weights = plainAttention<double>(a).weights;
    Numbers result;
    result.mass.assign(p.binEdges.size() - 1, 0);
    for (std::int64_t i = p.queryBegin; i < p.queryEnd; ++i)
        for (std::int64_t j = 0; j < a.keys; ++j) {
            const double mass = weights[i * a.keys + j] / static_cast<double>(p.queryEnd - p.queryBegin);
            const std::int64_t distance = a.keys - a.queries + i - j;
            if (mass == 0)
                continue;
            result.meanDistance += mass * static_cast<double>(distance);
            result.entropy -= mass * std::log2(weights[i * a.keys + j]);
            result.firstKeysMass += j < p.firstKeys ? mass : 0;
            result.diagonalMass += distance == 0 ? mass : 0;
            for (std::size_t bin = 0; bin < result.mass.size(); ++bin)
                if (distance >= p.binEdges[bin] && distance < p.binEdges[bin + 1])
                    result.mass[bin] += mass;
        }
    return result;
}

void expectNear(const Numbers& got, const Numbers& expected, double tolerance, double farthest) {
    EXPECT_LE(largestError(got.mass, expected.mass), tolerance);
    EXPECT_NEAR(got.meanDistance, expected.meanDistance, tolerance * farthest);
    EXPECT_NEAR(got.entropy, expected.entropy, 10 * tolerance);
    EXPECT_NEAR(got.firstKeysMass, expected.firstKeysMass, tolerance);
    EXPECT_NEAR(got.diagonalMass, expected.diagonalMass, tolerance);
}

class ProfileOfHead : public testing::TestWithParam<Kernel> {};

TEST_P(ProfileOfHead, MatchesTheDefinition) {
    const std::vector<std::int64_t> whole{0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512};
    const std::vector<std::int64_t> cut{0, 3, 17, 40}; // the farthest distances belong to no bin
    for (const auto& [queries, keys] : {std::pair<int, int>{1, 1}, {14, 14}, {7, 300}, {200, 120}, {411, 411}})
        for (const Bias bias : {Bias::None, Bias::Paper, Bias::Huge, Bias::LongTable})
            for (const float deviation : {1.0f, 5.0f})
                for (const std::int64_t window : {0, 40}) {
                    Case c;
                    c.heads = 1;
                    c.queries = queries;
                    c.keys = keys;
                    c.headDim = 20;
                    c.bias = bias;
                    c.deviation = deviation;
                    c.window = window;
                    c.sinks = window ? 2 : 0;
                    const Inputs inputs(c);
                    Profile p = profileOf(inputs.call, deviation > 1 ? cut : whole);
                    p.firstKeys = 5;
                    p.queryBegin = queries / 3;
                    SCOPED_TRACE("queries " + std::to_string(queries) + " keys " + std::to_string(keys) + " bias " +
                                 std::to_string(static_cast<int>(bias)) + " deviation " + std::to_string(deviation) +
                                 " window " + std::to_string(window));
                    expectNear(run(GetParam(), p), plain(inputs.call, p), 2e-6 * deviation * deviation, keys);
                }
}

// Without a bias and with equal keys every visible key weighs the same.
TEST_P(ProfileOfHead, KnowsTheUniformCase) {
    Case c;
    c.heads = 1;
    c.queries = 1;
    c.keys = 256;
    c.bias = Bias::None;
    c.deviation = 0;
    const Inputs inputs(c);
    const std::vector<std::int64_t> edges{0, 64, 256};
    const Numbers got = run(GetParam(), profileOf(inputs.call, edges));
    EXPECT_NEAR(got.mass[0], 0.25, 1e-6);
    EXPECT_NEAR(got.mass[1], 0.75, 1e-6);
    EXPECT_NEAR(got.meanDistance, 127.5, 1e-3);
    EXPECT_NEAR(got.entropy, 8, 1e-5);
    EXPECT_NEAR(got.firstKeysMass, 1.0 / 256, 1e-7);
    EXPECT_NEAR(got.diagonalMass, 1.0 / 256, 1e-7);
}

TEST_P(ProfileOfHead, SkipsOnlyWhatTheToleranceAllows) {
    Case c;
    c.heads = 1;
    c.queries = c.keys = 900;
    c.headDim = 32;
    const Inputs inputs(c);
    const std::vector<std::int64_t> edges{0, 10, 100, 1000};
    Profile p = profileOf(inputs.call, edges);
    const float steep = 0.25F;
    p.bias.slopes = &steep;
    const Numbers dense = run(GetParam(), p);
    p.tolerance = 1e-8f;
    const Numbers skipping = run(GetParam(), p);
    expectNear(skipping, dense, 2e-5, 900);
    if (dense.visited.dense == 0)
        return; // a device does not count
    EXPECT_EQ(dense.visited.computed, dense.visited.dense);
    EXPECT_EQ(skipping.visited.dense, dense.visited.dense);
    if (std::string(GetParam().name) != "reference") {
        EXPECT_LT(skipping.visited.fraction(), 0.9);
    }
}

TEST_P(ProfileOfHead, CountsQueriesThatSeeNothing) {
    Case c;
    c.heads = 1;
    c.queries = 40;
    c.keys = 10;
    const Inputs inputs(c);
    const std::vector<std::int64_t> edges{0, 100};
    const Numbers got = run(GetParam(), profileOf(inputs.call, edges));
    EXPECT_NEAR(got.mass[0], 0.25, 1e-6); // ten rows of forty
}

INSTANTIATE_TEST_SUITE_P(Kernels, ProfileOfHead, testing::ValuesIn(kernelsUnderTest()), nameOf);

} // namespace
} // namespace slopescope::test
