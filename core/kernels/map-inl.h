// The picture of one head at screen resolution, without a matrix: cells come from a Band, are added up (or compared)
// over the queries of a pixel row while they are in cache, and over the keys of a pixel once a row of pixels is
// complete. Included by simd.cpp only.
#if defined(SLOPESCOPE_KERNELS_MAP_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef SLOPESCOPE_KERNELS_MAP_INL_H
#undef SLOPESCOPE_KERNELS_MAP_INL_H
#else
#define SLOPESCOPE_KERNELS_MAP_INL_H
#endif

#include "core/kernels/band-inl.h"

#include <algorithm>
#include <atomic>
#include <vector>

HWY_BEFORE_NAMESPACE();
namespace slopescope::kernels::HWY_NAMESPACE {

// A well-mixed number (the finaliser of MurmurHash3, 64 bits): which queries of a draft count.
inline std::uint64_t mixed(std::uint64_t x) {
    x = (x ^ (x >> 33)) * 0xFF51AFD7ED558CCDU;
    x = (x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53U;
    return x ^ (x >> 33);
}

// A map with its edges and its units of work. A unit holds whole pixel rows, or a part of one tall pixel row.
struct MapPlan {
    struct Unit {
        std::int64_t begin, end; // queries
        std::int64_t pixelRow;   // the first it touches
        std::int64_t part;       // row of the partial sums, or -1 when its pixel rows are whole
        float weight = 1;        // queries that each of these stands for
    };

    const Map& map;
    bool mean;
    float empty; // a line before anything is pooled into it
    Sight sight;
    std::vector<std::int64_t> rowEdges, columnEdges;
    std::vector<float> widths; // of the columns, in keys
    std::vector<Unit> units;
    std::int64_t parts = 0, linesPerUnit = 1;

    MapPlan(const Map& m, const BandHead& h, const BandPlan& band)
        : map(m), mean(m.pooling == Pooling::Mean), empty(mean || m.stage == Stage::Probability ? 0.0f : kMasked),
          sight(h.sight) {
        for (std::int64_t row = 0; row <= m.rows; ++row)
            rowEdges.push_back(pixelEdge(m.queryBegin, m.queryEnd, m.rows, row));
        for (std::int64_t column = 0; column <= m.columns; ++column)
            columnEdges.push_back(pixelEdge(m.keyBegin, m.keyEnd, m.columns, column));
        for (std::int64_t column = 0; column < m.columns; ++column)
            widths.push_back(static_cast<float>(columnEdges[column + 1] - columnEdges[column]));
        constexpr std::int64_t kLineFloats = 1 << 20;
        const std::int64_t lines = std::max<std::int64_t>(1, kLineFloats / (h.keepWidth() + 1));
        for (std::int64_t row = 0; row < m.rows;)
            row = addUnits(row, band.queries, lines);
    }

private:
    std::int64_t addUnits(std::int64_t row, std::int64_t queries, std::int64_t lines) {
        const std::int64_t begin = rowEdges[row], height = rowEdges[row + 1] - begin;
        if (map.sampling > 1 && mean && height >= 2 * kRows) {
            addSample(row, begin, height);
            return row + 1;
        }
        if (height > queries) {
            const std::int64_t pieces = (height + queries - 1) / queries;
            for (std::int64_t piece = 0; piece < pieces; ++piece)
                units.push_back({begin + height * piece / pieces, begin + height * (piece + 1) / pieces, row, parts++});
            return row + 1;
        }
        std::int64_t last = row + 1;
        while (last < map.rows && last - row < lines && rowEdges[last + 1] - begin <= queries)
            ++last;
        units.push_back({begin, rowEdges[last], row, -1});
        linesPerUnit = std::max(linesPerUnit, last - row);
        return last;
    }

    // Cuts the queries of a pixel row into strata and each stratum into groups, and draws the group of a random query of
    // each: a query is drawn with probability (its group's size / its stratum's), which the weight makes up for.
    void addSample(std::int64_t row, std::int64_t begin, std::int64_t height) {
        const std::int64_t strata = std::max<std::int64_t>(1, height / (kRows * map.sampling));
        for (std::int64_t stratum = 0; stratum < strata; ++stratum) {
            const std::int64_t from = begin + height * stratum / strata;
            const std::int64_t size = begin + height * (stratum + 1) / strata - from;
            const std::int64_t groups = std::max<std::int64_t>(1, size / kRows);
            const auto drawn = static_cast<std::int64_t>(mixed(static_cast<std::uint64_t>(from)) % size);
            std::int64_t group = drawn * groups / size; // or the next: edges round down
            if (size * (group + 1) / groups <= drawn)
                ++group;
            const std::int64_t first = from + size * group / groups, last = from + size * (group + 1) / groups;
            units.push_back({first, last, row, strata > 1 ? parts++ : -1,
                             static_cast<float>(size) / static_cast<float>(last - first)});
        }
    }
};

struct MapScratch {
    MapScratch(const BandHead& h, const BandPlan& band, const MapPlan& plan)
        : band(h, band.groups), lines(plan.linesPerUnit * h.keepWidth()), pooled(plan.map.columns) {
        std::fill_n(lines.data(), plan.linesPerUnit * h.keepWidth(), plan.empty);
    }
    BandScratch band;
    Buffer lines; // [pixel row of the unit][keepWidth]; between units everything is `empty`
    std::vector<float> pooled;
};

// The sink of a Band: pools the rows of a part into the lines of their pixel rows.
class MapLines {
public:
    MapLines(const BandHead& h, const MapPlan& plan, const MapPlan::Unit& unit, MapScratch& scratch)
        : m_h(h), m_plan(plan), m_unit(unit), m_lines(scratch.lines.data()), m_pooled(scratch.pooled),
          m_from(h.keepBegin() + h.keepWidth()), m_to(h.keepBegin()) {}

    void take(std::int64_t query, int rows, std::int64_t key, int count, const float* cells, std::int64_t stride,
              const float* factors) {
        m_from = std::min(m_from, key);
        m_to = std::max(m_to, key + count);
        for (int r = 0; r < rows;) {
            while (m_plan.rowEdges[m_unit.pixelRow + m_line + 1] <= query + r)
                ++m_line;
            while (m_plan.rowEdges[m_unit.pixelRow + m_line] > query + r)
                --m_line;
            const std::int64_t end = m_plan.rowEdges[m_unit.pixelRow + m_line + 1] - query;
            const int last = static_cast<int>(std::min<std::int64_t>(rows, end));
            float* line = m_lines + m_line * m_h.keepWidth() + key - m_h.keepBegin();
            if (m_plan.mean)
                add(line, cells + r * stride, stride, factors + r, last - r, count);
            else
                raise(line, cells + r * stride, stride, factors + r, last - r, count);
            r = last;
        }
    }

    // Pools the lines over the keys of each pixel, writes whole pixel rows or the part of a split one, and empties the
    // lines again.
    void finish(float* picture, float* parts) {
        for (std::int64_t line = 0; line < m_plan.linesPerUnit; ++line) {
            const std::int64_t pixelRow = m_unit.pixelRow + line;
            if (pixelRow >= m_plan.map.rows || m_plan.rowEdges[pixelRow] >= m_unit.end)
                break;
            pool(line);
            if (m_unit.weight != 1)
                for (float& value : m_pooled)
                    value *= m_unit.weight;
            if (m_unit.part >= 0)
                std::copy(m_pooled.begin(), m_pooled.end(), parts + m_unit.part * m_plan.map.columns);
            else
                writeRow(m_plan, pixelRow, m_pooled.data(), picture);
            if (m_from < m_to)
                std::fill(at(line, m_from), at(line, m_to), m_plan.empty);
        }
    }

    // Turns pooled cells into pixels: means divide by what is visible, and what is not visible at all becomes NaN.
    static void writeRow(const MapPlan& plan, std::int64_t pixelRow, const float* pooled, float* picture) {
        const std::int64_t first = plan.map.keys - plan.map.queries;
        const std::int64_t from = plan.rowEdges[pixelRow] + first, to = plan.rowEdges[pixelRow + 1] + first;
        const auto& edges = plan.columnEdges;
        const auto columnOf = [&](std::int64_t key) { // the first that begins at this key or later
            return std::lower_bound(edges.begin(), edges.end() - 1, key) - edges.begin();
        };
        // Whole pixels lie between where the last row begins to see and where the first row ends.
        const std::int64_t whole = columnOf(plan.sight.begin(to - 1));
        const std::int64_t cut = std::max(whole, columnOf(std::max<std::int64_t>(from + 2, 0)) - 1);
        const std::int64_t blind = std::max(cut, columnOf(std::max<std::int64_t>(to, 0)));
        float* out = picture + pixelRow * plan.map.columns;
        const auto partly = [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t column = begin; column < end; ++column) {
                const std::int64_t count = plan.sight.cells(from, to, edges[column], edges[column + 1]);
                if (count == 0)
                    out[column] = std::numeric_limits<float>::quiet_NaN();
                else
                    out[column] = plan.mean ? pooled[column] / static_cast<float>(count) : pooled[column];
            }
        };
        partly(0, whole);
        if (plan.mean) {
            const float height = static_cast<float>(to - from);
            for (std::int64_t column = whole; column < cut; ++column)
                out[column] = pooled[column] / (height * plan.widths[column]);
        } else if (whole < cut) {
            std::copy(pooled + whole, pooled + cut, out + whole);
        }
        partly(cut, blind);
        std::fill(out + blind, out + plan.map.columns, std::numeric_limits<float>::quiet_NaN());
    }

private:
    float* at(std::int64_t line, std::int64_t key) const {
        return m_lines + line * m_h.keepWidth() + key - m_h.keepBegin();
    }

    static void add(float* HWY_RESTRICT line, const float* cells, std::int64_t stride, const float* factors, int rows,
                    int count) {
        for (int x = 0; x < count; x += kLanes) {
            Vec sum = load(line + x);
            for (int r = 0; r < rows; ++r)
                sum = hn::MulAdd(set(factors[r]), load(cells + r * stride + x), sum);
            store(sum, line + x);
        }
    }

    static void raise(float* HWY_RESTRICT line, const float* cells, std::int64_t stride, const float* factors, int rows,
                      int count) {
        for (int x = 0; x < count; x += kLanes) {
            Vec largest = load(line + x);
            for (int r = 0; r < rows; ++r)
                largest = hn::Max(largest, hn::Mul(set(factors[r]), load(cells + r * stride + x)));
            store(largest, line + x);
        }
    }

    void pool(std::int64_t line) {
        const auto& edges = m_plan.columnEdges;
        std::fill(m_pooled.begin(), m_pooled.end(), m_plan.empty);
        if (m_from >= m_to)
            return;
        std::int64_t column = std::upper_bound(edges.begin() + 1, edges.end(), m_from) - edges.begin() - 1;
        const std::int64_t end = std::lower_bound(edges.begin(), edges.end() - 1, m_to) - edges.begin();
        if (m_plan.mean)
            poolColumns<true>(at(line, m_h.keepBegin()), column, end);
        else
            poolColumns<false>(at(line, m_h.keepBegin()), column, end);
    }

    // Columns are as wide as the narrowest one or one key wider, so the inner loop has a constant length.
    template <bool kMean>
    void poolColumns(const float* line, std::int64_t begin, std::int64_t end) {
        const auto& edges = m_plan.columnEdges;
        const std::int64_t narrowest = (m_plan.map.keyEnd - m_plan.map.keyBegin) / m_plan.map.columns;
        const auto join = [](float a, float b) { return kMean ? a + b : std::max(a, b); };
        for (std::int64_t column = begin; column < end; ++column) {
            const float* cells = line + edges[column] - m_h.keepBegin();
            float value = cells[0];
            std::int64_t x = 1;
            if (narrowest >= 2 * kLanes) {
                Vec values = load(cells);
                for (x = kLanes; x + kLanes <= narrowest; x += kLanes)
                    values = kMean ? hn::Add(values, load(cells + x)) : hn::Max(values, load(cells + x));
                value = kMean ? sumOf(values) : maxOf(values);
            }
            for (; x < narrowest; ++x)
                value = join(value, cells[x]);
            m_pooled[column] = edges[column + 1] - edges[column] > narrowest ? join(value, cells[narrowest]) : value;
        }
    }

    const BandHead& m_h;
    const MapPlan& m_plan;
    const MapPlan::Unit m_unit;
    float* m_lines;
    std::vector<float>& m_pooled;
    std::int64_t m_from, m_to; // keys touched
    std::int64_t m_line = 0;
};

// For runs that are made for the log-sum-exp alone.
struct NoSink {
    void take(std::int64_t, int, std::int64_t, int, const float*, std::int64_t, const float*) {}
};

inline BandHead bandHead(const Map& m) {
    BandHead h;
    h.q = m.q;
    h.k = m.k;
    h.qStride = m.qStride;
    h.kStride = m.kStride;
    h.queries = m.queries;
    h.keys = m.keys;
    h.headDim = m.stage == Stage::Bias ? 0 : m.headDim; // no products where only the bias is wanted
    h.sight = {m.window, m.sinks};
    h.weights = m.stage == Stage::Probability;
    const double unit = h.weights ? kLog2E : 1;
    h.scale = SoftCap::scaleOf(m.scale, m.softCap, unit);
    if (m.stage != Stage::Bias)
        h.cap = SoftCap(m.softCap, unit);
    h.sinkBits = m.sinkLogit * kLog2E;
    h.tolerance = m.tolerance;
    h.lse = m.lse;
    h.masked = m.pooling == Pooling::Mean ? 0.0f : kMasked;
    h.keyBegin = m.keyBegin;
    h.keyEnd = m.keyEnd;
    return h;
}

// The log-sum-exp of the viewport's rows where the picture itself does not need it.
inline void fillLse(const Map& m, float* lse, const ParallelFor& parallelFor) {
    Map weights = m;
    weights.stage = Stage::Probability;
    weights.keyEnd = weights.keyBegin; // keeps no cell
    const BandHead h = bandHead(weights);
    const BandPlan plan(h);
    const PackedBandKeys keys(h, parallelFor);
    const BiasLine bias(m.bias, 0, m.keys, kLog2E);
    ScratchPool<BandScratch> pool;
    const std::int64_t begin = std::max(m.queryBegin, m.queries - m.keys);
    parallelFor(
        std::max<std::int64_t>(0, (m.queryEnd - begin + plan.queries - 1) / plan.queries), [&](std::int64_t unit) {
            const auto scratch = pool.take(h, plan.groups);
            const std::int64_t from = begin + unit * plan.queries, to = std::min(from + plan.queries, m.queryEnd);
            for (std::int64_t query = from; query < to; query += plan.groups * kRows) {
                const std::int64_t count = std::min<std::int64_t>(plan.groups * kRows, to - query);
                Band band(h, keys.view(), bias, *scratch, query, count);
                NoSink sink;
                band.run(sink);
                for (std::int64_t row = 0; row < count; ++row)
                    lse[query + row] = static_cast<float>(band.lse(row));
            }
        });
}

// Adds or compares the parts of pixel rows that were split among units.
inline void joinParts(const MapPlan& plan, float* parts, float* picture, const ParallelFor& parallelFor) {
    std::vector<std::pair<std::int64_t, std::int64_t>> rows; // first part, parts
    std::vector<std::int64_t> pixelRows;
    for (const MapPlan::Unit& unit : plan.units)
        if (unit.part >= 0 && (pixelRows.empty() || pixelRows.back() != unit.pixelRow)) {
            pixelRows.push_back(unit.pixelRow);
            rows.push_back({unit.part, 1});
        } else if (unit.part >= 0) {
            ++rows.back().second;
        }
    parallelFor(static_cast<std::int64_t>(rows.size()), [&](std::int64_t index) {
        float* sum = parts + rows[index].first * plan.map.columns;
        for (std::int64_t part = 1; part < rows[index].second; ++part)
            for (std::int64_t column = 0; column < plan.map.columns; ++column) {
                const float value = sum[part * plan.map.columns + column];
                sum[column] = plan.mean ? sum[column] + value : std::max(sum[column], value);
            }
        MapLines::writeRow(plan, pixelRows[index], sum, picture);
    });
}

inline Visited map(const Map& m, const MapOutput& output, const ParallelFor& parallelFor) {
    const BandHead h = bandHead(m);
    const BandPlan bandPlan(h);
    const MapPlan plan(m, h, bandPlan);
    const PackedBandKeys keys(h, parallelFor);
    const BiasLine bias(m.stage == Stage::Score ? DistanceBias{} : m.bias, 0, m.keys, h.weights ? kLog2E : 1.0);
    Buffer parts(plan.parts * m.columns);
    ScratchPool<MapScratch> pool;
    std::atomic<std::int64_t> computed{0}, dense{0};
    const std::int64_t units = static_cast<std::int64_t>(plan.units.size());
    parallelFor(units, [&](std::int64_t index) {
        const MapPlan::Unit& unit = plan.units[units - 1 - index]; // the longest first
        const auto scratch = pool.take(h, bandPlan, plan);
        MapLines lines(h, plan, unit, *scratch);
        const std::int64_t seeing = std::max(unit.begin, m.queries - m.keys);
        for (std::int64_t query = seeing; query < unit.end; query += bandPlan.groups * kRows) {
            const std::int64_t count = std::min<std::int64_t>(bandPlan.groups * kRows, unit.end - query);
            Band band(h, keys.view(), bias, (*scratch).band, query, count);
            const Visited visited = band.run(lines);
            computed.fetch_add(visited.computed, std::memory_order_relaxed);
            dense.fetch_add(visited.dense, std::memory_order_relaxed);
            for (std::int64_t row = 0; output.lse && h.deferred() && row < count; ++row)
                output.lse[query + row] = static_cast<float>(band.lse(row));
        }
        lines.finish(output.picture, parts.data());
    });
    joinParts(plan, parts.data(), output.picture, parallelFor);
    if (output.lse) {
        const std::int64_t blind = std::clamp(m.queries - m.keys, m.queryBegin, m.queryEnd);
        std::fill(output.lse + m.queryBegin, output.lse + blind, -std::numeric_limits<float>::infinity());
        if (m.lse && m.lse != output.lse)
            std::copy(m.lse + blind, m.lse + m.queryEnd, output.lse + blind);
        else if (!m.lse && !h.weights)
            fillLse(m, output.lse, parallelFor);
    }
    return {computed.load(), dense.load()};
}

} // namespace slopescope::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
