#include "core/kernels/cuda/devices.h"

#include "core/base/error.h"

#ifdef SLOPESCOPE_WITH_CUDA
#include <cuda_runtime_api.h>
#endif

namespace slopescope::kernels::cuda {
namespace {

std::string versionText(int version) {
    return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

} // namespace

std::string whyNoDevice(bool answers, int count, int driverVersion, int runtimeVersion, const std::string& report) {
    if (answers && count > 0)
        return {};
    if (driverVersion == 0)
        return "No GPU can be used: the NVIDIA driver is not installed.";
    if (driverVersion < runtimeVersion && !answers)
        return "No GPU can be used: the NVIDIA driver knows CUDA up to " + versionText(driverVersion) +
               ", and this program needs " + versionText(runtimeVersion) + "; install a newer driver.";
    if (answers)
        return "No GPU was found on this machine.";
    return "No GPU can be used: " + report + ".";
}

#ifdef SLOPESCOPE_WITH_CUDA

std::string whyNoDevice() {
    int count = 0, driver = 0;
    const cudaError_t status = cudaGetDeviceCount(&count);
    cudaGetLastError(); // forget it: asking is not failing
    if (cudaDriverGetVersion(&driver) != cudaSuccess)
        driver = 0;
    // A driver without a device answers with a fault of its own.
    const bool answers = status == cudaSuccess || status == cudaErrorNoDevice;
    return whyNoDevice(answers, status == cudaSuccess ? count : 0, driver, CUDART_VERSION, cudaGetErrorString(status));
}

std::vector<DeviceState> devices() {
    std::vector<DeviceState> found;
    int count = 0, current = 0;
    if (cudaGetDeviceCount(&count) != cudaSuccess || cudaGetDevice(&current) != cudaSuccess) {
        cudaGetLastError();
        return found;
    }
    for (int i = 0; i < count; ++i) {
        cudaDeviceProp properties{};
        DeviceState state;
        std::size_t available = 0, total = 0;
        if (cudaGetDeviceProperties(&properties, i) == cudaSuccess) {
            state.name = properties.name;
            state.major = properties.major;
            state.minor = properties.minor;
        }
        if (cudaSetDevice(i) == cudaSuccess && cudaMemGetInfo(&available, &total) == cudaSuccess) {
            state.memory = static_cast<std::int64_t>(total);
            state.inUse = static_cast<std::int64_t>(total - available);
        }
        found.push_back(state);
    }
    cudaSetDevice(current);
    cudaGetLastError();
    return found;
}

void useDevice(int index) {
    const cudaError_t status = cudaSetDevice(index);
    if (status == cudaSuccess)
        return;
    cudaGetLastError();
    throw Error("GPU " + std::to_string(index) + " cannot be used: " + cudaGetErrorString(status) + ".");
}

#else

std::string whyNoDevice() { return "No GPU can be used: this build was made without nvcc and has no CUDA."; }
std::vector<DeviceState> devices() { return {}; }
void useDevice(int) { throw Error(whyNoDevice()); }

#endif

} // namespace slopescope::kernels::cuda
