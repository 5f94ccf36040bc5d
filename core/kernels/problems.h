// Causal attention with a distance bias, on raw pointers: what a kernel is given and what it gives back.
//
//     score(i, j)  = capped(scale * q_i . k_j) + bias_h(d)   d = (keys - queries + i) - j >= 0   (aligned at the end)
//     capped(s)    = s, or with a soft cap c: c * tanh(s / c)                    (Gemma 2)
//     bias_h(d)    = -slope_h * d                       linear: ALiBi (Press et al., eq. 2); never multiplied by
//     `scale`
//                  = table_h[min(d, tableLength - 1)]   table: T5 buckets, or any curve
//     visible(i,j) = d >= 0 and (window == 0 or d < window or j < sinks)
//
// A head may have a sink logit s: one more key, seen by every query, with score s and value 0 (gpt-oss). Its e^s belongs to
// the sum of a row's weights and to its log-sum-exp, so that the weights of the real keys sum to less than 1.
//
// Query head h reads key head h / (heads / keyHeads). A row without a visible key gives output 0 and, without a sink logit,
// lse -inf.
// Called by core/attention, which checks every argument and brings the threads; a kernel starts no thread of its own.
// Knows neither Torch nor Qt.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>

namespace slopescope::kernels {

// A [batch, head, row, dim] array; dim is contiguous, strides count floats.
struct Rows {
    const float* data = nullptr;
    std::int64_t batchStride = 0, headStride = 0, rowStride = 0;

    const float* row(std::int64_t batch, std::int64_t head, std::int64_t row) const {
        return data + batch * batchStride + head * headStride + row * rowStride;
    }
};

// Exactly one of the two, or neither (no bias).
struct DistanceBias {
    const float* slopes = nullptr; // [heads], >= 0
    const float* table = nullptr;  // [heads, tableLength]
    std::int64_t tableLength = 0;
};

struct Attention {
    Rows q, k, v; // q: [batch, heads, queries, headDim]; k and v: [batch, keyHeads, keys, headDim]
    std::int64_t batch = 1, heads = 1, keyHeads = 1, queries = 0, keys = 0, headDim = 0;
    float scale = 1;
    DistanceBias bias;
    std::int64_t window = 0; // 0: none
    std::int64_t sinks = 0;  // the first keys, visible past the window
    // Blocks of keys whose every weight is provably below tolerance * (the row's largest weight) may be skipped.
    // 0: every visible block is computed.
    float tolerance = 0;
    float softCap = 0;                 // 0: none
    const float* sinkLogits = nullptr; // [heads]; null: none
};

struct AttentionOutput {
    float* out = nullptr; // [batch, heads, queries, headDim] with these strides
    std::int64_t batchStride = 0, headStride = 0, rowStride = 0;
    float* lse = nullptr; // [batch, heads, queries] contiguous, natural logarithm; may be null
};

// What the backward pass starts from: the result of attend for the same problem, and the loss's gradient of `out`.
struct AttentionBackward {
    Rows out, dout;             // [batch, heads, queries, headDim]
    const float* lse = nullptr; // [batch, heads, queries] contiguous
};

struct GradientRows {
    float* data = nullptr; // [batch, head, row, dim] with these strides, all of it written
    std::int64_t batchStride = 0, headStride = 0, rowStride = 0;

    float* row(std::int64_t batch, std::int64_t head, std::int64_t row) const {
        return data + batch * batchStride + head * headStride + row * rowStride;
    }
};

// With P the weights, dP = dout v^T and dS = P o (dP - rowsum(dout o out)), the loss's gradient of the scores:
//     dq = scale * dS k     dk = scale * dS^T q     dv = P^T dout     dslope_h = -sum dS (i - j)
//     dtable_h[n] = sum of the dS that read table_h[n]
// dk and dv are summed over the query heads that share a key head, those of the bias over the batch. Not for problems with a
// soft cap or sink logits.
struct AttentionGradients {
    GradientRows q, k, v;    // of the shapes of Attention::q, k, v
    float* slopes = nullptr; // [heads]; may be null. Whatever the bias: without one, the gradient at slope 0
    float* table = nullptr;  // [heads, tableLength]; may be null, and is without a table
};

// A call whose first query stands at a multiple of so many positions gives the bits of one call for the whole text, for
// queries in whole numbers of them; a text's last few queries may differ by what `tolerance` allows when the text grows.
constexpr std::int64_t kRowsTogether = 12;

// Key blocks computed, and key blocks a dense causal pass would compute.
struct Visited {
    std::int64_t computed = 0, dense = 0;
    double fraction() const { return dense ? double(computed) / double(dense) : 1.0; }
};

enum class Stage { Score, Bias, Sum, Probability }; // capped(scale*q.k) | bias | their sum | softmax

constexpr float kNoSinkLogit = -std::numeric_limits<float>::infinity();
enum class Pooling { Mean, Max };

// A picture of one head: the cells of [queryBegin, queryEnd) x [keyBegin, keyEnd) pooled into rows x columns pixels.
// Pixel (r, c) pools the cells with query in [edge(r), edge(r+1)), edge(r) = queryBegin + r * (queryEnd - queryBegin) /
// rows in integer arithmetic, likewise for keys; rows and columns are at most the number of queries and keys in the
// viewport. Only visible cells are pooled: the mean divides by their number. A pixel without one is NaN.
struct Map {
    const float* q = nullptr; // [queries, headDim], rows qStride floats apart
    const float* k = nullptr; // [keys, headDim], rows kStride floats apart
    std::int64_t qStride = 0, kStride = 0, queries = 0, keys = 0, headDim = 0;
    float scale = 1;
    DistanceBias bias; // of this head alone: slopes[0], or table[0..tableLength)
    std::int64_t window = 0, sinks = 0;
    std::int64_t queryBegin = 0, queryEnd = 0, keyBegin = 0, keyEnd = 0, rows = 0, columns = 0;
    Stage stage = Stage::Probability;
    Pooling pooling = Pooling::Mean;
    const float* lse = nullptr; // [queries] of this head if known; else computed on the way
    float tolerance = 0;        // as in Attention; skipped cells count as probability 0
    // Above 1, with Pooling::Mean and no lse asked for: a draft. Where a row of pixels is tall enough, one of about so many
    // of its queries counts for its neighbours too, drawn so that the expectation of a pixel is its exact value. A kernel
    // that has no drafts draws the exact picture.
    std::int64_t sampling = 1;
    float softCap = 0, sinkLogit = kNoSinkLogit; // as in Attention, of this head
};

struct MapOutput {
    float* picture = nullptr; // [rows, columns]
    float* lse = nullptr;     // [queries]: those of the rows in the viewport are written; may be null
};

// How one head spends its attention, summed over the queries [queryBegin, queryEnd).
struct Profile {
    const float* q = nullptr;
    const float* k = nullptr;
    std::int64_t qStride = 0, kStride = 0, queries = 0, keys = 0, headDim = 0;
    float scale = 1;
    DistanceBias bias;
    std::int64_t window = 0, sinks = 0;
    std::int64_t queryBegin = 0, queryEnd = 0;
    std::span<const std::int64_t> binEdges; // ascending, first 0; bin b holds distances [edge b, edge b+1)
    std::int64_t firstKeys = 1;             // the sink mass counts keys j < firstKeys
    float tolerance = 0;
    float softCap = 0, sinkLogit = kNoSinkLogit; // as in Attention, of this head
};

struct ProfileOutput {
    std::span<double> mass;   // [binEdges.size() - 1], mean over queries of the probability in the bin
    double meanDistance = 0;  // mean over queries of sum_j p d
    double entropy = 0;       // mean over queries, in bits; a sink logit counts as one more key
    double firstKeysMass = 0; // mean over queries
    double diagonalMass = 0;  // mean over queries of the probability at distance 0
};

// Runs body(i) for i in [0, count) on the caller's threads; throws out of the kernel when the job is stopped.
using ParallelFor = std::function<void(std::int64_t count, const std::function<void(std::int64_t)>& body)>;

// A row of the kernel table. What a kernel does not support it says; the next row serves. The last row is the
// reference.
struct Kernel {
    const char* name; // "avx3", "avx2", "reference", ...
    bool (*runsHere)();
    bool (*supports)(const Attention&);
    Visited (*attend)(const Attention&, const AttentionOutput&, const ParallelFor&);
    Visited (*map)(const Map&, const MapOutput&, const ParallelFor&);
    Visited (*profile)(const Profile&, ProfileOutput&, const ParallelFor&);
    // Of what `supports` accepts; the same bits on any number of threads. Null: this row has none.
    Visited (*attendBackward)(const Attention&, const AttentionBackward&, const AttentionGradients&,
                              const ParallelFor&) = nullptr;
};

// Best first. Never empty; the reference is last and supports everything.
std::span<const Kernel> kernelTable();

} // namespace slopescope::kernels
