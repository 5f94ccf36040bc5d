// The gradient of attention: dq, dk, dv and the bias's, without a matrix of scores. Included by simd.cpp only.
//
// The cells of a head are cut into tiles (backward_tile-inl.h). All tiles of one block diagonal touch different rows of
// dq and different rows of dk and dv, so that threads share them out without a lock; and diagonals are taken outwards,
// one after another, so that each sum has one order and its bits do not depend on the threads.
#if defined(SLOPESCOPE_KERNELS_BACKWARD_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef SLOPESCOPE_KERNELS_BACKWARD_INL_H
#undef SLOPESCOPE_KERNELS_BACKWARD_INL_H
#else
#define SLOPESCOPE_KERNELS_BACKWARD_INL_H
#endif

#include "core/base/parallel.h"
#include "core/kernels/backward_tile-inl.h"

#include <atomic>
#include <vector>

HWY_BEFORE_NAMESPACE();
namespace slopescope::kernels::HWY_NAMESPACE {

// Where the tiles of a problem lie.
struct TileGrid {
    std::int64_t firstPosition;
    std::int64_t firstRow, columns; // tiles of positions [firstRow, columns), of keys [0, columns)
    std::int64_t sharing;
    std::int64_t keyRows, queryRows; // of packed keys and queries: whole strips
    std::int64_t width;              // of a row of numbers: whole vectors

    explicit TileGrid(const Attention& a)
        : firstPosition(std::max<std::int64_t>(a.keys - a.queries, 0)), firstRow(firstPosition / kTile),
          columns((a.keys + kTile - 1) / kTile), sharing(a.heads / a.keyHeads),
          keyRows((a.keys + kStrip - 1) / kStrip * kStrip),
          queryRows(std::max<std::int64_t>(keyRows - firstRow * kTile, 0)),
          width((a.headDim + kLanes - 1) / kLanes * kLanes) {}
    std::int64_t rows() const { return columns - firstRow; }
};

constexpr std::int64_t roundedUp(std::int64_t floats) {
    return (floats + 15) / 16 * 16;
}

// Copies `count` rows to rows of `width`, zeros beyond. Returns whether all numbers are finite.
inline bool copyRows(const float* from, std::int64_t stride, std::int64_t count, std::int64_t depth, float* to,
                     std::int64_t width) {
    Vec faults = set(0); // 0 times what is not finite is NaN
    for (std::int64_t row = 0; row < count; ++row, from += stride, to += width) {
        std::copy_n(from, depth, to);
        std::fill(to + depth, to + width, 0.0f);
        for (std::int64_t x = 0; x < width; x += kLanes)
            faults = hn::MulAdd(load(to + x), set(0), faults);
    }
    return sumOf(faults) == 0;
}

// The key heads that are worked on together, with the query heads that share them: packed, with their gradients so far.
class PackedSides {
public:
    PackedSides(const Attention& a, const AttentionBackward& b, const TileGrid& grid, std::int64_t units)
        : m_a(a), m_b(b), m_grid(grid), m_memory(units * size(a, grid)), m_columnFinite(units * grid.columns),
          m_rowFinite(units * grid.sharing * grid.rows()) {
        float* next = m_memory.data();
        const auto room = [&](std::int64_t floats) {
            float* const begin = next;
            next += roundedUp(floats);
            return begin;
        };
        for (std::int64_t unit = 0; unit < units; ++unit) {
            const std::int64_t keys = grid.keyRows, rows = grid.queryRows;
            m_keySides.push_back({room(keys * a.headDim), room(keys * a.headDim), room(keys / kPanel),
                                  room(keys / kPanel), room(keys * grid.width), room(keys * grid.width),
                                  room(keys * grid.width), &m_columnFinite[unit * grid.columns]});
            for (std::int64_t member = 0; member < grid.sharing; ++member)
                m_querySides.push_back({grid.firstRow * kTile, room(rows * a.headDim), room(rows * a.headDim),
                                        room(rows * grid.width), room(rows * grid.width), room(rows), room(rows),
                                        room(rows / kRows), room(rows), room(rows * grid.width),
                                        &m_rowFinite[(unit * grid.sharing + member) * grid.rows()]});
        }
    }

    // Floats of one unit. In one piece, which the system's allocator keeps for the next call.
    static std::int64_t size(const Attention& a, const TileGrid& grid) {
        const auto both = [&](std::int64_t rows) {
            return 2 * roundedUp(rows * a.headDim) + 3 * roundedUp(rows * grid.width);
        };
        return both(grid.keyRows) + 2 * roundedUp(grid.keyRows / kPanel) +
               grid.sharing *
                   (both(grid.queryRows) + 3 * roundedUp(grid.queryRows) + roundedUp(grid.queryRows / kRows));
    }

    // Key heads [first, first + units) of all batches, numbered batch * keyHeads + keyHead.
    void pack(std::int64_t first, std::int64_t units, const ParallelFor& parallelFor) {
        m_first = first;
        const std::int64_t parts = m_grid.columns + m_grid.sharing * m_grid.rows();
        parallelFor(units * parts, [&](std::int64_t index) {
            const std::int64_t unit = index / parts, part = index % parts;
            if (part < m_grid.columns)
                packColumn(unit, part);
            else
                packRow(unit, (part - m_grid.columns) / m_grid.rows(), (part - m_grid.columns) % m_grid.rows());
        });
        for (std::int64_t unit = 0; unit < units; ++unit)
            fillOuterNorms(keySide(unit).norms, m_grid.keyRows / kPanel, keySide(unit).outerNorms);
    }

    void write(std::int64_t units, const AttentionGradients& gradients, const ParallelFor& parallelFor) const {
        parallelFor(units * (1 + m_grid.sharing), [&](std::int64_t index) {
            const std::int64_t unit = index / (1 + m_grid.sharing), member = index % (1 + m_grid.sharing) - 1;
            if (member < 0) {
                const KeySide& side = keySide(unit);
                for (std::int64_t key = 0; key < m_a.keys; ++key) {
                    float* dk = gradients.k.row(batch(unit), keyHead(unit), key);
                    for (std::int64_t x = 0; x < m_a.headDim; ++x)
                        dk[x] = side.dk[key * m_grid.width + x] * m_a.scale;
                    std::copy_n(side.dv + key * m_grid.width, m_a.headDim,
                                gradients.v.row(batch(unit), keyHead(unit), key));
                }
                return;
            }
            const QuerySide& side = querySide(unit, member);
            for (std::int64_t position = m_grid.firstPosition; position < m_a.keys; ++position) {
                float* dq = gradients.q.row(batch(unit), head(unit, member), position - m_a.keys + m_a.queries);
                for (std::int64_t x = 0; x < m_a.headDim; ++x)
                    dq[x] = side.dq[(position - side.origin) * m_grid.width + x] * m_a.scale;
            }
        });
    }

    std::int64_t batch(std::int64_t unit) const { return (m_first + unit) / m_a.keyHeads; }
    std::int64_t keyHead(std::int64_t unit) const { return (m_first + unit) % m_a.keyHeads; }
    std::int64_t head(std::int64_t unit, std::int64_t member) const { return keyHead(unit) * m_grid.sharing + member; }

    const KeySide& keySide(std::int64_t unit) const { return m_keySides[unit]; }
    const QuerySide& querySide(std::int64_t unit, std::int64_t member) const {
        return m_querySides[unit * m_grid.sharing + member];
    }

    // Whether a cell of the tile may reach the tolerance in some row. `limit` is the tolerance in bits.
    bool matters(std::int64_t unit, std::int64_t member, std::int64_t column, std::int64_t row, const BiasLine& bias,
                 float limit) const {
        if (limit == -std::numeric_limits<float>::infinity())
            return true;
        const QuerySide& side = querySide(unit, member);
        const std::int64_t from = row * kTile - side.origin, to = std::min(from + kTile, m_grid.queryRows);
        const float needed = *std::min_element(side.bound + from, side.bound + to) + limit;
        const float norm = *std::max_element(side.norms + from / kRows, side.norms + to / kRows);
        const std::int64_t lastKey = std::min((column + 1) * kTile, m_grid.keyRows) - 1;
        return !(norm * keySide(unit).outerNorms[lastKey / kPanel] + bias.ceiling((row - column - 1) * kTile + 1) <
                 needed);
    }

private:
    void packColumn(std::int64_t unit, std::int64_t column) const {
        const KeySide& side = keySide(unit);
        const float *keys = m_a.k.row(batch(unit), keyHead(unit), 0),
                    *values = m_a.v.row(batch(unit), keyHead(unit), 0);
        const int depth = static_cast<int>(m_a.headDim);
        const std::int64_t from = column * kTile, end = std::min(from + kTile, m_grid.keyRows), width = m_grid.width;
        const std::int64_t count = std::min(end, m_a.keys) - from;
        for (std::int64_t key = from; key < end; key += kPanel) {
            side.norms[key / kPanel] =
                packPanel(keys, m_a.k.rowStride, key, m_a.keys, depth, side.panels + key * depth);
            packPanel(values, m_a.v.rowStride, key, m_a.keys, depth, side.valuePanels + key * depth);
        }
        side.finite[column] =
            copyRows(keys + from * m_a.k.rowStride, m_a.k.rowStride, count, depth, side.rows + from * width, width);
        std::fill(side.rows + (from + count) * width, side.rows + end * width, 0.0f);
        std::fill(side.dk + from * width, side.dk + end * width, 0.0f);
        std::fill(side.dv + from * width, side.dv + end * width, 0.0f);
    }

    void packRow(std::int64_t unit, std::int64_t member, std::int64_t row) const {
        const QuerySide& side = querySide(unit, member);
        const std::int64_t first = row * kTile, end = std::min(first + kTile, m_grid.queryRows);
        // The rows [begin, begin + count) of these have a query, the first of them number `query`.
        const std::int64_t begin = std::max(first, m_grid.firstPosition - side.origin);
        const std::int64_t count = std::min(end, m_a.keys - side.origin) - begin;
        const std::int64_t query = begin + side.origin - (m_a.keys - m_a.queries);
        const std::int64_t b = batch(unit), h = head(unit, member), width = m_grid.width;
        const int depth = static_cast<int>(m_a.headDim);
        const float *q = m_a.q.row(b, h, query), *dout = m_b.dout.row(b, h, query), *out = m_b.out.row(b, h, query);
        const float scale = static_cast<float>(m_a.scale * kLog2E);
        for (std::int64_t group = first; group < end; group += kRows) {
            const std::int64_t from = std::max(group, begin), to = std::min(group + kRows, begin + count);
            const int present = static_cast<int>(std::max<std::int64_t>(to - from, 0));
            const int at = present ? static_cast<int>(from - group) : 0;
            const std::int64_t skipped = present ? from - begin : 0;
            side.norms[group / kRows] = packQueries(q + skipped * m_a.q.rowStride, m_a.q.rowStride, at, present, depth,
                                                    scale, side.queries + group * depth);
            packRows(dout + skipped * m_b.dout.rowStride, m_b.dout.rowStride, at, present, depth, 1.0f,
                     side.douts + group * depth);
        }
        std::fill(side.dq + first * width, side.dq + end * width, 0.0f);
        for (float* rows : {side.rows, side.doutRows}) {
            std::fill(rows + first * width, rows + begin * width, 0.0f);
            std::fill(rows + (begin + count) * width, rows + end * width, 0.0f);
        }
        const bool queries = copyRows(q, m_a.q.rowStride, count, depth, side.rows + begin * width, width);
        const bool douts = copyRows(dout, m_b.dout.rowStride, count, depth, side.doutRows + begin * width, width);
        side.finite[row] = queries && douts;

        std::fill(side.lse + first, side.lse + end, -kMasked);
        std::fill(side.delta + first, side.delta + end, 0.0f);
        std::fill(side.bound + first, side.bound + end, std::numeric_limits<float>::infinity());
        const float* natural = m_b.lse + (b * m_a.heads + h) * m_a.queries + query;
        for (std::int64_t r = 0; r < count; ++r) {
            const float lse = static_cast<float>(natural[r] * kLog2E);
            side.lse[begin + r] = lse;
            // The largest of n weights is at least the n-th part of their sum.
            side.bound[begin + r] = lse - std::log2(static_cast<float>(side.origin + begin + r + 1)) - 0.001f;
            double sum = 0;
            for (int x = 0; x < depth; ++x)
                sum += static_cast<double>(dout[r * m_b.dout.rowStride + x]) * out[r * m_b.out.rowStride + x];
            side.delta[begin + r] = static_cast<float>(sum);
        }
    }

    const Attention& m_a;
    const AttentionBackward& m_b;
    const TileGrid& m_grid;
    std::int64_t m_first = 0;
    Buffer m_memory;
    std::vector<char> m_columnFinite, m_rowFinite; // not bool: threads write neighbours
    std::vector<KeySide> m_keySides;               // [unit]
    std::vector<QuerySide> m_querySides;           // [unit][member]
};

// Sums of dS by head and distance, from what the tiles of a block diagonal found.
class DistanceSums {
public:
    DistanceSums(const Attention& a, bool wanted) : m_a(a), m_wanted(wanted), m_sums(wanted ? a.heads * a.keys : 0) {}

    // Room for `slots` tiles, cleared by whoever works on them; null when nobody asks.
    float* room(std::int64_t slots) {
        if (m_wanted && slots > m_slots) {
            m_found = Buffer(slots * kDistances);
            m_slots = slots;
        }
        return m_found.data();
    }

    void add(std::int64_t slot, std::int64_t head, std::int64_t apart) {
        if (!m_wanted)
            return;
        const float* found = m_found.data() + slot * kDistances;
        for (std::int64_t e = 0; e < 2 * kTile - 1; ++e) {
            const std::int64_t distance = apart * kTile + kTile - 1 - e;
            if (distance >= 0 && distance < m_a.keys)
                m_sums[head * m_a.keys + distance] += found[e];
        }
    }

    void write(const AttentionGradients& gradients) const {
        for (std::int64_t head = 0; head < m_a.heads && m_wanted; ++head) {
            const double* sums = m_sums.data() + head * m_a.keys;
            double slope = 0;
            for (std::int64_t distance = 0; distance < m_a.keys; ++distance)
                slope -= sums[distance] * static_cast<double>(distance);
            if (gradients.slopes)
                gradients.slopes[head] = static_cast<float>(slope);
            if (!gradients.table)
                continue;
            std::vector<double> table(m_a.bias.tableLength, 0.0);
            for (std::int64_t distance = 0; distance < m_a.keys; ++distance)
                table[std::min(distance, m_a.bias.tableLength - 1)] += sums[distance];
            std::copy(table.begin(), table.end(), gradients.table + head * m_a.bias.tableLength);
        }
    }

private:
    const Attention& m_a;
    const bool m_wanted;
    std::vector<double> m_sums; // [heads, keys]
    Buffer m_found;             // [slot][kDistances]
    std::int64_t m_slots = 0;
};

// What no tile reaches: queries before the first key.
inline void clearBlindGradients(const Attention& a, const AttentionGradients& gradients) {
    const std::int64_t blind = std::clamp<std::int64_t>(a.queries - a.keys, 0, a.queries);
    for (std::int64_t head = 0; head < a.batch * a.heads; ++head)
        for (std::int64_t i = 0; i < blind; ++i)
            std::fill_n(gradients.q.row(head / a.heads, head % a.heads, i), a.headDim, 0.0f);
}

struct Tile {
    std::int64_t unit, column;
};

inline Visited attendBackward(const Attention& a, const AttentionBackward& b, const AttentionGradients& gradients,
                              const ParallelFor& parallelFor) {
    clearBlindGradients(a, gradients);
    const TileGrid grid(a);
    DistanceSums distances(a, gradients.slopes || gradients.table);
    const std::int64_t keyHeads = a.batch * a.keyHeads;
    std::vector<BiasLine> lines;
    for (std::int64_t head = 0; head < a.heads; ++head)
        lines.emplace_back(a.bias, head, a.keys, kLog2E);

    // So many key heads at a time that the threads find enough tiles in a diagonal, and the caches hold what they can.
    constexpr std::int64_t kFloatsAtOnce = 3 << 20;
    const std::int64_t enough =
        keyHeads == 0 || grid.columns == 0
            ? 0
            : std::max<std::int64_t>(kFloatsAtOnce / PackedSides::size(a, grid), 2 * threadCount());
    const std::int64_t wave = std::min(enough, keyHeads);
    PackedSides sides(a, b, grid, wave);
    ScratchPool<TileScratch> pool;
    std::atomic<std::int64_t> computed{0};
    const Sight sight{a.window, a.sinks};
    const float limit = bitsOf(a.tolerance);
    std::vector<Tile> tiles;
    for (std::int64_t first = 0; wave && first < keyHeads; first += wave) {
        const std::int64_t units = std::min(wave, keyHeads - first);
        sides.pack(first, units, parallelFor);
        for (std::int64_t apart = 0; apart < grid.columns; ++apart) {
            tiles.clear();
            for (std::int64_t unit = 0; unit < units; ++unit)
                for (std::int64_t row = std::max(apart, grid.firstRow); row < grid.columns; ++row) {
                    const std::int64_t column = row - apart, position = std::max(row * kTile, grid.firstPosition);
                    bool wanted = column * kTile < sight.sinks || (column + 1) * kTile > sight.begin(position);
                    bool matters = false;
                    for (std::int64_t member = 0; member < grid.sharing && wanted && !matters; ++member)
                        matters = sides.matters(unit, member, column, row, lines[sides.head(unit, member)], limit);
                    if (matters)
                        tiles.push_back({unit, column});
                }
            float* const found = distances.room(static_cast<std::int64_t>(tiles.size()) * grid.sharing);
            parallelFor(static_cast<std::int64_t>(tiles.size()), [&](std::int64_t index) {
                const auto [unit, column] = tiles[index];
                const auto scratch = pool.take();
                for (std::int64_t member = 0; member < grid.sharing; ++member) {
                    float* const slot = found ? found + (index * grid.sharing + member) * kDistances : nullptr;
                    if (slot)
                        std::fill_n(slot, kDistances, 0.0f);
                    BackwardTile tile(a, sides.keySide(unit), sides.querySide(unit, member),
                                      lines[sides.head(unit, member)], *scratch, grid.width);
                    computed.fetch_add(tile.run(column, column + apart, slot), std::memory_order_relaxed);
                }
            });
            for (std::size_t index = 0; index < tiles.size(); ++index)
                for (std::int64_t member = 0; member < grid.sharing; ++member)
                    distances.add(static_cast<std::int64_t>(index) * grid.sharing + member,
                                  sides.head(tiles[index].unit, member), apart);
        }
        sides.write(units, gradients, parallelFor);
    }
    distances.write(gradients);
    std::int64_t dense = 0;
    for (std::int64_t place = grid.firstPosition / kRows * kRows; place < a.keys; place += kRows)
        dense += (std::min(place + kRows, a.keys) - 1) / kPanel + 1;
    return {computed.load(), dense * a.batch * a.heads};
}

} // namespace slopescope::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
