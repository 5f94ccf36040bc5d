// The gradient of attention, one tile at a time: kTile queries of one head by kTile keys. A tile computes its weights
// anew from the log-sum-exp of the forward pass, and adds to dq, dk and dv five register-blocked products. Included by
// backward-inl.h only.
#if defined(SLOPESCOPE_KERNELS_BACKWARD_TILE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef SLOPESCOPE_KERNELS_BACKWARD_TILE_INL_H
#undef SLOPESCOPE_KERNELS_BACKWARD_TILE_INL_H
#else
#define SLOPESCOPE_KERNELS_BACKWARD_TILE_INL_H
#endif

#include "core/kernels/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace slopescope::kernels::HWY_NAMESPACE {

constexpr int kTile = 192; // whole groups, whole panels
constexpr int kTileGroups = kTile / kRows, kTilePanels = kTile / kPanel;
// Queries whose cells are kept at a time. The products that sum over queries are this deep; and so many queries by four
// vectors of dout or q stay in the first-level cache.
constexpr int kStrip = 96;
constexpr int kStripGroups = kStrip / kRows;
static_assert(kTile % kStrip == 0 && kStrip % kRows == 0 && kTile % kPanel == 0);

// Rows of cells have zeros on both sides, so that a diagonal may be read past their ends; and their stride is no power
// of two, so that a column of them fits in the cache.
constexpr int kCellMargin = 16, kCellStride = kTile + 2 * kCellMargin;

// Sums of dS by distance of one tile: entry e holds those of the distance (tile apart) * kTile + kTile - 1 - e.
constexpr int kDistances = 2 * kTile + kCellMargin;

// One key head, packed; the keys of tile c are rows c * kTile on. Rows beyond the last key are zeros.
struct KeySide {
    float *panels = nullptr, *valuePanels = nullptr; // as PackedKeys::panels
    float *norms = nullptr, *outerNorms = nullptr;   // as there
    float* rows = nullptr;                           // [key][width]
    float *dk = nullptr, *dv = nullptr;              // [key][width]
    char* finite = nullptr;                          // [tile]: whether all its numbers are
};

// One query head, packed; row 0 stands at `origin`, the beginning of a tile. Rows without a query are zeros, with an
// lse that makes their weights 0.
struct QuerySide {
    std::int64_t origin = 0;
    float *queries = nullptr, *douts = nullptr; // [group][depth][kRows]; queries in bits
    float *rows = nullptr, *doutRows = nullptr; // [row][width]
    float *lse = nullptr, *delta = nullptr;     // [row]; lse in bits, delta = dout . out
    float* norms = nullptr;                     // [group]
    float* bound = nullptr;                     // [row]: a score that the row is known to reach, in bits
    float* dq = nullptr;                        // [row][width]
    char* finite = nullptr;                     // [tile]
};

struct TileScratch {
    TileScratch() : weights(kStrip * kCellStride), dscores(kStrip * kCellStride) {
        std::fill_n(weights.data(), kStrip * kCellStride, 0.0f);
        std::fill_n(dscores.data(), kStrip * kCellStride, 0.0f);
    }
    Buffer weights, dscores; // [query][kCellStride], key 0 of the tile at kCellMargin
};

class BackwardTile {
public:
    BackwardTile(const Attention& a, const KeySide& keySide, const QuerySide& querySide, const BiasLine& bias,
                 TileScratch& scratch, std::int64_t width)
        : m_a(a), m_k(keySide), m_q(querySide), m_bias(bias),
          m_width(width), m_keys{keySide.panels, keySide.norms, keySide.outerNorms}, m_sight{a.window, a.sinks},
          m_limit(bitsOf(a.tolerance)), m_weights(scratch.weights.data() + kCellMargin),
          m_dscores(scratch.dscores.data() + kCellMargin) {}

    // Tile `column` of the keys by tile `row` of the positions. Adds to `distances` [kDistances] unless it is null.
    // Returns the panels computed.
    std::int64_t run(std::int64_t column, std::int64_t row, float* distances) {
        m_key = column * kTile;
        // Only where all numbers are finite is a weight of 0 times a number 0.
        const bool finite = m_k.finite[column] && m_q.finite[row - m_q.origin / kTile];
        std::int64_t computed = 0;
        for (std::int64_t from = row * kTile; from < std::min((row + 1) * kTile, m_a.keys); from += kStrip) {
            m_position = from;
            const std::int64_t panels = computeCells(column);
            if (panels == 0)
                continue;
            computed += panels;
            if (finite) {
                addQueries();
                addKeysAndValues();
            } else {
                addCellByCell();
            }
            if (distances)
                addDistances(distances);
            if (m_a.tolerance > 0 && row - column <= 1)
                raiseBounds();
        }
        return computed;
    }

private:
    std::int64_t place(int group) const { return m_position + group * kRows; }
    std::int64_t rowOf(int group) const { return place(group) - m_q.origin; }

    // Weights and dS of this strip of queries; zeros where a panel is left out.
    std::int64_t computeCells(std::int64_t column) {
        std::int64_t panels = 0;
        m_from = kTilePanels;
        m_to = 0;
        for (int group = 0; group < kStripGroups; ++group) {
            m_first[group] = m_last[group] = 0;
            const std::int64_t end = std::min(place(group) + kRows, m_a.keys);
            if (end <= std::max(m_a.keys - m_a.queries, place(group)))
                continue; // no query stands here
            const auto [from, to, more] = panelsOf<kTilePanels>(column, place(group), end, 0, m_sight, m_keys, m_bias,
                                                                m_q.norms[rowOf(group) / kRows], needed(group));
            if (from >= to)
                continue;
            m_first[group] = from;
            m_last[group] = to;
            m_from = std::min(m_from, from);
            m_to = std::max(m_to, to);
            panels += to - from;
            computeGroup(group, from, to);
        }
        if (panels)
            for (int group = 0; group < kStripGroups; ++group)
                clearOutside(group);
        return panels;
    }

    float needed(int group) const {
        const float* bound = m_q.bound + rowOf(group);
        return *std::min_element(bound, bound + kRows) + m_limit;
    }

    void computeGroup(int group, int from, int to) {
        const int depth = static_cast<int>(m_a.headDim);
        const std::int64_t position = place(group), row = rowOf(group);
        const float *queries = m_q.queries + row * depth, *douts = m_q.douts + row * depth;
        float* weights = m_weights + group * kRows * kCellStride;
        float* dscores = m_dscores + group * kRows * kCellStride;
        for (int panel = from; panel < to; ++panel) {
            const std::int64_t key = m_key + panel * kPanel;
            Vec tile[kRows][2];
            multiply(queries, m_keys.panels + key * depth, depth, tile);
            addBias(m_bias.at(position, key), tile);
#pragma GCC unroll 16
            for (int r = 0; r < kRows; ++r) {
                const Vec lse = set(m_q.lse[row + r]);
                tile[r][0] = exp2(hn::Sub(tile[r][0], lse));
                tile[r][1] = exp2(hn::Sub(tile[r][1], lse));
            }
            if (!fullyVisible(position, key, m_sight))
                maskTile(position, key, m_sight, 0, tile);
            keep(tile, weights + panel * kPanel);
        }
        for (int panel = from; panel < to; ++panel) {
            const std::int64_t key = m_key + panel * kPanel;
            Vec tile[kRows][2];
            multiply(douts, m_k.valuePanels + key * depth, depth, tile);
#pragma GCC unroll 16
            for (int r = 0; r < kRows; ++r) {
                const Vec delta = set(m_q.delta[row + r]);
                const float* weight = weights + r * kCellStride + panel * kPanel;
                tile[r][0] = hn::Mul(load(weight), hn::Sub(tile[r][0], delta));
                tile[r][1] = hn::Mul(load(weight + kLanes), hn::Sub(tile[r][1], delta));
            }
            if (!fullyVisible(position, key, m_sight))
                maskTile(position, key, m_sight, 0, tile); // again: 0 times what is not finite is not 0
            keep(tile, dscores + panel * kPanel);
        }
    }

    static HWY_INLINE void keep(const Vec (&tile)[kRows][2], float* HWY_RESTRICT cells) {
#pragma GCC unroll 16
        for (int r = 0; r < kRows; ++r) {
            store(tile[r][0], cells + r * kCellStride);
            store(tile[r][1], cells + r * kCellStride + kLanes);
        }
    }

    void clearOutside(int group) {
        for (int r = group * kRows; r < (group + 1) * kRows; ++r)
            for (float* cells : {m_weights + r * kCellStride, m_dscores + r * kCellStride}) {
                std::fill(cells, cells + m_first[group] * kPanel, 0.0f);
                std::fill(cells + m_last[group] * kPanel, cells + kTile, 0.0f);
            }
    }

    // dq += dS k
    void addQueries() {
        for (int group = 0; group < kStripGroups; ++group) {
            const int first = m_first[group] * kPanel;
            const std::int64_t end =
                std::min({m_last[group] * std::int64_t(kPanel), place(group) + kRows - m_key, m_a.keys - m_key});
            if (first < end)
                weighRows(m_dscores + group * kRows * kCellStride + first, {kCellStride, 1},
                          m_k.rows + (m_key + first) * m_width, m_width, end - first, m_q.dq + rowOf(group) * m_width,
                          m_width, m_width);
        }
    }

    // dv += P^T dout, dk += dS^T q
    void addKeysAndValues() {
        const std::int64_t row = m_position - m_q.origin;
        for (int key = m_from * kPanel / kRows * kRows; key < m_to * kPanel; key += kRows) {
            int from = 0, to = kStripGroups; // the groups that computed a cell of these keys
            const auto untouched = [&](int group) {
                return m_first[group] * kPanel >= key + kRows || m_last[group] * kPanel <= key;
            };
            while (from < to && untouched(from))
                ++from;
            while (from < to && untouched(to - 1))
                --to;
            // At the diagonal a key is hidden from the groups before its own.
            from =
                std::max(from, static_cast<int>(std::clamp<std::int64_t>((m_key + key - m_position) / kRows, 0, to)));
            if (from == to)
                continue;
            const std::int64_t cell = from * kRows * kCellStride + key, first = row + from * kRows;
            const std::int64_t count = (to - from) * kRows;
            const WeightSteps transposed{1, kCellStride};
            weighRows(m_weights + cell, transposed, m_q.doutRows + first * m_width, m_width, count,
                      m_k.dv + (m_key + key) * m_width, m_width, m_width);
            weighRows(m_dscores + cell, transposed, m_q.rows + first * m_width, m_width, count,
                      m_k.dk + (m_key + key) * m_width, m_width, m_width);
        }
    }

    // The same three products over the visible cells alone, where something is not finite.
    void addCellByCell() {
        for (int group = 0; group < kStripGroups; ++group)
            for (int r = 0; r < kRows; ++r) {
                const std::int64_t position = place(group) + r;
                if (position >= m_a.keys || position < m_a.keys - m_a.queries)
                    continue;
                const std::int64_t from = m_key + m_first[group] * kPanel, to = m_key + m_last[group] * kPanel;
                addCells(group * kRows + r, from, std::min(to, m_sight.sinkEnd(position)));
                addCells(group * kRows + r, std::max(from, m_sight.begin(position)), std::min(to, position + 1));
            }
    }

    void addCells(int r, std::int64_t from, std::int64_t to) {
        const std::int64_t row = m_position + r - m_q.origin;
        const std::int64_t cell = r * kCellStride + from - m_key;
        if (from >= to)
            return;
        weighOne(m_dscores + cell, 1, m_k.rows + from * m_width, m_width, to - from, m_q.dq + row * m_width, m_width);
        for (std::int64_t key = from; key < to; ++key) {
            const std::int64_t x = cell + key - from;
            weighOne(m_weights + x, 1, m_q.doutRows + row * m_width, m_width, 1, m_k.dv + key * m_width, m_width);
            weighOne(m_dscores + x, 1, m_q.rows + row * m_width, m_width, 1, m_k.dk + key * m_width, m_width);
        }
    }

    // Sums along the diagonals of dS.
    void addDistances(float* distances) {
        // The cells [r][key] of a diagonal have one key - r, which the vector's lanes count up from `offset`.
        for (int offset = m_from * kPanel - kStrip + 1; offset < m_to * kPanel; offset += kLanes) {
            const int from = std::max(0, m_from * kPanel - offset - kLanes + 1);
            const int to = std::min(kStrip, m_to * kPanel - offset);
            Vec sums[2] = {set(0), set(0)};
            int r = from;
            for (; r + 1 < to; r += 2) {
                sums[0] = hn::Add(sums[0], load(m_dscores + r * kCellStride + offset + r));
                sums[1] = hn::Add(sums[1], load(m_dscores + (r + 1) * kCellStride + offset + r + 1));
            }
            if (r < to)
                sums[0] = hn::Add(sums[0], load(m_dscores + r * kCellStride + offset + r));
            float* at = distances + kTile - 1 + offset - m_position % kTile;
            store(hn::Add(load(at), hn::Add(sums[0], sums[1])), at);
        }
    }

    // Near the diagonal lie the largest weights: what they reach decides what may be skipped farther out.
    void raiseBounds() {
        for (int r = 0; r < kStrip && m_position + r < m_a.keys; ++r) {
            Vec largest = set(0);
            for (int key = m_from * kPanel; key < m_to * kPanel; key += kLanes)
                largest = hn::Max(largest, load(m_weights + r * kCellStride + key));
            const std::int64_t row = m_position + r - m_q.origin;
            m_q.bound[row] = std::max(m_q.bound[row], std::log2(maxOf(largest)) + m_q.lse[row]);
        }
    }

    const Attention& m_a;
    const KeySide& m_k;
    const QuerySide& m_q;
    const BiasLine& m_bias;
    const std::int64_t m_width;
    const PackedKeys m_keys;
    const Sight m_sight;
    const float m_limit;
    float *const m_weights, *const m_dscores;
    std::int64_t m_key = 0, m_position = 0;          // of the first cell
    int m_first[kStripGroups], m_last[kStripGroups]; // panels that each group computed
    int m_from = 0, m_to = 0;                        // and all of them together
};

} // namespace slopescope::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
