// The gradients of attention: against their definition with stored matrices, and against differences of the forward.
#include "tests/kernels/plain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace slopescope::test {
namespace {

template <class T>
struct Gradients {
    std::vector<T> q, k, v, slopes, table;
    // What the rounding of a sum is relative to, for sums that cancel: the largest sum of |dout v| in a dP, and of the
    // |weight| sum |dout v| (times the distance) in a slope's or a table entry's.
    double dweight = 0, slope = 0, entry = 0;
    // The largest sum of weight |dout| of a key, and the largest log-sum-exp, which is a float: it puts all weights of
    // its row off alike.
    double dvalue = 0, lse = 0;
};

// By the chain rule through softmax, one row of weights at a time; the same in any precision.
template <class T>
Gradients<T> plainBackward(const Attention& a, const std::vector<float>& dout) {
    const auto forward = plainAttention<T>(a);
    Gradients<T> g;
    g.q.resize(a.batch * a.heads * a.queries * a.headDim);
    g.k.resize(a.batch * a.keyHeads * a.keys * a.headDim);
    g.v.resize(g.k.size());
    g.slopes.resize(a.heads);
    g.table.resize(a.heads * a.bias.tableLength);
    std::vector<double> slopeSizes(a.heads, 0.0), entrySizes(g.table.size(), 0.0), valueSizes(g.v.size(), 0.0);
    for (std::int64_t row = 0; row < a.batch * a.heads * a.queries; ++row) {
        const std::int64_t i = row % a.queries, h = row / a.queries % a.heads, b = row / a.queries / a.heads;
        const std::int64_t keyHead = h * a.keyHeads / a.heads, position = a.keys - a.queries + i;
        const T* weights = forward.weights.data() + row * a.keys;
        const float* from = dout.data() + row * a.headDim;
        std::vector<T> dweights(a.keys, 0);
        T mean = 0;
        for (std::int64_t j = 0; j <= position; ++j) {
            for (std::int64_t x = 0; x < a.headDim; ++x)
                dweights[j] += static_cast<T>(from[x]) * static_cast<T>(a.v.row(b, keyHead, j)[x]);
            mean += weights[j] * dweights[j];
        }
        for (std::int64_t j = 0; j <= position; ++j) {
            if (!plainVisible(position - j, j, a.window, a.sinks))
                continue;
            const T dscore = weights[j] * (dweights[j] - mean);
            for (std::int64_t x = 0; x < a.headDim; ++x) {
                const std::int64_t key = ((b * a.keyHeads + keyHead) * a.keys + j) * a.headDim + x;
                g.q[row * a.headDim + x] +=
                    dscore * static_cast<T>(a.scale) * static_cast<T>(a.k.row(b, keyHead, j)[x]);
                g.k[key] += dscore * static_cast<T>(a.scale) * static_cast<T>(a.q.row(b, h, i)[x]);
                g.v[key] += weights[j] * static_cast<T>(from[x]);
                valueSizes[key] += double(weights[j]) * std::fabs(double(from[x]));
            }
            g.slopes[h] -= dscore * static_cast<T>(position - j);
            double size = 0;
            for (std::int64_t x = 0; x < a.headDim; ++x)
                size += std::fabs(double(from[x]) * double(a.v.row(b, keyHead, j)[x]));
            g.dweight = std::max(g.dweight, size);
            slopeSizes[h] += double(weights[j]) * size * double(position - j);
            if (a.bias.table) {
                const std::int64_t entry = h * a.bias.tableLength + std::min(position - j, a.bias.tableLength - 1);
                g.table[entry] += dscore;
                entrySizes[entry] += double(weights[j]) * size;
            }
        }
    }
    for (const T lse : forward.lse)
        g.lse = std::isfinite(lse) ? std::max(g.lse, std::fabs(double(lse))) : g.lse;
    for (const double size : valueSizes)
        g.dvalue = std::max(g.dvalue, size);
    for (const double size : slopeSizes)
        g.slope = std::max(g.slope, size);
    for (const double size : entrySizes)
        g.entry = std::max(g.entry, size);
    return g;
}

struct Found : Gradients<float> {
    kernels::Visited visited;
};

Found backward(const Kernel& kernel, const Attention& a, const std::vector<float>& dout, std::int64_t padding = 0) {
    const Attended forward = attend(kernel, a);
    constexpr float kNone = std::numeric_limits<float>::quiet_NaN(); // whatever is not written shows
    const std::int64_t stride = a.headDim + padding;
    const auto rowsOf = [&](std::vector<float>& data, std::int64_t heads, std::int64_t count) {
        data.assign(a.batch * heads * count * stride, kNone);
        return kernels::GradientRows{data.data(), heads * count * stride, count * stride, stride};
    };
    const auto same = [&](const std::vector<float>& data) {
        return kernels::Rows{data.data(), a.heads * a.queries * a.headDim, a.queries * a.headDim, a.headDim};
    };
    Found found;
    kernels::AttentionGradients gradients;
    gradients.q = rowsOf(found.q, a.heads, a.queries);
    gradients.k = rowsOf(found.k, a.keyHeads, a.keys);
    gradients.v = rowsOf(found.v, a.keyHeads, a.keys);
    found.slopes.assign(a.heads, kNone);
    found.table.assign(a.heads * a.bias.tableLength, kNone);
    gradients.slopes = found.slopes.data();
    gradients.table = a.bias.table ? found.table.data() : nullptr;
    found.visited = kernel.attendBackward(a, {same(forward.out), same(dout), forward.lse.data()}, gradients, onThreads);
    for (std::vector<float>* data : {&found.q, &found.k, &found.v}) {
        std::vector<float> close;
        for (std::size_t row = 0; row < data->size() / stride; ++row) {
            close.insert(close.end(), data->begin() + row * stride, data->begin() + row * stride + a.headDim);
            for (std::int64_t x = a.headDim; x < stride; ++x)
                EXPECT_TRUE(std::isnan((*data)[row * stride + x])) << "wrote between two rows";
        }
        *data = close;
    }
    return found;
}

std::string describe(const Case& c) {
    const auto text = [](std::int64_t value) { return std::to_string(value); };
    return "batch " + text(c.batch) + " heads " + text(c.heads) + " groups " + text(c.groups) + " queries " +
           text(c.queries) + " keys " + text(c.keys) + " headDim " + text(c.headDim) + " window " + text(c.window) +
           " sinks " + text(c.sinks) + " bias " + text(static_cast<int>(c.bias)) + " padding " + text(c.padding) +
           " deviation " + std::to_string(c.deviation);
}

std::string nameOf(const testing::TestParamInfo<Kernel>& info) {
    return info.param.name;
}

bool isReference(const Kernel& kernel) {
    return std::string(kernel.name) == "reference";
}

std::vector<float> doutOf(const Case& c) {
    return normal(c.batch * c.heads * c.queries * c.headDim, 5);
}

// The rule of the house: at most twice the error of the plain formula in float, plus 1e-6. Where sums cancel, the plain
// formula may be exact by luck (a weight of 1 has dP - mean = 0), so that a unit of the last place of what cancels is
// added.
struct Expected {
    Gradients<double> exact;
    double q, k, v, slopes, table; // limits
};

const Expected& expectedOf(const Case& c, const Inputs& inputs) {
    static std::map<std::string, Expected> known;
    const auto [entry, fresh] = known.try_emplace(describe(c));
    Expected& e = entry->second;
    if (fresh) {
        e.exact = plainBackward<double>(inputs.call, doutOf(c));
        const auto single = plainBackward<float>(inputs.call, doutOf(c));
        const double largest = 4.0 * std::max(c.deviation, 1.0f); // of a q or k, nearly
        const double unit = 1.2e-7 * e.exact.dweight * largest * inputs.call.scale;
        e.q = 2 * largestError(single.q, e.exact.q) + 1e-6 + unit;
        e.k = 2 * largestError(single.k, e.exact.k) + 1e-6 + unit;
        e.v = 2 * largestError(single.v, e.exact.v) + 1e-6 + 6e-8 * e.exact.lse * e.exact.dvalue;
        e.slopes = 2 * largestError(single.slopes, e.exact.slopes) + 1e-6 + 6e-8 * e.exact.slope;
        e.table = 2 * largestError(single.table, e.exact.table) + 1e-6 + 6e-8 * e.exact.entry;
    }
    return e;
}

void expectAsGoodAsPlain(const Kernel& kernel, const Case& c) {
    SCOPED_TRACE(describe(c));
    const Inputs inputs(c);
    const Found got = backward(kernel, inputs.call, doutOf(c), c.padding);
    const Expected& expected = expectedOf(c, inputs);
    EXPECT_LE(largestError(got.q, expected.exact.q), expected.q);
    EXPECT_LE(largestError(got.k, expected.exact.k), expected.k);
    EXPECT_LE(largestError(got.v, expected.exact.v), expected.v);
    EXPECT_LE(largestError(got.slopes, expected.exact.slopes), expected.slopes);
    EXPECT_LE(largestError(got.table, expected.exact.table), expected.table);
}

class Backward : public testing::TestWithParam<Kernel> {};

TEST_P(Backward, MatchesTheDefinitionAtEveryHeadSize) {
    const std::int64_t lengths[][2] = {{1, 1},   {2, 2},     {5, 5},     {12, 12},   {13, 13}, {32, 32},
                                       {33, 33}, {96, 96},   {97, 97},   {1, 300},   {5, 263}, {100, 37},
                                       {37, 1},  {191, 191}, {192, 192}, {193, 193}, {3, 193}, {289, 400}};
    std::mt19937 generator(7);
    const auto draw = [&](auto... values) {
        const std::int64_t all[] = {values...};
        return all[generator() % std::size(all)];
    };
    for (const std::int64_t headDim : {8, 16, 24, 32, 40, 64, 72, 128, 256})
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

TEST_P(Backward, MatchesTheDefinitionUnderEveryBiasAndMask) {
    for (const Bias bias :
         {Bias::None, Bias::Zero, Bias::Tiny, Bias::Paper, Bias::Huge, Bias::ShortTable, Bias::LongTable})
        for (const std::int64_t window : {0, 1, 2, 31, 33, 100, 192, 257})
            for (const std::int64_t sinks : {0, 1, 33, 290}) {
                Case c;
                c.headDim = 32;
                c.queries = 205;
                c.keys = 401;
                c.window = window;
                c.sinks = sinks;
                c.bias = bias;
                expectAsGoodAsPlain(GetParam(), c);
            }
}

TEST_P(Backward, StaysExactWhereScoresAreLargeOrVanish) {
    for (const float deviation : {0.0f, 1e-3f, 4.0f, 12.0f}) {
        Case c;
        c.headDim = 64;
        c.queries = c.keys = 301;
        c.deviation = deviation;
        expectAsGoodAsPlain(GetParam(), c);
    }
}

// Knows nothing of the formulas: the loss is sum dout . out of the forward in double.
TEST_P(Backward, IsTheSlopeOfTheForward) {
    for (const Bias bias : {Bias::Paper, Bias::ShortTable}) {
        Case c;
        c.headDim = 16;
        c.heads = 4;
        c.groups = 2;
        c.queries = 210;
        c.keys = 230;
        c.window = 200;
        c.sinks = 3;
        c.bias = bias;
        Inputs inputs(c);
        const std::vector<float> dout = doutOf(c);
        const Found got = backward(GetParam(), inputs.call, dout);
        const auto loss = [&] {
            const auto out = plainAttention<double>(inputs.call).out;
            double sum = 0;
            for (std::size_t x = 0; x < out.size(); ++x)
                sum += out[x] * dout[x];
            return sum;
        };
        const auto expectSlope = [&](std::vector<float>& values, const std::vector<float>& gradient, const char* name) {
            for (std::size_t x = 3; x < values.size(); x += values.size() / 7 + 1) {
                const float before = values[x];
                values[x] = before + 0x1p-9f;
                const float aboveAt = values[x];
                const double above = loss();
                values[x] = before - 0x1p-9f;
                const double below = loss(), expected = (above - below) / (double(aboveAt) - double(values[x]));
                values[x] = before;
                EXPECT_NEAR(gradient[x], expected, 1e-3 * std::fabs(expected) + 1e-4) << name << " " << x;
            }
        };
        expectSlope(inputs.q, got.q, "q");
        expectSlope(inputs.k, got.k, "k");
        expectSlope(inputs.v, got.v, "v");
        if (bias == Bias::ShortTable)
            expectSlope(inputs.table, got.table, "table");
        for (std::size_t h = 0; bias == Bias::Paper && h < inputs.slopes.size(); ++h) {
            const float before = inputs.slopes[h];
            inputs.slopes[h] = before * 1.001f;
            const double above = loss(), to = inputs.slopes[h];
            inputs.slopes[h] = before * 0.999f;
            const double expected = (above - loss()) / (to - double(inputs.slopes[h]));
            inputs.slopes[h] = before;
            EXPECT_NEAR(got.slopes[h], expected, 1e-3 * std::fabs(expected) + 1e-3) << "slope " << h;
        }
    }
}

TEST_P(Backward, WritesNothingForNoQueries) {
    Case c;
    c.queries = c.keys = 0;
    EXPECT_TRUE(backward(GetParam(), Inputs(c).call, {}).q.empty());
    c.keys = 5;
    const Found none = backward(GetParam(), Inputs(c).call, {});
    EXPECT_THAT(none.k, testing::Each(0.0f));
    EXPECT_THAT(none.v, testing::Each(0.0f));
    EXPECT_THAT(none.slopes, testing::Each(0.0f));
    c.queries = 3;
    c.keys = 0;
    EXPECT_THAT(backward(GetParam(), Inputs(c).call, doutOf(c)).q, testing::Each(0.0f));
}

TEST_P(Backward, SkipsOnlyWhatTheToleranceAllows) {
    for (const std::int64_t window : {0, 500})
        for (const std::int64_t sinks : {0, 3})
            for (const Bias bias : {Bias::Paper, Bias::LongTable, Bias::None}) {
                Case c;
                c.headDim = 32;
                c.heads = 4;
                c.queries = c.keys = isReference(GetParam()) ? 300 : 1500;
                c.bias = bias;
                c.window = window;
                c.sinks = sinks;
                SCOPED_TRACE(describe(c));
                Inputs inputs(c);
                const std::vector<float> dout = doutOf(c);
                const Found dense = backward(GetParam(), inputs.call, dout);
                EXPECT_LE(dense.visited.computed, dense.visited.dense);
                for (const float tolerance : {1e-9f, 1e-5f, 1e-2f}) {
                    inputs.call.tolerance = tolerance;
                    const Found got = backward(GetParam(), inputs.call, dout);
                    // A dropped weight is below the tolerance, and what multiplies it below 40 x 6.
                    const double limit = 240.0 * tolerance * static_cast<double>(c.keys) + 1e-5;
                    EXPECT_LE(largestError(got.q, dense.q), limit);
                    EXPECT_LE(largestError(got.k, dense.k), limit);
                    EXPECT_LE(largestError(got.v, dense.v), limit);
                    EXPECT_LE(got.visited.computed, dense.visited.computed);
                    EXPECT_EQ(got.visited.dense, dense.visited.dense);
                    if (bias == Bias::Paper && !isReference(GetParam())) {
                        EXPECT_LT(got.visited.computed, dense.visited.computed);
                    }
                }
            }
}

TEST_P(Backward, IsTheSameToTheBitOnAnyNumberOfThreads) {
    for (const Bias bias : {Bias::Paper, Bias::LongTable}) {
        Case c;
        c.headDim = 32;
        c.batch = 2;
        c.heads = 6;
        c.groups = 2;
        c.queries = c.keys = isReference(GetParam()) ? 200 : 700;
        c.bias = bias;
        c.tolerance = 1e-7f;
        const Inputs inputs(c);
        const int before = threadCount();
        setThreadCount(1);
        const Found one = backward(GetParam(), inputs.call, doutOf(c));
        for (const int threads : {2, 3, 7}) {
            setThreadCount(threads);
            const Found many = backward(GetParam(), inputs.call, doutOf(c));
            EXPECT_EQ(one.q, many.q);
            EXPECT_EQ(one.k, many.k);
            EXPECT_EQ(one.v, many.v);
            EXPECT_EQ(one.slopes, many.slopes);
            EXPECT_EQ(one.table, many.table);
        }
        setThreadCount(before);
    }
}

// A number that is not finite reaches what depends on it, and nothing else.
TEST_P(Backward, KeepsANaNToWhatDependsOnIt) {
    for (const std::int64_t window : {0, 1, 30})
        for (const std::int64_t sinks : {0, 20})
            for (const std::int64_t at : {0, 17, 40, 69, 200}) {
                Case c;
                c.heads = 1;
                c.queries = c.keys = 230;
                c.window = window;
                c.sinks = sinks;
                Inputs inputs(c);
                std::vector<float> dout = doutOf(c);
                const auto isNaN = [&](const std::vector<float>& x, std::int64_t row) {
                    return std::isnan(x[row * c.headDim + 3]);
                };
                const std::string place = " of " + describe(c) + " at " + std::to_string(at);
                // A value: through dP, the queries that see it, and the keys that those see.
                inputs.v[at * c.headDim + 3] = std::numeric_limits<float>::quiet_NaN();
                Found got = backward(GetParam(), inputs.call, dout);
                for (std::int64_t i = 0; i < c.queries; ++i)
                    ASSERT_EQ(isNaN(got.q, i), plainVisible(i - at, at, window, sinks)) << "dq " << i << place;
                ASSERT_FALSE(isNaN(got.v, at)) << "dv" << place; // dv does not depend on v
                inputs.v[at * c.headDim + 3] = 1;
                // A gradient of one query's output.
                dout[at * c.headDim + 3] = std::numeric_limits<float>::quiet_NaN();
                got = backward(GetParam(), inputs.call, dout);
                for (std::int64_t i = 0; i < c.queries; ++i) {
                    ASSERT_EQ(isNaN(got.q, i), i == at) << "dq " << i << place;
                    ASSERT_EQ(isNaN(got.v, i), plainVisible(at - i, i, window, sinks)) << "dv " << i << place;
                    ASSERT_EQ(isNaN(got.k, i), plainVisible(at - i, i, window, sinks)) << "dk " << i << place;
                }
            }
}

std::vector<Kernel> kernelsWithGradients() {
    std::vector<Kernel> kernels;
    for (const Kernel& kernel : kernelsUnderTest())
        if (kernel.attendBackward)
            kernels.push_back(kernel);
    return kernels;
}

INSTANTIATE_TEST_SUITE_P(Kernels, Backward, testing::ValuesIn(kernelsWithGradients()), nameOf);

} // namespace
} // namespace slopescope::test
