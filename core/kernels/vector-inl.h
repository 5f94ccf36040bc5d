// The vector arithmetic that attention, maps and profiles share, compiled once a SIMD target: 2^x, a register tile of
// scores, the tile of weights times values, and packing. Included by the other -inl.h files of this folder only.
//
// Units: every score is in bits (log2 e folded into the packed queries and the bias), so that a weight is 2^score.
#if defined(SLOPESCOPE_KERNELS_VECTOR_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef SLOPESCOPE_KERNELS_VECTOR_INL_H
#undef SLOPESCOPE_KERNELS_VECTOR_INL_H
#else
#define SLOPESCOPE_KERNELS_VECTOR_INL_H
#endif

#include "core/kernels/buffer.h"
#include "core/kernels/visible.h"

#include <cmath>
#include <limits>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace slopescope::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Floats = hn::CappedTag<float, 16>;
using Vec = hn::Vec<Floats>;

constexpr int kLanes = static_cast<int>(hn::MaxLanes(Floats()));
// A tile is kRows queries by two vectors of keys: as many accumulators as the register file holds beside the operands.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL || HWY_TARGET == HWY_NEON
constexpr int kRows = 12;
#else
constexpr int kRows = 6;
#endif
static_assert(kRowsTogether % kRows == 0);
constexpr int kPanel = 2 * kLanes; // keys of a packed panel

// Stands for -infinity where arithmetic must stay finite: 2^kMasked is exactly 0.
constexpr float kMasked = -1e30f;
constexpr double kLog2E = 1.4426950408889634;
constexpr double kLn2 = 0.6931471805599453;

HWY_INLINE Vec load(const float* from) {
    return hn::LoadU(Floats(), from);
}
HWY_INLINE void store(Vec value, float* to) {
    hn::StoreU(value, Floats(), to);
}
HWY_INLINE Vec set(float value) {
    return hn::Set(Floats(), value);
}
HWY_INLINE float sumOf(Vec value) {
    return hn::GetLane(hn::SumOfLanes(Floats(), value));
}
HWY_INLINE float maxOf(Vec value) {
    return hn::GetLane(hn::MaxOfLanes(Floats(), value));
}

// 2^x with a relative error near 1e-7, 0 below 2^-126; NaN stays NaN. The polynomial is the minimax one on [-1/2, 1/2].
HWY_INLINE Vec exp2(Vec x) {
    const Floats d;
#if HWY_TARGET != HWY_AVX3 && HWY_TARGET != HWY_AVX3_DL
    x = hn::Max(set(-127.0f), x); // in this order a NaN survives
#endif
    const Vec whole = hn::Round(x);
    const Vec rest = hn::Sub(x, whole);
    Vec p = set(1.339086336e-3f);
    p = hn::MulAdd(p, rest, set(9.676031918e-3f));
    p = hn::MulAdd(p, rest, set(5.550357114e-2f));
    p = hn::MulAdd(p, rest, set(2.402210749e-1f));
    p = hn::MulAdd(p, rest, set(6.931471880e-1f));
    p = hn::MulAdd(p, rest, set(1.000000075f));
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
    (void)d;
    return Vec{_mm512_scalef_ps(p.raw, whole.raw)};
#else
    const hn::RebindToSigned<Floats> integers;
    const auto exponent = hn::Add(hn::ConvertTo(integers, whole), hn::Set(integers, 127));
    return hn::Mul(p, hn::BitCast(d, hn::ShiftLeft<23>(exponent)));
#endif
}

// tanh with a relative error near 1e-7: a series near 0, where the other form would cancel. NaN stays NaN.
HWY_INLINE Vec tanh(Vec x) {
    const Vec size = hn::Abs(x), square = hn::Mul(x, x);
    Vec p = set(-5.70498872745e-3f); // the minimax polynomial of (tanh(x) / x - 1) / x^2 up to 5/8
    p = hn::MulAdd(p, square, set(2.06390887954e-2f));
    p = hn::MulAdd(p, square, set(-5.37397155531e-2f));
    p = hn::MulAdd(p, square, set(1.33314422036e-1f));
    p = hn::MulAdd(p, square, set(-3.33332819422e-1f));
    const Vec inner = hn::MulAdd(hn::Mul(p, square), x, x);
    // 1 - 2 / (e^2x + 1), which is 1 in float past 10. In this order of Min a NaN survives.
    const Vec power = exp2(hn::Mul(hn::Min(set(10), size), set(static_cast<float>(2 * kLog2E))));
    const Vec outer = hn::Sub(set(1), hn::Div(set(2), hn::Add(power, set(1))));
    return hn::IfThenElse(hn::Lt(size, set(0.625f)), inner, hn::CopySignToAbs(outer, x));
}

// tile = packed queries [depth][kRows] times a packed panel of keys [depth][kPanel].
HWY_INLINE void multiply(const float* HWY_RESTRICT queries, const float* HWY_RESTRICT keys, int depth,
                         Vec (&tile)[kRows][2]) {
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r)
        tile[r][0] = tile[r][1] = hn::Zero(Floats());
    for (int x = 0; x < depth; ++x) {
        const Vec k0 = load(keys + x * kPanel), k1 = load(keys + x * kPanel + kLanes);
#pragma GCC unroll 16
        for (int r = 0; r < kRows; ++r) {
            const Vec q = set(queries[x * kRows + r]);
            tile[r][0] = hn::MulAdd(q, k0, tile[r][0]);
            tile[r][1] = hn::MulAdd(q, k1, tile[r][1]);
        }
    }
}

// The soft cap of scores: the tile holds score / cap and becomes limit * tanh of it.
HWY_INLINE void capTile(float limit, Vec (&tile)[kRows][2]) {
    for (int r = 0; r < kRows; ++r) {
        tile[r][0] = hn::Mul(set(limit), tanh(tile[r][0]));
        tile[r][1] = hn::Mul(set(limit), tanh(tile[r][1]));
    }
}

// Adds the bias of row 0 at `bias`, of row r at `bias` - r (see BiasLine). After the products, not before them: a sum
// that starts at a large bias would round every product to the bias's precision.
HWY_INLINE void addBias(const float* HWY_RESTRICT bias, Vec (&tile)[kRows][2]) {
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
        tile[r][0] = hn::Add(tile[r][0], load(bias - r));
        tile[r][1] = hn::Add(tile[r][1], load(bias - r + kLanes));
    }
}

// Weights of rows and keys: those of a row lie `row` floats after the row before, those of a key `key` floats. Which of
// the two is 1 decides whether a product takes the weights as they are or transposed.
struct WeightSteps {
    std::int64_t row, key;
};

// sums[row][0 .. kVectors lanes) += sum over `count` keys of weight(row, key) * values[key][...], for kHeight rows.
template <int kHeight, int kVectors>
HWY_INLINE void weigh(const float* HWY_RESTRICT weights, WeightSteps steps, const float* HWY_RESTRICT values,
                      std::int64_t valueStride, std::int64_t count, float* HWY_RESTRICT sums, std::int64_t sumStride) {
    Vec tile[kHeight][kVectors];
#pragma GCC unroll 16
    for (int r = 0; r < kHeight; ++r)
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v)
            tile[r][v] = load(sums + r * sumStride + v * kLanes);
    for (std::int64_t key = 0; key < count; ++key) {
        Vec value[kVectors];
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v)
            value[v] = load(values + key * valueStride + v * kLanes);
#pragma GCC unroll 16
        for (int r = 0; r < kHeight; ++r) {
            const Vec weight = set(weights[r * steps.row + key * steps.key]);
#pragma GCC unroll 4
            for (int v = 0; v < kVectors; ++v)
                tile[r][v] = hn::MulAdd(weight, value[v], tile[r][v]);
        }
    }
#pragma GCC unroll 16
    for (int r = 0; r < kHeight; ++r)
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v)
            store(tile[r][v], sums + r * sumStride + v * kLanes);
}

// The same for kRows rows and for one, over the whole width of the values: whole vectors.
HWY_INLINE void weighRows(const float* HWY_RESTRICT weights, WeightSteps steps, const float* HWY_RESTRICT values,
                          std::int64_t valueStride, std::int64_t count, float* HWY_RESTRICT sums,
                          std::int64_t sumStride, std::int64_t width) {
    std::int64_t x = 0;
    if (kRows == 12) // the same accumulators as half the rows by twice the width, with fewer loads
        for (; x + 4 * kLanes <= width; x += 4 * kLanes)
            for (int r = 0; r < kRows; r += 6)
                weigh<6, 4>(weights + r * steps.row, steps, values + x, valueStride, count, sums + r * sumStride + x,
                            sumStride);
    for (; x + 2 * kLanes <= width; x += 2 * kLanes)
        weigh<kRows, 2>(weights, steps, values + x, valueStride, count, sums + x, sumStride);
    if (x < width)
        weigh<kRows, 1>(weights, steps, values + x, valueStride, count, sums + x, sumStride);
}

HWY_INLINE void weighOne(const float* HWY_RESTRICT weights, std::int64_t step, const float* HWY_RESTRICT values,
                         std::int64_t valueStride, std::int64_t count, float* HWY_RESTRICT sums, std::int64_t width) {
    const WeightSteps steps{0, step};
    std::int64_t x = 0;
    for (; x + 4 * kLanes <= width; x += 4 * kLanes) // four sums at once: one alone waits for itself
        weigh<1, 4>(weights, steps, values + x, valueStride, count, sums + x, width);
    for (; x + 2 * kLanes <= width; x += 2 * kLanes)
        weigh<1, 2>(weights, steps, values + x, valueStride, count, sums + x, width);
    if (x < width)
        weigh<1, 1>(weights, steps, values + x, valueStride, count, sums + x, width);
}

// Writes `masked` where a key of the tile is invisible. Row r stands at `position` + r, column 0 is key `key`.
HWY_INLINE void maskTile(std::int64_t position, std::int64_t key, const Sight& sight, float masked,
                         Vec (&tile)[kRows][2]) {
    const Floats d;
    // Differences are clamped before they become floats: only their order matters.
    const auto clamped = [](std::int64_t value) {
        return static_cast<float>(std::clamp<std::int64_t>(value, -1 << 20, 1 << 20));
    };
    const Vec lanes[2] = {hn::Iota(d, 0.0f), hn::Iota(d, static_cast<float>(kLanes))};
    const Vec sinks = set(clamped(sight.sinks - key));
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
        const Vec last = set(clamped(position + r - key));
        const Vec first = set(clamped(sight.begin(position + r) - key));
#pragma GCC unroll 2
        for (int v = 0; v < 2; ++v) {
            const auto near = hn::And(hn::Le(lanes[v], last), hn::Ge(lanes[v], first));
            const auto sink = hn::And(hn::Le(lanes[v], last), hn::Lt(lanes[v], sinks));
            tile[r][v] = hn::IfThenElse(hn::Or(near, sink), tile[r][v], set(masked));
        }
    }
}

// Whether every row of a group sees every key of a panel.
inline bool fullyVisible(std::int64_t position, std::int64_t key, const Sight& sight) {
    return key + kPanel - 1 <= position && (key >= sight.begin(position + kRows - 1) || key + kPanel <= sight.sinks);
}

// Of the squared norms of `count` vectors: the largest norm, slightly large to outweigh the rounding of the bounds made
// of it. A NaN counts as infinite.
inline float largestNorm(const float* squares, int count) {
    float largest = 0;
    for (int x = 0; x < count; ++x) {
        if (squares[x] != squares[x])
            return std::numeric_limits<float>::infinity();
        largest = std::max(largest, squares[x]);
    }
    return std::sqrt(largest) * 1.00001f;
}

// packed[x * packedStride + r] = rows[r][x] * scale, four rows by four columns at a time.
inline void transpose(const float* rows, std::int64_t rowStride, int count, int depth, float scale,
                      float* HWY_RESTRICT packed, int packedStride) {
    const hn::FixedTag<float, 4> d;
    const hn::Repartition<double, decltype(d)> pairs;
    const auto factor = hn::Set(d, scale);
    const int wholeRows = count / 4 * 4, wholeColumns = depth / 4 * 4;
    for (int x = 0; x < wholeColumns; x += 4)
        for (int r = 0; r < wholeRows; r += 4) {
            const float* from = rows + r * rowStride + x;
            const auto a = hn::LoadU(d, from), b = hn::LoadU(d, from + rowStride);
            const auto c = hn::LoadU(d, from + 2 * rowStride), e = hn::LoadU(d, from + 3 * rowStride);
            const auto ab0 = hn::BitCast(pairs, hn::InterleaveLower(d, a, b));
            const auto ab1 = hn::BitCast(pairs, hn::InterleaveUpper(d, a, b));
            const auto ce0 = hn::BitCast(pairs, hn::InterleaveLower(d, c, e));
            const auto ce1 = hn::BitCast(pairs, hn::InterleaveUpper(d, c, e));
            float* to = packed + x * packedStride + r;
            const auto keep = [&](auto column, int i) {
                hn::StoreU(hn::Mul(hn::BitCast(d, column), factor), d, to + i * packedStride);
            };
            keep(hn::InterleaveLower(pairs, ab0, ce0), 0);
            keep(hn::InterleaveUpper(pairs, ab0, ce0), 1);
            keep(hn::InterleaveLower(pairs, ab1, ce1), 2);
            keep(hn::InterleaveUpper(pairs, ab1, ce1), 3);
        }
    for (int r = 0; r < count; ++r)
        for (int x = r < wholeRows ? wholeColumns : 0; x < depth; ++x)
            packed[x * packedStride + r] = rows[r * rowStride + x] * scale;
}

// Packs up to kRows rows into [depth][kRows] times `scale`; rows outside [first, first + count) become zero.
inline void packRows(const float* rows, std::int64_t rowStride, int first, int count, int depth, float scale,
                     float* HWY_RESTRICT packed) {
    if (count < kRows)
        std::fill_n(packed, kRows * depth, 0.0f);
    transpose(rows, rowStride, count, depth, scale, packed + first, kRows);
}

// The same, and returns the largest norm.
inline float packQueries(const float* rows, std::int64_t rowStride, int first, int count, int depth, float scale,
                         float* HWY_RESTRICT packed) {
    packRows(rows, rowStride, first, count, depth, scale, packed);
    float squares[kRows] = {};
    for (int x = 0; x < depth; ++x)
        for (int r = 0; r < kRows; ++r)
            squares[r] += packed[x * kRows + r] * packed[x * kRows + r];
    return largestNorm(squares, kRows);
}

// Packs keys [from, from + kPanel) of `count` into [depth][kPanel], zero beyond the end. Returns the largest norm.
inline float packPanel(const float* keys, std::int64_t keyStride, std::int64_t from, std::int64_t count, int depth,
                       float* HWY_RESTRICT packed) {
    const int present = static_cast<int>(std::clamp<std::int64_t>(count - from, 0, kPanel));
    if (present < kPanel)
        std::fill_n(packed, kPanel * depth, 0.0f);
    transpose(keys + from * keyStride, keyStride, present, depth, 1.0f, packed, kPanel);
    Vec squares[2] = {set(0), set(0)};
    for (int x = 0; x < depth; ++x)
        for (int v = 0; v < 2; ++v) {
            const Vec value = load(packed + x * kPanel + v * kLanes);
            squares[v] = hn::MulAdd(value, value, squares[v]);
        }
    float lanes[kPanel];
    store(squares[0], lanes);
    store(squares[1], lanes + kLanes);
    return largestNorm(lanes, kPanel);
}

// The bias of one head in bits, laid out so that the keys of a row are neighbours: at(p, j)[x] is the bias of key j + x
// for the query at position p. Zero beyond the diagonal, where the mask decides.
class BiasLine {
public:
    BiasLine(const DistanceBias& bias, std::int64_t head, std::int64_t keys, double unit)
        : m_far(keys - 1), m_line(keys + 2 * kMargin) {
        float* line = m_line.data();
        std::fill(line, line + kMargin, 0.0f);
        std::fill(line + kMargin + keys, line + keys + 2 * kMargin, 0.0f);
        for (std::int64_t distance = 0; distance < keys; ++distance) {
            const double value = bias.slopes ? -static_cast<double>(bias.slopes[head]) * static_cast<double>(distance)
                                             : static_cast<double>(biasAt(bias, head, distance));
            line[kMargin + m_far - distance] = value * unit > kMasked ? static_cast<float>(value * unit) : kMasked;
        }
        if (!bias.table)
            return;
        m_ceiling = Buffer(keys);
        float largest = line[kMargin];
        for (std::int64_t distance = m_far; distance >= 0; --distance) {
            largest = std::max(largest, line[kMargin + m_far - distance]);
            m_ceiling.data()[distance] = largest;
        }
    }

    const float* at(std::int64_t position, std::int64_t key) const {
        return m_line.data() + kMargin + m_far - position + key;
    }

    // The largest bias at this distance or farther.
    float ceiling(std::int64_t distance) const {
        const std::int64_t d = std::clamp<std::int64_t>(distance, 0, m_far);
        return m_ceiling.data() ? m_ceiling.data()[d] : m_line.data()[kMargin + m_far - d];
    }

private:
    static constexpr std::int64_t kMargin = 64; // a tile may reach this far past either end
    std::int64_t m_far;
    Buffer m_line, m_ceiling;
};
static_assert(kRows + kPanel <= 64);

constexpr int kBlock = 256; // keys of a block, which stays in the second-level cache while a row block passes
constexpr int kBlockPanels = kBlock / kPanel;

// The packed keys of one head, and what bounds them.
struct PackedKeys {
    const float* panels = nullptr;     // [panel][depth][kPanel]
    const float* norms = nullptr;      // [panel]: largest norm of a key in the panel
    const float* outerNorms = nullptr; // [panel]: largest norm of a key in this panel or before it
    std::int64_t origin = 0;           // the first packed key, where the first panel begins
};

inline void fillOuterNorms(const float* norms, std::int64_t panels, float* outer) {
    for (std::int64_t panel = 0; panel < panels; ++panel)
        outer[panel] = panel ? std::max(outer[panel - 1], norms[panel]) : norms[panel];
}

// What a soft cap makes of scores. Queries are packed with scale / cap in place of the scale, so that products are
// score / cap, and `limit` is the cap in the unit of the scores.
struct SoftCap {
    float limit = 0; // 0: products are scores

    SoftCap() = default;
    SoftCap(float cap, double unit) : limit(static_cast<float>(cap * unit)) {}

    // What to pack queries with, for scores in `unit`.
    static float scaleOf(float scale, float cap, double unit) {
        return static_cast<float>(cap > 0 ? scale / cap : scale * unit);
    }

    // An upper bound of the score of a product that is at most this; a little more, as for norms.
    float bound(float product) const {
        const bool bounded = limit > 0 && product < std::numeric_limits<float>::infinity(); // else there may be NaN
        return bounded ? limit * 1.00001f * std::min(1.0f, product) : product;
    }
    float of(float product) const { return limit > 0 ? limit * std::tanh(product) : product; }
};

struct PanelRange {
    int from, to; // panels of the block to compute
    bool more;    // whether any block farther away may still matter
};

// Which panels of key block `block` a group must compute: rows at [position, end), largest query norm `norm`, keys from
// `keyFrom` on. A panel is left out where no key is visible, or where no score can reach `needed`.
template <int kPanels = kBlockPanels> // of a block
PanelRange panelsOf(std::int64_t block, std::int64_t position, std::int64_t end, std::int64_t keyFrom,
                    const Sight& sight, const PackedKeys& keys, const BiasLine& bias, float norm, float needed,
                    SoftCap cap = {}) {
    const std::int64_t first = block * kPanels;
    std::int64_t from = keyFrom / kPanel - first, to = std::min<std::int64_t>(kPanels, (end - 1) / kPanel + 1 - first);
    const std::int64_t seen = std::max(sight.begin(position), keyFrom); // no row of the group sees less far
    bool more = first * kPanel > (sight.sinks > keyFrom ? keyFrom : seen);
    if (sight.sinks <= first * kPanel)
        from = std::max(from, seen / kPanel - first);
    from = std::max<std::int64_t>(from, 0);
    if (needed > -std::numeric_limits<float>::infinity()) {
        const auto nothing = [&](std::int64_t panel, const float* norms) {
            return cap.bound(norm * norms[panel - keys.origin / kPanel]) +
                       bias.ceiling(position - (panel + 1) * kPanel + 1) <
                   needed;
        };
        while (from < to && nothing(first + from, keys.norms))
            ++from;
        while (from < to && nothing(first + to - 1, keys.norms))
            --to;
        if (first * kPanel > keys.origin && nothing(first - 1, keys.outerNorms))
            more = false;
    }
    return {static_cast<int>(from), static_cast<int>(to), more};
}

// One row's step of the online softmax: `count` scores become weights 2^(score - largest); the running maximum, the
// running sum (a vector) and the weighted values so far follow.
HWY_INLINE void soften(float* HWY_RESTRICT weights, int count, float found, float& largest, float* HWY_RESTRICT total,
                       float* HWY_RESTRICT sums, std::int64_t width) {
    const float now = std::max(largest, found);
    Vec sum = load(total);
    if (now > largest) {
        const Vec factor = exp2(set(largest - now));
        largest = now;
        sum = hn::Mul(sum, factor);
        for (std::int64_t x = 0; x < width; x += kLanes)
            store(hn::Mul(load(sums + x), factor), sums + x);
    }
    // A row that has seen no key yet has only masked scores, which must stay at weight 0.
    const Vec reference = set(now > kMasked ? now : 0.0f);
    for (int x = 0; x < count; x += kPanel) {
        const Vec a = exp2(hn::Sub(load(weights + x), reference));
        const Vec b = exp2(hn::Sub(load(weights + x + kLanes), reference));
        sum = hn::Add(sum, hn::Add(a, b));
        store(a, weights + x);
        store(b, weights + x + kLanes);
    }
    store(sum, total);
}

// Scores of one panel for one group, in bits or in whatever unit the queries were packed with; `masked` where
// invisible. `limit`: that of a SoftCap, where kCapped.
template <bool kCapped = false>
HWY_INLINE void scoreTile(const float* queries, const PackedKeys& keys, const BiasLine& bias, const Sight& sight,
                          int depth, std::int64_t position, std::int64_t key, float masked, Vec (&tile)[kRows][2],
                          float limit = 0) {
    multiply(queries, keys.panels + (key - keys.origin) * depth, depth, tile);
    if constexpr (kCapped)
        capTile(limit, tile);
    addBias(bias.at(position, key), tile);
    if (!fullyVisible(position, key, sight))
        maskTile(position, key, sight, masked, tile);
}

// Scores of the panels [from, to) of a block, into `scores` [kRows][kBlock], and each row's maximum.
template <bool kCapped = false>
HWY_INLINE void scoreBlock(const float* queries, const PackedKeys& keys, const BiasLine& bias, const Sight& sight,
                           int depth, std::int64_t position, std::int64_t block, int from, int to,
                           float* HWY_RESTRICT scores, Vec (&largest)[kRows], float limit = 0) {
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r)
        largest[r] = set(kMasked);
    for (int panel = from; panel < to; ++panel) {
        Vec tile[kRows][2];
        scoreTile<kCapped>(queries, keys, bias, sight, depth, position, block * kBlock + panel * kPanel, kMasked, tile, limit);
#pragma GCC unroll 16
        for (int r = 0; r < kRows; ++r) {
            largest[r] = hn::Max(largest[r], hn::Max(tile[r][0], tile[r][1]));
            store(tile[r][0], scores + r * kBlock + panel * kPanel);
            store(tile[r][1], scores + r * kBlock + panel * kPanel + kLanes);
        }
    }
}

// A function of its own, so that the compiler lays out the one without a cap as if there were none.
HWY_NOINLINE inline void scoreCappedBlock(const float* queries, const PackedKeys& keys, const BiasLine& bias,
                                          const Sight& sight, int depth, std::int64_t position, std::int64_t block,
                                          int from, int to, float* HWY_RESTRICT scores, float limit,
                                          Vec (&largest)[kRows]) {
    scoreBlock<true>(queries, keys, bias, sight, depth, position, block, from, to, scores, largest, limit);
}

// log2(2^a + 2^b); either may be -infinity.
inline double joined(double a, double b) {
    const double most = std::max(a, b), least = std::min(a, b);
    return least > -std::numeric_limits<double>::infinity() ? most + std::log2(1 + std::exp2(least - most)) : most;
}

inline float bitsOf(float tolerance) {
    return tolerance > 0 ? std::log2(tolerance) : -std::numeric_limits<float>::infinity();
}

} // namespace slopescope::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
