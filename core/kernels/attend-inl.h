// Fused causal attention with online softmax: no matrix of scores exists beyond one tile. Included by simd.cpp only.
//
// Queries are taken in groups of kRows and keys in panels of kPanel, both aligned to absolute positions, and key blocks
// from the diagonal outwards; so the bits of a row depend neither on the thread that computed it nor on how a longer
// text was cut into calls. A row block (several groups) is the unit of work.
#if defined(SLOPESCOPE_KERNELS_ATTEND_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef SLOPESCOPE_KERNELS_ATTEND_INL_H
#undef SLOPESCOPE_KERNELS_ATTEND_INL_H
#else
#define SLOPESCOPE_KERNELS_ATTEND_INL_H
#endif

#include "core/kernels/vector-inl.h"

#include <atomic>
#include <vector>

HWY_BEFORE_NAMESPACE();
namespace slopescope::kernels::HWY_NAMESPACE {

// The keys and values of one (batch, key head), packed.
struct PackedHead {
    PackedKeys keys;
    const float* values = nullptr;
    std::int64_t valueStride = 0;
};

struct AttendScratch {
    AttendScratch(std::int64_t rows, std::int64_t depth, std::int64_t width)
        : queries(rows * depth), sums(rows * width), weights(kRows * kBlock), largest(rows), total(rows * kLanes),
          norms(rows / kRows) {}
    Buffer queries; // [group][depth][kRows]
    Buffer sums;    // [row][width]: weighted values so far
    Buffer weights; // [kRows][kBlock]
    Buffer largest; // [row]: running maximum, in bits
    Buffer total;   // [row][kLanes]: running sum of weights
    Buffer norms;   // [group]: largest norm of a query
};

// One row block of one head on its way through the key blocks.
class QueryBlock {
public:
    QueryBlock(const Attention& a, const PackedHead& head, const BiasLine& bias, AttendScratch& scratch,
             std::int64_t width, std::int64_t position, int groups)
        : m_a(a), m_head(head), m_bias(bias), m_s(scratch), m_width(width), m_position(position),
          m_groups(groups), m_sight{a.window, a.sinks}, m_limit(bitsOf(a.tolerance)), m_cap(a.softCap, kLog2E) {}

    // Returns the panels computed.
    std::int64_t run(std::int64_t batch, std::int64_t head, const AttentionOutput& output) {
        start(batch, head);
        std::int64_t computed = 0;
        const std::int64_t last = std::min(m_position + m_groups * kRows, m_a.keys) - 1;
        for (std::int64_t block = last / kBlock; block >= 0; --block) {
            bool finished = true;
            for (int group = 0; group < m_groups; ++group) {
                const std::int64_t end = std::min(place(group) + kRows, m_a.keys);
                const auto [from, to, more] = panelsOf(block, place(group), end, 0, m_sight, m_head.keys, m_bias,
                                                       m_s.norms.data()[group], leastMaximum(group) + m_limit, m_cap);
                finished &= !more;
                if (from >= to)
                    continue;
                computed += to - from;
                score(group, block, from, to);
                weighGroup(group, block * kBlock + from * kPanel, std::min(block * kBlock + to * kPanel, end));
            }
            if (finished)
                break;
        }
        finish(batch, head, output);
        return computed;
    }

private:
    std::int64_t place(int group) const { return m_position + group * kRows; }
    std::int64_t firstPosition() const { return m_a.keys - m_a.queries; }

    void start(std::int64_t batch, std::int64_t head) {
        const int depth = static_cast<int>(m_a.headDim);
        const float scale = SoftCap::scaleOf(m_a.scale, m_a.softCap, kLog2E);
        for (int group = 0; group < m_groups; ++group) {
            const std::int64_t from = std::max(place(group), firstPosition());
            const std::int64_t to = std::min(place(group) + kRows, m_a.keys);
            const int count = static_cast<int>(std::max<std::int64_t>(to - from, 0));
            float* packed = m_s.queries.data() + group * kRows * depth;
            m_s.norms.data()[group] = packQueries(m_a.q.row(batch, head, from - firstPosition()), m_a.q.rowStride,
                                                  static_cast<int>(from - place(group)), count, depth, scale, packed);
        }
        std::fill_n(m_s.sums.data(), m_groups * kRows * m_width, 0.0f);
        std::fill_n(m_s.total.data(), m_groups * kRows * kLanes, 0.0f);
        std::fill_n(m_s.largest.data(), m_groups * kRows, kMasked);
    }

    float leastMaximum(int group) const {
        const std::int64_t from = std::max(place(group), firstPosition());
        const std::int64_t to = std::min(place(group) + kRows, m_a.keys);
        float least = std::numeric_limits<float>::infinity();
        for (std::int64_t p = from; p < to; ++p)
            least = std::min(least, m_s.largest.data()[p - m_position]);
        return least;
    }

    // Scores of the panels, their running maximum, and the weights 2^(score - maximum).
    void score(int group, std::int64_t block, int from, int to) {
        const int depth = static_cast<int>(m_a.headDim);
        float* weights = m_s.weights.data();
        Vec largest[kRows];
        const float* queries = m_s.queries.data() + group * kRows * depth;
        if (m_cap.limit > 0)
            scoreCappedBlock(queries, m_head.keys, m_bias, m_sight, depth, place(group), block, from, to, weights,
                             m_cap.limit, largest);
        else
            scoreBlock(queries, m_head.keys, m_bias, m_sight, depth, place(group), block, from, to, weights, largest);
        for (int r = 0; r < kRows; ++r) {
            const std::int64_t row = group * kRows + r;
            soften(weights + r * kBlock + from * kPanel, (to - from) * kPanel, maxOf(largest[r]),
                   m_s.largest.data()[row], m_s.total.data() + row * kLanes, m_s.sums.data() + row * m_width, m_width);
        }
    }

    // Adds the weighted values of the keys [first, end). Keys that every row of the group sees go together; the few that
    // only some see go row by row, because a weight of 0 times a value that is not finite is not 0.
    void weighGroup(int group, std::int64_t first, std::int64_t end) {
        const std::int64_t position = place(group), near = position + 1, sinks = std::min(m_a.sinks, near);
        const std::int64_t seen = std::min(std::max(m_sight.begin(position + kRows - 1), sinks), near);
        weighAll(group, first, std::min(end, sinks));
        weighAll(group, std::max(first, seen), std::min(end, near));
        for (int r = 0; r < kRows; ++r) {
            const std::int64_t own = near + r, sinkEnd = std::min(m_a.sinks, own);
            const std::int64_t begin = std::max(m_sight.begin(position + r), sinkEnd);
            weighRow(group, r, std::max(first, near), std::min(end, sinkEnd));
            weighRow(group, r, std::max(first, begin), std::min(end, seen)); // at the far edge of the window
            weighRow(group, r, std::max({first, begin, near}), std::min(end, own));
        }
    }

    void weighAll(int group, std::int64_t first, std::int64_t end) {
        if (first < end)
            weighRows(m_s.weights.data() + first % kBlock, {kBlock, 1}, m_head.values + first * m_head.valueStride,
                      m_head.valueStride, end - first, m_s.sums.data() + group * kRows * m_width, m_width, m_width);
    }

    void weighRow(int group, int r, std::int64_t first, std::int64_t end) {
        if (first < end)
            weighOne(m_s.weights.data() + r * kBlock + first % kBlock, 1, m_head.values + first * m_head.valueStride,
                     m_head.valueStride, end - first, m_s.sums.data() + (group * kRows + r) * m_width, m_width);
    }

    void finish(std::int64_t batch, std::int64_t head, const AttentionOutput& output) const {
        for (std::int64_t row = 0; row < m_groups * kRows; ++row) {
            const std::int64_t i = m_position + row - firstPosition();
            if (i < 0 || i >= m_a.queries)
                continue;
            const float total = sumOf(load(m_s.total.data() + row * kLanes));
            const float* sums = m_s.sums.data() + row * m_width;
            float* out = output.out + batch * output.batchStride + head * output.headStride + i * output.rowStride;
            const double largest = m_s.largest.data()[row];
            float factor = 1.0f / total;
            double bits = largest + std::log2(static_cast<double>(total));
            if (m_a.sinkLogits) {
                bits = joined(bits, m_a.sinkLogits[head] * kLog2E);
                factor = static_cast<float>(std::exp2(largest - bits));
            }
            for (std::int64_t x = 0; x < m_a.headDim; ++x)
                out[x] = sums[x] * factor;
            if (output.lse)
                output.lse[(batch * m_a.heads + head) * m_a.queries + i] = static_cast<float>(bits * kLn2);
        }
    }

    const Attention& m_a;
    const PackedHead& m_head;
    const BiasLine& m_bias;
    AttendScratch& m_s;
    const std::int64_t m_width, m_position;
    const int m_groups;
    const Sight m_sight;
    const float m_limit;
    const SoftCap m_cap;
};

// Keys and values of several key heads, packed side by side.
class PackedHeads {
public:
    PackedHeads(const Attention& a, std::int64_t width, std::int64_t count, bool packValues)
        : m_a(a), m_width(width), m_packValues(packValues), m_panels((a.keys + kPanel - 1) / kPanel),
          m_keys(count * m_panels * kPanel * a.headDim), m_values(packValues ? count * a.keys * width : 0),
          m_norms(count * m_panels), m_outerNorms(count * m_panels) {}

    // Packs the key heads [first, first + count) of all batches, numbered batch * keyHeads + keyHead.
    void pack(std::int64_t first, std::int64_t count, const ParallelFor& parallelFor) {
        constexpr std::int64_t kPanelsAtOnce = 2048 / kPanel;
        const std::int64_t chunks = (m_panels + kPanelsAtOnce - 1) / kPanelsAtOnce;
        parallelFor(count * chunks, [&](std::int64_t index) {
            const std::int64_t head = index / chunks, from = index % chunks * kPanelsAtOnce;
            packChunk(first + head, head, from, std::min(from + kPanelsAtOnce, m_panels));
        });
        m_heads.clear();
        for (std::int64_t head = 0; head < count; ++head) {
            float* outer = m_outerNorms.data() + head * m_panels;
            const float* norms = m_norms.data() + head * m_panels;
            fillOuterNorms(norms, m_panels, outer);
            const float* values = m_a.v.row((first + head) / m_a.keyHeads, (first + head) % m_a.keyHeads, 0);
            m_heads.push_back({{m_keys.data() + head * m_panels * kPanel * m_a.headDim, norms, outer},
                               m_packValues ? m_values.data() + head * m_a.keys * m_width : values,
                               m_packValues ? m_width : m_a.v.rowStride});
        }
    }

    const PackedHead& operator[](std::int64_t head) const { return m_heads[head]; }

private:
    void packChunk(std::int64_t number, std::int64_t slot, std::int64_t from, std::int64_t to) {
        const std::int64_t batch = number / m_a.keyHeads, keyHead = number % m_a.keyHeads;
        for (std::int64_t panel = from; panel < to; ++panel)
            m_norms.data()[slot * m_panels + panel] = packPanel(
                m_a.k.row(batch, keyHead, 0), m_a.k.rowStride, panel * kPanel, m_a.keys, static_cast<int>(m_a.headDim),
                m_keys.data() + (slot * m_panels + panel) * kPanel * m_a.headDim);
        if (!m_packValues)
            return;
        for (std::int64_t key = from * kPanel; key < std::min(to * kPanel, m_a.keys); ++key) {
            const float* value = m_a.v.row(batch, keyHead, key);
            float* packed = m_values.data() + (slot * m_a.keys + key) * m_width;
            std::copy_n(value, m_a.headDim, packed);
            std::fill(packed + m_a.headDim, packed + m_width, 0.0f);
        }
    }

    const Attention& m_a;
    const std::int64_t m_width;
    const bool m_packValues;
    const std::int64_t m_panels;
    Buffer m_keys, m_values, m_norms, m_outerNorms;
    std::vector<PackedHead> m_heads;
};

inline bool supports(const Attention& a) {
    return a.headDim >= 8 && a.headDim <= 256 && a.headDim % 8 == 0;
}

// Rows that stand before the first key see nothing.
inline void clearBlindRows(const Attention& a, const AttentionOutput& output) {
    const std::int64_t blind = std::clamp<std::int64_t>(a.queries - a.keys, 0, a.queries);
    for (std::int64_t head = 0; head < a.batch * a.heads; ++head)
        for (std::int64_t i = 0; i < blind; ++i) {
            float* out = output.out + head / a.heads * output.batchStride + head % a.heads * output.headStride;
            std::fill_n(out + i * output.rowStride, a.headDim, 0.0f);
            if (output.lse)
                output.lse[head * a.queries + i] = a.sinkLogits ? a.sinkLogits[head % a.heads] : kNoSinkLogit;
        }
}

// Vectors that straddle cache lines cost more than the copy that avoids them.
inline bool aligned(const Rows& rows) {
    constexpr std::uintptr_t kBytes = kLanes * sizeof(float);
    return reinterpret_cast<std::uintptr_t>(rows.data) % kBytes == 0 && rows.batchStride % kLanes == 0 &&
           rows.headStride % kLanes == 0 && rows.rowStride % kLanes == 0;
}

// Groups of a row block: enough to reuse what a key block brings into the cache, few enough that a stopped job ends
// soon.
inline int groupsPerBlock(const Attention& a) {
    constexpr double kWork = 1.6e9; // floating-point operations: some 10 ms on one core
    const double group = 4.0 * kRows * static_cast<double>(a.keys) * static_cast<double>(a.headDim);
    return static_cast<int>(std::clamp(kWork / group, 24.0 / kRows, 96.0 / kRows));
}

inline Visited attend(const Attention& a, const AttentionOutput& output, const ParallelFor& parallelFor) {
    clearBlindRows(a, output);
    const std::int64_t firstPosition = std::max<std::int64_t>(a.keys - a.queries, 0);
    if (firstPosition >= a.keys || a.batch * a.heads == 0)
        return {};
    std::vector<BiasLine> lines;
    for (std::int64_t head = 0; head < a.heads; ++head)
        lines.emplace_back(a.bias, head, a.keys, kLog2E);

    const std::int64_t width = (a.headDim + kLanes - 1) / kLanes * kLanes;
    const bool packValues = width != a.headDim || a.v.rowStride != a.headDim || !aligned(a.v);
    const std::int64_t perHead = a.keys * (a.headDim + (packValues ? width : 0));
    constexpr std::int64_t kFloatsAtOnce = 32 << 20;
    const std::int64_t keyHeads = a.batch * a.keyHeads, sharing = a.heads / a.keyHeads;
    const std::int64_t slab = std::clamp<std::int64_t>(kFloatsAtOnce / perHead, 1, keyHeads);
    PackedHeads packed(a, width, slab, packValues);

    const int groups = groupsPerBlock(a);
    const std::int64_t rows = groups * kRows, firstBlock = firstPosition / rows, lastBlock = (a.keys - 1) / rows;
    const std::int64_t blocks = lastBlock - firstBlock + 1;
    ScratchPool<AttendScratch> pool;
    std::atomic<std::int64_t> computed{0};
    for (std::int64_t first = 0; first < keyHeads; first += slab) {
        const std::int64_t count = std::min(slab, keyHeads - first);
        packed.pack(first, count, parallelFor);
        parallelFor(count * sharing * blocks, [&](std::int64_t index) {
            // A head at a time, so that its keys and values stay in the cache, and the longest blocks first, so that the
            // threads end together.
            const std::int64_t block = lastBlock - index % blocks, member = index / blocks;
            const std::int64_t keyHead = first + member / sharing;
            const std::int64_t batch = keyHead / a.keyHeads;
            const std::int64_t head = keyHead % a.keyHeads * sharing + member % sharing;
            const auto scratch = pool.take(rows, a.headDim, width);
            const int used = static_cast<int>(std::min<std::int64_t>(groups, (a.keys - 1 - block * rows) / kRows + 1));
            QueryBlock queryBlock(a, packed[member / sharing], lines[head], *scratch, width, block * rows, used);
            computed.fetch_add(queryBlock.run(batch, head, output), std::memory_order_relaxed);
        });
    }
    std::int64_t dense = 0;
    for (std::int64_t group = firstBlock * groups; group * kRows < a.keys; ++group)
        dense += (std::min(group * kRows + kRows, a.keys) - 1) / kPanel + 1;
    return {computed.load(), dense * a.batch * a.heads};
}

} // namespace slopescope::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
