#include "core/kernels/cuda/plan.h"

#include "core/base/error.h"

#include <algorithm>
#include <limits>
#include <string>

namespace slopescope::kernels::cuda {
namespace {

constexpr std::int64_t kMostBlocks = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kMostKeys = std::numeric_limits<std::int32_t>::max() - 1024; // positions are 32-bit in a kernel
constexpr std::int64_t kEnoughBlocks = 1024; // several a multiprocessor of the largest device

std::int64_t ceilDivide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

// The parts of a workspace, one behind the other.
class Layout {
public:
    std::int64_t take(std::int64_t bytes) {
        const std::int64_t at = m_size;
        m_size += ceilDivide(bytes, kAlignment) * kAlignment;
        return at;
    }
    std::int64_t size() const { return m_size; }

private:
    static constexpr std::int64_t kAlignment = 256;
    std::int64_t m_size = 0;
};

bool aligned(const void* data, std::initializer_list<std::int64_t> strides) {
    constexpr std::int64_t kElements = 8; // 16 bytes
    return reinterpret_cast<std::uintptr_t>(data) % 16 == 0 &&
           std::all_of(strides.begin(), strides.end(), [](std::int64_t stride) { return stride % kElements == 0; });
}

bool aligned(const DeviceRows& rows) {
    return rows.data == nullptr || aligned(rows.data, {rows.batchStride, rows.headStride, rows.rowStride});
}

Path tensorPath(Precision precision) {
    return precision == Precision::BFloat16 ? Path::TensorBFloat16 : Path::TensorFloat16;
}

std::int64_t checkedBlocks(std::int64_t blocks, std::int64_t keys) {
    if (keys > kMostKeys || blocks > kMostBlocks)
        throw Error("Attention over " + std::to_string(keys) + " keys takes " + std::to_string(blocks) +
                    " blocks, more than a CUDA device takes at once; try a shorter text or a smaller batch.");
    return blocks;
}

template <class Problem>
DeviceAttention oneHead(const Problem& p) {
    DeviceAttention rows;
    rows.precision = p.precision;
    const std::int64_t behind = p.queries - p.queryEnd; // positions after the last query
    rows.q = {static_cast<const char*>(p.q) + p.queryBegin * p.qStride * bytesOf(p.precision), 0, 0, p.qStride};
    rows.k = {p.k, 0, 0, p.kStride};
    rows.queries = p.queryEnd - p.queryBegin;
    rows.keys = std::max<std::int64_t>(p.keys - behind, 0);
    rows.headDim = p.headDim;
    rows.scale = p.scale;
    rows.bias = p.bias;
    rows.window = p.window;
    rows.sinks = p.sinks;
    rows.tolerance = p.tolerance;
    return rows;
}

} // namespace

int shapeIndex(std::int64_t headDim) {
    for (int i = 0; i < kHeadSizes; ++i)
        if (headDim <= kPlainShapes[i].headDim)
            return i;
    throw Error("Attention on CUDA takes heads of up to 256 numbers; this one has " + std::to_string(headDim) + ".");
}

const TileShape& shapeOf(Path path, std::int64_t headDim) {
    return (path == Path::Plain ? kPlainShapes : kTensorShapes)[shapeIndex(headDim)];
}

Path pathOf(const DeviceAttention& p, const DeviceAttentionOutput* output) {
    const bool fits = p.precision != Precision::Float32 && p.headDim % 8 == 0 && aligned(p.q) && aligned(p.k) &&
                      aligned(p.v) &&
                      (!output || aligned({output->out, output->batchStride, output->headStride, output->rowStride}));
    return fits ? tensorPath(p.precision) : Path::Plain;
}

Path pathOf(const DeviceMap& p) {
    const bool fits = p.precision != Precision::Float32 && p.headDim % 8 == 0 && aligned(p.q, {p.qStride}) &&
                      aligned(p.k, {p.kStride});
    return fits ? tensorPath(p.precision) : Path::Plain;
}

namespace {

AttendPlan planAttendOn(Path path, const DeviceAttention& p) {
    AttendPlan plan;
    plan.path = path;
    plan.shape = shapeOf(plan.path, p.headDim);
    plan.firstPosition = std::max<std::int64_t>(p.keys - p.queries, 0);
    if (plan.firstPosition >= p.keys || p.batch * p.heads == 0)
        return plan;
    plan.firstTile = plan.firstPosition / plan.shape.rows;
    plan.queryTiles = (p.keys - 1) / plan.shape.rows - plan.firstTile + 1;
    plan.keyTiles = ceilDivide(p.keys, plan.shape.keys);
    plan.blocks = checkedBlocks(plan.queryTiles * p.batch * p.heads, p.keys);
    plan.skipping = p.tolerance > 0;
    Layout layout;
    if (plan.skipping) {
        plan.queryNorms = layout.take(plan.blocks * 4);
        plan.keyNorms = layout.take(p.batch * p.keyHeads * plan.keyTiles * 4);
        plan.outerNorms = layout.take(p.batch * p.keyHeads * plan.keyTiles * 4);
        plan.ceilings = layout.take(p.bias.table ? p.heads * p.bias.tableLength * 4 : 0);
    }
    plan.workspace = layout.size();
    return plan;
}

MapPlan planMapOn(Path path, const DeviceMap& p, bool wantsLse) {
    MapPlan plan;
    plan.path = path;
    plan.shape = shapeOf(plan.path, p.headDim);
    const std::int64_t queries = p.queryEnd - p.queryBegin, keys = p.keyEnd - p.keyBegin;
    const std::int64_t tall = ceilDivide(queries, p.rows), wide = ceilDivide(keys, p.columns);
    constexpr std::int64_t kKeysOfBlock = 1024; // enough to pay for loading the queries
    plan.pixelRows = std::clamp<std::int64_t>(plan.shape.rows / tall, 1, p.rows);
    plan.pixelColumns = std::clamp<std::int64_t>(kKeysOfBlock / wide, 1, std::min<std::int64_t>(kPoolColumns, p.columns));
    plan.rowGroups = ceilDivide(p.rows, plan.pixelRows);
    plan.columnGroups = ceilDivide(p.columns, plan.pixelColumns);
    const std::int64_t groups = plan.rowGroups * plan.columnGroups;
    plan.splits = std::clamp<std::int64_t>(kEnoughBlocks / groups, 1, ceilDivide(tall, plan.shape.rows));
    plan.blocks = checkedBlocks(groups * plan.splits, p.keys);
    plan.rowsFirst = !p.lse && (p.stage == Stage::Probability || wantsLse);
    plan.skipping = p.tolerance > 0 && p.stage == Stage::Probability;
    Layout layout;
    if (plan.rowsFirst) {
        plan.largest = layout.take(queries * 4);
        plan.total = layout.take(queries * 4);
        plan.rowPass = layout.take(planAttendOn(path, oneHead(p)).workspace);
    }
    if (plan.skipping) {
        plan.keyNorms = layout.take(ceilDivide(p.keys, kNormRows) * 4);
        plan.ceilings = layout.take(p.bias.table ? p.bias.tableLength * 4 : 0);
    }
    plan.parts = layout.take(plan.splits * p.rows * p.columns * 4);
    plan.workspace = layout.size();
    return plan;
}

} // namespace

AttendPlan planAttend(const DeviceAttention& p, const DeviceAttentionOutput* output) {
    return planAttendOn(pathOf(p, output), p);
}
AttendPlan planPlainAttend(const DeviceAttention& p) { return planAttendOn(Path::Plain, p); }

DeviceAttention rowsOf(const DeviceMap& problem) { return oneHead(problem); }
DeviceAttention rowsOf(const DeviceProfile& problem) { return oneHead(problem); }

MapPlan planMap(const DeviceMap& p, bool wantsLse) { return planMapOn(pathOf(p), p, wantsLse); }
MapPlan planPlainMap(const DeviceMap& p, bool wantsLse) { return planMapOn(Path::Plain, p, wantsLse); }

ProfilePlan planProfile(const DeviceProfile& p) {
    ProfilePlan plan;
    plan.shape = shapeOf(Path::Plain, p.headDim);
    const DeviceAttention rows = rowsOf(p);
    const AttendPlan rowPass = planPlainAttend(rows);
    const std::int64_t first = std::max<std::int64_t>(rows.keys - rows.queries, 0);
    Layout layout;
    plan.largest = layout.take(rows.queries * 4);
    plan.total = layout.take(rows.queries * 4);
    plan.rowPass = layout.take(rowPass.workspace);
    plan.workspace = layout.size();
    if (first >= rows.keys)
        return plan;
    plan.firstTile = first / plan.shape.rows;
    plan.queryTiles = (rows.keys - 1) / plan.shape.rows - plan.firstTile + 1;
    plan.keyTiles = ceilDivide(rows.keys, plan.shape.keys);
    plan.keyChunks = std::clamp<std::int64_t>(kEnoughBlocks / plan.queryTiles, 1, plan.keyTiles);
    plan.blocks = checkedBlocks(plan.queryTiles * plan.keyChunks, p.keys);
    return plan;
}

// The alignment of the output and the device decide between the paths, so there is room for either.
std::int64_t attendWorkspace(const DeviceAttention& p) {
    return std::max(planAttend(p, nullptr).workspace, planPlainAttend(p).workspace);
}
std::int64_t mapWorkspace(const DeviceMap& p) {
    return std::max(planMap(p, true).workspace, planPlainMap(p, true).workspace);
}
std::int64_t profileWorkspace(const DeviceProfile& p) { return planProfile(p).workspace; }

void finishProfile(const DeviceProfile& p, std::span<const double> sums, std::span<const std::int64_t> binEdges,
                   ProfileOutput& output) {
    const double queries = static_cast<double>(p.queryEnd - p.queryBegin);
    std::fill(output.mass.begin(), output.mass.end(), 0.0);
    output.meanDistance = 0;
    std::size_t bin = 0;
    for (std::int64_t distance = 0; distance < p.keys; ++distance) {
        const double mass = sums[static_cast<std::size_t>(distance)] / queries;
        output.meanDistance += mass * static_cast<double>(distance);
        while (bin < output.mass.size() && distance >= binEdges[bin + 1])
            ++bin;
        if (bin < output.mass.size())
            output.mass[bin] += mass;
    }
    output.diagonalMass = p.keys ? sums[0] / queries : 0;
    output.entropy = sums[static_cast<std::size_t>(p.keys)] / queries;
    output.firstKeysMass = sums[static_cast<std::size_t>(p.keys) + 1] / queries;
}

} // namespace slopescope::kernels::cuda
