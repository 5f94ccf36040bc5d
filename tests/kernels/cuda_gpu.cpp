// The CUDA kernels on a device, where there is one.
#include "tests/kernels/cuda_backend.h"

#ifdef SLOPESCOPE_WITH_CUDA
#include "core/base/error.h"

#include <cuda_runtime_api.h>
#endif

namespace slopescope::test {

#ifdef SLOPESCOPE_WITH_CUDA
namespace {

void require(cudaError_t status) {
    if (status != cudaSuccess)
        throw Error(cudaGetErrorString(status));
}

void* allocate(std::int64_t bytes) {
    void* memory = nullptr;
    require(cudaMalloc(&memory, static_cast<std::size_t>(bytes) + 1));
    require(cudaMemset(memory, 0xff, static_cast<std::size_t>(bytes) + 1));
    return memory;
}

void release(void* memory) {
    cudaFree(memory);
}

void toDevice(void* to, const void* from, std::int64_t bytes) {
    require(cudaMemcpy(to, from, static_cast<std::size_t>(bytes), cudaMemcpyHostToDevice));
}

void toHost(void* to, const void* from, std::int64_t bytes) {
    require(cudaDeviceSynchronize());
    require(cudaMemcpy(to, from, static_cast<std::size_t>(bytes), cudaMemcpyDeviceToHost));
}

} // namespace

std::string whyNoGpu() {
    int devices = 0;
    const cudaError_t status = cudaGetDeviceCount(&devices);
    if (status != cudaSuccess)
        return std::string("no CUDA device answers: ") + cudaGetErrorString(status);
    return devices ? "" : "no CUDA device was found";
}

const CudaBackend* gpuBackend() {
    static const bool there = whyNoGpu().empty();
    static const CudaBackend backend{"cuda",   allocate, release, toDevice, toHost, kernels::cuda::attend,
                                     kernels::cuda::map, kernels::cuda::profile};
    return there ? &backend : nullptr;
}
#else
std::string whyNoGpu() { return "this build has no CUDA"; }
const CudaBackend* gpuBackend() { return nullptr; }
#endif

} // namespace slopescope::test
