// Attention of plain LibTorch operations, which stores its scores: for gradients where our kernels have none, on a CUDA
// device and for odd head sizes. Called by DifferentiableForward; not to be shared between threads.
#pragma once

#include "core/attention/attention.h"

namespace slopescope {

class StoredAttention {
public:
    // As fusedAttention: q [batch, length, heads, headDim], k and v of as many tokens -> [batch, length, heads,
    // headDim]. Products are in the precision of autocast, the sum of scores and bias in float32: a bias in bfloat16
    // would not tell far distances apart.
    at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionSettings& settings);

private:
    at::Tensor maskAndBias(std::int64_t batch, std::int64_t heads, std::int64_t length,
                           const AttentionSettings& settings, const at::Device& device);

    // Of the last shape and settings asked for.
    std::int64_t m_window = 0, m_sinks = 0;
    at::Tensor m_distance; // [length, length] int64
    at::Tensor m_mask;     // 0 or -inf, [length, length]
    at::Tensor m_slopes;   // those that m_constant was made with; undefined: none
    at::Tensor m_constant; // mask and a bias that needs no gradient, [batch * heads, length, length]
};

} // namespace slopescope
