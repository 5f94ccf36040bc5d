#include "tests/kernels/cuda_backend.h"

#include <algorithm>

namespace slopescope::test {
namespace {

using namespace kernels;
using cuda::DeviceRows;

const CudaBackend& emulated() { return *emulatedBackend(); }
const CudaBackend& gpu() { return *gpuBackend(); }

bool runsHere() { return true; }
bool supports(const Attention& a) { return a.headDim >= 8 && a.headDim <= 256 && a.headDim % 8 == 0; }

// Floats from the first to the last of an array with these strides.
std::int64_t extent(const Rows& rows, std::int64_t batch, std::int64_t heads, std::int64_t count, std::int64_t width) {
    if (batch * heads * count == 0)
        return 0;
    return (batch - 1) * rows.batchStride + (heads - 1) * rows.headStride + (count - 1) * rows.rowStride + width;
}

// The bias of `heads` heads on the device.
struct BiasMemory {
    DeviceMemory slopes, table;
    DistanceBias bias;

    BiasMemory(const CudaBackend& backend, const DistanceBias& from, std::int64_t heads)
        : slopes(backend, from.slopes, from.slopes ? heads * 4 : 0),
          table(backend, from.table, from.table ? heads * from.tableLength * 4 : 0), bias(from) {
        if (from.slopes)
            bias.slopes = static_cast<const float*>(slopes.data());
        if (from.table)
            bias.table = static_cast<const float*>(table.data());
    }
};

Visited visitedOf(const DeviceMemory& counters) {
    const auto counts = counters.get<std::int64_t>();
    return {counts[0], counts[1]};
}

template <const CudaBackend& (*backend)()>
Visited attendOn(const Attention& a, const AttentionOutput& output, const ParallelFor&) {
    const CudaBackend& on = backend();
    const auto upload = [&](const Rows& rows, std::int64_t heads, std::int64_t count) {
        return DeviceMemory(on, rows.data, extent(rows, a.batch, heads, count, a.headDim) * 4);
    };
    const DeviceMemory q = upload(a.q, a.heads, a.queries), k = upload(a.k, a.keyHeads, a.keys),
                       v = upload(a.v, a.keyHeads, a.keys);
    const BiasMemory bias(on, a.bias, a.heads);
    const auto rows = [](const DeviceMemory& memory, const Rows& from) {
        return DeviceRows{memory.data(), from.batchStride, from.headStride, from.rowStride};
    };
    cuda::DeviceAttention problem{cuda::Precision::Float32, rows(q, a.q), rows(k, a.k), rows(v, a.v), a.batch, a.heads,
                                  a.keyHeads, a.queries,  a.keys,       a.headDim,    a.scale,      bias.bias,
                                  a.window,   a.sinks,    a.tolerance};
    const Rows written{output.out, output.batchStride, output.headStride, output.rowStride};
    const std::int64_t floats = extent(written, a.batch, a.heads, a.queries, a.headDim);
    const DeviceMemory out(on, output.out, floats * 4), lse(on, a.batch * a.heads * a.queries * 4);
    const std::int64_t none[2] = {};
    const DeviceMemory counters(on, none, 16), workspace(on, cuda::attendWorkspace(problem));
    on.attend(problem,
              {out.data(), output.batchStride, output.headStride, output.rowStride,
               output.lse ? static_cast<float*>(lse.data()) : nullptr, static_cast<std::int64_t*>(counters.data())},
              workspace.data(), nullptr);
    const auto results = out.get<float>(), sums = lse.get<float>();
    std::copy(results.begin(), results.end(), output.out);
    if (output.lse)
        std::copy(sums.begin(), sums.end(), output.lse);
    return visitedOf(counters);
}

// The fields that a picture and a profile share, with q and k on the device.
template <class To, class From>
To onDevice(const From& from, const DeviceMemory& q, const DeviceMemory& k, const BiasMemory& bias) {
    To to;
    to.q = q.data();
    to.k = k.data();
    to.qStride = from.qStride;
    to.kStride = from.kStride;
    to.queries = from.queries;
    to.keys = from.keys;
    to.headDim = from.headDim;
    to.scale = from.scale;
    to.bias = bias.bias;
    to.window = from.window;
    to.sinks = from.sinks;
    to.queryBegin = from.queryBegin;
    to.queryEnd = from.queryEnd;
    to.tolerance = from.tolerance;
    return to;
}

template <class Problem>
DeviceMemory uploadRows(const CudaBackend& on, const float* data, std::int64_t count, std::int64_t stride,
                        const Problem& p) {
    return DeviceMemory(on, data, count ? ((count - 1) * stride + p.headDim) * 4 : 0);
}

template <const CudaBackend& (*backend)()>
Visited mapOn(const Map& m, const MapOutput& output, const ParallelFor&) {
    const CudaBackend& on = backend();
    const DeviceMemory q = uploadRows(on, m.q, m.queries, m.qStride, m), k = uploadRows(on, m.k, m.keys, m.kStride, m);
    const BiasMemory bias(on, m.bias, 1);
    auto problem = onDevice<cuda::DeviceMap>(m, q, k, bias);
    problem.keyBegin = m.keyBegin;
    problem.keyEnd = m.keyEnd;
    problem.rows = m.rows;
    problem.columns = m.columns;
    problem.stage = m.stage;
    problem.pooling = m.pooling;
    const DeviceMemory known(on, m.lse, m.lse ? m.queries * 4 : 0);
    if (m.lse)
        problem.lse = static_cast<const float*>(known.data());
    const std::int64_t none[2] = {};
    const DeviceMemory picture(on, m.rows * m.columns * 4), lse(on, m.queries * 4), counters(on, none, 16),
        workspace(on, cuda::mapWorkspace(problem));
    on.map(problem,
           {static_cast<float*>(picture.data()), output.lse ? static_cast<float*>(lse.data()) : nullptr,
            static_cast<std::int64_t*>(counters.data())},
           workspace.data(), nullptr);
    const auto pixels = picture.get<float>(), sums = lse.get<float>();
    std::copy(pixels.begin(), pixels.end(), output.picture);
    if (output.lse)
        std::copy(sums.begin() + m.queryBegin, sums.begin() + m.queryEnd, output.lse + m.queryBegin);
    return visitedOf(counters);
}

template <const CudaBackend& (*backend)()>
kernels::Visited profileOn(const Profile& p, ProfileOutput& output, const ParallelFor&) {
    const CudaBackend& on = backend();
    const DeviceMemory q = uploadRows(on, p.q, p.queries, p.qStride, p), k = uploadRows(on, p.k, p.keys, p.kStride, p);
    const BiasMemory bias(on, p.bias, 1);
    auto problem = onDevice<cuda::DeviceProfile>(p, q, k, bias);
    problem.firstKeys = p.firstKeys;
    const DeviceMemory sums(on, cuda::profileSums(problem) * 8), workspace(on, cuda::profileWorkspace(problem));
    on.profile(problem, static_cast<double*>(sums.data()), workspace.data(), nullptr);
    const auto values = sums.get<double>();
    cuda::finishProfile(problem, values, p.binEdges, output);
    return {}; // a device does not say
}

template <const CudaBackend& (*backend)()>
Kernel rowOf() {
    return {backend().name, runsHere, supports, attendOn<backend>, mapOn<backend>, profileOn<backend>, nullptr};
}

} // namespace

std::vector<Kernel> cudaRows() {
    std::vector<Kernel> rows;
    if (emulatedBackend())
        rows.push_back(rowOf<emulated>());
    if (gpuBackend())
        rows.push_back(rowOf<gpu>());
    return rows;
}

} // namespace slopescope::test
