// Rotary position embedding (RoFormer; applied to q and k, not v, in every layer as in the paper's section 2.2).
#pragma once

#include "core/base/job.h"
#include "core/positions/position_scheme.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace slopescope {

// theta_k, k = 0 .. dims/2 - 1, of a text of `length` tokens: base^(-2k/dims), scaled by the rotary's rule.
std::vector<double> rotaryFrequencies(const Rotary& rotary, std::int64_t length);

// Whether texts of these two lengths have the same frequencies; not so with dynamic scaling and LongRoPE past the original
// length.
bool sameFrequencies(const Rotary& rotary, std::int64_t shorter, std::int64_t longer);

// The factor by which YaRN's paper multiplies q and k: 0.1 ln(factor) + 1.
double yarnAttentionFactor(double factor, double weight = 1);

// That of LongRoPE (Ding et al., 2024): sqrt(1 + ln(factor) / ln(originalLength)).
double longRopeAttentionFactor(double factor, std::int64_t originalLength);

// cos and sin of p * theta_k, times the attention factor, for positions first.. of a text that ends with them: each
// [length, dims/2] float32. On all threads; throws Cancelled when stopped.
struct RotaryTable {
    at::Tensor cos, sin;

    RotaryTable to(const at::Device& device) const { return {cos.to(device), sin.to(device)}; }
};
RotaryTable rotaryTable(const Rotary& rotary, std::int64_t first, std::int64_t length, const Job& job = {});

// x [batch, length, heads, headDim] with its first `dims` rotated; the rest passes through. Differentiable; a new tensor.
at::Tensor rotate(const at::Tensor& x, const Rotary& rotary, const RotaryTable& table);

} // namespace slopescope
