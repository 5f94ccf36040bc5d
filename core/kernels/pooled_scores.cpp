#include "core/kernels/pooled_scores.h"

#include "core/kernels/matmul.h"
#include "core/kernels/visible.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

namespace slopescope::kernels {
namespace {

// Sums of one head's bias over distances, and over rectangles of positions and keys.
class BiasSums {
public:
    BiasSums(const DistanceBias& bias, std::int64_t keys) : m_slope(bias.slopes ? bias.slopes[0] : 0) {
        if (!bias.table)
            return;
        m_line.assign(static_cast<std::size_t>(keys) + 2, 0);
        m_block = m_line;
        for (std::size_t d = 0; d + 1 < m_line.size(); ++d) {
            m_line[d + 1] = m_line[d] + biasAt(bias, 0, static_cast<std::int64_t>(d));
            m_block[d + 1] = m_block[d] + m_line[d];
        }
    }

    // Of the position with the keys [from, to), all visible.
    double line(std::int64_t position, std::int64_t from, std::int64_t to) const {
        if (!m_line.empty())
            return at(m_line, position - from + 1) - at(m_line, position - to + 1);
        return -m_slope * static_cast<double>(to - from) * (static_cast<double>(position) - 0.5 * static_cast<double>(from + to - 1));
    }

    // Of the positions [begin, end) with the keys [from, to), all visible.
    double block(std::int64_t begin, std::int64_t end, std::int64_t from, std::int64_t to) const {
        if (!m_line.empty())
            return at(m_block, end - from + 1) - at(m_block, begin - from + 1) - at(m_block, end - to + 1) +
                   at(m_block, begin - to + 1);
        return -m_slope * static_cast<double>((end - begin) * (to - from)) *
               0.5 * static_cast<double>(begin + end - from - to);
    }

private:
    static double at(const std::vector<double>& sums, std::int64_t distance) {
        return sums[static_cast<std::size_t>(distance)];
    }

    double m_slope;
    std::vector<double> m_line, m_block; // with a table: sums of it below a distance, and sums of those
};

class PooledScores {
public:
    PooledScores(const Map& map, float* picture)
        : m_map(map), m_sight{map.window, map.sinks}, m_products(map.stage != Stage::Bias),
          m_bias(map.stage == Stage::Score ? DistanceBias{} : map.bias, map.keys), m_picture(picture) {}

    void run(const ParallelFor& parallelFor) const {
        if (m_products) {
            const std::vector<float> queries = means(m_map.q, m_map.qStride, m_map.queryBegin, m_map.queryEnd, m_map.rows,
                                                     parallelFor);
            const std::vector<float> keys = means(m_map.k, m_map.kStride, m_map.keyBegin, m_map.keyEnd, m_map.columns,
                                                  parallelFor);
            const PackedMatrix packed(keys.data(), m_map.columns, m_map.headDim, m_map.headDim, parallelFor);
            packed.multiply(queries.data(), m_map.headDim, m_map.rows, nullptr, false, m_picture, m_map.columns, parallelFor);
        }
        parallelFor(m_map.rows, [&](std::int64_t row) { finish(row); });
    }

private:
    std::int64_t columnEdge(std::int64_t column) const {
        return pixelEdge(m_map.keyBegin, m_map.keyEnd, m_map.columns, column);
    }

    // The mean row of each pixel: [pixels, headDim].
    std::vector<float> means(const float* rows, std::int64_t stride, std::int64_t begin, std::int64_t end,
                             std::int64_t pixels, const ParallelFor& parallelFor) const {
        const std::int64_t depth = m_map.headDim;
        std::vector<float> result(static_cast<std::size_t>(pixels * depth));
        parallelFor(pixels, [&](std::int64_t pixel) {
            const std::int64_t from = pixelEdge(begin, end, pixels, pixel), to = pixelEdge(begin, end, pixels, pixel + 1);
            std::vector<double> sum(static_cast<std::size_t>(depth));
            for (std::int64_t row = from; row < to; ++row)
                for (std::int64_t x = 0; x < depth; ++x)
                    sum[static_cast<std::size_t>(x)] += static_cast<double>(rows[row * stride + x]);
            for (std::int64_t x = 0; x < depth; ++x)
                result[static_cast<std::size_t>(pixel * depth + x)] =
                    static_cast<float>(sum[static_cast<std::size_t>(x)] / static_cast<double>(to - from));
        });
        return result;
    }

    void finish(std::int64_t row) const {
        const std::int64_t first = m_map.keys - m_map.queries;
        const std::int64_t begin = first + pixelEdge(m_map.queryBegin, m_map.queryEnd, m_map.rows, row);
        const std::int64_t end = first + pixelEdge(m_map.queryBegin, m_map.queryEnd, m_map.rows, row + 1);
        float* out = m_picture + row * m_map.columns;
        for (std::int64_t column = 0; column < m_map.columns; ++column) {
            const std::int64_t from = columnEdge(column), to = columnEdge(column + 1);
            const std::int64_t visible = from >= end                              ? 0
                                         : m_map.window == 0 && to - 1 <= begin ? (end - begin) * (to - from)
                                                                                : m_sight.cells(begin, end, from, to);
            if (visible == 0) {
                out[column] = std::numeric_limits<float>::quiet_NaN();
            } else if (visible < (end - begin) * (to - from)) {
                out[column] = static_cast<float>(sumOfVisible(begin, end, from, to) / static_cast<double>(visible));
            } else {
                const double score = m_products ? static_cast<double>(m_map.scale * out[column]) : 0;
                out[column] = static_cast<float>(score + m_bias.block(begin, end, from, to) / static_cast<double>(visible));
            }
        }
    }

    // The sum over the visible cells of a pixel that is not visible as a whole, position by position.
    double sumOfVisible(std::int64_t begin, std::int64_t end, std::int64_t from, std::int64_t to) const {
        const std::int64_t depth = m_products ? m_map.headDim : 0;
        std::vector<double> sums(static_cast<std::size_t>((to - from + 1) * depth)); // of the keys before each
        for (std::int64_t key = from; key < to; ++key)
            for (std::int64_t x = 0; x < depth; ++x)
                sums[static_cast<std::size_t>((key - from + 1) * depth + x)] =
                    sums[static_cast<std::size_t>((key - from) * depth + x)] +
                    static_cast<double>(m_map.k[key * m_map.kStride + x]);
        double scores = 0, biases = 0;
        for (std::int64_t position = std::max<std::int64_t>(begin, 0); position < end; ++position) {
            const float* query = m_map.q + (position - m_map.keys + m_map.queries) * m_map.qStride;
            const auto add = [&](std::int64_t a, std::int64_t b) { // the keys [a, b)
                a = std::max(a, from);
                b = std::min(b, to);
                if (a >= b)
                    return;
                biases += m_bias.line(position, a, b);
                const double *upTo = sums.data() + (b - from) * depth, *before = sums.data() + (a - from) * depth;
                for (std::int64_t x = 0; x < depth; ++x)
                    scores += static_cast<double>(query[x]) * (upTo[x] - before[x]);
            };
            add(0, m_sight.sinkEnd(position));
            add(m_sight.begin(position), m_sight.end(position));
        }
        return static_cast<double>(m_map.scale) * scores + biases;
    }

    const Map& m_map;
    const Sight m_sight;
    const bool m_products;
    const BiasSums m_bias;
    float* const m_picture;
};

// Differences of long sums lose what a bias that stands for "never" swallows.
bool sumsWell(const DistanceBias& bias) {
    constexpr float kLargest = 1e4F;
    return !bias.table || std::all_of(bias.table, bias.table + bias.tableLength,
                                      [](float value) { return std::abs(value) <= kLargest; });
}

} // namespace

bool poolsScores(const Map& m) {
    constexpr std::int64_t kFewCells = 8; // of a pixel: visiting them is as quick
    return m.pooling == Pooling::Mean && m.stage != Stage::Probability && (m.softCap == 0 || m.stage == Stage::Bias) &&
           (m.queryEnd - m.queryBegin) * (m.keyEnd - m.keyBegin) >= kFewCells * m.rows * m.columns &&
           (m.stage == Stage::Score || sumsWell(m.bias));
}

void poolScores(const Map& map, float* picture, const ParallelFor& parallelFor) {
    PooledScores(map, picture).run(parallelFor);
}

} // namespace slopescope::kernels
