// Attention on tensors: checks, packing, the parallel loop and the choice of a kernel. Called by model/ and study/, on any
// thread; float32 on the CPU, and on a CUDA device bfloat16 and float16 as well.
#pragma once

#include "core/base/job.h"
#include "core/kernels/problems.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace slopescope {

// The bias of every head of one layer: slopes [heads] or a table [heads, distances], float32, or neither.
struct LayerBias {
    at::Tensor slopes, table;
    std::int64_t clip = 0; // with slopes: -slope * min(distance, clip); 0: -slope * distance

    // As kernels take it for so many keys: slopes that are clipped before the last of them are a table.
    LayerBias forKernels(std::int64_t keys) const;
};

struct AttentionSettings {
    double scale = 1;
    LayerBias bias;
    std::int64_t window = 0, sinks = 0;
    double tolerance = 0; // of block skipping; 0: dense
    double softCap = 0;   // of scores; 0: none
    at::Tensor sinkLogits = {}; // [heads] float32; undefined: none
};

struct AttendResult {
    at::Tensor out; // [batch, queries, heads, headDim] contiguous
    at::Tensor lse; // [batch, heads, queries], natural logarithm
    kernels::Visited visited;
};

// q [batch, queries, heads, headDim], k and v [batch, keys, keyHeads, headDim]; queries are the last of the keys' positions.
// Throws Error naming the argument whose shape, type or value does not fit.
AttendResult attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionSettings& settings,
                    const Job& job);

struct AttendGradients {
    at::Tensor q, k, v;       // of the shapes of q, k and v, contiguous
    at::Tensor slopes, table; // of the shapes of the bias; undefined where it has none or none is wanted
    kernels::Visited visited;
};

// The gradients of a loss, from that of `out`. `forward` is what attend gave for the same arguments, dout has the shape of its
// `out`. On the processor only, and without a soft cap or sink logits; throws Error as attend does.
AttendGradients attendBackward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                               const AttentionSettings& settings, const AttendResult& forward, const at::Tensor& dout,
                               bool ofBias, const Job& job);

// One head of one text for the pictures: q [queries, headDim], k [keys, headDim], and that head's share of the settings.
struct HeadView {
    at::Tensor q, k;
    AttentionSettings settings; // bias.slopes [1] or bias.table [1, distances]; sinkLogits [1]
    at::Tensor lse;             // [queries]; undefined: unknown
};

struct MapCells {
    std::int64_t queryBegin = 0, queryEnd = 0, keyBegin = 0, keyEnd = 0, rows = 0, columns = 0;
    kernels::Stage stage = kernels::Stage::Probability;
    kernels::Pooling pooling = kernels::Pooling::Mean;
    std::int64_t sampling = 1; // above 1: a draft, see kernels::Map
};

struct MapPixels {
    std::vector<float> values; // [rows, columns]
    kernels::Visited visited;
};

// Throws Error when the viewport does not lie within the head.
MapPixels attentionMap(const HeadView& head, const MapCells& view, const Job& job);

struct ProfileValues {
    std::vector<double> mass; // a bin
    double meanDistance = 0, entropyBits = 0, firstKeysMass = 0, diagonalMass = 0;
    kernels::Visited visited; // {0, 0}: a device does not say
};

ProfileValues attentionProfile(const HeadView& head, std::span<const std::int64_t> binEdges, std::int64_t firstKeys,
                               const Job& job);

// The name of the kernel that serves heads of this size on the processor: "avx3".
std::string kernelName(std::int64_t headDim);

} // namespace slopescope
