// Attention that LibTorch can differentiate, with our kernels forwards and backwards: what a training step keeps of it
// is q, k, v, the output and its log-sum-exp. Called by core/training, on any thread.
#pragma once

#include "core/attention/attention.h"

namespace slopescope {

// Whether heads of this size on this device have gradients from our kernels: the processor's vector kernels do.
bool hasFusedGradients(const at::Device& device, std::int64_t headDim);

// The `out` of attend, float32 [batch, queries, heads, headDim]. q, k and v may have another precision, which their
// gradients then have; slopes and table get gradients where they require them. Throws Error as attend does.
at::Tensor fusedAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                          const AttentionSettings& settings);

} // namespace slopescope
