#include "core/kernels/rowwise.h"

#include "core/kernels/rows.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace slopescope::kernels {
namespace {

// The reference: plain loops in double.
void normalisePlain(const RowNorm& n, const float* x, std::int64_t rows, float* y) {
    for (std::int64_t row = 0; row < rows; ++row, x += n.width, y += n.width) {
        double mean = 0, squares = 0;
        for (std::int64_t i = 0; n.centred && i < n.width; ++i)
            mean += x[i] / static_cast<double>(n.width);
        for (std::int64_t i = 0; i < n.width; ++i)
            squares += (x[i] - mean) * (x[i] - mean);
        const double factor = 1 / std::sqrt(squares / static_cast<double>(n.width) + n.epsilon);
        for (std::int64_t i = 0; i < n.width; ++i)
            y[i] = static_cast<float>((x[i] - mean) * factor * (n.weight ? n.weight[i] : 1.0F) + (n.bias ? n.bias[i] : 0.0F));
    }
}

double activatedPlain(Activation activation, double x) {
    switch (activation) {
    case Activation::GeluTanh:
        return x / 2 * (1 + std::tanh(std::sqrt(2 / 3.14159265358979324) * (x + 0.044715 * x * x * x)));
    case Activation::Gelu:
        return x / 2 * std::erfc(-x / std::sqrt(2.0));
    case Activation::Silu:
        return x / (1 + std::exp(-x));
    case Activation::Relu:
        return x < 0 ? 0 : x;
    case Activation::ReluSquared:
        return x < 0 ? 0 : x * x;
    }
    return x;
}

void activatePlain(Activation activation, float* x, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i)
        x[i] = static_cast<float>(activatedPlain(activation, x[i]));
}

void joinPlain(const float* logits, std::int64_t count, float& largest, double& sum) {
    const float now = std::max(largest, *std::max_element(logits, logits + count));
    sum *= std::exp(static_cast<double>(largest) - now);
    for (std::int64_t i = 0; i < count; ++i)
        sum += std::exp(static_cast<double>(logits[i]) - now);
    largest = now;
}

void capPlain(float cap, float* x, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i)
        x[i] = static_cast<float>(cap * std::tanh(static_cast<double>(x[i]) / cap));
}

constexpr RowwiseKernel kReference{"reference", normalisePlain, activatePlain, joinPlain, capPlain};

// The best row of the kernel table that has these.
const RowwiseKernel& chosen() {
    static const RowwiseKernel& kernel = []() -> const RowwiseKernel& {
        for (const Kernel& row : kernelTable())
            if (const RowwiseKernel& found = rowwiseNamed(row.name); &found != &kReference)
                return found;
        return kReference;
    }();
    return kernel;
}

} // namespace

const RowwiseKernel& rowwiseNamed(const char* name) {
    for (const RowwiseKernel& kernel : simdRowwise())
        if (std::strcmp(kernel.name, name) == 0)
            return kernel;
    return kReference;
}

void normalise(const RowNorm& norm, const float* x, std::int64_t rows, float* y) {
    chosen().normalise(norm, x, rows, y);
}

void activate(Activation activation, float* x, std::int64_t count) {
    chosen().activate(activation, x, count);
}

void softCap(float cap, float* x, std::int64_t count) {
    chosen().softCap(cap, x, count);
}

void crossEntropy(const PackedMatrix& output, const float* bias, const float* x, std::int64_t rows,
                  const std::int32_t* targets, float* losses, float cap) {
    constexpr std::int64_t kOutputsAtOnce = 1024; // for a block of rows they stay in the second-level cache
    struct Row {
        float largest = -std::numeric_limits<float>::infinity(), target = 0;
        double sum = 0;
    };
    std::vector<Row> state(static_cast<std::size_t>(rows));
    Buffer logits(rows * kOutputsAtOnce);
    for (std::int64_t from = 0; from < output.outputs(); from += kOutputsAtOnce) {
        const std::int64_t count = std::min(kOutputsAtOnce, output.outputs() - from);
        output.multiplyPart(x, output.inputs(), rows, bias, false, from, from + count, logits.data(), kOutputsAtOnce);
        for (std::int64_t row = 0; row < rows; ++row) {
            Row& r = state[static_cast<std::size_t>(row)];
            float* const values = logits.data() + row * kOutputsAtOnce;
            if (cap > 0)
                chosen().softCap(cap, values, count);
            chosen().join(values, count, r.largest, r.sum);
            if (targets[row] >= from && targets[row] < from + count)
                r.target = values[targets[row] - from];
        }
    }
    for (std::int64_t row = 0; row < rows; ++row) {
        const Row& r = state[static_cast<std::size_t>(row)];
        losses[row] = static_cast<float>(std::log(r.sum) + r.largest - r.target);
    }
}

} // namespace slopescope::kernels
