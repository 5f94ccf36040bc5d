#include "core/attention/fused_attention.h"

#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>

namespace slopescope {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Autograd of LibTorch 1.13 takes no undefined tensors: the bias is slopes [heads], a table [heads, distances], or
// empty.
at::Tensor joined(const LayerBias& bias, const at::Tensor& q) {
    return bias.slopes.defined() ? bias.slopes : bias.table.defined() ? bias.table : at::empty({0}, q.options());
}

LayerBias parted(const at::Tensor& bias, std::int64_t clip) {
    LayerBias result;
    result.clip = clip;
    if (bias.numel() > 0)
        (bias.dim() == 1 ? result.slopes : result.table) = bias;
    return result;
}

struct FusedAttention : torch::autograd::Function<FusedAttention> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                              const at::Tensor& bias, double scale, std::int64_t window, std::int64_t sinks,
                              double tolerance, std::int64_t clip) {
        const AttendResult result = attend(q, k, v, {scale, parted(bias, clip), window, sinks, tolerance}, Job());
        context->save_for_backward({q, k, v, bias, result.out, result.lse});
        context->saved_data["scale"] = scale;
        context->saved_data["window"] = window;
        context->saved_data["sinks"] = sinks;
        context->saved_data["tolerance"] = tolerance;
        context->saved_data["clip"] = clip;
        return result.out;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const variable_list saved = context->get_saved_variables();
        auto& numbers = context->saved_data;
        const AttentionSettings settings{numbers["scale"].toDouble(), parted(saved[3], numbers["clip"].toInt()),
                                         numbers["window"].toInt(), numbers["sinks"].toInt(),
                                         numbers["tolerance"].toDouble()};
        const AttendGradients found =
            attendBackward(saved[0], saved[1], saved[2], settings, {saved[4], saved[5], {}},
                           gradients[0].to(at::kFloat).contiguous(), context->needs_input_grad(3), Job());
        const at::Tensor bias = found.slopes.defined() ? found.slopes : found.table;
        return {found.q, found.k, found.v, bias, {}, {}, {}, {}, {}};
    }
};

} // namespace

bool hasFusedGradients(const at::Device& device, std::int64_t headDim) {
    return device.is_cpu() && headDim >= 8 && headDim <= 256 && headDim % 8 == 0;
}

at::Tensor fusedAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionSettings& s) {
    return FusedAttention::apply(q.to(at::kFloat), k.to(at::kFloat), v.to(at::kFloat), joined(s.bias, q), s.scale,
                                 s.window, s.sinks, s.tolerance, s.bias.clip);
}

} // namespace slopescope
