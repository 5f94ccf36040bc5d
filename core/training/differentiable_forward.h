// The decoder's forward with gradients: the layers of model/layer_math.h around an attention that stores its scores, which
// at training lengths is the fastest that LibTorch differentiates. Everything outside training uses the fused kernels.
#pragma once

#include "core/model/decoder_weights.h"

#include <cstdint>

namespace slopescope {

// Mean loss in nats of predicting ids[:, 1:] from ids[:, :-1]. ids [batch, length + 1] int64 -> scalar.
class DifferentiableForward {
public:
    explicit DifferentiableForward(const DecoderConfig& config) : m_config(config) {}

    at::Tensor loss(const DecoderWeights& weights, const at::Tensor& ids);

private:
    at::Tensor bias(const DecoderWeights& weights, std::int64_t batch, std::int64_t length);

    const DecoderConfig& m_config;
    at::Tensor m_constantBias; // mask and slopes, [batch * heads, length, length]; of the last shape asked for
    at::Tensor m_buckets;      // T5: bucket of each (query, key), [length, length]
    at::Tensor m_mask;         // 0 or -inf, [length, length]
};

} // namespace slopescope
