#include "core/training/differentiable_forward.h"

#include "core/attention/fused_attention.h"
#include "core/model/decoder.h"
#include "core/model/layer_math.h"
#include "core/positions/distance_bias.h"

#include <ATen/TensorOperators.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/tensor.h>

#include <optional>
#include <torch/version.h>

namespace slopescope {
namespace {

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

LayerBias DifferentiableForward::bias(const DecoderWeights& weights, std::int64_t length, const at::Device& device) {
    switch (m_config.positions.bias) {
    case BiasKind::None:
        break;
    case BiasKind::Linear:
        // The trainer's layers share their slopes.
        if (!m_slopes.defined() || m_slopes.device() != device || m_slopesLength != length) {
            m_slopes = at::tensor(at::ArrayRef<double>(m_config.slopesAt(0, length)), at::kDouble).to(at::kFloat).to(device);
            m_slopesLength = length;
        }
        return {m_slopes, {}};
    case BiasKind::T5Buckets: {
        const auto buckets = t5BucketTable(m_config.positions.buckets, m_config.positions.maxDistance);
        const at::Tensor ofDistance = at::tensor(at::ArrayRef<std::int64_t>(buckets), at::kLong).to(device);
        return {{}, at::embedding(weights.relativeBias, ofDistance).t().contiguous()};
    }
    }
    return {};
}

at::Tensor DifferentiableForward::loss(const DecoderWeights& weights, const at::Tensor& ids) {
    const std::int64_t length = ids.size(1) - 1;
    const Autocast autocast(m_bfloat16 && at::GradMode::is_enabled(), ids.device());
    const bool fused = hasFusedGradients(ids.device(), m_config.headDim);
    AttentionSettings settings;
    settings.bias = bias(weights, length, ids.device());
    settings.tolerance = AttentionOverride::kDefaultTolerance;
    std::optional<RotaryTable> rotary;
    if (m_config.positions.rotary)
        rotary = rotaryTable(*m_config.positions.rotary, 0, length).to(ids.device());

    at::Tensor x = embed(m_config, weights, ids.narrow(1, 0, length), 0);
    for (std::size_t l = 0; l < weights.layers.size(); ++l) {
        const LayerWeights& layer = weights.layers[l];
        const QueryKeyValue qkv = projectAttention(m_config, layer, x, rotary ? &*rotary : nullptr);
        settings.scale = m_config.scaleAt(std::int64_t(l));
        settings.window = m_config.windowAt(std::int64_t(l));
        x = finishLayer(m_config, layer, x,
                        fused ? fusedAttention(qkv.q, qkv.k, qkv.v, settings)
                              : m_stored.attend(qkv.q, qkv.k, qkv.v, settings));
    }
    const at::Tensor predicted = logits(m_config, weights, x).to(at::kFloat);
    return at::cross_entropy_loss(predicted.flatten(0, 1), ids.narrow(1, 1, length).flatten());
}

} // namespace slopescope
