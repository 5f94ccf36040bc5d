#include "core/training/differentiable_forward.h"

#include "core/model/layer_math.h"
#include "core/positions/distance_bias.h"

#include <ATen/TensorOperators.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <limits>
#include <optional>
#include <torch/version.h>

namespace slopescope {
namespace {

// [batch, length, heads, dim] -> [batch * heads, length, dim]
at::Tensor byHead(const at::Tensor& x) {
    return x.transpose(1, 2).reshape({x.size(0) * x.size(2), x.size(1), x.size(3)});
}

// Products in bfloat16 while it lives.
class Autocast {
public:
    Autocast(bool wanted, const at::Device& device) : m_wanted(wanted), m_cpu(device.is_cpu()) {
        if (!m_wanted)
            return;
        at::autocast::increment_nesting();
        enable(true);
    }
    ~Autocast() {
        if (!m_wanted)
            return;
        enable(false);
        if (at::autocast::decrement_nesting() == 0)
            at::autocast::clear_cache();
    }
    Autocast(const Autocast&) = delete;
    Autocast& operator=(const Autocast&) = delete;

private:
    void enable(bool on) const {
#if TORCH_VERSION_MAJOR >= 2
        const at::DeviceType type = m_cpu ? at::kCPU : at::kCUDA;
        at::autocast::set_autocast_dtype(type, at::kBFloat16);
        at::autocast::set_autocast_enabled(type, on);
#else
        if (m_cpu) {
            at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
            at::autocast::set_cpu_enabled(on);
        } else {
            at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
            at::autocast::set_enabled(on);
        }
#endif
    }

    const bool m_wanted, m_cpu;
};

} // namespace

at::Tensor DifferentiableForward::maskAndBias(const DecoderWeights& weights, std::int64_t batch, std::int64_t length,
                                       const at::Device& device) {
    const std::int64_t heads = m_config.heads;
    if (!m_mask.defined() || m_mask.size(0) != length) {
        const at::Tensor positions = at::arange(length, at::kLong);
        const at::Tensor distance = positions.unsqueeze(1) - positions.unsqueeze(0);
        m_mask = at::zeros({length, length}, at::kFloat)
                     .masked_fill(distance < 0, -std::numeric_limits<float>::infinity())
                     .to(device);
        const auto table = t5BucketTable(m_config.positions.buckets, m_config.positions.maxDistance);
        m_buckets = at::tensor(at::ArrayRef<std::int64_t>(table), at::kLong)
                        .index_select(0, distance.clamp(0, std::int64_t(table.size()) - 1).flatten())
                        .view({length, length})
                        .to(device);
        m_constantBias = at::Tensor();
    }
    if (m_config.positions.bias == BiasKind::T5Buckets) {
        const at::Tensor learned = at::embedding(weights.relativeBias, m_buckets).permute({2, 0, 1}); // [heads, L, L]
        return (learned + m_mask).unsqueeze(0).expand({batch, heads, length, length}).reshape({-1, length, length});
    }
    if (!m_constantBias.defined() || m_constantBias.size(0) != batch * heads) {
        at::Tensor all = m_mask.unsqueeze(0).expand({heads, length, length});
        if (m_config.positions.bias == BiasKind::Linear) {
            const at::Tensor slopes =
                at::tensor(at::ArrayRef<double>(m_config.slopes), at::kDouble)
                    .to(at::kFloat)
                    .view({heads, 1, 1})
                    .to(device);
            const at::Tensor positions = at::arange(length, at::kFloat).to(device);
            all = all - slopes * (positions.unsqueeze(1) - positions.unsqueeze(0)).unsqueeze(0);
        }
        m_constantBias = all.unsqueeze(0).expand({batch, heads, length, length}).reshape({-1, length, length});
    }
    return m_constantBias;
}

at::Tensor DifferentiableForward::loss(const DecoderWeights& weights, const at::Tensor& ids) {
    const std::int64_t batch = ids.size(0), length = ids.size(1) - 1;
    const Autocast autocast(m_bfloat16 && at::GradMode::is_enabled(), ids.device());
    const at::Tensor bias = maskAndBias(weights, batch, length, ids.device());
    std::optional<RotaryTable> rotary;
    if (m_config.positions.rotary)
        rotary = rotaryTable(*m_config.positions.rotary, 0, length).to(ids.device());

    at::Tensor x = embed(m_config, weights, ids.narrow(1, 0, length), 0);
    for (const LayerWeights& layer : weights.layers) {
        const QueryKeyValue qkv = projectAttention(m_config, layer, x, rotary ? &*rotary : nullptr);
        const double scale = 1 / std::sqrt(double(m_config.headDim));
        const at::Tensor products = at::bmm(byHead(qkv.q * scale), byHead(qkv.k).transpose(1, 2));
        // The sum is float32: a bias in bfloat16 would not tell far distances apart.
        const at::Tensor probability = at::softmax(bias + products, -1);
        const at::Tensor attended = at::bmm(probability, byHead(qkv.v))
                                        .view({batch, m_config.heads, length, m_config.headDim})
                                        .transpose(1, 2);
        x = finishLayer(m_config, layer, x, attended);
    }
    const at::Tensor predicted = logits(m_config, weights, x).to(at::kFloat);
    return at::cross_entropy_loss(predicted.flatten(0, 1), ids.narrow(1, 1, length).flatten());
}

} // namespace slopescope
