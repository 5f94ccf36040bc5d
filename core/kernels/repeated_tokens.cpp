#include "core/kernels/repeated_tokens.h"

#include "core/kernels/visible.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace slopescope::kernels {
namespace {

constexpr std::int64_t kQueriesTogether = 64;
constexpr float kNothing = -25; // e^-25 of a row, times all keys of a text, is still no digit of a printed share

// Eight sums side by side, which a compiler turns into vectors.
float dot(const float* a, const float* b, std::int64_t count) {
    constexpr std::int64_t kLanes = 8;
    float sums[kLanes] = {};
    std::int64_t x = 0;
    for (; x + kLanes <= count; x += kLanes)
        for (std::int64_t lane = 0; lane < kLanes; ++lane)
            sums[lane] += a[x + lane] * b[x + lane];
    float sum = 0;
    for (; x < count; ++x)
        sum += a[x] * b[x];
    for (const float lane : sums)
        sum += lane;
    return sum;
}

class Head {
public:
    explicit Head(const RepeatedTokens& p) : m_p(p), m_sight{p.window, p.sinks} {
        float largest = 0;
        for (std::int64_t key = 0; key < p.tokens; ++key)
            largest = std::max(largest, dot(keyRow(key), keyRow(key), p.headDim));
        m_longestKey = std::sqrt(largest);
    }

    // Adds what the query gives to earlier copies and to their successors.
    void add(std::int64_t query, double& duplicate, double& induction) const {
        const float* q = m_p.q + query * m_p.qStride;
        // With a linear bias no farther key matters once the largest possible score there does not.
        const float slope = m_p.bias.slopes ? m_p.bias.slopes[0] : 0;
        const float headroom =
            std::abs(m_p.scale) * std::sqrt(dot(q, q, m_p.headDim)) * m_longestKey - m_p.lse[query] - kNothing;
        for (std::int64_t copy = m_p.previous[query]; copy >= 0; copy = m_p.previous[copy]) {
            if (slope > 0 && headroom < slope * static_cast<float>(query - copy - 1) && m_p.sinks == 0)
                break;
            duplicate += probability(q, query, copy);
            induction += probability(q, query, copy + 1);
        }
    }

private:
    const float* keyRow(std::int64_t key) const { return m_p.k + key * m_p.kStride; }

    double probability(const float* q, std::int64_t query, std::int64_t key) const {
        if (!m_sight.count(query, key, key + 1))
            return 0;
        const float product = m_p.scale * dot(q, keyRow(key), m_p.headDim);
        const float capped = m_p.softCap > 0 ? m_p.softCap * std::tanh(product / m_p.softCap) : product;
        const float score = capped + biasAt(m_p.bias, 0, query - key);
        return std::exp(static_cast<double>(score) - static_cast<double>(m_p.lse[query]));
    }

    const RepeatedTokens& m_p;
    const Sight m_sight;
    float m_longestKey = 0;
};

} // namespace

std::vector<std::int64_t> previousPositions(std::span<const std::int32_t> ids) {
    std::unordered_map<std::int32_t, std::int64_t> last;
    std::vector<std::int64_t> previous;
    previous.reserve(ids.size());
    for (const std::int32_t id : ids) {
        const auto [known, isNew] = last.try_emplace(id, std::int64_t(previous.size()));
        previous.push_back(isNew ? -1 : known->second);
        known->second = std::int64_t(previous.size()) - 1;
    }
    return previous;
}

RepeatedTokensMass repeatedTokensMass(const RepeatedTokens& p, const ParallelFor& parallelFor) {
    const Head head(p);
    std::vector<RepeatedTokensMass> parts(std::size_t((p.tokens + kQueriesTogether - 1) / kQueriesTogether));
    parallelFor(std::int64_t(parts.size()), [&](std::int64_t index) {
        RepeatedTokensMass part;
        const std::int64_t end = std::min((index + 1) * kQueriesTogether, p.tokens);
        for (std::int64_t query = index * kQueriesTogether; query < end; ++query)
            if (p.previous[query] >= 0) {
                head.add(query, part.duplicate, part.induction);
                ++part.queries;
            }
        parts[std::size_t(index)] = part;
    });
    RepeatedTokensMass all; // summed in order, so that the result does not depend on the threads
    for (const RepeatedTokensMass& part : parts) {
        all.duplicate += part.duplicate;
        all.induction += part.induction;
        all.queries += part.queries;
    }
    const double queries = double(std::max<std::int64_t>(all.queries, 1));
    return {all.duplicate / queries, all.induction / queries, all.queries};
}

} // namespace slopescope::kernels
