// What is known when memory was asked for and not granted: LibTorch, its CUDA part and the C++ library each say it in
// words of their own. Called where exceptions become sentences; any thread.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>

namespace slopescope {

struct MemoryFault {
    std::optional<std::int64_t> asked; // bytes, of the one piece that was refused; nothing: it is not known
    std::int64_t left = 0; // bytes, on the machine or, where the device's memory was asked for, on the device
};

// Nothing: the fault is another.
std::optional<MemoryFault> memoryFault(const std::exception& fault);

} // namespace slopescope
