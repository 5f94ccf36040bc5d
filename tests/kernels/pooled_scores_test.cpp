// Averages of scores and biases from mean queries and keys, against the reference kernel, which visits every cell.
#include "core/kernels/pooled_scores.h"

#include "tests/kernels/plain.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace slopescope::test {
namespace {

using kernels::Map;
using kernels::Pooling;
using kernels::Stage;

void expectSame(const Map& m, const std::string& what) {
    ASSERT_TRUE(kernels::poolsScores(m)) << what;
    std::vector<float> pooled(static_cast<std::size_t>(m.rows * m.columns)), visited = pooled;
    kernels::poolScores(m, pooled.data(), onThreads);
    kernels::referenceKernel().map(m, {visited.data(), nullptr}, onThreads);
    for (std::size_t i = 0; i < pooled.size(); ++i) {
        ASSERT_EQ(std::isnan(pooled[i]), std::isnan(visited[i])) << what << ", pixel " << i;
        if (!std::isnan(visited[i])) {
            ASSERT_NEAR(pooled[i], visited[i], 2e-5 * std::max(1.0F, std::abs(visited[i]))) << what << ", pixel " << i;
        }
    }
}

TEST(PooledScores, AreTheAveragesOfTheCells) {
    for (const Bias bias : {Bias::None, Bias::Paper, Bias::Huge, Bias::ShortTable, Bias::LongTable})
        for (const std::int64_t window : {0, 1, 40})
            for (const std::int64_t sinks : {0, 5, 60})
                for (const Stage stage : {Stage::Score, Stage::Bias, Stage::Sum}) {
                    Case c;
                    c.heads = 1;
                    c.queries = c.keys = 200;
                    c.headDim = 24;
                    c.bias = bias;
                    c.window = window;
                    c.sinks = sinks;
                    c.padding = 3;
                    const Inputs inputs(c);
                    Map m = mapOf(inputs.call, 13, 11);
                    m.stage = stage;
                    expectSame(m, std::to_string(int(bias)) + ", window " + std::to_string(window) + ", sinks " +
                                      std::to_string(sinks) + ", stage " + std::to_string(int(stage)));
                }
}

TEST(PooledScores, KnowViewportsAndQueriesThatAreFewerOrMore) {
    for (const std::int64_t queries : {90, 200, 300}) {
        Case c;
        c.heads = 1;
        c.queries = queries;
        c.keys = 200;
        const Inputs inputs(c);
        Map m = mapOf(inputs.call, 13, 11);
        m.stage = Stage::Sum;
        expectSame(m, std::to_string(queries) + " queries");
        m.queryBegin = 31;
        m.queryEnd = 88;
        m.keyBegin = 17;
        m.keyEnd = 130;
        m.rows = m.columns = 9;
        expectSame(m, std::to_string(queries) + " queries, a part");
    }
}

TEST(PooledScores, LeaveOtherMapsToTheKernels) {
    const Inputs inputs({.heads = 1, .queries = 200, .keys = 200});
    Map m = mapOf(inputs.call, 13, 11);
    m.stage = Stage::Score;
    EXPECT_TRUE(kernels::poolsScores(m));
    m.pooling = Pooling::Max;
    EXPECT_FALSE(kernels::poolsScores(m));
    m.pooling = Pooling::Mean;
    m.stage = Stage::Probability;
    EXPECT_FALSE(kernels::poolsScores(m));
    m.stage = Stage::Score;
    m.rows = m.columns = 200;
    EXPECT_FALSE(kernels::poolsScores(m));
    m.rows = m.columns = 20;
    m.stage = Stage::Sum;
    std::vector<float> never(200, -1e30F);
    m.bias = {nullptr, never.data(), 200};
    EXPECT_FALSE(kernels::poolsScores(m));
}

} // namespace
} // namespace slopescope::test
