// One head's cells for a band of consecutive queries: weights (not yet divided by their sum, where that is unknown) or
// plain scores, handed block by block to a sink that pools them. What maps and profiles are made of.
//
// With a known log-sum-exp a weight is final the moment it is computed. Without it, a weight is 2^(score - reference)
// for a reference that is proved to neither overflow nor vanish (or else found by a pass for the maximum), the cells of
// a group are kept until its sums are known, and the sink receives the factor 1 / sum.
#if defined(SLOPESCOPE_KERNELS_BAND_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef SLOPESCOPE_KERNELS_BAND_INL_H
#undef SLOPESCOPE_KERNELS_BAND_INL_H
#else
#define SLOPESCOPE_KERNELS_BAND_INL_H
#endif

#include "core/kernels/vector-inl.h"

#include <vector>

HWY_BEFORE_NAMESPACE();
namespace slopescope::kernels::HWY_NAMESPACE {

struct BandHead {
    const float* q = nullptr; // [queries, headDim]
    const float* k = nullptr; // [keys, headDim]
    std::int64_t qStride = 0, kStride = 0, queries = 0, keys = 0, headDim = 0;
    float scale = 1; // to bits for weights, to the model's unit for scores
    Sight sight;
    float tolerance = 0;
    SoftCap cap;
    double sinkBits = kNoSinkLogit;        // the logit of a sink
    const float* lse = nullptr;            // [queries], natural; null if unknown or not needed
    bool weights = true;                   // else plain scores
    bool products = false;                 // also sum weight * score, for the entropy
    float masked = kMasked;                // what an invisible cell of plain scores holds
    std::int64_t keyBegin = 0, keyEnd = 0; // keys whose cells the sink wants

    bool deferred() const { return weights && !lse; }
    std::int64_t firstPosition() const { return keys - queries; }
    // Keys that must be visited, and packed: all that a sum needs.
    std::int64_t visitBegin() const { return deferred() ? 0 : keyBegin; }
    std::int64_t visitEnd() const { return deferred() ? keys : keyEnd; }
    std::int64_t keepBegin() const { return keyBegin / kPanel * kPanel; }
    std::int64_t keepWidth() const {
        return keyEnd > keyBegin ? (keyEnd - 1) / kPanel * kPanel + kPanel - keepBegin() : 0;
    }
};

// The keys of a BandHead that must be visited, packed by all threads.
class PackedBandKeys {
public:
    PackedBandKeys(const BandHead& h, const ParallelFor& parallelFor)
        : m_first(h.visitBegin() / kPanel),
          m_panels(std::max<std::int64_t>(0, (h.visitEnd() + kPanel - 1) / kPanel - m_first)),
          m_keys(m_panels * kPanel * h.headDim), m_norms(m_panels), m_outerNorms(m_panels) {
        constexpr std::int64_t kPanelsAtOnce = 2048 / kPanel;
        parallelFor((m_panels + kPanelsAtOnce - 1) / kPanelsAtOnce, [&](std::int64_t chunk) {
            const std::int64_t end = std::min((chunk + 1) * kPanelsAtOnce, m_panels);
            for (std::int64_t panel = chunk * kPanelsAtOnce; panel < end; ++panel)
                m_norms.data()[panel] =
                    packPanel(h.k, h.kStride, (m_first + panel) * kPanel, h.keys, static_cast<int>(h.headDim),
                              m_keys.data() + panel * kPanel * h.headDim);
        });
        fillOuterNorms(m_norms.data(), m_panels, m_outerNorms.data());
    }
    PackedKeys view() const { return {m_keys.data(), m_norms.data(), m_outerNorms.data(), m_first * kPanel}; }

private:
    std::int64_t m_first, m_panels;
    Buffer m_keys, m_norms, m_outerNorms;
};

struct BandScratch {
    struct Part {
        int group, count;
        std::int64_t key;
    };

    BandScratch(const BandHead& h, int groups)
        : queries(groups * kRows * h.headDim),
          cells(h.deferred() ? groups * kRows * std::max<std::int64_t>(h.keepWidth(), 1) : kRows * kBlock),
          scores(kRows * kBlock), total(groups * kRows * kLanes), product(groups * kRows * kLanes),
          reference(groups * kRows), bound(groups * kRows), norms(groups) {}
    Buffer queries;          // [group][depth][kRows]
    Buffer cells;            // [row][keepWidth] deferred, else [kRows][kBlock]
    Buffer scores;           // [kRows][kBlock], for the pass that finds the maximum
    Buffer total;            // [row][kLanes]: sums of weights
    Buffer product;          // [row][kLanes]: sums of weight * (score - reference)
    Buffer reference;        // [row]
    Buffer bound;            // [row]: a score that the row is known to reach
    Buffer norms;            // [group]
    std::vector<Part> parts; // what was computed and kept
};

class Band {
public:
    // Queries [first, first + count); every one of them sees a key.
    Band(const BandHead& h, const PackedKeys& keys, const BiasLine& bias, BandScratch& scratch, std::int64_t first,
         std::int64_t count)
        : m_h(h), m_keys(keys), m_bias(bias), m_s(scratch), m_first(first), m_count(count),
          m_groups(static_cast<int>((count + kRows - 1) / kRows)), m_limit(bitsOf(h.weights ? h.tolerance : 0)) {}

    // sink.take(query, rows, key, count, cells, stride, factors): cells [rows][count] of the queries from `query` on
    // and the keys from `key` on, row r to be multiplied by factors[r].
    template <class Sink>
    Visited run(Sink& sink) {
        Visited visited;
        start();
        std::int64_t last = 0;
        for (int group = 0; group < m_groups; ++group) {
            last = std::max(last, end(group) - 1);
            visited.dense += std::max<std::int64_t>(0, (end(group) - 1) / kPanel + 1 - m_h.visitBegin() / kPanel);
        }
        for (std::int64_t block = last / kBlock; block >= m_h.visitBegin() / kBlock; --block) {
            bool finished = true;
            for (int group = 0; group < m_groups; ++group) {
                const auto [from, to, more] = panelsOf(block, place(group), end(group), m_h.visitBegin(), m_h.sight,
                                                       m_keys, m_bias, m_s.norms.data()[group], needed(group), m_h.cap);
                finished &= !more;
                if (from >= to)
                    continue;
                visited.computed += to - from;
                compute(group, block, from, to);
                if (!m_h.deferred())
                    giveLast(sink);
            }
            if (finished)
                break;
        }
        if (m_h.deferred())
            giveAll(sink);
        return visited;
    }

    // After a deferred run: natural log-sum-exp, and entropy in bits, of a row of the band.
    double lse(std::int64_t row) const {
        return joined(m_s.reference.data()[row] + std::log2(totalOfKeys(row)), m_h.sinkBits) * kLn2;
    }
    double entropy(std::int64_t row) const {
        const double all = total(row);
        double products = sumOf(load(m_s.product.data() + row * kLanes));
        if (m_h.sinkBits > kNoSinkLogit)
            products += sinkWeight(row) * sinkAbove(row);
        return std::log2(all) - products / all;
    }

private:
    int rows(int group) const { return static_cast<int>(std::min<std::int64_t>(kRows, m_count - group * kRows)); }
    std::int64_t place(int group) const { return m_h.firstPosition() + m_first + group * kRows; }
    std::int64_t end(int group) const { return std::min(place(group) + rows(group), m_h.visitEnd()); }
    double totalOfKeys(std::int64_t row) const { return sumOf(load(m_s.total.data() + row * kLanes)); }
    double total(std::int64_t row) const {
        return m_h.sinkBits > kNoSinkLogit ? totalOfKeys(row) + sinkWeight(row) : totalOfKeys(row);
    }
    // Within what double holds; past it every other weight is 0 all the same.
    double sinkAbove(std::int64_t row) const {
        constexpr double kMost = 1000;
        return std::min(m_h.sinkBits - m_s.reference.data()[row], kMost);
    }
    double sinkWeight(std::int64_t row) const { return std::exp2(sinkAbove(row)); }

    void start() {
        const int depth = static_cast<int>(m_h.headDim);
        m_s.parts.clear();
        std::fill_n(m_s.total.data(), m_groups * kRows * kLanes, 0.0f);
        std::fill_n(m_s.product.data(), m_groups * kRows * kLanes, 0.0f);
        std::fill_n(m_s.reference.data(), m_groups * kRows, 0.0f);
        for (int group = 0; group < m_groups; ++group) {
            float* packed = m_s.queries.data() + group * kRows * depth;
            m_s.norms.data()[group] = packQueries(m_h.q + (m_first + group * kRows) * m_h.qStride, m_h.qStride, 0,
                                                  rows(group), depth, m_h.scale, packed);
            if (!m_h.weights)
                continue;
            for (int r = 0; r < rows(group); ++r)
                m_s.bound.data()[group * kRows + r] = ownScore(packed, r, place(group) + r);
            if (m_h.lse)
                for (int r = 0; r < rows(group); ++r)
                    m_s.reference.data()[group * kRows + r] =
                        static_cast<float>(m_h.lse[m_first + group * kRows + r] * kLog2E);
            else if (!staysInRange(group))
                findReference(group);
        }
    }

    // The score of a query at its own position, which every query sees.
    float ownScore(const float* packed, int r, std::int64_t position) const {
        const float* key = m_h.k + position * m_h.kStride;
        float product = 0;
        for (std::int64_t x = 0; x < m_h.headDim; ++x)
            product += packed[x * kRows + r] * key[x];
        return m_bias.at(position, position)[0] + m_h.cap.of(product);
    }

    // Whether 2^score can be summed as it is: no weight overflows, and the largest of each row stays far above
    // underflow.
    bool staysInRange(int group) const {
        constexpr float kSafe = 60;
        const float* bound = m_s.bound.data() + group * kRows;
        const float product = m_s.norms.data()[group] * m_keys.outerNorms[(end(group) - 1) / kPanel];
        bool safe = m_h.cap.bound(product) + m_bias.ceiling(0) <= kSafe;
        for (int r = 0; r < rows(group); ++r)
            safe = safe && bound[r] >= -kSafe;
        return safe;
    }

    // The exact maximum of each row, as the reference of its weights.
    void findReference(int group) {
        const int depth = static_cast<int>(m_h.headDim);
        float* reference = m_s.reference.data() + group * kRows;
        std::fill_n(reference, kRows, kMasked);
        for (std::int64_t block = (end(group) - 1) / kBlock; block >= 0; --block) {
            const float least = *std::min_element(reference, reference + rows(group));
            const auto [from, to, more] =
                panelsOf(block, place(group), end(group), 0, m_h.sight, m_keys, m_bias, m_s.norms.data()[group], least,
                         m_h.cap);
            if (from < to) {
                Vec largest[kRows];
                const float* queries = m_s.queries.data() + group * kRows * depth;
                if (m_h.cap.limit > 0)
                    scoreCappedBlock(queries, m_keys, m_bias, m_h.sight, depth, place(group), block, from, to,
                                     m_s.scores.data(), m_h.cap.limit, largest);
                else
                    scoreBlock(queries, m_keys, m_bias, m_h.sight, depth, place(group), block, from, to,
                               m_s.scores.data(), largest);
                for (int r = 0; r < kRows; ++r)
                    reference[r] = std::max(reference[r], maxOf(largest[r]));
            }
            if (!more)
                break;
        }
        std::copy_n(reference, rows(group), m_s.bound.data() + group * kRows);
    }

    float needed(int group) const {
        const float* bound = m_s.bound.data() + group * kRows;
        return m_h.weights ? *std::min_element(bound, bound + rows(group)) + m_limit : m_limit;
    }

    void compute(int group, std::int64_t block, int from, int to) {
        if (m_h.cap.limit > 0)
            computeTiles<true>(group, block, from, to);
        else
            computeTiles<false>(group, block, from, to);
    }

    template <bool kCapped>
    void computeTiles(int group, std::int64_t block, int from, int to) {
        const int depth = static_cast<int>(m_h.headDim);
        const float* queries = m_s.queries.data() + group * kRows * depth;
        const float* reference = m_s.reference.data() + group * kRows;
        const std::int64_t keepEnd = m_h.keepBegin() + m_h.keepWidth();
        const std::int64_t keepFrom = std::max(block * kBlock + from * kPanel, m_h.keepBegin());
        const std::int64_t stride = m_h.deferred() ? m_h.keepWidth() : kBlock;
        float* cells = m_h.deferred() ? m_s.cells.data() + group * kRows * stride : m_s.cells.data();
        const std::int64_t column = m_h.deferred() ? m_h.keepBegin() : block * kBlock; // key of the first cell
        for (int panel = from; panel < to; ++panel) {
            const std::int64_t key = block * kBlock + panel * kPanel;
            Vec tile[kRows][2];
            scoreTile<kCapped>(queries, m_keys, m_bias, m_h.sight, depth, place(group), key,
                               m_h.weights ? kMasked : m_h.masked, tile, m_h.cap.limit);
            if (m_h.weights)
                weighTile(group * kRows, reference, tile);
            if (key < keepFrom || key >= keepEnd)
                continue;
#pragma GCC unroll 16
            for (int r = 0; r < kRows; ++r) {
                store(tile[r][0], cells + r * stride + key - column);
                store(tile[r][1], cells + r * stride + key - column + kLanes);
            }
        }
        const std::int64_t keepTo = std::min(block * kBlock + to * kPanel, keepEnd);
        if (keepFrom < keepTo) {
            m_s.parts.push_back({group, static_cast<int>(keepTo - keepFrom), keepFrom});
            if (m_limit > -std::numeric_limits<float>::infinity() && block == (end(group) - 1) / kBlock)
                raiseBound(group, cells + keepFrom - column, stride, static_cast<int>(keepTo - keepFrom));
        }
    }

    HWY_INLINE void weighTile(int row, const float* HWY_RESTRICT reference, Vec (&tile)[kRows][2]) {
        float* total = m_s.total.data() + row * kLanes;
        float* product = m_s.product.data() + row * kLanes;
#pragma GCC unroll 16
        for (int r = 0; r < kRows; ++r) {
            const Vec a = hn::Sub(tile[r][0], set(reference[r])), b = hn::Sub(tile[r][1], set(reference[r]));
            tile[r][0] = exp2(a);
            tile[r][1] = exp2(b);
            store(hn::Add(load(total + r * kLanes), hn::Add(tile[r][0], tile[r][1])), total + r * kLanes);
            if (m_h.products)
                store(hn::MulAdd(tile[r][0], a, hn::MulAdd(tile[r][1], b, load(product + r * kLanes))),
                      product + r * kLanes);
        }
    }

    // Near the diagonal lie the largest weights: what they reach decides what may be skipped farther out.
    void raiseBound(int group, const float* cells, std::int64_t stride, int count) {
        for (int r = 0; r < rows(group); ++r) {
            Vec largest = set(0);
            for (int x = 0; x < count; x += kLanes)
                largest = hn::Max(largest, load(cells + r * stride + x));
            float& bound = m_s.bound.data()[group * kRows + r];
            bound = std::max(bound, std::log2(maxOf(largest)) + m_s.reference.data()[group * kRows + r]);
        }
    }

    template <class Sink>
    void giveLast(Sink& sink) {
        if (m_s.parts.empty())
            return;
        float ones[kRows];
        std::fill_n(ones, kRows, 1.0f);
        const auto part = m_s.parts.back();
        m_s.parts.clear();
        sink.take(m_first + part.group * kRows, rows(part.group), part.key, part.count,
                  m_s.cells.data() + part.key % kBlock, kBlock, ones);
    }

    template <class Sink>
    void giveAll(Sink& sink) {
        for (const auto& part : m_s.parts) {
            float factors[kRows];
            for (int r = 0; r < rows(part.group); ++r)
                factors[r] = static_cast<float>(1 / total(part.group * kRows + r));
            sink.take(m_first + part.group * kRows, rows(part.group), part.key, part.count,
                      m_s.cells.data() + part.group * kRows * m_h.keepWidth() + part.key - m_h.keepBegin(),
                      m_h.keepWidth(), factors);
        }
    }

    const BandHead& m_h;
    const PackedKeys m_keys;
    const BiasLine& m_bias;
    BandScratch& m_s;
    const std::int64_t m_first, m_count;
    const int m_groups;
    const float m_limit;
};

// Queries of one unit of work, and how many groups of it are kept at a time.
struct BandPlan {
    std::int64_t queries;
    int groups;

    explicit BandPlan(const BandHead& h) {
        constexpr double kWork = 1.5e9; // floating-point operations: some 10 ms on one core
        const double row = 2.0 * static_cast<double>(h.keys) * static_cast<double>(h.headDim + 16);
        queries = static_cast<std::int64_t>(std::clamp(kWork / row / kRows, 1.0, 96.0 / kRows)) * kRows;
        constexpr std::int64_t kKept = 1 << 18; // cells: what the second-level cache holds
        groups = static_cast<int>(queries / kRows);
        if (h.deferred())
            groups = static_cast<int>(std::clamp<std::int64_t>(kKept / (kRows * (h.keepWidth() + 1)), 1, groups));
    }
};

} // namespace slopescope::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
