// What a launch looks like, decided on the host: the path, the tiles, the grid, shared memory, and where everything lies
// in the workspace. Plain arithmetic that needs no device and is tested without one; used by run.cuh on any thread.
#pragma once

#include "core/kernels/cuda/device_problems.h"

#include <cstdint>

namespace slopescope::kernels::cuda {

// The arithmetic of the scores. Plain serves every precision, head size and alignment in float32 arithmetic; the tensor
// cores (mma.m16n8k16, compute capability 8.0) take bfloat16 and float16 whose rows begin at 16-byte boundaries.
enum class Path { Plain, TensorBFloat16, TensorFloat16 };

// Queries and keys of one tile, for head sizes up to headDim. A warp owns rows / warps queries, a multiple of 16.
struct TileShape {
    int headDim, rows, keys, warps;
};

inline constexpr int kHeadSizes = 3;
inline constexpr TileShape kPlainShapes[kHeadSizes] = {{64, 64, 64, 4}, {128, 48, 32, 3}, {256, 32, 16, 2}};
inline constexpr TileShape kTensorShapes[kHeadSizes] = {{64, 128, 64, 4}, {128, 128, 32, 4}, {256, 64, 32, 4}};
inline constexpr int kPoolColumns = 32; // pixels that a block of the map pools side by side
inline constexpr int kNormRows = 32;    // keys that share a norm in the map; divides nothing, bounds everything

// How many buffers the keys and values of the tensor path take turns in.
inline constexpr int kStages = 2;

// Index into the shapes above; throws Error past a head size of 256.
int shapeIndex(std::int64_t headDim);
const TileShape& shapeOf(Path path, std::int64_t headDim);

constexpr std::int64_t attendSharedBytes(const TileShape& t, bool tensor) {
    return tensor ? (t.rows + 2 * kStages * t.keys) * std::int64_t(t.headDim) * 2
                  : (t.rows + 2 * t.keys) * std::int64_t(t.headDim) * 4;
}
// Cells go through shared memory, in rows of keys + 1 floats so that a column spreads over the banks.
constexpr std::int64_t cellSharedBytes(const TileShape& t, bool tensor) {
    const std::int64_t tiles = tensor ? (t.rows + kStages * t.keys) * std::int64_t(t.headDim) * 2
                                      : (t.rows + t.keys) * std::int64_t(t.headDim) * 4;
    return tiles + std::int64_t(t.rows) * (t.keys + 1) * 4;
}
constexpr std::int64_t poolSharedBytes(const TileShape& t, bool tensor) {
    return cellSharedBytes(t, tensor) + std::int64_t(t.rows) * kPoolColumns * 4;
}

Path pathOf(const DeviceAttention& problem, const DeviceAttentionOutput* output);
Path pathOf(const DeviceMap& problem);

// Tiles are anchored to absolute positions, so that the bits of a row do not depend on how a text was cut into calls.
struct AttendPlan {
    Path path = Path::Plain;
    TileShape shape{};
    std::int64_t firstPosition = 0;            // of the first query that sees a key
    std::int64_t firstTile = 0, queryTiles = 0; // tiles of queries from firstTile on; 0: there is nothing to compute
    std::int64_t keyTiles = 0;
    std::int64_t blocks = 0;
    bool skipping = false;
    // Offsets into the workspace in bytes; used when skipping.
    std::int64_t queryNorms = 0, keyNorms = 0, outerNorms = 0, ceilings = 0;
    std::int64_t workspace = 0;
};
AttendPlan planAttend(const DeviceAttention& problem, const DeviceAttentionOutput* output);
// The same on the plain path, for a device without tensor cores.
AttendPlan planPlainAttend(const DeviceAttention& problem);

// A block of the map pools `pixelRows` x `pixelColumns` pixels; the queries of a pixel too tall for one tile are dealt to
// `splits` blocks, whose parts are joined at the end.
struct MapPlan {
    Path path = Path::Plain;
    TileShape shape{};
    std::int64_t pixelRows = 1, pixelColumns = 1, splits = 1;
    std::int64_t rowGroups = 0, columnGroups = 0, blocks = 0;
    bool rowsFirst = false; // a pass over whole rows comes before: log-sum-exps that are not known yet
    bool skipping = false;
    std::int64_t largest = 0, total = 0, keyNorms = 0, ceilings = 0, parts = 0, rowPass = 0;
    std::int64_t workspace = 0;
};
MapPlan planMap(const DeviceMap& problem, bool wantsLse);
MapPlan planPlainMap(const DeviceMap& problem, bool wantsLse);
// The queries of the viewport with all keys they may see, as attention without values.
DeviceAttention rowsOf(const DeviceMap& problem);

struct ProfilePlan {
    TileShape shape{};
    std::int64_t firstTile = 0, queryTiles = 0, keyTiles = 0, keyChunks = 1, blocks = 0;
    std::int64_t largest = 0, total = 0, rowPass = 0;
    std::int64_t workspace = 0;
};
ProfilePlan planProfile(const DeviceProfile& problem);
DeviceAttention rowsOf(const DeviceProfile& problem);

} // namespace slopescope::kernels::cuda
