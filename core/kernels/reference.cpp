// The kernel every other one is measured against: plain loops, double arithmetic on the float inputs, no skipping.
#include "core/kernels/rows.h"
#include "core/kernels/visible.h"

#include <cmath>
#include <limits>
#include <vector>

namespace slopescope::kernels {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double biasInDouble(const DistanceBias& bias, std::int64_t head, std::int64_t distance) {
    return bias.slopes ? -static_cast<double>(bias.slopes[head]) * static_cast<double>(distance)
                       : biasAt(bias, head, distance);
}

// One query and its head's keys, wherever they come from.
struct Row {
    const float* q;
    const float* k;
    std::int64_t kStride, headDim, position, head;
    double scale;
    const DistanceBias& bias;
    Sight sight;
    double softCap, sinkLogit;

    double dot(std::int64_t key) const {
        double sum = 0;
        for (std::int64_t x = 0; x < headDim; ++x)
            sum += static_cast<double>(q[x]) * k[key * kStride + x];
        return softCap > 0 ? softCap * std::tanh(scale * sum / softCap) : scale * sum;
    }
    double score(std::int64_t key) const { return dot(key) + biasInDouble(bias, head, position - key); }

    template <class Body>
    void forVisible(const Body& body) const {
        for (std::int64_t key = 0; key < sight.sinkEnd(position); ++key)
            body(key);
        for (std::int64_t key = sight.begin(position); key < sight.end(position); ++key)
            body(key);
    }

    double lse() const {
        std::vector<double> scores;
        double largest = sinkLogit, sum = 0;
        forVisible([&](std::int64_t key) {
            scores.push_back(score(key));
            largest = std::max(largest, scores.back());
        });
        for (double value : scores)
            sum += std::exp(value - largest);
        return scores.empty() ? sinkLogit : largest + std::log(sum + std::exp(sinkLogit - largest));
    }
};

bool runsHere() {
    return true;
}
bool supports(const Attention&) {
    return true;
}

std::int64_t cells(const Sight& sight, std::int64_t firstPosition, std::int64_t queries) {
    std::int64_t sum = 0;
    for (std::int64_t i = 0; i < queries; ++i)
        sum += sight.count(firstPosition + i, 0, firstPosition + queries);
    return sum;
}

Row rowOf(const Attention& a, std::int64_t batch, std::int64_t head, std::int64_t query) {
    return {a.q.row(batch, head, query),
            a.k.row(batch, head / (a.heads / a.keyHeads), 0),
            a.k.rowStride,
            a.headDim,
            a.keys - a.queries + query,
            head,
            a.scale,
            a.bias,
            Sight{a.window, a.sinks},
            a.softCap,
            a.sinkLogits ? a.sinkLogits[head] : kNoSinkLogit};
}

Visited attend(const Attention& a, const AttentionOutput& output, const ParallelFor& parallelFor) {
    const Sight sight{a.window, a.sinks};
    parallelFor(a.batch * a.heads * a.queries, [&](std::int64_t index) {
        const std::int64_t i = index % a.queries, head = index / a.queries % a.heads,
                           batch = index / a.queries / a.heads;
        const std::int64_t keyHead = head / (a.heads / a.keyHeads);
        const Row row = rowOf(a, batch, head, i);
        const double lse = row.lse();
        std::vector<double> sum(a.headDim, 0.0);
        row.forVisible([&](std::int64_t key) {
            const double p = std::exp(row.score(key) - lse);
            const float* v = a.v.row(batch, keyHead, key);
            for (std::int64_t x = 0; x < a.headDim; ++x)
                sum[x] += p * v[x];
        });
        float* out = output.out + batch * output.batchStride + head * output.headStride + i * output.rowStride;
        for (std::int64_t x = 0; x < a.headDim; ++x)
            out[x] = static_cast<float>(sum[x]);
        if (output.lse)
            output.lse[index] = static_cast<float>(lse);
    });
    const std::int64_t heads = a.batch * a.heads, first = a.keys - a.queries;
    return {heads * cells(sight, first, a.queries), heads * cells(Sight{}, first, a.queries)};
}

// All of one key head: every query head that shares it, every batch, so that each sum belongs to one thread. Nothing of
// the forward pass but q, k and v is used: weights and dout . out are computed anew, in double.
void keyHeadBackward(const Attention& a, const AttentionBackward& b, const AttentionGradients& gradients,
                     std::int64_t keyHead) {
    const std::int64_t sharing = a.heads / a.keyHeads;
    std::vector<double> distances(sharing * a.keys, 0.0);
    for (std::int64_t batch = 0; batch < a.batch; ++batch) {
        std::vector<double> dk(a.keys * a.headDim, 0.0), dv(a.keys * a.headDim, 0.0);
        for (std::int64_t member = 0; member < sharing; ++member)
            for (std::int64_t i = 0; i < a.queries; ++i) {
                const std::int64_t head = keyHead * sharing + member;
                const Row row = rowOf(a, batch, head, i);
                const float* dout = b.dout.row(batch, head, i);
                const double lse = row.lse();
                const auto dweight = [&](std::int64_t key) {
                    double sum = 0;
                    for (std::int64_t x = 0; x < a.headDim; ++x)
                        sum += static_cast<double>(dout[x]) * a.v.row(batch, keyHead, key)[x];
                    return sum;
                };
                double delta = 0;
                row.forVisible([&](std::int64_t key) { delta += std::exp(row.score(key) - lse) * dweight(key); });
                std::vector<double> dq(a.headDim, 0.0);
                row.forVisible([&](std::int64_t key) {
                    const double weight = std::exp(row.score(key) - lse), dscore = weight * (dweight(key) - delta);
                    const float* k = a.k.row(batch, keyHead, key);
                    for (std::int64_t x = 0; x < a.headDim; ++x) {
                        dq[x] += a.scale * dscore * k[x];
                        dk[key * a.headDim + x] += a.scale * dscore * row.q[x];
                        dv[key * a.headDim + x] += weight * dout[x];
                    }
                    distances[member * a.keys + row.position - key] += dscore;
                });
                std::copy(dq.begin(), dq.end(), gradients.q.row(batch, head, i));
            }
        for (std::int64_t key = 0; key < a.keys; ++key)
            for (std::int64_t x = 0; x < a.headDim; ++x) {
                gradients.k.row(batch, keyHead, key)[x] = static_cast<float>(dk[key * a.headDim + x]);
                gradients.v.row(batch, keyHead, key)[x] = static_cast<float>(dv[key * a.headDim + x]);
            }
    }
    for (std::int64_t member = 0; member < sharing; ++member) {
        const std::int64_t head = keyHead * sharing + member;
        double slope = 0;
        std::vector<double> table(std::max<std::int64_t>(a.bias.tableLength, 1), 0.0);
        for (std::int64_t distance = 0; distance < a.keys; ++distance) {
            slope -= distances[member * a.keys + distance] * static_cast<double>(distance);
            table[std::min(distance, std::int64_t(table.size()) - 1)] += distances[member * a.keys + distance];
        }
        if (gradients.slopes)
            gradients.slopes[head] = static_cast<float>(slope);
        if (gradients.table)
            std::copy(table.begin(), table.end(), gradients.table + head * a.bias.tableLength);
    }
}

Visited attendBackward(const Attention& a, const AttentionBackward& b, const AttentionGradients& gradients,
                       const ParallelFor& parallelFor) {
    parallelFor(a.keyHeads, [&](std::int64_t keyHead) { keyHeadBackward(a, b, gradients, keyHead); });
    const std::int64_t heads = a.batch * a.heads, first = a.keys - a.queries;
    return {heads * cells(Sight{a.window, a.sinks}, first, a.queries), heads * cells(Sight{}, first, a.queries)};
}

// Pools the cells of one row of pixels.
void mapRow(const Map& m, const MapOutput& output, std::int64_t pixelRow, const Sight& sight) {
    const std::int64_t queryFrom = pixelEdge(m.queryBegin, m.queryEnd, m.rows, pixelRow);
    const std::int64_t queryTo = pixelEdge(m.queryBegin, m.queryEnd, m.rows, pixelRow + 1);
    const bool mean = m.pooling == Pooling::Mean;
    std::vector<double> pooled(m.columns, mean ? 0.0 : -kInfinity);
    std::vector<std::int64_t> counts(m.columns, 0);
    for (std::int64_t i = queryFrom; i < queryTo; ++i) {
        const Row row{
            m.q + i * m.qStride, m.k, m.kStride, m.headDim, m.keys - m.queries + i, 0, m.scale, m.bias, sight,
            m.softCap,           m.sinkLogit};
        double lse = 0;
        if (m.lse)
            lse = m.lse[i];
        else if (output.lse || m.stage == Stage::Probability)
            lse = row.lse();
        if (output.lse)
            output.lse[i] = static_cast<float>(lse);
        for (std::int64_t column = 0; column < m.columns; ++column) {
            const std::int64_t to = pixelEdge(m.keyBegin, m.keyEnd, m.columns, column + 1);
            for (std::int64_t j = pixelEdge(m.keyBegin, m.keyEnd, m.columns, column); j < to; ++j) {
                if (!sight.count(row.position, j, j + 1))
                    continue;
                double value = 0;
                switch (m.stage) {
                case Stage::Score:
                    value = row.dot(j);
                    break;
                case Stage::Bias:
                    value = biasInDouble(m.bias, 0, row.position - j);
                    break;
                case Stage::Sum:
                    value = row.score(j);
                    break;
                case Stage::Probability:
                    value = std::exp(row.score(j) - lse);
                    break;
                }
                pooled[column] = mean ? pooled[column] + value : std::max(pooled[column], value);
                ++counts[column];
            }
        }
    }
    for (std::int64_t column = 0; column < m.columns; ++column) {
        const double value = mean ? pooled[column] / static_cast<double>(counts[column]) : pooled[column];
        output.picture[pixelRow * m.columns + column] =
            counts[column] ? static_cast<float>(value) : std::numeric_limits<float>::quiet_NaN();
    }
}

Visited map(const Map& m, const MapOutput& output, const ParallelFor& parallelFor) {
    const Sight sight{m.window, m.sinks};
    parallelFor(m.rows, [&](std::int64_t pixelRow) { mapRow(m, output, pixelRow, sight); });
    const std::int64_t first = m.keys - m.queries;
    std::int64_t computed = 0, dense = 0;
    for (std::int64_t i = m.queryBegin; i < m.queryEnd; ++i) {
        computed += sight.count(first + i, m.keyBegin, m.keyEnd);
        dense += Sight{}.count(first + i, m.keyBegin, m.keyEnd);
    }
    return {computed, dense};
}

Visited profile(const Profile& p, ProfileOutput& output, const ParallelFor& parallelFor) {
    const std::int64_t rows = p.queryEnd - p.queryBegin, bins = static_cast<std::int64_t>(output.mass.size());
    enum { Distance, Entropy, First, Diagonal, Numbers };
    std::vector<double> parts(rows * (Numbers + bins), 0.0);
    parallelFor(rows, [&](std::int64_t index) {
        const std::int64_t i = p.queryBegin + index;
        double* part = parts.data() + index * (Numbers + bins);
        const Row row{p.q + i * p.qStride,     p.k, p.kStride, p.headDim, p.keys - p.queries + i, 0, p.scale, p.bias,
                      Sight{p.window, p.sinks}, p.softCap, p.sinkLogit};
        const double lse = row.lse();
        if (const double logarithm = row.sinkLogit - lse; row.sinkLogit > -kInfinity)
            part[Entropy] -= std::exp(logarithm) * logarithm / std::log(2.0);
        row.forVisible([&](std::int64_t key) {
            const std::int64_t distance = row.position - key;
            const double logarithm = row.score(key) - lse, probability = std::exp(logarithm);
            part[Distance] += probability * static_cast<double>(distance);
            part[Entropy] -= probability * logarithm / std::log(2.0);
            part[First] += key < p.firstKeys ? probability : 0;
            part[Diagonal] += distance == 0 ? probability : 0;
            const auto edge = std::upper_bound(p.binEdges.begin(), p.binEdges.end(), distance) - p.binEdges.begin();
            if (edge >= 1 && edge <= bins)
                part[Numbers + edge - 1] += probability;
        });
    });
    std::vector<double> sums(Numbers + bins, 0.0);
    for (std::int64_t index = 0; index < rows; ++index)
        for (std::int64_t x = 0; x < Numbers + bins; ++x)
            sums[x] += parts[index * (Numbers + bins) + x] / static_cast<double>(rows);
    output.meanDistance = sums[Distance];
    output.entropy = sums[Entropy];
    output.firstKeysMass = sums[First];
    output.diagonalMass = sums[Diagonal];
    std::copy(sums.begin() + Numbers, sums.end(), output.mass.begin());
    const std::int64_t first = p.keys - p.queries;
    return {cells(Sight{p.window, p.sinks}, first + p.queryBegin, rows), cells(Sight{}, first + p.queryBegin, rows)};
}

} // namespace

const Kernel& referenceKernel() {
    static constexpr Kernel kernel{"reference", runsHere, supports, attend, map, profile, attendBackward};
    return kernel;
}

} // namespace slopescope::kernels
