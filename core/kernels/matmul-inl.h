// Matrix products on the tile of vector-inl.h: rows stand where queries stand, outputs where keys stand. Included by
// simd.cpp only.
#if defined(SLOPESCOPE_KERNELS_MATMUL_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef SLOPESCOPE_KERNELS_MATMUL_INL_H
#undef SLOPESCOPE_KERNELS_MATMUL_INL_H
#else
#define SLOPESCOPE_KERNELS_MATMUL_INL_H
#endif

#include "core/kernels/matmul.h"
#include "core/kernels/vector-inl.h"
#include "core/kernels/widen-inl.h"

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace slopescope::kernels::HWY_NAMESPACE {

// Inputs at a time: a panel of them stays in the first-level cache. No block of codes crosses from one time to the next.
constexpr std::int64_t kDepth = 256;
static_assert(kDepth % kMostElements == 0);

inline std::int64_t matrixPanelBytes(WeightForm form, std::int64_t inputs) {
    return panelBytes(form, inputs, kLanes);
}

inline void packMatrixPanel(WeightForm form, const std::uint8_t* rows, std::int64_t stride, int count, std::int64_t inputs,
                            std::uint8_t* packed) {
    if (form != WeightForm::F32)
        return kernels::packPanel(form, rows, stride, count, inputs, kLanes, packed);
    packPanel(reinterpret_cast<const float*>(rows), stride / std::int64_t(sizeof(float)), 0, count, static_cast<int>(inputs),
              reinterpret_cast<float*>(packed));
}

// One tile: kRows packed rows, `depth` inputs, one panel. Starts from the bias or from what is there.
HWY_INLINE void multiplyTile(const float* rows, const float* panel, int depth, const float* start,
                             std::int64_t startStride, float* HWY_RESTRICT y, std::int64_t yStride) {
    Vec tile[kRows][2];
    multiply(rows, panel, depth, tile);
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
        store(hn::Add(tile[r][0], load(start + r * startStride)), y + r * yStride);
        store(hn::Add(tile[r][1], load(start + r * startStride + kLanes)), y + r * yStride + kLanes);
    }
}

// A tile that reaches past the last row or output works on a copy.
inline void multiplyEdge(const float* rows, const float* panel, int depth, const float* bias, bool add, float* y,
                         std::int64_t yStride, int rowCount, int outputs) {
    float tile[kRows * kPanel] = {};
    for (int r = 0; r < rowCount; ++r)
        for (int x = 0; x < outputs; ++x)
            tile[r * kPanel + x] = (add ? y[r * yStride + x] : 0.0f) + (bias ? bias[x] : 0.0f);
    multiplyTile(rows, panel, depth, tile, kPanel, tile, kPanel);
    for (int r = 0; r < rowCount; ++r)
        std::copy_n(tile + r * kPanel, outputs, y + r * yStride);
}

// Rows of a block against one panel's inputs, `panel` being [depth][kPanel].
HWY_INLINE void multiplyRows(const MatmulBlock& b, const float* packed, const float* panel, std::int64_t row,
                             std::int64_t rows, int depth, std::int64_t output, bool first) {
    const float zeros[kPanel] = {};
    const bool add = b.add || !first;
    const float* bias = b.bias && first ? b.bias + output : nullptr;
    const int outputs = static_cast<int>(std::min<std::int64_t>(kPanel, b.outputs - output));
    for (std::int64_t r = 0; r < rows; r += kRows) {
        float* y = b.y + (row + r) * b.yStride + output;
        const int count = static_cast<int>(std::min<std::int64_t>(kRows, rows - r));
        if (count < kRows || outputs < kPanel || (add && bias))
            multiplyEdge(packed + r * depth, panel, depth, bias, add, y, b.yStride, count, outputs);
        else if (add)
            multiplyTile(packed + r * depth, panel, depth, y, b.yStride, y, b.yStride);
        else
            multiplyTile(packed + r * depth, panel, depth, bias ? bias : zeros, 0, y, b.yStride);
    }
}

// Weights in another form than float32 are widened a panel of kDepth inputs at a time, for all rows that stay in the cache.
inline void multiplyBlock(const MatmulBlock& b) {
    constexpr std::int64_t kMaxGroups = 96 / kRows;
    alignas(64) float packed[kMaxGroups * kRows * kDepth];
    alignas(64) float wide[kDepth * kPanel];
    const std::int64_t bytes = matrixPanelBytes(b.form, b.inputs);
    for (std::int64_t row = 0; row < b.rows; row += kMaxGroups * kRows)
        for (std::int64_t input = 0; input < b.inputs; input += kDepth) {
            const std::int64_t rows = std::min(kMaxGroups * kRows, b.rows - row);
            const int depth = static_cast<int>(std::min(kDepth, b.inputs - input));
            for (std::int64_t r = 0; r < rows; r += kRows)
                packRows(b.x + (row + r) * b.xStride + input, b.xStride, 0,
                         static_cast<int>(std::min<std::int64_t>(kRows, rows - r)), depth, 1.0f, packed + r * depth);
            for (std::int64_t output = 0; output < b.outputs; output += kPanel) {
                const std::uint8_t* stored = b.panels + output / kPanel * bytes;
                const float* panel = reinterpret_cast<const float*>(stored) + input * kPanel;
                if (b.form != WeightForm::F32) {
                    widenPanel(b.form, stored, input, depth, wide);
                    panel = wide;
                }
                multiplyRows(b, packed, panel, row, rows, depth, output, input == 0);
            }
        }
}

} // namespace slopescope::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
