// Where a model computes: the processor, or a CUDA device. Named "cpu", "cuda" (the first) and "cuda:1" as PyTorch does.
// Used by Session and the programs, on any thread; knows no Torch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace slopescope {

struct Device {
    int cuda = -1; // index; -1: the processor

    bool isCpu() const { return cuda < 0; }
    std::string name() const { return isCpu() ? "cpu" : "cuda:" + std::to_string(cuda); }
    bool operator==(const Device&) const = default;
};

struct DeviceFacts {
    Device device;
    std::string title;                        // "NVIDIA H100 80GB HBM3", "the processor"
    std::int64_t memory = 0, memoryInUse = 0; // bytes, by every program

    std::int64_t left() const { return memory - memoryInUse; }
};

// Throws Error for a name that is none, and for a device that does not answer, with the reason.
Device deviceNamed(const std::string& name);

// Those that answer, the processor first.
std::vector<DeviceFacts> devices();

// One of them, as it is now. Throws Error when it does not answer.
DeviceFacts deviceFacts(const Device& device);

// What LibTorch holds of a GPU's memory for its next tensors goes back, so that it counts as left (LibTorch 2.11 or later).
void giveBackUnused(const Device& device);

// One sentence that says why there is no GPU to compute on; empty where there is one.
std::string whyNoGpu();

// What a model and a text of this length take on a device: the weights as they are kept there, and for each layer of the
// text on view the residual, queries, keys and values, which are kept. Bytes, to the nearest few percent.
struct MemoryNeeds {
    std::int64_t weights = 0, text = 0;
    std::int64_t total() const { return weights + text; }
};
struct ModelShape {
    std::int64_t weights = 0;       // bytes
    std::int64_t bytesOfNumber = 4; // of queries, keys and values
    std::int64_t layers = 0, heads = 0, keyHeads = 0, headDim = 0, width = 0, hidden = 0;
};
MemoryNeeds memoryNeeds(const ModelShape& model, std::int64_t length);

// Throws Error when the device has not so much memory left, with both numbers.
void requireMemory(const DeviceFacts& device, const MemoryNeeds& needs);

} // namespace slopescope
