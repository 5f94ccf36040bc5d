// What a gradient through a packed decoder needs beside LibTorch's own operations and the attention of
// core/attention/fused_attention.h. The weights are constants: only activations get gradients. Called by layer_parts.h
// where gradients are recorded, and by core/study; on the processor, on any thread.
#pragma once

#include "core/base/job.h"
#include "core/model/decoder_weights.h"

#include <cstdint>
#include <span>

namespace slopescope {

// x weight^T + bias with the packed weight, [..., in] -> [..., out], under autograd.
at::Tensor packedLinear(const at::Tensor& x, const Linear& part);

struct LossGradient {
    double loss = 0;   // mean over the rows of -log p(target), in nats
    at::Tensor ofRows; // [rows, in]: its gradient
};

// `rows` [rows, in] float32 contiguous is what the output projection multiplies; targets lie within its outputs. Logits
// exist for some rows at a time. Throws Cancelled when stopped.
LossGradient lossGradient(const at::Tensor& rows, const Linear& output, std::span<const std::int32_t> targets,
                          const Job& job);

} // namespace slopescope
