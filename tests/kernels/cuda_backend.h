// The CUDA kernels as the tests reach them: the same calls on the device and on the processor's emulation of one, with the
// memory they work on; and as rows of the kernel table, so that they run the tests of the CPU kernels too.
#pragma once

#include "core/kernels/cuda/device_problems.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace slopescope::test {

struct CudaBackend {
    const char* name;
    void* (*allocate)(std::int64_t bytes);
    void (*release)(void* memory);
    void (*toDevice)(void* to, const void* from, std::int64_t bytes);
    void (*toHost)(void* to, const void* from, std::int64_t bytes); // waits for what is under way
    void (*attend)(const kernels::cuda::DeviceAttention&, const kernels::cuda::DeviceAttentionOutput&, void* workspace,
                   void* stream);
    void (*map)(const kernels::cuda::DeviceMap&, const kernels::cuda::DeviceMapOutput&, void* workspace, void* stream);
    void (*profile)(const kernels::cuda::DeviceProfile&, double* sums, void* workspace, void* stream);
};

// Null under ThreadSanitizer, which takes fibers for threads gone wrong.
const CudaBackend* emulatedBackend();
// Null where no device answers; whyNoGpu() then says why.
const CudaBackend* gpuBackend();
std::string whyNoGpu();

// Both as rows of the kernel table, those that run here.
std::vector<kernels::Kernel> cudaRows();

// Memory on the device for the length of a test.
class DeviceMemory {
public:
    DeviceMemory(const CudaBackend& backend, std::int64_t bytes)
        : m_backend(backend), m_bytes(bytes), m_data(backend.allocate(bytes)) {}
    DeviceMemory(const CudaBackend& backend, const void* from, std::int64_t bytes) : DeviceMemory(backend, bytes) {
        if (bytes)
            backend.toDevice(m_data, from, bytes);
    }
    ~DeviceMemory() { m_backend.release(m_data); }
    DeviceMemory(const DeviceMemory&) = delete;
    DeviceMemory& operator=(const DeviceMemory&) = delete;

    void* data() const { return m_data; }
    template <class T>
    std::vector<T> get() const {
        std::vector<T> values(static_cast<std::size_t>(m_bytes) / sizeof(T));
        if (m_bytes)
            m_backend.toHost(values.data(), m_data, m_bytes);
        return values;
    }

private:
    const CudaBackend& m_backend;
    std::int64_t m_bytes;
    void* m_data;
};

} // namespace slopescope::test
