// Attention to earlier copies of a token and to what followed them: by hand, and against double loops.
#include "core/kernels/repeated_tokens.h"
#include "tests/kernels/plain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slopescope::test {
namespace {

using kernels::RepeatedTokens;
using kernels::RepeatedTokensMass;

// The natural logarithms of the sums of each row, from the weights by definition.
std::vector<float> logSums(const Attention& a) {
    std::vector<float> lse;
    for (std::int64_t i = 0; i < a.queries; ++i) {
        double sum = 0;
        for (std::int64_t j = 0; j <= i; ++j) {
            if (a.window && i - j >= a.window && j >= a.sinks)
                continue;
            double dot = 0;
            for (std::int64_t x = 0; x < a.headDim; ++x)
                dot += double(a.q.row(0, 0, i)[x]) * a.k.row(0, 0, j)[x];
            const double bias = a.bias.slopes  ? -double(a.bias.slopes[0]) * double(i - j)
                                : a.bias.table ? double(a.bias.table[std::min(i - j, a.bias.tableLength - 1)])
                                               : 0;
            sum += std::exp(plainScore(a, dot) + bias);
        }
        lse.push_back(float(std::log(sum)));
    }
    return lse;
}

RepeatedTokens problemOf(const Attention& a, const std::vector<float>& lse, const std::vector<std::int64_t>& previous) {
    RepeatedTokens p;
    p.q = a.q.data;
    p.k = a.k.data;
    p.qStride = a.q.rowStride;
    p.kStride = a.k.rowStride;
    p.tokens = a.queries;
    p.headDim = a.headDim;
    p.scale = a.scale;
    p.bias = a.bias;
    p.window = a.window;
    p.sinks = a.sinks;
    p.softCap = a.softCap;
    p.lse = lse.data();
    p.previous = previous.data();
    return p;
}

TEST(RepeatedTokens, KnowsWhereATokenStoodBefore) {
    EXPECT_THAT(kernels::previousPositions(std::vector<std::int32_t>{7, 3, 7, 7, 0, 3}),
                testing::ElementsAre(-1, -1, 0, 2, -1, 1));
    EXPECT_THAT(kernels::previousPositions({}), testing::IsEmpty());
}

TEST(RepeatedTokens, MatchDoubleLoops) {
    for (const Bias bias : {Bias::None, Bias::Paper, Bias::Huge, Bias::LongTable})
        for (const std::int64_t window : {0, 30})
            for (const std::int64_t headDim : {8, 20}) {
                Case c;
                c.heads = 1;
                c.queries = c.keys = 300;
                c.headDim = headDim;
                c.bias = bias;
                c.window = window;
                c.sinks = window ? 3 : 0;
                c.padding = 5;
                c.softCap = headDim == 20 ? 2 : 0;
                const Inputs inputs(c);
                std::vector<std::int32_t> ids;
                for (int i = 0; i < 300; ++i)
                    ids.push_back((i * i) % 41);
                const auto previous = kernels::previousPositions(ids);
                const std::vector<float> lse = logSums(inputs.call);
                const RepeatedTokensMass got = repeatedTokensMass(problemOf(inputs.call, lse, previous), onThreads);

                const auto weights = plainAttention<double>(inputs.call).weights;
                double duplicate = 0, induction = 0;
                std::int64_t queries = 0;
                for (std::size_t i = 0; i < 300; ++i) {
                    bool known = false;
                    for (std::size_t j = 0; j < i; ++j)
                        if (ids[j] == ids[i]) {
                            known = true;
                            duplicate += weights[i * 300 + j];
                            induction += weights[i * 300 + j + 1];
                        }
                    queries += known;
                }
                SCOPED_TRACE("bias " + std::to_string(int(bias)) + " window " + std::to_string(window));
                ASSERT_GT(queries, 200);
                EXPECT_EQ(got.queries, queries);
                EXPECT_NEAR(got.duplicate, duplicate / double(queries), 2e-6);
                EXPECT_NEAR(got.induction, induction / double(queries), 2e-6);
            }
}

// Ten tokens said twice, and heads whose keys carry the token itself or the one before it.
struct Said {
    static constexpr std::int64_t kTokens = 20, kDim = 16;
    std::vector<float> q = std::vector<float>(kTokens * kDim), k = q, lse;
    std::vector<std::int64_t> previous;
    Attention a;

    explicit Said(bool inductive) {
        std::vector<std::int32_t> ids;
        for (std::int32_t i = 0; i < kTokens; ++i) {
            ids.push_back(i % 10);
            q[std::size_t(i * kDim + ids.back())] = 40;
            if (!inductive)
                k[std::size_t(i * kDim + ids.back())] = 1;
            else if (i > 0)
                k[std::size_t(i * kDim + ids[std::size_t(i) - 1])] = 1;
        }
        previous = kernels::previousPositions(ids);
        a.q.data = q.data();
        a.k.data = k.data();
        a.q.rowStride = a.k.rowStride = kDim;
        a.queries = a.keys = kTokens;
        a.headDim = kDim;
        lse = logSums(a);
    }
};

TEST(RepeatedTokens, AnInductionHeadBuiltByHandHasAllOfItsMassBehindTheCopies) {
    const Said said(true);
    const RepeatedTokensMass mass = repeatedTokensMass(problemOf(said.a, said.lse, said.previous), onThreads);
    EXPECT_EQ(mass.queries, 10);
    EXPECT_NEAR(mass.induction, 1, 1e-6);
    EXPECT_NEAR(mass.duplicate, 0, 1e-6);
}

TEST(RepeatedTokens, ADuplicateTokenHeadBuiltByHandHasHalfOfItsMassOnTheCopyAndHalfOnItself) {
    const Said said(false);
    const RepeatedTokensMass mass = repeatedTokensMass(problemOf(said.a, said.lse, said.previous), onThreads);
    EXPECT_NEAR(mass.duplicate, 0.5, 1e-6);
    EXPECT_NEAR(mass.induction, 0, 1e-6);
}

} // namespace
} // namespace slopescope::test
