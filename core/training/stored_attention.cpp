#include "core/training/stored_attention.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>

#include <limits>

namespace slopescope {
namespace {

// [batch, length, heads, dim] -> [batch * heads, length, dim]
at::Tensor byHead(const at::Tensor& x) {
    return x.transpose(1, 2).reshape({x.size(0) * x.size(2), x.size(1), x.size(3)});
}

} // namespace

at::Tensor StoredAttention::maskAndBias(std::int64_t batch, std::int64_t heads, std::int64_t length,
                                        const AttentionSettings& s, const at::Device& device) {
    if (!m_mask.defined() || m_mask.size(0) != length || m_window != s.window || m_sinks != s.sinks) {
        const at::Tensor positions = at::arange(length, at::kLong);
        m_distance = positions.unsqueeze(1) - positions.unsqueeze(0);
        at::Tensor hidden = m_distance < 0;
        if (s.window > 0)
            hidden = hidden.logical_or((m_distance >= s.window).logical_and(positions.unsqueeze(0) >= s.sinks));
        m_mask = at::zeros({length, length}, at::kFloat)
                     .masked_fill(hidden, -std::numeric_limits<float>::infinity())
                     .to(device);
        m_distance = m_distance.to(device);
        m_window = s.window;
        m_sinks = s.sinks;
        m_constant = at::Tensor();
    }
    const auto forBatch = [&](const at::Tensor& all) {
        return all.unsqueeze(0).expand({batch, heads, length, length}).reshape({-1, length, length});
    };
    const at::Tensor &slopes = s.bias.slopes, &table = s.bias.table;
    if (table.defined())
        return forBatch(at::embedding(table.t(), m_distance.clamp(0, table.size(1) - 1)).permute({2, 0, 1}) + m_mask);
    const auto linear = [&] { return m_mask - slopes.view({heads, 1, 1}) * m_distance.to(at::kFloat).unsqueeze(0); };
    if (slopes.defined() && slopes.requires_grad())
        return forBatch(linear());
    if (!m_constant.defined() || m_constant.size(0) != batch * heads || !m_slopes.is_same(slopes)) {
        m_constant = forBatch(slopes.defined() ? linear() : m_mask.unsqueeze(0).expand({heads, length, length}));
        m_slopes = slopes;
    }
    return m_constant;
}

at::Tensor StoredAttention::attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                   const AttentionSettings& settings) {
    const std::int64_t batch = q.size(0), length = q.size(1), heads = q.size(2), sharing = heads / k.size(2);
    const auto forEachHead = [&](const at::Tensor& x) { return sharing == 1 ? x : x.repeat_interleave(sharing, 2); };
    const at::Tensor bias = maskAndBias(batch, heads, length, settings, q.device());
    const at::Tensor products = at::bmm(byHead(q * settings.scale), byHead(forEachHead(k)).transpose(1, 2));
    const at::Tensor probability = at::softmax(bias + products, -1);
    return at::bmm(probability, byHead(forEachHead(v))).view({batch, heads, length, v.size(3)}).transpose(1, 2);
}

} // namespace slopescope
