// The CUDA devices of this machine and what stands in their way. Any thread; a build without CUDA knows of none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace slopescope::kernels::cuda {

struct DeviceState {
    std::string name; // "NVIDIA H100 80GB HBM3"
    std::int64_t memory = 0, inUse = 0; // bytes, by every program
    int major = 0, minor = 0;           // compute capability
};

// Empty where no device answers.
std::vector<DeviceState> devices();

// One sentence; empty where a device answers.
std::string whyNoDevice();

// The same from what the runtime reports, for every report that there is: versions are 1000 * major + 10 * minor, 0 where
// no driver is installed.
std::string whyNoDevice(bool answers, int count, int driverVersion, int runtimeVersion, const std::string& report);

// The device that this thread's calls go to from now on. Throws Error.
void useDevice(int index);

} // namespace slopescope::kernels::cuda
