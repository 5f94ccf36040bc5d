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

const at::Tensor& DifferentiableForward::fixedSlopes(std::int64_t layer, std::int64_t length, const at::Device& device) {
    if (m_slopes.empty() || m_slopes.front().device() != device || m_slopesLength != length) {
        m_slopes.clear();
        for (std::int64_t l = 0; l < m_config.layers; ++l) {
            // Layers that share their slopes share the tensor, and what is kept for it.
            const bool shared = l > 0 && m_config.slopesAt(l, length) == m_config.slopesAt(l - 1, length);
            m_slopes.push_back(shared ? m_slopes.back()
                                      : at::tensor(at::ArrayRef<double>(m_config.slopesAt(l, length)), at::kDouble)
                                            .to(at::kFloat)
                                            .to(device));
        }
        m_slopesLength = length;
    }
    return m_slopes.at(std::size_t(layer));
}

LayerBias DifferentiableForward::bias(const DecoderWeights& weights, std::int64_t layer, std::int64_t length,
                                      const at::Device& device, std::span<const at::Tensor> logSlopes) {
    if (m_config.positions.bias == BiasKind::Linear)
        return {logSlopes.empty() ? fixedSlopes(layer, length, device) : logSlopes[std::size_t(layer)].exp(), {}};
    if (m_config.positions.bias == BiasKind::None)
        return {};
    if (layer == 0) { // the layers share their table
        const auto buckets = t5BucketTable(m_config.positions.buckets, m_config.positions.maxDistance);
        const at::Tensor ofDistance = at::tensor(at::ArrayRef<std::int64_t>(buckets), at::kLong).to(device);
        m_table = at::embedding(weights.relativeBias, ofDistance).t().contiguous();
    }
    return {{}, m_table};
}

at::Tensor DifferentiableForward::loss(const DecoderWeights& weights, const at::Tensor& ids,
                                       std::span<const at::Tensor> logSlopes) {
    const std::int64_t length = ids.size(1) - 1;
    const Autocast autocast(m_bfloat16 && at::GradMode::is_enabled(), ids.device());
    const bool fused = hasFusedGradients(ids.device(), m_config.headDim);
    AttentionSettings settings;
    settings.tolerance = AttentionOverride::kDefaultTolerance;
    LayerRotary rotary; // the trainer's layers share it
    if (m_config.positions.rotary)
        rotary = {&*m_config.positions.rotary, rotaryTable(*m_config.positions.rotary, 0, length).to(ids.device())};

    at::Tensor x = embed(m_config, weights, ids.narrow(1, 0, length), 0);
    for (std::size_t l = 0; l < weights.layers.size(); ++l) {
        const LayerWeights& layer = weights.layers[l];
        const QueryKeyValue qkv = projectAttention(m_config, layer, x, rotary);
        settings.bias = bias(weights, std::int64_t(l), length, ids.device(), logSlopes);
        settings.scale = m_config.scaleAt(std::int64_t(l));
        settings.window = m_config.windowAt(std::int64_t(l));
        x = finishLayer(m_config, layer, x,
                        fused ? fusedAttention(qkv.q, qkv.k, qkv.v, settings)
                              : m_stored.attend(qkv.q, qkv.k, qkv.v, settings));
    }
    m_table = at::Tensor(); // its graph belongs to this loss
    const at::Tensor predicted = logits(m_config, weights, x).to(at::kFloat);
    return at::cross_entropy_loss(predicted.flatten(0, 1), ids.narrow(1, 1, length).flatten());
}

} // namespace slopescope
