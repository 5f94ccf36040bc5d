// Host side of every call: the plan becomes launches. Included once a backend: by kernels.cu for the device, and by the
// tests for the processor.
#pragma once

#include "core/kernels/cuda/pool.cuh"

#include <algorithm>
#include <cmath>

namespace slopescope::kernels::SLOPESCOPE_BACKEND {
namespace {

template <class Body>
void withPlainTile(std::int64_t headDim, const Body& body) {
    switch (cuda::shapeIndex(headDim)) {
    case 0:
        return body(PlainTile<0>());
    case 1:
        return body(PlainTile<1>());
    default:
        return body(PlainTile<2>());
    }
}

template <Precision kPrecision, class Body>
void withTensorTile(std::int64_t headDim, const Body& body) {
    switch (cuda::shapeIndex(headDim)) {
    case 0:
        return body(TensorTile<0, kPrecision>());
    case 1:
        return body(TensorTile<1, kPrecision>());
    default:
        return body(TensorTile<2, kPrecision>());
    }
}

// Calls body with the tile of the path.
template <class Body>
void withTile(Path path, std::int64_t headDim, const Body& body) {
    switch (path) {
    case Path::Plain:
        return withPlainTile(headDim, body);
    case Path::TensorBFloat16:
        return withTensorTile<Precision::BFloat16>(headDim, body);
    case Path::TensorFloat16:
        return withTensorTile<Precision::Float16>(headDim, body);
    }
}

float bitsOf(float tolerance) { return tolerance > 0 ? std::log2(tolerance) : kNegativeInfinity; }

SightOf sightOf(std::int64_t window, std::int64_t sinks, std::int64_t keys) {
    return {static_cast<int>(window > 0 ? std::min(window, keys) : keys), static_cast<int>(std::min(sinks, keys))};
}

float* floats(void* workspace, std::int64_t offset) {
    return reinterpret_cast<float*>(static_cast<char*>(workspace) + offset);
}

// What tells which tiles may be skipped.
void launchNorms(const cuda::DeviceAttention& a, const cuda::AttendPlan& plan, void* workspace, void* stream) {
    const std::int64_t heads = a.batch * a.heads, keyHeads = a.batch * a.keyHeads;
    NormParameters n;
    n.precision = a.precision;
    n.headDim = static_cast<int>(a.headDim);
    n.end = static_cast<int>(a.keys);
    n.rows = a.q;
    n.heads = a.heads;
    n.shift = a.keys - a.queries;
    n.begin = static_cast<int>(plan.firstPosition);
    n.firstGroup = static_cast<int>(plan.firstTile);
    n.groups = static_cast<int>(plan.queryTiles);
    n.rowsOfGroup = plan.shape.rows;
    n.norms = floats(workspace, plan.queryNorms);
    device::launch(normKernel, heads * plan.queryTiles, 128, 0, stream, n);
    n.rows = a.k;
    n.heads = a.keyHeads;
    n.shift = n.begin = n.firstGroup = 0;
    n.groups = static_cast<int>(plan.keyTiles);
    n.rowsOfGroup = plan.shape.keys;
    n.norms = floats(workspace, plan.keyNorms);
    device::launch(normKernel, keyHeads * plan.keyTiles, 128, 0, stream, n);
    ScanParameters scan{floats(workspace, plan.keyNorms), floats(workspace, plan.outerNorms), plan.keyTiles, false, 1};
    device::launch(scanKernel, keyHeads, 256, 0, stream, scan);
    if (a.bias.table) {
        scan = {a.bias.table, floats(workspace, plan.ceilings), a.bias.tableLength, true, static_cast<float>(kLog2E)};
        device::launch(scanKernel, a.heads, 256, 0, stream, scan);
    }
}

// On a device without tensor cores that this program knows, everything takes the plain path.
template <class Plan, class Replan>
Plan forDevice(Plan plan, const Replan& replan) {
    return plan.path == Path::Plain || device::hasTensorCores() ? plan : replan();
}

// As attend, with what is left for a later pass over the same rows.
void attendRows(const cuda::DeviceAttention& a, const cuda::DeviceAttentionOutput& output, float* largest, float* total,
                const cuda::AttendPlan& plan, void* workspace, void* stream) {
    if (plan.blocks == 0)
        return;
    if (plan.skipping)
        launchNorms(a, plan, workspace, stream);
    AttendParameters p;
    p.problem = a;
    p.out = output.out;
    p.outBatchStride = output.batchStride;
    p.outHeadStride = output.headStride;
    p.outRowStride = output.rowStride;
    p.lse = output.lse;
    p.largest = largest;
    p.total = total;
    p.visited = output.visited;
    p.sight = sightOf(a.window, a.sinks, a.keys);
    p.firstPosition = static_cast<int>(plan.firstPosition);
    p.firstTile = static_cast<int>(plan.firstTile);
    p.queryTiles = static_cast<int>(plan.queryTiles);
    p.keyTiles = static_cast<int>(plan.keyTiles);
    p.scale = static_cast<float>(a.scale * kLog2E);
    if (plan.skipping) {
        p.limit = bitsOf(a.tolerance);
        p.queryNorms = floats(workspace, plan.queryNorms);
        p.keyNorms = floats(workspace, plan.keyNorms);
        p.outerNorms = floats(workspace, plan.outerNorms);
        p.ceilings = a.bias.table ? floats(workspace, plan.ceilings) : nullptr;
    }
    withTile(plan.path, a.headDim, [&](auto tile) {
        using T = decltype(tile);
        device::launch(attendKernel<T>, plan.blocks, T::kWarps * 32, cuda::attendSharedBytes(plan.shape, T::kTensor),
                       stream, p);
    });
}

template <class Problem>
CellParameters cellsOf(const Problem& m, float unit) {
    CellParameters c;
    c.q = m.q;
    c.k = m.k;
    c.qStride = m.qStride;
    c.kStride = m.kStride;
    c.queries = m.queries;
    c.keys = m.keys;
    c.headDim = static_cast<int>(m.headDim);
    c.precision = m.precision;
    c.bias = m.bias;
    c.sight = sightOf(m.window, m.sinks, m.keys);
    c.unit = unit;
    c.scale = m.scale * unit;
    c.firstQuery = m.queryBegin;
    return c;
}


} // namespace

void attend(const cuda::DeviceAttention& a, const cuda::DeviceAttentionOutput& output, void* workspace, void* stream) {
    const std::int64_t blind = std::clamp<std::int64_t>(a.queries - a.keys, 0, a.queries);
    if (blind > 0 && a.batch * a.heads > 0) {
        const BlindParameters p{a,          output.out, output.batchStride, output.headStride, output.rowStride,
                                output.lse, blind};
        device::launch(blindKernel, a.batch * a.heads * blind, 128, 0, stream, p);
    }
    const cuda::AttendPlan plan =
        forDevice(cuda::planAttend(a, &output), [&] { return cuda::planPlainAttend(a); });
    attendRows(a, output, nullptr, nullptr, plan, workspace, stream);
}

void map(const cuda::DeviceMap& m, const cuda::DeviceMapOutput& output, void* workspace, void* stream) {
    const cuda::MapPlan plan =
        forDevice(cuda::planMap(m, output.lse != nullptr), [&] { return cuda::planPlainMap(m, output.lse != nullptr); });
    const std::int64_t queries = m.queryEnd - m.queryBegin;
    PoolParameters p;
    p.cells = cellsOf(m, m.stage == Stage::Probability ? static_cast<float>(kLog2E) : 1.0f);
    p.cells.lse = m.lse;
    if (plan.rowsFirst) {
        const cuda::DeviceAttention rows = cuda::rowsOf(m);
        const cuda::AttendPlan rowPlan =
            plan.path == Path::Plain ? cuda::planPlainAttend(rows) : cuda::planAttend(rows, nullptr);
        float *const largest = floats(workspace, plan.largest), *const total = floats(workspace, plan.total);
        attendRows(rows, {}, largest, total, rowPlan, static_cast<char*>(workspace) + plan.rowPass, stream);
        p.cells.largest = largest;
        p.cells.total = total;
        if (output.lse)
            device::launch(lseKernel, (queries + 255) / 256, 256, 0, stream,
                           LseParameters{largest, total, output.lse + m.queryBegin, queries,
                                         std::clamp<std::int64_t>(rows.queries - rows.keys, 0, queries)});
    } else if (output.lse && m.lse) {
        device::copy(output.lse + m.queryBegin, m.lse + m.queryBegin, queries * 4, stream);
    }
    p.stage = m.stage;
    p.pooling = m.pooling;
    p.queryBegin = m.queryBegin;
    p.queryEnd = m.queryEnd;
    p.keyBegin = m.keyBegin;
    p.keyEnd = m.keyEnd;
    p.rows = m.rows;
    p.columns = m.columns;
    p.pixelRows = plan.pixelRows;
    p.pixelColumns = plan.pixelColumns;
    p.splits = plan.splits;
    p.rowGroups = plan.rowGroups;
    p.columnGroups = plan.columnGroups;
    p.parts = floats(workspace, plan.parts);
    p.visited = output.visited;
    if (plan.skipping) {
        p.limit = bitsOf(m.tolerance);
        NormParameters n;
        n.rows = {m.k, 0, 0, m.kStride};
        n.precision = m.precision;
        n.end = static_cast<int>(m.keys);
        n.headDim = static_cast<int>(m.headDim);
        n.groups = static_cast<int>((m.keys + cuda::kNormRows - 1) / cuda::kNormRows);
        n.rowsOfGroup = cuda::kNormRows;
        n.norms = floats(workspace, plan.keyNorms);
        device::launch(normKernel, n.groups, 128, 0, stream, n);
        p.keyNorms = n.norms;
        if (m.bias.table) {
            device::launch(scanKernel, 1, 256, 0, stream,
                           ScanParameters{m.bias.table, floats(workspace, plan.ceilings), m.bias.tableLength, true,
                                          static_cast<float>(kLog2E)});
            p.ceilings = floats(workspace, plan.ceilings);
        }
    }
    withTile(plan.path, m.headDim, [&](auto tile) {
        using T = decltype(tile);
        device::launch(poolKernel<T>, plan.blocks, T::kWarps * 32, cuda::poolSharedBytes(plan.shape, T::kTensor), stream,
                       p);
    });
    const FinishParameters f{m.queries,  m.keys,   m.window, m.sinks,     m.queryBegin,
                             m.queryEnd, m.keyBegin, m.keyEnd, m.rows,      m.columns,
                             plan.splits, m.pooling,  p.parts,  output.picture};
    device::launch(finishKernel, (m.rows * m.columns + 255) / 256, 256, 0, stream, f);
}

void profile(const cuda::DeviceProfile& m, double* sums, void* workspace, void* stream) {
    const cuda::ProfilePlan plan = cuda::planProfile(m);
    device::clear(sums, cuda::profileSums(m) * 8, stream);
    if (plan.blocks == 0)
        return;
    const cuda::DeviceAttention rows = cuda::rowsOf(m);
    float *const largest = floats(workspace, plan.largest), *const total = floats(workspace, plan.total);
    attendRows(rows, {}, largest, total, cuda::planPlainAttend(rows), static_cast<char*>(workspace) + plan.rowPass,
               stream);
    DistanceParameters p;
    p.cells = cellsOf(m, static_cast<float>(kLog2E));
    // The rows past queryEnd are not asked for: seen from the last one, the text ends there.
    p.cells.q = rows.q.data;
    p.cells.queries = rows.queries;
    p.cells.keys = rows.keys;
    p.cells.sight = sightOf(rows.window, rows.sinks, rows.keys);
    p.cells.firstQuery = 0;
    p.cells.largest = largest;
    p.cells.total = total;
    p.firstPosition = static_cast<int>(std::max<std::int64_t>(rows.keys - rows.queries, 0));
    p.firstTile = static_cast<int>(plan.firstTile);
    p.keyTiles = static_cast<int>(plan.keyTiles);
    p.keyChunks = plan.keyChunks;
    p.firstKeys = m.firstKeys;
    p.entropy = sums + m.keys;
    p.sums = sums;
    withPlainTile(m.headDim, [&](auto tile) {
        using T = decltype(tile);
        device::launch(distanceKernel<T>, plan.blocks, T::kWarps * 32, cuda::cellSharedBytes(plan.shape, false), stream,
                       p);
    });
}

} // namespace slopescope::kernels::SLOPESCOPE_BACKEND
