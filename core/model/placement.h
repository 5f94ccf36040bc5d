// Where a decoder computes and in what precision: what Decoder asks when its weights may lie on a CUDA device. On the
// processor activations are float32 and matrices packed (layer_parts.h). On a device the matrices, and with them queries, keys and
// values, have the precision of the model's files; residuals, norms, slopes and losses stay float32. Any thread.
#pragma once

#include "core/model/decoder_weights.h"
#include "core/model/row_blocks.h"

#include <string>

namespace slopescope {

struct Device;

struct Placement {
    at::Device device = at::kCPU;
    at::ScalarType precision = at::kFloat; // of products

    bool onProcessor() const { return device.is_cpu(); }
    at::TensorOptions floats() const { return at::TensorOptions(device).dtype(at::kFloat); }
    at::TensorOptions products() const { return at::TensorOptions(device).dtype(precision); }
};

// On a device, the precision named in a model's facts ("float16", "bfloat16"; all others are float32).
Placement placementOn(const Device& device, const std::string& precision);

// Moves the weights to the placement's device, each tensor let go where it was, or packs them for the processor.
void place(const DecoderConfig& config, DecoderWeights& weights, const Placement& placement);

// As forRowBlocks on the processor; on a device, chunks of rows one after the other on this thread, few and large.
void overRows(const Placement& placement, std::int64_t batch, std::int64_t length, std::int64_t weights, const Job& job,
              const std::function<void(const RowBlock&)>& body);

} // namespace slopescope
