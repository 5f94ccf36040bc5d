#include "core/kernels/matmul.h"

#include "core/kernels/rows.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace slopescope::kernels {
namespace {

// The reference: plain loops, summed in double.
void packPlain(const float* weights, std::int64_t stride, std::int64_t, std::int64_t inputs, std::int64_t panel,
               float* packed) {
    std::copy_n(weights + panel * stride, inputs, packed + panel * inputs);
}

void multiplyPlain(const MatmulBlock& b) {
    for (std::int64_t row = 0; row < b.rows; ++row)
        for (std::int64_t output = b.outputBegin; output < b.outputEnd; ++output) {
            float& y = b.y[row * b.yStride + output];
            double sum = (b.add ? y : 0.0) + (b.bias ? b.bias[output] : 0.0);
            for (std::int64_t input = 0; input < b.inputs; ++input)
                sum += static_cast<double>(b.x[row * b.xStride + input]) * b.panels[output * b.inputs + input];
            y = static_cast<float>(sum);
        }
}

constexpr MatmulKernel kReference{"reference", 1, 1, packPlain, multiplyPlain};

// The best row of the table that has a product; null `name`: of the table that this machine prefers.
const MatmulKernel* kernelNamed(const char* name) {
    const std::vector<Kernel> forced = name ? chooseKernels(name) : std::vector<Kernel>{};
    for (const Kernel& chosen : name ? std::span<const Kernel>(forced) : kernelTable())
        for (const MatmulKernel& kernel : simdMatmuls())
            if (std::strcmp(kernel.name, chosen.name) == 0)
                return &kernel;
    return &kReference;
}

std::int64_t roundUp(std::int64_t value, std::int64_t unit) {
    return (value + unit - 1) / unit * unit;
}

} // namespace

PackedMatrix::PackedMatrix(const float* weights, std::int64_t outputs, std::int64_t inputs, std::int64_t stride,
                           const ParallelFor& parallelFor, const char* kernel)
    : m_outputs(outputs), m_inputs(inputs), m_kernel(kernelNamed(kernel)),
      m_panels(roundUp(outputs, m_kernel->panel) * inputs) {
    parallelFor(roundUp(outputs, m_kernel->panel) / m_kernel->panel,
                [&](std::int64_t panel) { m_kernel->pack(weights, stride, outputs, inputs, panel, m_panels.data()); });
}

void PackedMatrix::multiply(const float* x, std::int64_t xStride, std::int64_t rows, const float* bias, bool add,
                            float* y, std::int64_t yStride, const ParallelFor& parallelFor) const {
    // Rows of a unit fill the second-level cache once; few rows are shared out by outputs instead. Neither changes a
    // bit.
    constexpr std::int64_t kRowsAtOnce = 96;
    const std::int64_t rowBlocks = (rows + kRowsAtOnce - 1) / kRowsAtOnce;
    const std::int64_t parts = std::clamp<std::int64_t>(16 / std::max<std::int64_t>(rowBlocks, 1), 1, 8);
    const std::int64_t width = std::max<std::int64_t>(roundUp((m_outputs + parts - 1) / parts, m_kernel->panel), 1);
    const std::int64_t columns = (m_outputs + width - 1) / width;
    parallelFor(rowBlocks * columns, [&](std::int64_t index) {
        const std::int64_t row = index / columns * kRowsAtOnce, output = index % columns * width;
        m_kernel->multiply({x + row * xStride, xStride, std::min(kRowsAtOnce, rows - row), m_panels.data(), m_inputs,
                            m_outputs, output, std::min(output + width, m_outputs), bias, add, y + row * yStride,
                            yStride});
    });
}

void PackedMatrix::multiplyPart(const float* x, std::int64_t xStride, std::int64_t rows, const float* bias,
                                bool add, std::int64_t begin, std::int64_t end, float* y, std::int64_t yStride) const {
    m_kernel->multiply({x, xStride, rows, m_panels.data() + begin * m_inputs, m_inputs, m_outputs - begin, 0,
                        end - begin, bias ? bias + begin : nullptr, add, y, yStride});
}

void PackedMatrix::copyRow(std::int64_t output, float* row) const {
    const std::int64_t width = m_kernel->panel;
    const float* panel = m_panels.data() + output / width * width * m_inputs + output % width;
    for (std::int64_t input = 0; input < m_inputs; ++input)
        row[input] = panel[input * width];
}

} // namespace slopescope::kernels
