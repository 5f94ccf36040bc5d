#include "core/kernels/matmul.h"

#include "core/kernels/rows.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace slopescope::kernels {
namespace {

// The reference: the rows as they lie, plain loops, summed in double.
void packPlain(WeightForm form, const std::uint8_t* rows, std::int64_t, int, std::int64_t inputs, std::uint8_t* packed) {
    std::memcpy(packed, rows, static_cast<std::size_t>(rowBytes(form, inputs)));
}

void widenPlain(WeightForm form, const std::uint8_t* row, std::int64_t from, std::int64_t count, float* out) {
    widen(form, row + rowBytes(form, from), count, out);
}

void multiplyPlain(const MatmulBlock& b) {
    std::vector<float> weights(static_cast<std::size_t>(b.inputs));
    for (std::int64_t output = 0; output < b.outputs; ++output) {
        widen(b.form, b.panels + output * rowBytes(b.form, b.inputs), b.inputs, weights.data());
        for (std::int64_t row = 0; row < b.rows; ++row) {
            float& y = b.y[row * b.yStride + output];
            double sum = (b.add ? y : 0.0) + (b.bias ? b.bias[output] : 0.0);
            for (std::int64_t input = 0; input < b.inputs; ++input)
                sum += static_cast<double>(b.x[row * b.xStride + input]) * weights[static_cast<std::size_t>(input)];
            y = static_cast<float>(sum);
        }
    }
}

constexpr MatmulKernel kReference{"reference", 1, 1, rowBytes, packPlain, widenPlain, multiplyPlain};

// The best row of the table that has a product; null `name`: of the table that this machine prefers.
const MatmulKernel* kernelNamed(const char* name) {
    const std::vector<Kernel> forced = name ? chooseKernels(name) : std::vector<Kernel>{};
    for (const Kernel& chosen : name ? std::span<const Kernel>(forced) : kernelTable())
        for (const MatmulKernel& kernel : simdMatmuls())
            if (std::strcmp(kernel.name, chosen.name) == 0)
                return &kernel;
    return &kReference;
}

std::int64_t divideUp(std::int64_t value, std::int64_t unit) {
    return (value + unit - 1) / unit;
}

// Rows [begin, end) of all parts, one below the other, in `form`: that of their part, or float32.
void gather(std::span<const MatrixRows> parts, WeightForm form, std::int64_t inputs, std::int64_t begin, std::int64_t end,
            std::uint8_t* to) {
    const std::int64_t bytes = rowBytes(form, inputs);
    std::int64_t first = 0;
    for (const MatrixRows& part : parts) {
        for (std::int64_t row = std::max(begin, first); row < std::min(end, first + part.outputs); ++row, to += bytes) {
            const std::uint8_t* const from = static_cast<const std::uint8_t*>(part.rows) + (row - first) * part.stride;
            if (form == part.form)
                std::memcpy(to, from, static_cast<std::size_t>(bytes));
            else
                widen(part.form, from, inputs, reinterpret_cast<float*>(to));
        }
        first += part.outputs;
    }
}

} // namespace

PackedMatrix::PackedMatrix(const float* weights, std::int64_t outputs, std::int64_t inputs, std::int64_t stride,
                           const ParallelFor& parallelFor, const char* kernel)
    : PackedMatrix(std::array{MatrixRows{WeightForm::F32, weights, outputs, stride * std::int64_t(sizeof(float))}}, inputs,
                   parallelFor, kernel) {}

PackedMatrix::PackedMatrix(std::span<const MatrixRows> parts, std::int64_t inputs, const ParallelFor& parallelFor,
                           const char* kernel)
    : m_inputs(inputs), m_kernel(kernelNamed(kernel)), m_parts(layOut(parts, inputs, *m_kernel, m_bytes)),
      m_panels(divideUp(m_bytes, sizeof(float))) {
    m_outputs = m_parts.empty() ? 0 : m_parts.back().end;
    pack(parts, parallelFor);
}

std::int64_t PackedMatrix::bytesOf(std::span<const MatrixRows> parts, std::int64_t inputs) {
    std::int64_t bytes = 0;
    layOut(parts, inputs, *kernelNamed(nullptr), bytes);
    return bytes;
}

// Neighbours of one form become one part. A panel has one form: where a seam lies within one, all becomes float32.
std::vector<PackedMatrix::Part> PackedMatrix::layOut(std::span<const MatrixRows> parts, std::int64_t inputs,
                                                     const MatmulKernel& kernel, std::int64_t& bytes) {
    std::vector<Part> all;
    std::int64_t outputs = 0;
    bool fits = true;
    for (const MatrixRows& part : parts) {
        if (all.empty() || all.back().form != part.form) {
            fits = fits && outputs % kernel.panel == 0;
            all.push_back({part.form, outputs, outputs, 0});
        }
        all.back().end = outputs += part.outputs;
    }
    if (!fits)
        all = {{WeightForm::F32, 0, outputs, 0}};
    bytes = 0;
    for (Part& part : all) {
        constexpr std::int64_t kVector = 64; // float32 is read as whole vectors
        part.at = divideUp(bytes, kVector) * kVector;
        bytes = part.at + divideUp(part.end - part.begin, kernel.panel) * kernel.panelBytes(part.form, inputs);
    }
    return all;
}

void PackedMatrix::pack(std::span<const MatrixRows> parts, const ParallelFor& parallelFor) {
    const int width = m_kernel->panel;
    auto* const to = reinterpret_cast<std::uint8_t*>(m_panels.data());
    for (const Part& part : m_parts)
        parallelFor(divideUp(part.end - part.begin, width), [&](std::int64_t panel) {
            const std::int64_t begin = part.begin + panel * width, end = std::min(begin + width, part.end);
            std::uint8_t* const packed = to + part.at + panel * m_kernel->panelBytes(part.form, m_inputs);
            std::int64_t first = 0;
            for (const MatrixRows& from : parts) {
                if (begin >= first && end <= first + from.outputs && part.form == from.form)
                    return m_kernel->pack(part.form, static_cast<const std::uint8_t*>(from.rows) + (begin - first) * from.stride,
                                          from.stride, int(end - begin), m_inputs, packed);
                first += from.outputs;
            }
            const std::int64_t bytes = rowBytes(part.form, m_inputs);
            const Buffer rows(divideUp(bytes * width, sizeof(float)));
            gather(parts, part.form, m_inputs, begin, end, reinterpret_cast<std::uint8_t*>(rows.data()));
            m_kernel->pack(part.form, reinterpret_cast<const std::uint8_t*>(rows.data()), bytes, int(end - begin), m_inputs,
                           packed);
        });
}

void PackedMatrix::multiply(const float* x, std::int64_t xStride, std::int64_t rows, const float* bias, bool add,
                            float* y, std::int64_t yStride, const ParallelFor& parallelFor) const {
    // Rows of a unit fill the second-level cache once; few rows are shared out by outputs instead. Neither changes a
    // bit.
    constexpr std::int64_t kRowsAtOnce = 96;
    const std::int64_t rowBlocks = divideUp(rows, kRowsAtOnce);
    const std::int64_t parts = std::clamp<std::int64_t>(16 / std::max<std::int64_t>(rowBlocks, 1), 1, 8);
    const std::int64_t width = std::max<std::int64_t>(divideUp(divideUp(m_outputs, parts), kUnit) * kUnit, 1);
    const std::int64_t columns = divideUp(m_outputs, width);
    parallelFor(rowBlocks * columns, [&](std::int64_t index) {
        const std::int64_t row = index / columns * kRowsAtOnce, output = index % columns * width;
        multiplyPart(x + row * xStride, xStride, std::min(kRowsAtOnce, rows - row), bias, add, output,
                     std::min(output + width, m_outputs), y + row * yStride + output, yStride);
    });
}

void PackedMatrix::multiplyPart(const float* x, std::int64_t xStride, std::int64_t rows, const float* bias,
                                bool add, std::int64_t begin, std::int64_t end, float* y, std::int64_t yStride) const {
    for (const Part& part : m_parts) {
        const std::int64_t from = std::max(begin, part.begin), to = std::min(end, part.end);
        if (from >= to)
            continue;
        const std::int64_t panel = (from - part.begin) / m_kernel->panel;
        m_kernel->multiply({x, xStride, rows, part.form,
                            panels() + part.at + panel * m_kernel->panelBytes(part.form, m_inputs), m_inputs, to - from,
                            bias ? bias + from : nullptr, add, y + (from - begin), yStride});
    }
}

void PackedMatrix::copyRow(std::int64_t output, float* row) const {
    constexpr std::int64_t kAtOnce = kMostElements;
    const auto part = std::find_if(m_parts.begin(), m_parts.end(), [&](const Part& p) { return output < p.end; });
    const std::int64_t width = m_kernel->panel, panel = (output - part->begin) / width, lane = (output - part->begin) % width;
    const std::uint8_t* const packed = panels() + part->at + panel * m_kernel->panelBytes(part->form, m_inputs);
    if (part->form == WeightForm::F32) {
        const auto* values = reinterpret_cast<const float*>(packed) + lane;
        for (std::int64_t input = 0; input < m_inputs; ++input)
            row[input] = values[input * width];
        return;
    }
    float wide[kAtOnce * kUnit];
    for (std::int64_t input = 0; input < m_inputs; input += kAtOnce) {
        const std::int64_t count = std::min(kAtOnce, m_inputs - input);
        m_kernel->widen(part->form, packed, input, count, wide);
        for (std::int64_t i = 0; i < count; ++i)
            row[input + i] = wide[i * width + lane];
    }
}

} // namespace slopescope::kernels
