#include "core/model/placement.h"

#include "core/device.h"
#include "core/model/layer_parts.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>

namespace slopescope {

Placement placementOn(const Device& device, const std::string& precision) {
    if (device.isCpu())
        return {};
    const at::ScalarType type = precision == "float16" ? at::kHalf : precision == "bfloat16" ? at::kBFloat16 : at::kFloat;
    return {at::Device(at::kCUDA, static_cast<at::DeviceIndex>(device.cuda)), type};
}

void place(const DecoderConfig& config, DecoderWeights& weights, const Placement& placement) {
    if (placement.onProcessor()) {
        forEachMatrix(weights, pack);
        return;
    }
    const at::NoGradGuard noGradient;
    forEachMatrix(weights, [&](Linear& part) {
        for (at::Tensor* tensor : {&part.weight, &part.bias})
            if (tensor->defined())
                *tensor = tensor->to(placement.products());
    });
    forEachTensor(config, weights, [&](const std::string&, const std::vector<std::int64_t>&, at::Tensor& tensor) {
        tensor = tensor.to(placement.device);
    });
}

void overRows(const Placement& placement, std::int64_t batch, std::int64_t length, std::int64_t weights, const Job& job,
              const std::function<void(const RowBlock&)>& body) {
    if (placement.onProcessor())
        return forRowBlocks(batch, length, weights, job, body);
    constexpr std::int64_t kRowsAtOnce = 4096; // some GB of a large model's inner activations, and enough to fill a device
    const at::NoGradGuard noGradient;
    const std::int64_t rows = std::max<std::int64_t>(1, kRowsAtOnce / std::max<std::int64_t>(batch, 1));
    for (std::int64_t first = 0; first < length; first += rows) {
        job.check();
        body({0, batch, first, std::min(rows, length - first)});
    }
}

} // namespace slopescope
