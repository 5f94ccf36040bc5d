#include "core/model/layer_parts.h"

#include "core/parallel.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/silu.h>

#include <algorithm>
#include <utility>

namespace slopescope {
namespace {

void onAllThreads(std::int64_t count, const std::function<void(std::int64_t)>& body) {
    parallelFor(count, Job(), body);
}

std::vector<std::int64_t> withLast(at::IntArrayRef shape, std::int64_t last) {
    std::vector<std::int64_t> result = shape.vec();
    result.back() = last;
    return result;
}

} // namespace

void pack(Linear& part) {
    if (!part.weight.defined())
        return;
    const at::Tensor weight = std::exchange(part.weight, {}).detach().contiguous();
    part.packed = std::make_shared<const kernels::PackedMatrix>(weight.data_ptr<float>(), weight.size(0),
                                                                weight.size(1), weight.stride(0), onAllThreads);
    if (part.bias.defined())
        part.bias = part.bias.detach().contiguous();
}

at::Tensor linear(const at::Tensor& x, const Linear& part) {
    if (!part.packed)
        return at::linear(x, part.weight, part.bias);
    const at::Tensor rows = x.reshape({-1, part.packed->inputs()}).contiguous();
    at::Tensor y = at::empty(withLast(x.sizes(), part.packed->outputs()), x.options());
    part.packed->multiply(rows.data_ptr<float>(), rows.stride(0), rows.size(0),
                          part.bias.defined() ? part.bias.data_ptr<float>() : nullptr, false, y.data_ptr<float>(),
                          part.packed->outputs(), onAllThreads);
    return y;
}

at::Tensor rowsOf(const Linear& part, const at::Tensor& ids) {
    if (!part.packed)
        return at::embedding(part.weight, ids);
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
    if (kind == NormKind::Mean)
        return at::layer_norm(x, {x.size(-1)}, part.weight, part.bias, epsilon);
    at::Tensor y = x * at::rsqrt((x * x).mean(-1, true) + epsilon);
    if (part.weight.defined())
        y = y * part.weight;
    return part.bias.defined() ? y + part.bias : y;
}

at::Tensor activated(const at::Tensor& x, Activation activation) {
    switch (activation) {
    case Activation::GeluTanh:
        return at::gelu(x, "tanh");
    case Activation::Gelu:
        return at::gelu(x);
    case Activation::Silu:
        return at::silu(x);
    case Activation::Relu:
        break;
    }
    return at::relu(x);
}

} // namespace slopescope
