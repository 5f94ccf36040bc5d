// The CUDA kernels behind C names, for tests/bench/cuda.py, which times them beside PyTorch's in one process.
#include "core/kernels/cuda/device_problems.h"

#include <cstring>
#include <exception>
#include <string>

namespace {

namespace cuda = slopescope::kernels::cuda;

thread_local std::string g_fault;

template <class Body>
std::int64_t guarded(const Body& body) {
    try {
        return body();
    } catch (const std::exception& error) {
        g_fault = error.what();
        return -1;
    }
}

cuda::DeviceAttention attention(int precision, const void* q, const void* k, const void* v, std::int64_t batch,
                                std::int64_t heads, std::int64_t length, std::int64_t headDim, float scale,
                                const float* slopes, float tolerance) {
    cuda::DeviceAttention a;
    a.precision = static_cast<cuda::Precision>(precision);
    const cuda::DeviceRows rows{nullptr, heads * length * headDim, length * headDim, headDim};
    a.q = a.k = a.v = rows;
    a.q.data = q;
    a.k.data = k;
    a.v.data = v;
    a.batch = batch;
    a.heads = a.keyHeads = heads;
    a.queries = a.keys = length;
    a.headDim = headDim;
    a.scale = scale;
    a.bias.slopes = slopes;
    a.tolerance = tolerance;
    return a;
}

} // namespace

extern "C" {

const char* slopescopeFault() { return g_fault.c_str(); }

// q, k, v, out: [batch, heads, length, headDim] contiguous. A null workspace asks for its size in bytes.
std::int64_t slopescopeAttend(int precision, const void* q, const void* k, const void* v, void* out, float* lse,
                              std::int64_t* visited, std::int64_t batch, std::int64_t heads, std::int64_t length,
                              std::int64_t headDim, float scale, const float* slopes, float tolerance, void* workspace,
                              void* stream) {
    return guarded([&]() -> std::int64_t {
        const auto a = attention(precision, q, k, v, batch, heads, length, headDim, scale, slopes, tolerance);
        if (!workspace)
            return cuda::attendWorkspace(a);
        cuda::attend(a, {out, a.q.batchStride, a.q.headStride, a.q.rowStride, lse, visited}, workspace, stream);
        return 0;
    });
}

std::int64_t slopescopeMap(int precision, const void* q, const void* k, float* picture, std::int64_t* visited,
                           std::int64_t length, std::int64_t headDim, std::int64_t pixels, float scale,
                           const float* slopes, float tolerance, void* workspace, void* stream) {
    return guarded([&]() -> std::int64_t {
        cuda::DeviceMap m;
        m.precision = static_cast<cuda::Precision>(precision);
        m.q = q;
        m.k = k;
        m.qStride = m.kStride = m.headDim = headDim;
        m.queries = m.keys = m.queryEnd = m.keyEnd = length;
        m.rows = m.columns = pixels;
        m.scale = scale;
        m.bias.slopes = slopes;
        m.tolerance = tolerance;
        if (!workspace)
            return cuda::mapWorkspace(m);
        cuda::map(m, {picture, nullptr, visited}, workspace, stream);
        return 0;
    });
}

} // extern "C"
