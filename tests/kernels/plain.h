// What the kernel tests compare against: attention by its definition, one matrix of scores, in any precision; and the
// inputs they use. Written without the kernels' own helpers on purpose.
#pragma once

#include "core/kernels/rows.h"
#include "core/base/parallel.h"
#include "tests/kernels/cuda_backend.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace slopescope::test {

using kernels::Attention;
using kernels::Kernel;

inline void onThreads(std::int64_t count, const std::function<void(std::int64_t)>& body) {
    parallelFor(count, Job(), body);
}

// Every kernel that can run here, the reference included.
inline std::vector<Kernel> kernelsHere() {
    return kernels::chooseKernels(nullptr);
}

// And those of a CUDA device, emulated and real.
inline std::vector<Kernel> kernelsUnderTest() {
    std::vector<Kernel> kernels = kernelsHere();
    for (const Kernel& kernel : cudaRows())
        kernels.push_back(kernel);
    return kernels;
}

inline std::vector<float> normal(std::int64_t count, std::uint32_t seed, float deviation = 1) {
    std::mt19937 generator(seed);
    std::normal_distribution<float> distribution(0, deviation);
    std::vector<float> values(count);
    for (float& value : values)
        value = distribution(generator);
    return values;
}

enum class Bias { None, Zero, Tiny, Paper, Huge, ShortTable, LongTable };

struct Case {
    std::int64_t batch = 1, heads = 2, groups = 1; // groups: query heads that share a key head
    std::int64_t queries = 1, keys = 1, headDim = 8, window = 0, sinks = 0;
    Bias bias = Bias::Paper;
    float tolerance = 0;
    float deviation = 1;
    std::int64_t padding = 0; // floats between the rows of q, k and v
    float softCap = 0;
    bool sinkLogits = false;
};

// Owns the memory of one call.
struct Inputs {
    std::vector<float> q, k, v, slopes, table, sinkLogits;
    Attention call;

    explicit Inputs(const Case& c) {
        const std::int64_t keyHeads = c.heads / c.groups, stride = c.headDim + c.padding;
        q = normal(c.batch * c.heads * c.queries * stride, 1, c.deviation);
        k = normal(c.batch * keyHeads * c.keys * stride, 2, c.deviation);
        v = normal(c.batch * keyHeads * c.keys * stride, 3);
        const auto rows = [&](const std::vector<float>& data, std::int64_t heads, std::int64_t count) {
            return kernels::Rows{data.data(), heads * count * stride, count * stride, stride};
        };
        call.q = rows(q, c.heads, c.queries);
        call.k = rows(k, keyHeads, c.keys);
        call.v = rows(v, keyHeads, c.keys);
        call.batch = c.batch;
        call.heads = c.heads;
        call.keyHeads = keyHeads;
        call.queries = c.queries;
        call.keys = c.keys;
        call.headDim = c.headDim;
        call.scale = 1 / std::sqrt(static_cast<float>(c.headDim));
        call.window = c.window;
        call.sinks = c.sinks;
        call.tolerance = c.tolerance;
        call.softCap = c.softCap;
        if (c.sinkLogits) {
            sinkLogits = normal(c.heads, 5, 3);
            call.sinkLogits = sinkLogits.data();
        }
        for (std::int64_t head = 0; head < c.heads; ++head)
            switch (c.bias) {
            case Bias::Zero:
                slopes.push_back(0);
                break;
            case Bias::Tiny:
                slopes.push_back(1e-6f);
                break;
            case Bias::Paper:
                slopes.push_back(std::exp2(-8.0f * static_cast<float>(head + 1) / c.heads));
                break;
            case Bias::Huge:
                slopes.push_back(1e4f);
                break;
            default:
                break;
            }
        if (c.bias == Bias::ShortTable || c.bias == Bias::LongTable) {
            call.bias.tableLength = c.bias == Bias::ShortTable ? 5 : c.keys + 9;
            table = normal(c.heads * call.bias.tableLength, 4, 2);
            call.bias.table = table.data();
        }
        if (!slopes.empty())
            call.bias.slopes = slopes.data();
    }
};

// The whole of its first head, at up to `rows` x `columns` pixels, for kernels::Map or its like on a device.
template <class Map = kernels::Map>
Map mapOf(const Attention& a, std::int64_t rows = 20, std::int64_t columns = 20) {
    Map m;
    m.q = a.q.data;
    m.k = a.k.data;
    m.qStride = a.q.rowStride;
    m.kStride = a.k.rowStride;
    m.queries = m.queryEnd = a.queries;
    m.keys = m.keyEnd = a.keys;
    m.headDim = a.headDim;
    m.scale = a.scale;
    m.bias = a.bias;
    m.window = a.window;
    m.sinks = a.sinks;
    m.tolerance = a.tolerance;
    m.rows = std::min(a.queries, rows);
    m.columns = std::min(a.keys, columns);
    return m;
}

template <class T>
T plainBias(const kernels::DistanceBias& bias, std::int64_t head, std::int64_t distance) {
    if (bias.slopes)
        return -static_cast<T>(bias.slopes[head]) * static_cast<T>(distance);
    if (bias.table)
        return bias.table[head * bias.tableLength + (distance < bias.tableLength ? distance : bias.tableLength - 1)];
    return 0;
}

inline bool plainVisible(std::int64_t distance, std::int64_t key, std::int64_t window, std::int64_t sinks) {
    return distance >= 0 && (window == 0 || distance < window || key < sinks);
}

template <class T>
T plainScore(const Attention& a, T dot) {
    const T score = dot * static_cast<T>(a.scale), cap = static_cast<T>(a.softCap);
    return cap > 0 ? cap * std::tanh(score / cap) : score;
}

template <class T>
struct PlainResult {
    std::vector<T> out, lse, weights; // [batch, heads, queries, headDim | - | keys]
};

template <class T>
PlainResult<T> plainAttention(const Attention& a) {
    PlainResult<T> result;
    for (std::int64_t b = 0; b < a.batch; ++b)
        for (std::int64_t h = 0; h < a.heads; ++h)
            for (std::int64_t i = 0; i < a.queries; ++i) {
                const std::int64_t keyHead = h * a.keyHeads / a.heads, position = a.keys - a.queries + i;
                const float* q = a.q.row(b, h, i);
                std::vector<T> weights(a.keys, 0), out(a.headDim, 0);
                T largest = -std::numeric_limits<T>::infinity(), sum = 0;
                for (std::int64_t j = 0; j < a.keys; ++j) {
                    const float* k = a.k.row(b, keyHead, j);
                    T dot = 0;
                    for (std::int64_t x = 0; x < a.headDim; ++x)
                        dot += static_cast<T>(q[x]) * static_cast<T>(k[x]);
                    weights[j] = -std::numeric_limits<T>::infinity();
                    if (plainVisible(position - j, j, a.window, a.sinks))
                        weights[j] = plainScore<T>(a, dot) + plainBias<T>(a.bias, h, position - j);
                    largest = std::max(largest, weights[j]);
                }
                if (a.sinkLogits)
                    largest = std::max(largest, static_cast<T>(a.sinkLogits[h]));
                for (T& weight : weights) {
                    weight = largest > -std::numeric_limits<T>::infinity() ? std::exp(weight - largest) : T(0);
                    sum += weight;
                }
                if (a.sinkLogits)
                    sum += std::exp(static_cast<T>(a.sinkLogits[h]) - largest);
                for (std::int64_t j = 0; j < a.keys; ++j) {
                    weights[j] = sum > 0 ? weights[j] / sum : T(0);
                    for (std::int64_t x = 0; x < a.headDim; ++x)
                        out[x] += weights[j] * static_cast<T>(a.v.row(b, keyHead, j)[x]);
                }
                result.out.insert(result.out.end(), out.begin(), out.end());
                result.weights.insert(result.weights.end(), weights.begin(), weights.end());
                result.lse.push_back(largest + std::log(sum));
            }
    return result;
}

struct Attended {
    std::vector<float> out, lse;
    kernels::Visited visited;
};

inline Attended attend(const Kernel& kernel, const Attention& a) {
    Attended result;
    result.out.assign(a.batch * a.heads * a.queries * a.headDim, std::numeric_limits<float>::quiet_NaN());
    result.lse.assign(a.batch * a.heads * a.queries, std::numeric_limits<float>::quiet_NaN());
    const kernels::AttentionOutput output{result.out.data(), a.heads * a.queries * a.headDim, a.queries * a.headDim,
                                          a.headDim, result.lse.data()};
    result.visited = kernel.attend(a, output, onThreads);
    return result;
}

// Largest absolute difference; infinite where only one side is NaN, or the two disagree about an infinity.
template <class A, class B>
double largestError(const std::vector<A>& a, const std::vector<B>& b) {
    if (a.size() != b.size())
        return std::numeric_limits<double>::infinity();
    double largest = 0;
    for (std::size_t x = 0; x < a.size(); ++x) {
        const double left = a[x], right = b[x];
        if (left == right || (std::isnan(left) && std::isnan(right)))
            continue;
        const double error = std::fabs(left - right);
        largest = std::isfinite(error) ? std::max(largest, error) : std::numeric_limits<double>::infinity();
    }
    return largest;
}

} // namespace slopescope::test
