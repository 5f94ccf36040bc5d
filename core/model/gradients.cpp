#include "core/model/gradients.h"

#include "core/base/parallel.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace slopescope {
namespace {

using kernels::PackedMatrix;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

void onAllThreads(std::int64_t count, const std::function<void(std::int64_t)>& body) {
    parallelFor(count, Job(), body);
}

// Weights [begin, end) of the outputs, turned: [inputs, end - begin].
std::vector<float> turnedWeights(const PackedMatrix& matrix, std::int64_t begin, std::int64_t end) {
    const std::int64_t inputs = matrix.inputs(), count = end - begin;
    std::vector<float> rows(std::size_t(count * inputs)), turned(rows.size());
    onAllThreads(count, [&](std::int64_t row) { matrix.copyRow(begin + row, rows.data() + row * inputs); });
    constexpr std::int64_t kTogether = 16; // columns that are written side by side
    onAllThreads((inputs + kTogether - 1) / kTogether, [&](std::int64_t part) {
        const std::int64_t last = std::min((part + 1) * kTogether, inputs);
        for (std::int64_t row = 0; row < count; ++row)
            for (std::int64_t input = part * kTogether; input < last; ++input)
                turned[std::size_t(input * count + row)] = rows[std::size_t(row * inputs + input)];
    });
    return turned;
}

// dy weight: [rows, out] -> [rows, in]. The weight is unpacked some outputs at a time.
at::Tensor timesWeight(const at::Tensor& dy, const PackedMatrix& matrix) {
    constexpr std::int64_t kOutputs = 2048;
    const at::Tensor from = dy.contiguous();
    const std::int64_t rows = from.size(0), outputs = matrix.outputs(), inputs = matrix.inputs();
    at::Tensor dx = at::empty({rows, inputs}, at::kFloat);
    for (std::int64_t begin = 0; begin < outputs; begin += kOutputs) {
        const std::int64_t end = std::min(begin + kOutputs, outputs);
        const std::vector<float> turned = turnedWeights(matrix, begin, end);
        const PackedMatrix part(turned.data(), inputs, end - begin, end - begin, onAllThreads);
        part.multiply(from.data_ptr<float>() + begin, outputs, rows, nullptr, begin > 0, dx.data_ptr<float>(), inputs,
                      onAllThreads);
    }
    return dx;
}

const float* biasOf(const Linear& part) {
    return part.bias.defined() ? part.bias.data_ptr<float>() : nullptr;
}

struct PackedProduct : torch::autograd::Function<PackedProduct> {
    // `part` outlives the graph: it belongs to a decoder that the caller holds.
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const Linear* part) {
        const PackedMatrix& matrix = *part->packed;
        const at::Tensor rows = x.reshape({-1, matrix.inputs()}).contiguous();
        std::vector<std::int64_t> shape = x.sizes().vec();
        shape.back() = matrix.outputs();
        at::Tensor y = at::empty(shape, at::kFloat);
        matrix.multiply(rows.data_ptr<float>(), matrix.inputs(), rows.size(0), biasOf(*part), false,
                        y.data_ptr<float>(), matrix.outputs(), onAllThreads);
        context->saved_data["part"] = reinterpret_cast<std::int64_t>(part);
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const auto* part = reinterpret_cast<const Linear*>(context->saved_data["part"].toInt());
        const PackedMatrix& matrix = *part->packed;
        const at::Tensor& dy = gradients[0];
        std::vector<std::int64_t> shape = dy.sizes().vec();
        shape.back() = matrix.inputs();
        return {timesWeight(dy.reshape({-1, matrix.outputs()}), matrix).view(shape), at::Tensor()};
    }
};

// Turns the logits of a row into the gradient of `share` times its loss; returns the loss.
double turnIntoGradient(float* logits, std::int64_t count, std::int32_t target, float share) {
    const float largest = *std::max_element(logits, logits + count);
    const float chosen = logits[target];
    double sum = 0;
    for (std::int64_t x = 0; x < count; ++x) {
        logits[x] = std::exp(logits[x] - largest);
        sum += logits[x];
    }
    const auto factor = static_cast<float>(share / sum);
    for (std::int64_t x = 0; x < count; ++x)
        logits[x] *= factor;
    logits[target] -= share;
    return std::log(sum) + double(largest) - double(chosen);
}

} // namespace

at::Tensor packedLinear(const at::Tensor& x, const Linear& part) {
    return PackedProduct::apply(x, &part);
}

LossGradient lossGradient(const at::Tensor& rows, const Linear& output, std::span<const std::int32_t> targets,
                          const Job& job) {
    const at::NoGradGuard noGradient;
    constexpr std::int64_t kLogits = 1 << 25; // at a time
    const PackedMatrix& matrix = *output.packed;
    const std::int64_t count = rows.size(0), vocabulary = matrix.outputs();
    const std::int64_t atOnce = std::clamp<std::int64_t>(kLogits / vocabulary, 1, count);
    LossGradient result{0, at::empty(rows.sizes(), at::kFloat)};
    std::vector<double> losses(static_cast<std::size_t>(count));
    const auto share = static_cast<float>(1 / double(count));
    for (std::int64_t first = 0; first < count; first += atOnce) {
        job.check();
        const std::int64_t here = std::min(atOnce, count - first);
        const at::Tensor logits = at::empty({here, vocabulary}, at::kFloat);
        float* const values = logits.data_ptr<float>();
        matrix.multiply(rows.data_ptr<float>() + first * matrix.inputs(), matrix.inputs(), here, biasOf(output), false,
                        values, vocabulary, onAllThreads);
        onAllThreads(here, [&](std::int64_t row) {
            losses[std::size_t(first + row)] =
                turnIntoGradient(values + row * vocabulary, vocabulary, targets[std::size_t(first + row)], share);
        });
        result.ofRows.narrow(0, first, here).copy_(timesWeight(logits, matrix));
    }
    result.loss = std::accumulate(losses.begin(), losses.end(), 0.0) / double(count);
    return result;
}

} // namespace slopescope
