// A matrix packed once and multiplied often: the linear layers of a forward pass, on the register tile of the attention
// kernels. It exists because the BLAS of a distribution may mistake a recent processor for an old one and lose a factor
// of four; this one asks the processor. Weights stay in the form of their file, and a piece at a time is widened to float32 as it
// is multiplied: the same bits as with float32 weights, in the memory of the file.
//
// Called by core/model with pointers it has checked; any thread. A row of the result depends only on that row of the
// input: the same bits whatever the number of rows, the cut into calls, and the number of threads.
#pragma once

#include "core/kernels/problems.h"
#include "core/kernels/buffer.h"
#include "core/kernels/weight_form.h"

#include <cstdint>
#include <span>
#include <vector>

namespace slopescope::kernels {

struct MatmulKernel;

// Rows of weights in one form, one below the other.
struct MatrixRows {
    WeightForm form;
    const void* rows;     // need not be aligned, but for F32
    std::int64_t outputs; // how many
    std::int64_t stride;  // bytes from one to the next
};

class PackedMatrix {
public:
    // `weights` is [outputs, inputs], rows `stride` floats apart, and may go once this returns. `kernel` names a row of
    // the kernel table; null takes the one that kernelTable() prefers. Throws Error for a name that cannot run here and
    // when the memory cannot be had.
    PackedMatrix(const float* weights, std::int64_t outputs, std::int64_t inputs, std::int64_t stride,
                 const ParallelFor& parallelFor, const char* kernel = nullptr);

    // The same of parts that lie in several forms; `inputs` is a whole number of blocks of each. What cannot lie side by side
    // with its neighbours (parts of different forms whose sizes are no multiples of kUnit) is kept in float32.
    PackedMatrix(std::span<const MatrixRows> parts, std::int64_t inputs, const ParallelFor& parallelFor,
                 const char* kernel = nullptr);

    // Outputs of all parts but the last should be a multiple of this.
    static constexpr std::int64_t kUnit = 64;

    // The bytes that a matrix of such parts takes on this machine; their rows may be null.
    static std::int64_t bytesOf(std::span<const MatrixRows> parts, std::int64_t inputs);

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
    std::int64_t bytes() const { return m_bytes; }

private:
    struct Part {
        WeightForm form;
        std::int64_t begin, end; // outputs; begin is that of a panel
        std::int64_t at;         // bytes into m_panels
    };

    static std::vector<Part> layOut(std::span<const MatrixRows> parts, std::int64_t inputs, const MatmulKernel& kernel,
                                    std::int64_t& bytes);
    void pack(std::span<const MatrixRows> parts, const ParallelFor& parallelFor);
    const std::uint8_t* panels() const { return reinterpret_cast<const std::uint8_t*>(m_panels.data()); }

    std::int64_t m_outputs, m_inputs, m_bytes = 0;
    const MatmulKernel* m_kernel;
    std::vector<Part> m_parts;
    Buffer m_panels; // as the kernel packs them
};

// A block of the product, and who computes it: a row of the table of matrix products, one a SIMD target.
struct MatmulBlock {
    const float* x;
    std::int64_t xStride, rows;
    WeightForm form;
    const std::uint8_t* panels; // from the first output on
    std::int64_t inputs, outputs;
    const float* bias;
    bool add;
    float* y;
    std::int64_t yStride;
};

struct MatmulKernel {
    const char* name; // as in the kernel table
    int panel;        // outputs side by side in a panel; divides PackedMatrix::kUnit
    int rows;         // rows of a register tile
    std::int64_t (*panelBytes)(WeightForm form, std::int64_t inputs);
    // Packs one panel of `count` rows, `stride` bytes apart.
    void (*pack)(WeightForm form, const std::uint8_t* rows, std::int64_t stride, int count, std::int64_t inputs,
                 std::uint8_t* packed);
    // Inputs [from, from + count) of a panel -> [count][panel]; both are whole blocks.
    void (*widen)(WeightForm form, const std::uint8_t* panel, std::int64_t from, std::int64_t count, float* out);
    void (*multiply)(const MatmulBlock&);
};

} // namespace slopescope::kernels
