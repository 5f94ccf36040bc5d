// Rotary position embedding (RoFormer; applied to q and k, not v, in every layer as in the paper's section 2.2).
#pragma once

#include "core/positions/position_scheme.h"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace slopescope {

// cos and sin of p * theta_k, theta_k = base^(-2k/dims), for positions first.. : each [length, dims/2] float32.
struct RotaryTable {
    at::Tensor cos, sin;
};
RotaryTable rotaryTable(const Rotary& rotary, std::int64_t first, std::int64_t length);

// x [batch, length, heads, headDim] with its first `dims` rotated; the rest passes through. Differentiable; a new tensor.
at::Tensor rotate(const at::Tensor& x, const Rotary& rotary, const RotaryTable& table);

} // namespace slopescope
