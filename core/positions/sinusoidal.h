// The sinusoidal position embedding of "Attention Is All You Need", as the paper's baseline computes it.
#pragma once

#include "core/positions/position_scheme.h"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace slopescope {

// [length, width] float32 for positions first, first+1, ...: [sin(p f_k) | cos(p f_k)], f_k = 10000^(-k / (width/2 - 1))
// (the tensor2tensor form of the paper's fairseq code, sinusoidal_positional_embedding.py).
at::Tensor sinusoidalTable(std::int64_t first, std::int64_t length, std::int64_t width);

} // namespace slopescope
