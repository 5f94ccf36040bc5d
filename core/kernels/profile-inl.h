// How one head spends its attention by distance: the cells of a Band, each row shifted so that equal distances meet,
// are added up along the diagonals. Included by simd.cpp only.
#if defined(SLOPESCOPE_KERNELS_PROFILE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef SLOPESCOPE_KERNELS_PROFILE_INL_H
#undef SLOPESCOPE_KERNELS_PROFILE_INL_H
#else
#define SLOPESCOPE_KERNELS_PROFILE_INL_H
#endif

#include "core/kernels/band-inl.h"

#include <algorithm>
#include <atomic>
#include <vector>

HWY_BEFORE_NAMESPACE();
namespace slopescope::kernels::HWY_NAMESPACE {

struct ProfileScratch {
    ProfileScratch(const BandHead& h, const BandPlan& plan) : band(h, plan.groups), masses(h.keys + 2 * kMargin) {
        std::fill_n(masses.data(), h.keys + 2 * kMargin, 0.0f);
    }
    static constexpr std::int64_t kMargin = 64; // panels reach past the diagonal, with weight 0
    BandScratch band;
    Buffer masses; // by distance, the farthest first; between units everything is 0
};

// The sink of a Band. Totals are sums over the queries it was given.
class ProfileSums {
public:
    enum { Distance, Entropy, First, Diagonal, Numbers }; // then one sum a bin

    ProfileSums(const Profile& p, ProfileScratch& scratch, double* sums)
        : m_p(p), m_far(p.keys - 1), m_masses(scratch.masses.data() + ProfileScratch::kMargin), m_sums(sums),
          m_from(p.keys) {}

    void take(std::int64_t query, int rows, std::int64_t key, int count, const float* cells, std::int64_t stride,
              const float* factors) {
        const std::int64_t position = m_p.keys - m_p.queries + query;
        m_from = std::min(m_from, m_far - position - rows + 1 + key);
        for (int r = 0; r < rows; ++r) {
            float* masses = m_masses + m_far - position - r + key;
            const Vec factor = set(factors[r]);
            for (int x = 0; x < count; x += kLanes)
                store(hn::MulAdd(factor, load(cells + r * stride + x), load(masses + x)), masses + x);
            for (std::int64_t j = key; j < std::min(key + count, m_p.firstKeys); ++j)
                m_sums[First] += static_cast<double>(factors[r]) * cells[r * stride + j - key];
        }
    }

    void addEntropy(double entropy) { m_sums[Entropy] += entropy; }

    // Sorts the masses into bins and clears them for the next unit.
    void finish() {
        std::size_t bin = std::max<std::size_t>(m_p.binEdges.size(), 1) - 1; // the one beyond the last bin
        for (std::int64_t slot = m_from; slot <= m_far; ++slot) {
            const std::int64_t distance = m_far - slot;
            const double mass = m_masses[slot];
            m_sums[Distance] += mass * static_cast<double>(distance);
            while (bin > 0 && distance < m_p.binEdges[bin])
                --bin;
            if (bin + 1 < m_p.binEdges.size() && distance >= m_p.binEdges[bin])
                m_sums[Numbers + bin] += mass;
        }
        if (m_from <= m_far)
            m_sums[Diagonal] += m_masses[m_far];
        std::fill(m_masses + m_from, m_masses + m_far + ProfileScratch::kMargin, 0.0f);
    }

private:
    const Profile& m_p;
    const std::int64_t m_far;
    float* m_masses; // [m_far - distance]
    double* m_sums;
    std::int64_t m_from; // the farthest slot touched
};

inline Visited profile(const Profile& p, ProfileOutput& output, const ParallelFor& parallelFor) {
    BandHead h;
    h.q = p.q;
    h.k = p.k;
    h.qStride = p.qStride;
    h.kStride = p.kStride;
    h.queries = p.queries;
    h.keys = p.keys;
    h.headDim = p.headDim;
    h.scale = SoftCap::scaleOf(p.scale, p.softCap, kLog2E);
    h.cap = SoftCap(p.softCap, kLog2E);
    h.sinkBits = p.sinkLogit * kLog2E;
    h.sight = {p.window, p.sinks};
    h.tolerance = p.tolerance;
    h.products = true;
    h.keyEnd = p.keys;
    const BandPlan plan(h);
    const PackedBandKeys keys(h, parallelFor);
    const BiasLine bias(p.bias, 0, p.keys, kLog2E);
    ScratchPool<ProfileScratch> pool;

    const std::int64_t begin = std::max(p.queryBegin, p.queries - p.keys); // rows before see nothing and add nothing
    const std::int64_t units = std::max<std::int64_t>(0, (p.queryEnd - begin + plan.queries - 1) / plan.queries);
    const std::int64_t numbers = ProfileSums::Numbers + static_cast<std::int64_t>(output.mass.size());
    std::vector<double> parts(units * numbers, 0.0);
    std::atomic<std::int64_t> computed{0}, dense{0};
    parallelFor(units, [&](std::int64_t index) {
        const std::int64_t unit = units - 1 - index; // the longest first
        const auto scratch = pool.take(h, plan);
        ProfileSums sums(p, *scratch, parts.data() + unit * numbers);
        const std::int64_t from = begin + unit * plan.queries, to = std::min(from + plan.queries, p.queryEnd);
        for (std::int64_t query = from; query < to; query += plan.groups * kRows) {
            const std::int64_t count = std::min<std::int64_t>(plan.groups * kRows, to - query);
            Band band(h, keys.view(), bias, (*scratch).band, query, count);
            const Visited visited = band.run(sums);
            computed.fetch_add(visited.computed, std::memory_order_relaxed);
            dense.fetch_add(visited.dense, std::memory_order_relaxed);
            for (std::int64_t row = 0; row < count; ++row)
                sums.addEntropy(band.entropy(row));
        }
        sums.finish();
    });
    // In order, so that the result does not depend on the threads.
    std::vector<double> sums(numbers, 0.0);
    for (std::int64_t unit = 0; unit < units; ++unit)
        for (std::int64_t x = 0; x < numbers; ++x)
            sums[x] += parts[unit * numbers + x];
    const double queries = static_cast<double>(std::max<std::int64_t>(p.queryEnd - p.queryBegin, 1));
    output.meanDistance = sums[ProfileSums::Distance] / queries;
    output.entropy = sums[ProfileSums::Entropy] / queries;
    output.firstKeysMass = sums[ProfileSums::First] / queries;
    output.diagonalMass = sums[ProfileSums::Diagonal] / queries;
    for (std::size_t bin = 0; bin < output.mass.size(); ++bin)
        output.mass[bin] = sums[ProfileSums::Numbers + bin] / queries;
    return {computed, dense};
}

} // namespace slopescope::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
