// Attention on tensors that lie on a CUDA device: what core/attention/attention.h hands over when it meets one. Arguments
// are checked there; results that a person looks at come back to the host, all others stay. Any thread.
#pragma once

#include "core/attention/attention.h"

namespace c10 {
class Error;
}

namespace slopescope {

// float32, bfloat16 or float16; out has the type of q, lse is float32. Waits for the device.
AttendResult attendOnDevice(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const AttentionSettings& settings);

MapPixels mapOnDevice(const HeadView& head, const MapCells& view);

ProfileValues profileOnDevice(const HeadView& head, std::span<const std::int64_t> binEdges, std::int64_t firstKeys);

// The one sentence for what LibTorch reports of a device: memory that has run out, or a device that failed.
std::string deviceFault(const at::Device& device, const std::string& report);

// For the handler of what LibTorch threw: of a device it leaves as an Error, of the processor as it is.
[[noreturn]] void rethrow(const at::Device& device, const c10::Error& fault);

} // namespace slopescope
