// The whole decoder once more, in double and in plain loops, from the formulas of the papers alone: the oracle of the
// tests of core. Knows nothing of core's code; it is given numbers by name.
//
// Pre-norm decoder, tied output, tanh GELU. Positions: ALiBi (Press et al., eq. 2), rotary (Su et al.), T5's
// unidirectional buckets, sinusoidal (as in tensor2tensor and fairseq), learned, none.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <numbers>
#include <span>
#include <string>
#include <vector>

namespace slopescope::tests {

using Row = std::vector<double>;
using Matrix = std::vector<Row>;

struct ReferenceModel {
    std::string method; // alibi | rotary | t5-bias | sinusoidal | learned | none
    std::size_t vocabulary = 0, width = 0, layers = 0, heads = 0, keyHeads = 0, headDim = 0, hidden = 0;
    double epsilon = 1e-5, embeddingScale = 1;
    std::size_t rotaryDims = 0;
    double rotaryBase = 10000;
    double rotaryDivisor = 1; // of positions: linear interpolation
    bool interleaved = false;
    bool alibiToo = false;  // ALiBi besides what `method` says
    Matrix slopes;          // [layers][heads], alibi
    std::size_t window = 0; // 0: none
    std::size_t sinks = 0;  // the first keys, seen in spite of the window
    std::function<double(std::size_t layer, std::size_t head, std::size_t distance)> otherBias; // in place of the method's
    Row temperature, logLength; // [heads], or empty: scores times t, times s log(keys that the query sees)
    std::map<std::string, Row> tensors;

    const Row& tensor(const std::string& name) const { return tensors.at(name); }
};

// What one head did, as full matrices. Masked cells are NaN in sum and 0 in probability.
struct ReferenceHead {
    Matrix score, bias, sum, probability; // [length][length]
};

struct ReferenceForward {
    Matrix logits;                                // [length][vocabulary]
    std::vector<std::vector<ReferenceHead>> head; // [layer][head]
};

namespace reference {

// The first distance of each of the buckets 16..31 of T5's 32 buckets up to distance 128, as tabulated from its source.
inline std::size_t bucketOf32(std::size_t distance) {
    constexpr std::array<std::size_t, 16> kFirst{16, 19, 21, 24, 27, 31, 35, 40, 46, 52, 59, 67, 77, 87, 99, 113};
    if (distance < 16)
        return distance;
    std::size_t bucket = 16;
    while (bucket < 31 && distance >= kFirst[bucket - 15])
        ++bucket;
    return bucket;
}

inline Row normed(const Row& x, const Row& weight, const Row& bias, double epsilon) {
    double mean = 0, variance = 0;
    for (const double value : x)
        mean += value / double(x.size());
    for (const double value : x)
        variance += (value - mean) * (value - mean) / double(x.size());
    Row y(x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        y[i] = (x[i] - mean) / std::sqrt(variance + epsilon) * weight[i] + bias[i];
    return y;
}

// weight: [out, in] row by row.
inline Row linear(const Row& x, const Row& weight, const Row& bias) {
    Row y(bias);
    for (std::size_t o = 0; o < y.size(); ++o)
        for (std::size_t i = 0; i < x.size(); ++i)
            y[o] += weight[o * x.size() + i] * x[i];
    return y;
}

inline double gelu(double x) {
    return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}

inline double sinusoid(std::size_t position, std::size_t i, std::size_t width) {
    const std::size_t half = width / 2, k = i % half;
    const double angle = double(position) / std::pow(10000.0, double(k) / double(half - 1));
    return i < half ? std::sin(angle) : std::cos(angle);
}

// One head's vector turned: each pair is a complex number times exp(i p theta).
inline Row rotated(Row x, double position, std::size_t dims, double base, bool interleaved) {
    for (std::size_t k = 0; k < dims / 2; ++k) {
        const std::size_t a = interleaved ? 2 * k : k, b = interleaved ? 2 * k + 1 : k + dims / 2;
        const double theta = 1 / std::pow(base, double(2 * k) / double(dims));
        const std::complex<double> turned = std::complex(x[a], x[b]) * std::polar(1.0, position * theta);
        x[a] = turned.real();
        x[b] = turned.imag();
    }
    return x;
}

inline double biasOf(const ReferenceModel& m, std::size_t layer, std::size_t head, std::size_t distance) {
    if (m.otherBias)
        return m.otherBias(layer, head, distance);
    double bias = 0;
    if (m.method == "alibi" || m.alibiToo)
        bias -= m.slopes[layer][head] * double(distance);
    if (m.method == "t5-bias")
        bias += m.tensor("relative_bias.weight")[bucketOf32(distance) * m.heads + head];
    return bias;
}

// q and k are [length][headDim] of one head.
inline ReferenceHead attention(const ReferenceModel& m, std::size_t layer, std::size_t head, const Matrix& q,
                               const Matrix& k) {
    const std::size_t length = q.size();
    const Matrix blank(length, Row(length, std::numeric_limits<double>::quiet_NaN()));
    ReferenceHead result{blank, blank, blank, Matrix(length, Row(length, 0.0))};
    for (std::size_t i = 0; i < length; ++i) {
        double largest = -std::numeric_limits<double>::infinity(), total = 0, factor = 1, seen = 0;
        for (std::size_t j = 0; j <= i; ++j)
            seen += !(m.window && i - j >= m.window && j >= m.sinks);
        if (!m.temperature.empty())
            factor *= m.temperature[head];
        if (!m.logLength.empty())
            factor *= m.logLength[head] * std::log(seen);
        for (std::size_t j = 0; j <= i; ++j) {
            if (m.window && i - j >= m.window && j >= m.sinks)
                continue;
            double dot = 0;
            for (std::size_t d = 0; d < m.headDim; ++d)
                dot += q[i][d] * k[j][d];
            result.score[i][j] = factor * dot / std::sqrt(double(m.headDim));
            result.bias[i][j] = biasOf(m, layer, head, i - j);
            result.sum[i][j] = result.score[i][j] + result.bias[i][j];
            largest = std::max(largest, result.sum[i][j]);
        }
        for (std::size_t j = 0; j <= i; ++j)
            if (!std::isnan(result.sum[i][j]))
                total += result.probability[i][j] = std::exp(result.sum[i][j] - largest);
        for (double& p : result.probability[i])
            p /= total;
    }
    return result;
}

// One layer in place.
inline std::vector<ReferenceHead> runLayer(const ReferenceModel& m, std::size_t layer, Matrix& x) {
    const std::string prefix = "layers." + std::to_string(layer) + ".";
    const auto of = [&](const char* name) -> const Row& { return m.tensor(prefix + name); };
    const std::size_t length = x.size(), dim = m.headDim;
    // [head][position][dim]
    std::vector<Matrix> q(m.heads, Matrix(length)), k(m.keyHeads, Matrix(length)), v(m.keyHeads, Matrix(length));
    for (std::size_t p = 0; p < length; ++p) {
        const Row all = linear(normed(x[p], of("attention_norm.weight"), of("attention_norm.bias"), m.epsilon),
                               of("attention.qkv.weight"), of("attention.qkv.bias"));
        const auto part = [&](std::size_t index, bool turns) {
            const auto first = all.begin() + std::ptrdiff_t(index * dim);
            Row row(first, first + std::ptrdiff_t(dim));
            return turns && m.method == "rotary" ? rotated(row, double(p) / m.rotaryDivisor, m.rotaryDims, m.rotaryBase, m.interleaved) : row;
        };
        for (std::size_t h = 0; h < m.heads; ++h)
            q[h][p] = part(h, true);
        for (std::size_t h = 0; h < m.keyHeads; ++h) {
            k[h][p] = part(m.heads + h, true);
            v[h][p] = part(m.heads + m.keyHeads + h, false);
        }
    }
    std::vector<ReferenceHead> heads;
    Matrix attended(length, Row(m.heads * dim, 0.0));
    for (std::size_t h = 0; h < m.heads; ++h) {
        const std::size_t shared = h / (m.heads / m.keyHeads);
        heads.push_back(attention(m, layer, h, q[h], k[shared]));
        for (std::size_t i = 0; i < length; ++i)
            for (std::size_t j = 0; j <= i; ++j)
                for (std::size_t d = 0; d < dim; ++d)
                    attended[i][h * dim + d] += heads[h].probability[i][j] * v[shared][j][d];
    }
    for (std::size_t p = 0; p < length; ++p) {
        const Row projected = linear(attended[p], of("attention.output.weight"), of("attention.output.bias"));
        for (std::size_t i = 0; i < m.width; ++i)
            x[p][i] += projected[i];
        Row up = linear(normed(x[p], of("mlp_norm.weight"), of("mlp_norm.bias"), m.epsilon), of("mlp.up.weight"),
                        of("mlp.up.bias"));
        for (double& value : up)
            value = gelu(value);
        const Row down = linear(up, of("mlp.down.weight"), of("mlp.down.bias"));
        for (std::size_t i = 0; i < m.width; ++i)
            x[p][i] += down[i];
    }
    return heads;
}

} // namespace reference

inline ReferenceForward referenceForward(const ReferenceModel& m, std::span<const std::int32_t> ids) {
    Matrix x(ids.size(), Row(m.width));
    const Row& embedding = m.tensor("embedding.weight");
    for (std::size_t p = 0; p < ids.size(); ++p)
        for (std::size_t i = 0; i < m.width; ++i) {
            x[p][i] = m.embeddingScale * embedding[std::size_t(ids[p]) * m.width + i];
            if (m.method == "sinusoidal")
                x[p][i] += reference::sinusoid(p, i, m.width);
            if (m.method == "learned")
                x[p][i] += m.tensor("position_embedding.weight")[p * m.width + i];
        }
    ReferenceForward result;
    for (std::size_t layer = 0; layer < m.layers; ++layer)
        result.head.push_back(reference::runLayer(m, layer, x));
    for (const Row& row : x) {
        const Row y = reference::normed(row, m.tensor("final_norm.weight"), m.tensor("final_norm.bias"), m.epsilon);
        result.logits.push_back(reference::linear(y, embedding, Row(m.vocabulary, 0.0)));
    }
    return result;
}

// -log p(target) of a row of logits, in nats.
inline double referenceLoss(const Row& logits, std::int32_t target) {
    const double largest = *std::max_element(logits.begin(), logits.end());
    double total = 0;
    for (const double value : logits)
        total += std::exp(value - largest);
    return largest + std::log(total) - logits[std::size_t(target)];
}

// The loss of each prediction of ids[1..] from what stands before it.
inline Row referenceLosses(const ReferenceModel& m, std::span<const std::int32_t> ids) {
    const ReferenceForward forward = referenceForward(m, ids.first(ids.size() - 1));
    Row losses;
    for (std::size_t p = 0; p + 1 < ids.size(); ++p)
        losses.push_back(referenceLoss(forward.logits[p], ids[p + 1]));
    return losses;
}

} // namespace slopescope::tests
