#include "core/model/layer_parts.h"

#include "core/base/parallel.h"
#include "core/model/gradients.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/tanh.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace slopescope {
namespace {

// Whether LibTorch's own operations serve: for gradients, and on a device.
bool plainly(const at::Tensor& x) {
    return at::GradMode::is_enabled() || !x.device().is_cpu();
}

// Norms and residuals are never narrower than float32.
at::Tensor widened(const at::Tensor& x) {
    return x.element_size() < std::int64_t(sizeof(float)) ? x.to(at::kFloat) : x;
}

const float* dataOf(const at::Tensor& x) {
    return x.defined() ? x.data_ptr<float>() : nullptr;
}

// y = x weight^T + bias, or with `add` y += x weight^T. y is contiguous.
void multiply(const at::Tensor& x, const kernels::PackedMatrix& matrix, const float* bias, bool add,
              const at::Tensor& y) {
    const at::Tensor rows = x.reshape({-1, matrix.inputs()}).contiguous();
    matrix.multiplyPart(rows.data_ptr<float>(), matrix.inputs(), rows.size(0), bias, add, 0, matrix.outputs(),
                        y.data_ptr<float>(), matrix.outputs());
}

} // namespace

void pack(Linear& part) {
    if (!part.weight.defined())
        return;
    const at::Tensor weight = std::exchange(part.weight, {}).detach().contiguous();
    const auto onAllThreads = [](std::int64_t count, const std::function<void(std::int64_t)>& body) {
        parallelFor(count, Job(), body);
    };
    part.packed = std::make_shared<const kernels::PackedMatrix>(weight.data_ptr<float>(), weight.size(0),
                                                                weight.size(1), weight.stride(0), onAllThreads);
    if (part.bias.defined())
        part.bias = part.bias.detach().contiguous();
}

at::Tensor linear(const at::Tensor& x, const Linear& part) {
    if (!part.packed) // in training autocast, where it is on, sees to the types
        return at::linear(at::GradMode::is_enabled() ? x : x.to(part.weight.scalar_type()), part.weight, part.bias);
    if (at::GradMode::is_enabled())
        return packedLinear(x, part);
    std::vector<std::int64_t> shape = x.sizes().vec();
    shape.back() = part.packed->outputs();
    at::Tensor y = at::empty(shape, x.options());
    multiply(x, *part.packed, dataOf(part.bias), false, y);
    return y;
}

at::Tensor addLinear(const at::Tensor& x, const at::Tensor& y, const Linear& part) {
    if (!part.packed || at::GradMode::is_enabled())
        return x + linear(y, part);
    const at::Tensor base = x.contiguous();
    at::Tensor sum = at::empty_like(base);
    const std::int64_t width = part.packed->outputs();
    const float *from = base.data_ptr<float>(), *bias = dataOf(part.bias);
    float* to = sum.data_ptr<float>();
    for (std::int64_t i = 0; i < base.numel(); i += width)
        for (std::int64_t j = 0; j < width; ++j)
            to[i + j] = from[i + j] + (bias ? bias[j] : 0.0F);
    multiply(y, *part.packed, nullptr, true, sum);
    return sum;
}

at::Tensor times(const at::Tensor& a, const at::Tensor& b) {
    if (plainly(a))
        return a * b;
    const at::Tensor left = a.contiguous(), right = b.contiguous();
    at::Tensor product = at::empty_like(left);
    const float* from = left.data_ptr<float>();
    std::transform(from, from + left.numel(), right.data_ptr<float>(), product.data_ptr<float>(), std::multiplies<>());
    return product;
}

at::Tensor rotated(const at::Tensor& x, const Rotary& rotary, const RotaryTable& table) {
    if (plainly(x))
        return rotate(x, rotary, table);
    const std::int64_t half = rotary.dims / 2, batch = x.size(0), length = x.size(1), heads = x.size(2), dim = x.size(3);
    const std::int64_t step = rotary.interleaved ? 2 : 1, partner = rotary.interleaved ? 1 : half;
    const at::Tensor rows = x.contiguous();
    at::Tensor turned = at::empty_like(rows);
    const float *from = rows.data_ptr<float>(), *allCos = table.cos.data_ptr<float>(), *allSin = table.sin.data_ptr<float>();
    float* to = turned.data_ptr<float>();
    for (std::int64_t row = 0; row < batch * length * heads; ++row, from += dim, to += dim) {
        const std::int64_t position = row / heads % length;
        const float *cos = allCos + position * half, *sin = allSin + position * half;
        for (std::int64_t k = 0; k < half; ++k) {
            const float a = from[k * step], b = from[k * step + partner];
            to[k * step] = a * cos[k] - b * sin[k];
            to[k * step + partner] = b * cos[k] + a * sin[k];
        }
        std::copy(from + rotary.dims, from + dim, to + rotary.dims);
    }
    return turned;
}

at::Tensor rowsOf(const Linear& part, const at::Tensor& ids) {
    if (!part.packed)
        return widened(at::embedding(part.weight, ids));
    std::vector<std::int64_t> shape = ids.sizes().vec();
    shape.push_back(part.packed->inputs());
    at::Tensor rows = at::empty(shape, at::kFloat);
    const at::Tensor index = ids.contiguous();
    const std::int64_t* id = index.data_ptr<std::int64_t>();
    float* row = rows.data_ptr<float>();
    for (std::int64_t i = 0; i < index.numel(); ++i, row += part.packed->inputs())
        part.packed->copyRow(id[i], row);
    return rows;
}

at::Tensor normed(const at::Tensor& x, const Norm& part, NormKind kind, double epsilon) {
    const std::int64_t width = x.size(-1);
    const bool centred = kind == NormKind::Mean;
    if (!plainly(x)) {
        const at::Tensor rows = x.contiguous();
        at::Tensor y = at::empty_like(rows);
        kernels::normalise({width, dataOf(part.weight), dataOf(part.bias), static_cast<float>(epsilon), centred},
                           rows.data_ptr<float>(), rows.numel() / width, y.data_ptr<float>());
        return y;
    }
    const at::Tensor wide = widened(x);
    if (centred)
        return at::layer_norm(wide, {width}, part.weight, part.bias, epsilon);
    at::Tensor y = wide * at::rsqrt((wide * wide).mean(-1, true) + epsilon);
    if (part.weight.defined())
        y = y * part.weight;
    return part.bias.defined() ? y + part.bias : y;
}

at::Tensor softlyCapped(const at::Tensor& x, double cap) {
    if (plainly(x))
        return at::tanh(x / cap) * cap;
    at::Tensor y = x.contiguous();
    kernels::softCap(static_cast<float>(cap), y.data_ptr<float>(), y.numel());
    return y;
}

at::Tensor activated(const at::Tensor& x, Activation activation) {
    if (!plainly(x)) {
        at::Tensor y = x.contiguous();
        kernels::activate(activation, y.data_ptr<float>(), y.numel());
        return y;
    }
    switch (activation) {
    case Activation::GeluTanh:
        return at::gelu(x, "tanh");
    case Activation::Gelu:
        return at::gelu(x);
    case Activation::Silu:
        return at::silu(x);
    case Activation::Relu:
        break;
    case Activation::ReluSquared: {
        const at::Tensor rectified = at::relu(x);
        return rectified * rectified;
    }
    }
    return at::relu(x);
}

} // namespace slopescope
