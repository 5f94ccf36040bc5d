// A matrix packed once and multiplied often: the linear layers of a forward pass, on the register tile of the attention
// kernels. It exists because the BLAS of a distribution may mistake a recent processor for an old one and lose a factor
// of four; this one asks the processor.
//
// Called by core/model with pointers it has checked; any thread. A row of the result depends only on that row of the
// input: the same bits whatever the number of rows, the cut into calls, and the number of threads.
#pragma once

#include "core/kernels/problems.h"
#include "core/kernels/buffer.h"

#include <cstdint>

namespace slopescope::kernels {

struct MatmulKernel;

class PackedMatrix {
public:
    // `weights` is [outputs, inputs], rows `stride` floats apart, and may go once this returns. `kernel` names a row of
    // the kernel table; null takes the one that kernelTable() prefers. Throws Error for a name that cannot run here and
    // when the memory cannot be had.
    PackedMatrix(const float* weights, std::int64_t outputs, std::int64_t inputs, std::int64_t stride,
                 const ParallelFor& parallelFor, const char* kernel = nullptr);

    // y[row][o] = bias[o] + sum_i x[row][i] * weights[o][i]; with `add`, added to what y holds. x is [rows, inputs] and
    // y [rows, outputs], rows xStride and yStride floats apart; they must not overlap. `bias` may be null.
    void multiply(const float* x, std::int64_t xStride, std::int64_t rows, const float* bias, bool add, float* y,
                  std::int64_t yStride, const ParallelFor& parallelFor) const;

    // The outputs [begin, end) alone, into y [rows, end - begin], on this thread; begin is a multiple of 64.
    void multiplyPart(const float* x, std::int64_t xStride, std::int64_t rows, const float* bias, bool add,
                      std::int64_t begin, std::int64_t end, float* y, std::int64_t yStride) const;

    // The weights of one output, as they were given: [inputs].
    void copyRow(std::int64_t output, float* row) const;

    std::int64_t outputs() const { return m_outputs; }
    std::int64_t inputs() const { return m_inputs; }

private:
    std::int64_t m_outputs, m_inputs;
    const MatmulKernel* m_kernel;
    Buffer m_panels; // as the kernel packs them
};

// A block of the product, and who computes it: a row of the table of matrix products, one a SIMD target.
struct MatmulBlock {
    const float* x;
    std::int64_t xStride, rows; // all rows of the block
    const float* panels;        // of the whole matrix
    std::int64_t inputs, outputs, outputBegin, outputEnd;
    const float* bias;
    bool add;
    float* y;
    std::int64_t yStride;
};

struct MatmulKernel {
    const char* name; // as in the kernel table
    int panel;        // outputs side by side in a panel
    int rows;         // rows of a register tile
    void (*pack)(const float* weights, std::int64_t stride, std::int64_t outputs, std::int64_t inputs,
                 std::int64_t panel, float* packed);
    void (*multiply)(const MatmulBlock&);
};

} // namespace slopescope::kernels
