// The CUDA kernels compiled for the processor.
#define SLOPESCOPE_CUDA_DEVICE "tests/kernels/cuda_emulation.h"
#include "core/kernels/cuda/run.cuh"
#include "tests/kernels/cuda_backend.h"

#include <cstdlib>

namespace slopescope::test {
namespace {

void* allocate(std::int64_t bytes) {
    return std::aligned_alloc(256, (static_cast<std::size_t>(bytes) / 256 + 1) * 256);
}

void copy(void* to, const void* from, std::int64_t bytes) {
    std::memcpy(to, from, static_cast<std::size_t>(bytes));
}

} // namespace

const CudaBackend* emulatedBackend() {
#ifdef __SANITIZE_THREAD__
    return nullptr;
#else
    static const CudaBackend backend{"cuda_emulated",           allocate, std::free, copy, copy,
                                     kernels::emulated::attend, kernels::emulated::map, kernels::emulated::profile};
    return &backend;
#endif
}

} // namespace slopescope::test
