// Attention on a CUDA device, by raw pointers and a stream: the problems of core/kernels/attention.h with arrays that lie
// in the device's memory, in float32, bfloat16 or float16. Knows no Torch.
//
// Called by core/attention, which checks every argument, owns the memory and says on which stream; any thread. The calls
// return before the work is done. Throws Error for what the device cannot hold or run; a fault that shows only later is
// the next synchronisation's to report.
#pragma once

#include "core/kernels/problems.h"

#include <cstdint>
#include <span>

namespace slopescope::kernels::cuda {

enum class Precision { Float32, BFloat16, Float16 };

inline std::int64_t bytesOf(Precision precision) { return precision == Precision::Float32 ? 4 : 2; }

// A [batch, head, row, dim] array; dim is contiguous, strides count elements.
struct DeviceRows {
    const void* data = nullptr;
    std::int64_t batchStride = 0, headStride = 0, rowStride = 0;
};

// As kernels::Attention. The bias is float32 on the device whatever the precision of q, k and v.
struct DeviceAttention {
    Precision precision = Precision::Float32;
    DeviceRows q, k, v;
    std::int64_t batch = 1, heads = 1, keyHeads = 1, queries = 0, keys = 0, headDim = 0;
    float scale = 1;
    DistanceBias bias;
    std::int64_t window = 0, sinks = 0;
    float tolerance = 0;
};

struct DeviceAttentionOutput {
    void* out = nullptr; // [batch, heads, queries, headDim] with these strides, in the precision of the problem
    std::int64_t batchStride = 0, headStride = 0, rowStride = 0;
    float* lse = nullptr;            // [batch, heads, queries] contiguous; may be null
    std::int64_t* visited = nullptr; // [2]: blocks computed and blocks of a dense pass are added here; may be null
};

// As kernels::Map; q and k are of one head.
struct DeviceMap {
    Precision precision = Precision::Float32;
    const void *q = nullptr, *k = nullptr;
    std::int64_t qStride = 0, kStride = 0, queries = 0, keys = 0, headDim = 0;
    float scale = 1;
    DistanceBias bias;
    std::int64_t window = 0, sinks = 0;
    std::int64_t queryBegin = 0, queryEnd = 0, keyBegin = 0, keyEnd = 0, rows = 0, columns = 0;
    Stage stage = Stage::Probability;
    Pooling pooling = Pooling::Mean;
    const float* lse = nullptr;
    float tolerance = 0;
};

struct DeviceMapOutput {
    float* picture = nullptr; // [rows, columns]
    float* lse = nullptr;     // [queries]: those of the rows in the viewport are written; may be null
    std::int64_t* visited = nullptr;
};

// As kernels::Profile, but for the bins, which the host makes of the sums below.
struct DeviceProfile {
    Precision precision = Precision::Float32;
    const void *q = nullptr, *k = nullptr;
    std::int64_t qStride = 0, kStride = 0, queries = 0, keys = 0, headDim = 0;
    float scale = 1;
    DistanceBias bias;
    std::int64_t window = 0, sinks = 0;
    std::int64_t queryBegin = 0, queryEnd = 0;
    std::int64_t firstKeys = 1;
    float tolerance = 0;
};

// Doubles that a profile leaves on the device: the attention at each distance, summed over the queries, then the entropy
// in bits and the attention to the first keys.
inline std::int64_t profileSums(const DeviceProfile& profile) { return profile.keys + 2; }

// Bytes of device memory that a call works in. Aligned as an allocation is.
std::int64_t attendWorkspace(const DeviceAttention& problem);
std::int64_t mapWorkspace(const DeviceMap& problem);
std::int64_t profileWorkspace(const DeviceProfile& problem);

void attend(const DeviceAttention& problem, const DeviceAttentionOutput& output, void* workspace, void* stream);
void map(const DeviceMap& problem, const DeviceMapOutput& output, void* workspace, void* stream);
void profile(const DeviceProfile& problem, double* sums, void* workspace, void* stream);

// On the host: what the sums of a profile say.
void finishProfile(const DeviceProfile& problem, std::span<const double> sums,
                   std::span<const std::int64_t> binEdges, ProfileOutput& output);

} // namespace slopescope::kernels::cuda
