// The kernels compiled for the device.
#include "core/kernels/cuda/run.cuh"

namespace slopescope::kernels::cuda {

void attend(const DeviceAttention& problem, const DeviceAttentionOutput& output, void* workspace, void* stream) {
    gpu::attend(problem, output, workspace, stream);
}

void map(const DeviceMap& problem, const DeviceMapOutput& output, void* workspace, void* stream) {
    gpu::map(problem, output, workspace, stream);
}

void profile(const DeviceProfile& problem, double* sums, void* workspace, void* stream) {
    gpu::profile(problem, sums, workspace, stream);
}

} // namespace slopescope::kernels::cuda
