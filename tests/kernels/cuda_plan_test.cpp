#include "core/kernels/cuda/plan.h"

#include "core/base/error.h"
#include "tests/kernels/plain.h"

#include <gtest/gtest.h>

namespace slopescope::test {
namespace {

namespace cuda = kernels::cuda;
using cuda::DeviceAttention;
using cuda::DeviceMap;
using cuda::Path;
using cuda::Precision;

DeviceAttention attention(std::int64_t queries, std::int64_t keys, std::int64_t headDim, std::int64_t heads = 1) {
    DeviceAttention a;
    a.precision = Precision::BFloat16;
    a.queries = queries;
    a.keys = keys;
    a.headDim = headDim;
    a.heads = a.keyHeads = heads;
    a.q.rowStride = a.k.rowStride = a.v.rowStride = headDim;
    return a;
}

DeviceMap picture(std::int64_t length, std::int64_t rows, std::int64_t columns) {
    DeviceMap m;
    m.queries = m.keys = m.queryEnd = m.keyEnd = length;
    m.headDim = m.qStride = m.kStride = 64;
    m.rows = rows;
    m.columns = columns;
    return m;
}

// What a block may have: 64 KiB on compute capability 7.5 (48 KiB without asking), 99 KiB on 8.6 and 8.9, more elsewhere.
TEST(CudaPlan, FitsInSharedMemory) {
    for (const auto& shape : cuda::kPlainShapes) {
        const std::int64_t limit = shape.headDim <= 128 ? 64 << 10 : 99 << 10;
        const std::int64_t statics = 2048; // arrays of the kernels' own
        EXPECT_LE(cuda::attendSharedBytes(shape, false) + statics, limit) << shape.headDim;
        EXPECT_LE(cuda::poolSharedBytes(shape, false) + statics, limit) << shape.headDim;
        EXPECT_EQ(shape.rows % (16 * shape.warps), 0);
    }
    for (const auto& shape : cuda::kTensorShapes) {
        EXPECT_LE(cuda::attendSharedBytes(shape, true) + 2048, 99 << 10) << shape.headDim;
        EXPECT_LE(cuda::poolSharedBytes(shape, true) + 2048, 99 << 10) << shape.headDim;
        EXPECT_EQ(shape.rows % (16 * shape.warps), 0);
    }
}

TEST(CudaPlan, TilesCoverEveryQueryAndAreAnchored) {
    for (const std::int64_t headDim : {8, 64, 72, 256})
        for (const auto& [queries, keys] : {std::pair<int, int>{1, 1}, {1, 1000}, {1000, 1000}, {130, 4000}, {50, 20}}) {
            const auto plan = cuda::planAttend(attention(queries, keys, headDim, 3), nullptr);
            const std::int64_t first = std::max(keys - queries, 0);
            EXPECT_LE(plan.firstTile * plan.shape.rows, first);
            EXPECT_GT((plan.firstTile + 1) * plan.shape.rows, first);
            EXPECT_GE((plan.firstTile + plan.queryTiles) * plan.shape.rows, keys);
            EXPECT_LT((plan.firstTile + plan.queryTiles - 1) * plan.shape.rows, keys);
            EXPECT_GE(plan.keyTiles * plan.shape.keys, keys);
            EXPECT_EQ(plan.blocks, plan.queryTiles * 3);
        }
    EXPECT_EQ(cuda::planAttend(attention(5, 0, 64), nullptr).blocks, 0);
    EXPECT_EQ(cuda::planAttend(attention(0, 5, 64), nullptr).blocks, 0);
}

TEST(CudaPlan, ChoosesTensorCoresWhereTheyCanReadTheRows) {
    DeviceAttention a = attention(100, 100, 64);
    EXPECT_EQ(cuda::pathOf(a, nullptr), Path::TensorBFloat16);
    a.precision = Precision::Float16;
    EXPECT_EQ(cuda::pathOf(a, nullptr), Path::TensorFloat16);
    a.k.data = reinterpret_cast<const void*>(64);
    EXPECT_EQ(cuda::pathOf(a, nullptr), Path::TensorFloat16);
    a.k.headStride = 12;
    EXPECT_EQ(cuda::pathOf(a, nullptr), Path::Plain);
    a.k.headStride = 0;
    a.v.data = reinterpret_cast<const void*>(8);
    EXPECT_EQ(cuda::pathOf(a, nullptr), Path::Plain);
    a.v.data = nullptr;
    const cuda::DeviceAttentionOutput odd{reinterpret_cast<void*>(2), 64, 64, 64, nullptr, nullptr};
    EXPECT_EQ(cuda::pathOf(a, &odd), Path::Plain);
    a.precision = Precision::Float32;
    EXPECT_EQ(cuda::pathOf(a, nullptr), Path::Plain);
}

TEST(CudaPlan, CountsPastTwoToTheThirtyOne) {
    DeviceAttention a = attention(1 << 20, 1 << 20, 128, 64);
    a.batch = 16;
    a.tolerance = 1e-6f;
    const auto plan = cuda::planAttend(a, nullptr);
    EXPECT_EQ(plan.blocks, std::int64_t(8192) * 64 * 16);
    EXPECT_GE(plan.workspace, 4 * (plan.blocks + 2 * 16 * 64 * plan.keyTiles));
    EXPECT_GE(cuda::attendWorkspace(a), plan.workspace);
    a.batch = 4096;
    EXPECT_THROW(cuda::planAttend(a, nullptr), Error); // 2^31 blocks
    EXPECT_THROW(cuda::planAttend(attention(1, (std::int64_t(1) << 31) - 1, 64), nullptr), Error);
    EXPECT_THROW(cuda::planAttend(attention(1, 1, 264), nullptr), Error);
}

TEST(CudaPlan, PartsOfTheWorkspaceDoNotOverlap) {
    DeviceAttention a = attention(1000, 3000, 64, 4);
    const float none = 0;
    a.bias.table = &none;
    a.bias.tableLength = 77;
    a.tolerance = 1e-6f;
    const auto plan = cuda::planAttend(a, nullptr);
    EXPECT_GE(plan.keyNorms, plan.queryNorms + plan.blocks * 4);
    EXPECT_GE(plan.outerNorms, plan.keyNorms + 4 * plan.keyTiles * 4);
    EXPECT_GE(plan.ceilings, plan.outerNorms + 4 * plan.keyTiles * 4);
    EXPECT_GE(plan.workspace, plan.ceilings + 4 * 77 * 4);
    a.tolerance = 0;
    EXPECT_EQ(cuda::planAttend(a, nullptr).workspace, 0);
}

TEST(CudaPlan, PixelsAreDealtToBlocks) {
    for (const std::int64_t length : {1, 30, 1000, 32768, 131072})
        for (const std::int64_t pixels : {1, 7, 32, 1000, 1024}) {
            if (pixels > length)
                continue;
            const DeviceMap m = picture(length, pixels, pixels);
            const auto plan = cuda::planMap(m, false);
            EXPECT_GE(plan.rowGroups * plan.pixelRows, pixels);
            EXPECT_GE(plan.columnGroups * plan.pixelColumns, pixels);
            EXPECT_LE(plan.pixelColumns, cuda::kPoolColumns);
            // Several rows of pixels share a block only if their queries fit in one tile.
            if (plan.pixelRows > 1) {
                EXPECT_LE(plan.pixelRows * ((length + pixels - 1) / pixels), plan.shape.rows);
                EXPECT_EQ(plan.splits, 1);
            }
            EXPECT_EQ(plan.blocks, plan.rowGroups * plan.columnGroups * plan.splits);
            EXPECT_GE(plan.workspace, plan.parts + plan.splits * pixels * pixels * 4);
        }
    EXPECT_GT(cuda::planMap(picture(131072, 1, 1), false).splits, 500); // one pixel, and still enough blocks
}

TEST(CudaPlan, RowsGoFirstWhereTheirSumsAreUnknown) {
    DeviceMap m = picture(100, 10, 10);
    EXPECT_TRUE(cuda::planMap(m, false).rowsFirst);
    m.stage = kernels::Stage::Score;
    EXPECT_FALSE(cuda::planMap(m, false).rowsFirst);
    EXPECT_TRUE(cuda::planMap(m, true).rowsFirst);
    const float known = 0;
    m.lse = &known;
    EXPECT_FALSE(cuda::planMap(m, true).rowsFirst);
}

TEST(CudaPlan, AViewportEndsWhereItsLastQueryDoes) {
    DeviceMap m = picture(100, 10, 10);
    m.keys = 130;
    m.queryBegin = 20;
    m.queryEnd = 60;
    const DeviceAttention rows = cuda::rowsOf(m);
    EXPECT_EQ(rows.queries, 40);
    EXPECT_EQ(rows.keys, 90);
    EXPECT_EQ(static_cast<const char*>(rows.q.data) - static_cast<const char*>(m.q), 20 * 64 * 4);
}

TEST(CudaPlan, FinishesAProfile) {
    cuda::DeviceProfile p;
    p.queries = p.keys = p.queryEnd = 4;
    const double sums[] = {2, 1, 0.5, 0.5, 6, 3};
    const std::int64_t edges[] = {0, 1, 3};
    double mass[2];
    kernels::ProfileOutput output;
    output.mass = mass;
    cuda::finishProfile(p, sums, edges, output);
    EXPECT_DOUBLE_EQ(mass[0], 0.5);
    EXPECT_DOUBLE_EQ(mass[1], 0.375);
    EXPECT_DOUBLE_EQ(output.meanDistance, (1 + 1 + 1.5) / 4);
    EXPECT_DOUBLE_EQ(output.diagonalMass, 0.5);
    EXPECT_DOUBLE_EQ(output.entropy, 1.5);
    EXPECT_DOUBLE_EQ(output.firstKeysMass, 0.75);
}

} // namespace
} // namespace slopescope::test
