// The decoder's forward with gradients: the layers of model/layer_math.h around an attention that stores its scores, which
// at training lengths is the fastest that LibTorch differentiates. Everything outside training uses the fused kernels.
#pragma once

#include "core/model/decoder_weights.h"

#include <cstdint>

namespace slopescope {

// Mean loss in nats of predicting ids[:, 1:] from ids[:, :-1]. ids [batch, length + 1] int64 -> scalar, all on the device of
// `ids`.
class DifferentiableForward {
public:
    // `bfloat16`: products in bfloat16; sums, norms, softmax, and all of a loss without gradients, in float32.
    explicit DifferentiableForward(const DecoderConfig& config, bool bfloat16 = false)
        : m_config(config), m_bfloat16(bfloat16) {}

    at::Tensor loss(const DecoderWeights& weights, const at::Tensor& ids);

private:
    at::Tensor maskAndBias(const DecoderWeights& weights, std::int64_t batch, std::int64_t length, const at::Device& device);

    const DecoderConfig& m_config;
    const bool m_bfloat16;
    at::Tensor m_constantBias; // mask and slopes, [batch * heads, length, length]; of the last shape asked for
    at::Tensor m_buckets;      // T5: bucket of each (query, key), [length, length]
    at::Tensor m_mask;         // 0 or -inf, [length, length]
};

} // namespace slopescope
