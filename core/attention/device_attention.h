// Attention on tensors that lie on a CUDA device: what core/attention/attention.h hands over when it meets one. Arguments
// are checked there; results that a person looks at come back to the host, all others stay. Any thread.
#pragma once

#include "core/attention/attention.h"

namespace slopescope {

// float32, bfloat16 or float16; out has the type of q, lse is float32. Waits for the device.
AttendResult attendOnDevice(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const AttentionSettings& settings);

MapPixels mapOnDevice(const HeadView& head, const MapView& view);

ProfileValues profileOnDevice(const HeadView& head, std::span<const std::int64_t> binEdges, std::int64_t firstKeys);

} // namespace slopescope
