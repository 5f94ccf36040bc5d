#include "tests/kernels/plain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace slopescope::test {
namespace {

using kernels::Map;
using kernels::Pooling;
using kernels::Stage;

std::string nameOf(const testing::TestParamInfo<Kernel>& info) {
    return info.param.name;
}

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// The matrix of a stage by its definition, NaN where invisible: [queries, keys].
template <class T>
std::vector<T> plainStage(const Attention& a, Stage stage, const PlainResult<T>& plain) {
    std::vector<T> cells = plain.weights;
    if (stage == Stage::Probability) {
        for (std::int64_t i = 0; i < a.queries; ++i)
            for (std::int64_t j = 0; j < a.keys; ++j)
                if (!plainVisible(a.keys - a.queries + i - j, j, a.window, a.sinks))
                    cells[i * a.keys + j] = std::numeric_limits<T>::quiet_NaN();
        return cells;
    }
    for (std::int64_t i = 0; i < a.queries; ++i)
        for (std::int64_t j = 0; j < a.keys; ++j) {
            const std::int64_t distance = a.keys - a.queries + i - j;
            T& cell = cells[i * a.keys + j];
            T dot = 0;
            for (std::int64_t x = 0; x < a.headDim; ++x)
                dot += static_cast<T>(a.q.row(0, 0, i)[x]) * static_cast<T>(a.k.row(0, 0, j)[x]);
            dot *= static_cast<T>(a.scale);
            if (!plainVisible(distance, j, a.window, a.sinks))
                cell = std::numeric_limits<T>::quiet_NaN();
            else
                cell =
                    (stage == Stage::Bias ? 0 : dot) + (stage == Stage::Score ? 0 : plainBias<T>(a.bias, 0, distance));
        }
    return cells;
}

// Pixel r of n over [begin, end) starts where the header says.
std::int64_t edge(std::int64_t begin, std::int64_t end, std::int64_t pixels, std::int64_t pixel) {
    return begin + pixel * (end - begin) / pixels;
}

template <class T>
std::vector<T> pool(const Map& m, const std::vector<T>& cells) {
    std::vector<T> picture;
    for (std::int64_t row = 0; row < m.rows; ++row)
        for (std::int64_t column = 0; column < m.columns; ++column) {
            T sum = 0, largest = -std::numeric_limits<T>::infinity();
            std::int64_t count = 0;
            for (auto i = edge(m.queryBegin, m.queryEnd, m.rows, row);
                 i < edge(m.queryBegin, m.queryEnd, m.rows, row + 1); ++i)
                for (auto j = edge(m.keyBegin, m.keyEnd, m.columns, column);
                     j < edge(m.keyBegin, m.keyEnd, m.columns, column + 1); ++j)
                    if (const T cell = cells[i * m.keys + j]; !std::isnan(cell)) {
                        sum += cell;
                        largest = std::max(largest, cell);
                        ++count;
                    }
            const T pooled = m.pooling == Pooling::Mean ? sum / static_cast<T>(count) : largest;
            picture.push_back(count ? pooled : std::numeric_limits<T>::quiet_NaN());
        }
    return picture;
}

struct Mapped {
    std::vector<float> picture, lse;
    kernels::Visited visited;
};

Mapped run(const Kernel& kernel, const Map& m) {
    Mapped result{std::vector<float>(m.rows * m.columns, -7), std::vector<float>(m.queries, kNaN), {}};
    result.visited = kernel.map(m, {result.picture.data(), result.lse.data()}, onThreads);
    return result;
}

std::string describe(const Map& m) {
    const auto text = [](std::int64_t value) { return std::to_string(value) + " "; };
    return "queries " + text(m.queries) + text(m.queryBegin) + text(m.queryEnd) + "keys " + text(m.keys) +
           text(m.keyBegin) + text(m.keyEnd) + "pixels " + text(m.rows) + text(m.columns) + "headDim " +
           text(m.headDim) + "window " + text(m.window) + "sinks " + text(m.sinks) + "stage " +
           text(static_cast<int>(m.stage)) + "pooling " + text(static_cast<int>(m.pooling)) +
           (m.lse ? "known lse" : "unknown lse");
}

// The definition of one call's attention, in both precisions.
struct Plain {
    explicit Plain(const Attention& a) : call(a), exact(plainAttention<double>(a)), single(plainAttention<float>(a)) {}
    const Attention& call;
    PlainResult<double> exact;
    PlainResult<float> single;
};

void expectAsGoodAsPlain(const Kernel& kernel, const Plain& plain, const Map& m) {
    SCOPED_TRACE(describe(m));
    const std::vector<double> exact = pool(m, plainStage(plain.call, m.stage, plain.exact));
    const std::vector<float> single = pool(m, plainStage(plain.call, m.stage, plain.single));
    const Mapped got = run(kernel, m);
    double limit = 2 * largestError(single, exact) + 1e-6;
    // A float log-sum-exp is itself wrong by half a unit in its last place, which every probability inherits.
    if (m.lse)
        for (std::int64_t i = m.queryBegin; i < m.queryEnd; ++i)
            limit = std::max(limit, std::isfinite(m.lse[i]) ? 1e-6 + 2e-7 * std::fabs(m.lse[i]) : 0);
    EXPECT_LE(largestError(got.picture, exact), limit);
    const auto& rows = plain.exact.lse;
    for (std::int64_t i = m.queryBegin; i < m.queryEnd; ++i) {
        if (std::isinf(rows[i])) {
            ASSERT_EQ(got.lse[i], rows[i]) << i;
        } else {
            ASSERT_NEAR(got.lse[i], rows[i], 2e-6 + 1e-6 * std::fabs(rows[i])) << i;
        }
    }
}

constexpr Stage kStages[] = {Stage::Score, Stage::Bias, Stage::Sum, Stage::Probability};
constexpr Pooling kPoolings[] = {Pooling::Mean, Pooling::Max};

class MapOfHead : public testing::TestWithParam<Kernel> {};

TEST_P(MapOfHead, PoolsTheWholeMatrix) {
    for (const auto& [queries, keys] :
         {std::pair<int, int>{1, 1}, {13, 13}, {33, 33}, {40, 400}, {130, 90}, {201, 201}})
        for (const Bias bias : {Bias::None, Bias::Paper, Bias::Huge, Bias::LongTable})
            for (const std::int64_t window : {0, 1, 45}) {
                Case c;
                c.heads = 1;
                c.queries = queries;
                c.keys = keys;
                c.headDim = 24;
                c.window = window;
                c.sinks = window ? 3 : 0;
                c.bias = bias;
                const Inputs inputs(c);
                const Plain plain(inputs.call);
                for (const Stage stage : kStages)
                    for (const Pooling pooling : kPoolings) {
                        Map m = mapOf(inputs.call);
                        m.stage = stage;
                        m.pooling = pooling;
                        expectAsGoodAsPlain(GetParam(), plain, m);
                    }
            }
}

TEST_P(MapOfHead, PoolsAnyViewportAtAnySize) {
    std::mt19937 generator(3);
    const auto below = [&](std::int64_t end) { return static_cast<std::int64_t>(generator() % end); };
    for (int round = 0; round < 60; ++round) {
        Case c;
        c.heads = 1;
        c.queries = 1 + below(300);
        c.keys = 1 + below(300);
        c.headDim = 1 + below(40); // a map takes any head size
        c.padding = below(5);
        c.window = below(3) ? 0 : 1 + below(150);
        c.sinks = below(2) ? 0 : below(60);
        const Inputs inputs(c);
        Map m = mapOf(inputs.call);
        m.queryBegin = below(c.queries);
        m.queryEnd = m.queryBegin + 1 + below(c.queries - m.queryBegin);
        m.keyBegin = below(c.keys);
        m.keyEnd = m.keyBegin + 1 + below(c.keys - m.keyBegin);
        m.rows = 1 + below(m.queryEnd - m.queryBegin);
        m.columns = 1 + below(m.keyEnd - m.keyBegin);
        m.stage = kStages[below(4)];
        m.pooling = kPoolings[below(2)];
        const Plain plain(inputs.call);
        const std::vector<float> lse(plain.exact.lse.begin(), plain.exact.lse.end());
        expectAsGoodAsPlain(GetParam(), plain, m);
        m.lse = lse.data();
        expectAsGoodAsPlain(GetParam(), plain, m);
    }
}

// Few tall pixels make one pixel row the work of several units.
TEST_P(MapOfHead, JoinsTallPixels) {
    Case c;
    c.heads = 1;
    c.queries = c.keys = 410;
    c.headDim = 16;
    const Inputs inputs(c);
    const Plain plain(inputs.call);
    for (const std::int64_t rows : {1, 2, 5})
        for (const Pooling pooling : kPoolings) {
            Map m = mapOf(inputs.call);
            m.rows = rows;
            m.columns = 33;
            m.pooling = pooling;
            expectAsGoodAsPlain(GetParam(), plain, m);
        }
}

// Scores too large to be summed without their maximum.
TEST_P(MapOfHead, StaysExactWhereScoresAreLarge) {
    for (const float deviation : {3.0f, 8.0f}) {
        Case c;
        c.heads = 1;
        c.queries = c.keys = 330;
        c.headDim = 64;
        c.deviation = deviation;
        const Inputs inputs(c);
        const Plain plain(inputs.call);
        Map m = mapOf(inputs.call);
        expectAsGoodAsPlain(GetParam(), plain, m);
    }
}

TEST_P(MapOfHead, SkipsOnlyWhatTheToleranceAllows) {
    Case c;
    c.heads = 1;
    c.queries = c.keys = 1200;
    c.headDim = 32;
    Inputs inputs(c);
    for (const float slope : {0.5f, 0.01f}) {
        inputs.slopes[0] = slope;
        Map m = mapOf(inputs.call);
        m.rows = m.columns = 100;
        const Mapped dense = run(GetParam(), m);
        EXPECT_EQ(dense.visited.computed, dense.visited.dense);
        for (const float tolerance : {1e-9f, 1e-4f}) {
            m.lse = nullptr;
            m.tolerance = tolerance;
            const Mapped unknown = run(GetParam(), m);
            m.lse = dense.lse.data();
            const Mapped known = run(GetParam(), m);
            for (const Mapped& got : {unknown, known}) {
                EXPECT_LE(largestError(got.picture, dense.picture), 2 * tolerance * c.keys + 1e-6);
                if (slope == 0.5f && std::string(GetParam().name) != "reference") {
                    EXPECT_LT(got.visited.fraction(), 0.5);
                }
            }
        }
    }
}

TEST_P(MapOfHead, IsTheSameToTheBitOnAnyNumberOfThreads) {
    Case c;
    c.heads = 1;
    c.queries = c.keys = 500;
    const Inputs inputs(c);
    const Map m = mapOf(inputs.call);
    const int before = threadCount();
    setThreadCount(1);
    const Mapped one = run(GetParam(), m);
    setThreadCount(5);
    const Mapped many = run(GetParam(), m);
    setThreadCount(before);
    EXPECT_EQ(largestError(one.picture, many.picture), 0);
    EXPECT_EQ(one.lse, many.lse);
}

INSTANTIATE_TEST_SUITE_P(Kernels, MapOfHead, testing::ValuesIn(kernelsUnderTest()), nameOf);

} // namespace
} // namespace slopescope::test
