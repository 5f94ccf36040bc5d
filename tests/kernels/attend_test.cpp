#include "tests/kernels/plain.h"

#include "core/base/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace slopescope::test {
namespace {

std::string describe(const Case& c) {
    const auto text = [](std::int64_t value) { return std::to_string(value); };
    return "batch " + text(c.batch) + " heads " + text(c.heads) + " groups " + text(c.groups) + " queries " +
           text(c.queries) + " keys " + text(c.keys) + " headDim " + text(c.headDim) + " window " + text(c.window) +
           " sinks " + text(c.sinks) + " bias " + text(static_cast<int>(c.bias)) + " padding " + text(c.padding) +
           " deviation " + std::to_string(c.deviation) + " tolerance " + std::to_string(c.tolerance);
}

std::string nameOf(const testing::TestParamInfo<Kernel>& info) {
    return info.param.name;
}

bool isSlow(const Kernel& kernel) {
    return std::string(kernel.name) == "reference" || std::string(kernel.name) == "cuda_emulated";
}

// The rule of the house: at most twice the error of the plain formula in float, plus 1e-6.
struct Expected {
    std::vector<double> out, lse;
    double outLimit, lseLimit;
};

// Every kernel meets the same cases; the definition is computed once for each.
const Expected& expectedOf(const Case& c, const Inputs& inputs) {
    static std::map<std::string, Expected> known;
    const auto [entry, fresh] = known.try_emplace(describe(c));
    if (fresh) {
        auto exact = plainAttention<double>(inputs.call);
        const auto single = plainAttention<float>(inputs.call);
        entry->second = {std::move(exact.out), std::move(exact.lse), 0, 0};
        entry->second.outLimit = 2 * largestError(single.out, entry->second.out) + 1e-6;
        entry->second.lseLimit = 2 * largestError(single.lse, entry->second.lse) + 1e-6;
    }
    return entry->second;
}

void expectAsGoodAsPlain(const Kernel& kernel, const Case& c) {
    SCOPED_TRACE(describe(c));
    const Inputs inputs(c);
    ASSERT_TRUE(kernel.supports(inputs.call));
    const Attended got = attend(kernel, inputs.call);
    const Expected& expected = expectedOf(c, inputs);
    EXPECT_LE(largestError(got.out, expected.out), expected.outLimit);
    EXPECT_LE(largestError(got.lse, expected.lse), expected.lseLimit);
}

class Attend : public testing::TestWithParam<Kernel> {};

TEST_P(Attend, MatchesTheDefinitionAtEveryHeadSize) {
    const std::int64_t lengths[][2] = {{1, 1},   {2, 2},   {5, 5},     {6, 6},     {7, 7},    {11, 11},   {12, 12},
                                       {13, 13}, {31, 31}, {32, 32},   {33, 33},   {97, 97},  {256, 256}, {257, 257},
                                       {1, 300}, {5, 263}, {100, 131}, {100, 100}, {100, 37}, {37, 1},    {289, 400}};
    std::mt19937 generator(7);
    const auto draw = [&](auto... values) {
        const std::int64_t all[] = {values...};
        return all[generator() % std::size(all)];
    };
    for (const std::int64_t headDim : {8, 16, 24, 32, 40, 64, 72, 96, 128, 256})
        for (const auto& [queries, keys] : lengths) {
            Case c;
            c.headDim = headDim;
            c.queries = queries;
            c.keys = keys;
            c.batch = draw(1, 1, 2);
            c.groups = draw(1, 1, 2, 4);
            c.heads = c.groups * draw(1, 2);
            c.window = draw(0, 0, 1, 7, 50, 300);
            c.sinks = draw(0, 0, 1, 4, 40);
            c.bias = static_cast<Bias>(draw(0, 1, 2, 3, 3, 4, 5, 6));
            c.padding = draw(0, 0, 3, 64);
            expectAsGoodAsPlain(GetParam(), c);
        }
}

TEST_P(Attend, MatchesTheDefinitionUnderEveryBiasAndMask) {
    for (const Bias bias :
         {Bias::None, Bias::Zero, Bias::Tiny, Bias::Paper, Bias::Huge, Bias::ShortTable, Bias::LongTable})
        for (const std::int64_t window : {0, 1, 2, 31, 32, 33, 100, 256, 257})
            for (const std::int64_t sinks : {0, 1, 33, 290}) {
                Case c;
                c.headDim = 32;
                c.queries = 70;
                c.keys = 281;
                c.window = window;
                c.sinks = sinks;
                c.bias = bias;
                expectAsGoodAsPlain(GetParam(), c);
            }
}

TEST_P(Attend, StaysExactWhereScoresAreLargeOrVanish) {
    for (const float deviation : {0.0f, 1e-3f, 4.0f, 12.0f}) {
        Case c;
        c.headDim = 64;
        c.queries = c.keys = 301;
        c.deviation = deviation;
        expectAsGoodAsPlain(GetParam(), c);
    }
}

TEST_P(Attend, KeepsFarBiasesExact) {
    Case c;
    c.headDim = 32;
    c.queries = 3;
    c.keys = 40000;
    c.heads = 8;
    expectAsGoodAsPlain(GetParam(), c);
}

TEST_P(Attend, WritesNothingForNoQueries) {
    Case c;
    c.queries = c.keys = 0;
    const Attended got = attend(GetParam(), Inputs(c).call);
    EXPECT_TRUE(got.out.empty());
    c.keys = 5;
    EXPECT_TRUE(attend(GetParam(), Inputs(c).call).out.empty());
    c.queries = 3;
    c.keys = 0;
    EXPECT_THAT(attend(GetParam(), Inputs(c).call).lse, testing::Each(-std::numeric_limits<float>::infinity()));
    EXPECT_THAT(attend(GetParam(), Inputs(c).call).out, testing::Each(0.0f));
}

// With values of one, each output is the sum of its row's weights.
TEST_P(Attend, RowsSumToOneOrZero) {
    for (const Bias bias : {Bias::Paper, Bias::Huge, Bias::LongTable})
        for (const std::int64_t window : {0, 1, 20}) {
            Case c;
            c.queries = 400;
            c.keys = 300;
            c.bias = bias;
            c.window = window;
            Inputs inputs(c);
            std::fill(inputs.v.begin(), inputs.v.end(), 1.0f);
            const Attended got = attend(GetParam(), inputs.call);
            for (std::size_t x = 0; x < got.out.size(); ++x) {
                const std::size_t query = x / c.headDim % c.queries;
                ASSERT_NEAR(got.out[x], query < 100 ? 0 : 1, query < 100 ? 0 : 2e-6) << x;
            }
        }
}

TEST_P(Attend, ReportsNaNWhereTheDefinitionDoes) {
    Case c;
    c.queries = c.keys = 70;
    c.headDim = 16;
    for (const float poison : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        Inputs inputs(c);
        inputs.k[40 * c.headDim + 3] = poison; // head 0, key 40: rows before it stay clean
        for (const float tolerance : {0.0f, 1e-6f}) {
            inputs.call.tolerance = tolerance;
            const Attended got = attend(GetParam(), inputs.call);
            const auto exact = plainAttention<double>(inputs.call);
            for (std::int64_t i = 0; i < 40; ++i)
                ASSERT_NEAR(got.out[i * c.headDim], exact.out[i * c.headDim], 1e-5) << i;
            for (std::int64_t i = 40; std::isnan(poison) && i < 70; ++i)
                ASSERT_TRUE(std::isnan(got.out[i * c.headDim])) << i;
        }
    }
}

// A value that is not finite reaches the rows that see its key, and no other.
TEST_P(Attend, KeepsANaNOfAValueToTheRowsThatSeeIt) {
    for (const std::int64_t window : {0, 1, 5, 30})
        for (const std::int64_t sinks : {0, 3, 20})
            for (const std::int64_t key : {0, 2, 17, 33, 40, 69}) {
                Case c;
                c.heads = 1;
                c.queries = c.keys = 70;
                c.window = window;
                c.sinks = sinks;
                Inputs inputs(c);
                inputs.call.bias = {};
                inputs.v[key * c.headDim + 3] = std::numeric_limits<float>::quiet_NaN();
                const Attended got = attend(GetParam(), inputs.call);
                for (std::int64_t i = 0; i < 70; ++i)
                    ASSERT_EQ(std::isnan(got.out[i * c.headDim + 3]), plainVisible(i - key, key, window, sinks))
                        << "query " << i << ", key " << key << ", window " << window << ", sinks " << sinks;
            }
}

TEST_P(Attend, SkipsOnlyWhatTheToleranceAllows) {
    for (const std::int64_t window : {0, 300})
        for (const std::int64_t sinks : {0, 3})
            for (const Bias bias : {Bias::Paper, Bias::LongTable, Bias::None}) {
                Case c;
                c.headDim = 32;
                c.heads = 4;
                c.queries = c.keys = isSlow(GetParam()) ? 400 : 1500;
                c.bias = bias;
                c.window = window;
                c.sinks = sinks;
                SCOPED_TRACE(describe(c));
                Inputs inputs(c);
                const Attended dense = attend(GetParam(), inputs.call);
                EXPECT_LE(dense.visited.computed, dense.visited.dense);
                for (const float tolerance : {1e-9f, 1e-5f, 1e-2f}) {
                    inputs.call.tolerance = tolerance;
                    const Attended got = attend(GetParam(), inputs.call);
                    // At most `keys` weights are dropped, each below the tolerance; values are below 6.
                    EXPECT_LE(largestError(got.out, dense.out), 12.0 * tolerance * c.keys + 1e-6);
                    EXPECT_LE(got.visited.computed, dense.visited.computed);
                    EXPECT_EQ(got.visited.dense, dense.visited.dense);
                }
            }
}

TEST_P(Attend, IsTheSameToTheBitOnAnyNumberOfThreads) {
    Case c;
    c.headDim = 32;
    c.heads = 3;
    c.queries = c.keys = 700;
    const Inputs inputs(c);
    const int before = threadCount();
    setThreadCount(1);
    const Attended one = attend(GetParam(), inputs.call);
    for (const int threads : {2, 3, 7}) {
        setThreadCount(threads);
        const Attended many = attend(GetParam(), inputs.call);
        EXPECT_EQ(one.out, many.out);
        EXPECT_EQ(one.lse, many.lse);
    }
    setThreadCount(before);
}

// A text fed in pieces, each with the keys so far, gives the bits of one call.
TEST_P(Attend, IsTheSameToTheBitInChunks) {
    for (const std::int64_t window : {0, 45})
        for (const std::int64_t headDim : {24, 64}) {
            Case c;
            c.headDim = headDim;
            c.queries = c.keys = 615;
            c.window = window;
            c.sinks = window ? 2 : 0;
            const Inputs inputs(c);
            const Attended whole = attend(GetParam(), inputs.call);
            const std::int64_t cuts[] = {0, 1, 30, 97, 300, 301, 513, 615};
            for (std::size_t piece = 0; piece + 1 < std::size(cuts); ++piece) {
                const std::int64_t from = cuts[piece], count = cuts[piece + 1] - from;
                Attention call = inputs.call;
                call.q.data += from * call.q.rowStride;
                call.queries = count;
                call.keys = cuts[piece + 1];
                const Attended part = attend(GetParam(), call);
                for (std::int64_t head = 0; head < c.heads; ++head)
                    for (std::int64_t x = 0; x < count * headDim; ++x)
                        ASSERT_EQ(part.out[head * count * headDim + x],
                                  whole.out[(head * c.queries + from) * headDim + x])
                            << "cut at " << from << " head " << head << " element " << x;
            }
        }
}

INSTANTIATE_TEST_SUITE_P(Kernels, Attend, testing::ValuesIn(kernelsUnderTest()), nameOf);

TEST(KernelTable, EndsWithTheReference) {
    EXPECT_STREQ(kernels::kernelTable().back().name, "reference");
    EXPECT_TRUE(kernels::kernelTable().back().runsHere());
}

TEST(KernelTable, FallsToTheReferenceForOddHeadSizes) {
    Attention call;
    for (const std::int64_t headDim : {1, 4, 12, 20, 257, 264}) {
        call.headDim = headDim;
        for (const Kernel& kernel : kernelsHere())
            EXPECT_EQ(kernel.supports(call), std::string(kernel.name) == "reference") << kernel.name << headDim;
    }
}

TEST(KernelTable, ForcesOneRow) {
    for (const Kernel& kernel : kernelsHere()) {
        const auto forced = kernels::chooseKernels(kernel.name);
        EXPECT_STREQ(forced.front().name, kernel.name);
        EXPECT_STREQ(forced.back().name, "reference");
        EXPECT_LE(forced.size(), 2u);
    }
}

TEST(KernelTable, RefusesWhatItCannotForce) {
    try {
        kernels::chooseKernels("avx99");
        FAIL() << "an unknown kernel was accepted";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("\"avx99\""));
    }
    for (const Kernel& kernel : kernels::simdKernels())
        if (!kernel.runsHere()) {
            EXPECT_THROW(kernels::chooseKernels(kernel.name), Error) << kernel.name;
        }
}

} // namespace
} // namespace slopescope::test
