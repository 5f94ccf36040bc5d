// The decoder's forward with gradients: the layers of model/layer_math.h around an attention that has them. What a layer keeps
// for them grows with the length of the text, not with its square, where our kernels serve (fused_attention.h).
#pragma once

#include "core/model/decoder_weights.h"
#include "core/training/stored_attention.h"

#include <cstdint>
#include <span>
#include <vector>

namespace slopescope {

// Mean loss in nats of predicting ids[:, 1:] from ids[:, :-1]. ids [batch, length + 1] int64 -> scalar, all on the device of
// `ids`.
class DifferentiableForward {
public:
    // `bfloat16`: products in bfloat16; sums, norms, attention on the processor, and all of a loss without gradients, in
    // float32.
    explicit DifferentiableForward(const DecoderConfig& config, bool bfloat16 = false)
        : m_config(config), m_bfloat16(bfloat16) {}

    // `logSlopes`, a layer [heads], stand in place of the config's slopes and get gradients.
    at::Tensor loss(const DecoderWeights& weights, const at::Tensor& ids, std::span<const at::Tensor> logSlopes = {});

private:
    LayerBias bias(const DecoderWeights& weights, std::int64_t layer, std::int64_t length, const at::Device& device,
                   std::span<const at::Tensor> logSlopes);
    const at::Tensor& fixedSlopes(std::int64_t layer, std::int64_t length, const at::Device& device);

    const DecoderConfig& m_config;
    const bool m_bfloat16;
    std::vector<at::Tensor> m_slopes; // a layer [heads], for the length and on the device of the last text
    std::int64_t m_slopesLength = 0;
    at::Tensor m_table; // T5's, while a loss is computed
    StoredAttention m_stored;
};

} // namespace slopescope
