#include "core/device.h"

#include "core/base/available_memory.h"
#include "core/base/bytes_text.h"
#include "core/base/error.h"
#include "core/kernels/cuda/devices.h"
#include "core/base/in_quotes.h"

#include <ATen/Context.h>
#include <torch/version.h>
#if __has_include(<c10/core/CachingDeviceAllocator.h>)
#include <c10/core/CachingDeviceAllocator.h>
#endif

#include <algorithm>
#include <charconv>
#include <unistd.h>
#include <utility>

namespace slopescope {
namespace {

DeviceFacts processor() {
    const std::int64_t memory = sysconf(_SC_PAGESIZE) * sysconf(_SC_PHYS_PAGES);
    return {{}, "the processor", memory, std::max<std::int64_t>(0, memory - availableMemory())};
}

// The index behind "cuda:", -1 where there is none.
int indexIn(const std::string& name) {
    if (name == "cuda")
        return 0;
    int index = -1;
    constexpr std::size_t kPrefix = 5;
    if (!name.starts_with("cuda:"))
        return -1;
    const char *begin = name.data() + kPrefix, *end = name.data() + name.size();
    const auto [stop, fault] = std::from_chars(begin, end, index);
    return fault == std::errc() && stop == end && index >= 0 ? index : -1;
}

} // namespace

std::string whyNoGpu() {
    if (std::string why = kernels::cuda::whyNoDevice(); !why.empty())
        return why;
    return at::hasCUDA() ? "" : "The GPU cannot be used: this build's LibTorch has no CUDA; app/run.sh --cuda makes one that has.";
}

std::vector<DeviceFacts> devices() {
    std::vector<DeviceFacts> found{processor()};
    if (!whyNoGpu().empty())
        return found;
    for (const auto& state : kernels::cuda::devices())
        found.push_back({{int(found.size()) - 1}, state.name, state.memory, state.inUse});
    return found;
}

DeviceFacts deviceFacts(const Device& device) {
    if (device.isCpu())
        return processor();
    for (DeviceFacts& facts : devices())
        if (facts.device == device)
            return std::move(facts);
    const std::string why = whyNoGpu();
    throw Error(why.empty() ? device.name() + " is not there any more." : why);
}

void giveBackUnused([[maybe_unused]] const Device& device) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 11)
    if (device.isCpu())
        return;
    auto* const allocator = dynamic_cast<c10::DeviceAllocator*>(c10::GetAllocator(at::kCUDA));
    if (allocator && allocator->initialized())
        allocator->emptyCache();
#endif
}

Device deviceNamed(const std::string& name) {
    if (name == "cpu")
        return {};
    const int index = indexIn(name);
    if (index < 0)
        throw Error("There is no device " + inQuotes(name) + "; devices are named cpu, cuda and cuda:0, cuda:1, ...");
    if (const std::string why = whyNoGpu(); !why.empty())
        throw Error(why);
    const int count = int(devices().size()) - 1;
    if (index >= count)
        throw Error("There is no device " + inQuotes(name) + "; this machine has " + std::to_string(count) +
                    (count == 1 ? " GPU, cuda:0." : " GPUs, cuda:0 to cuda:" + std::to_string(count - 1) + "."));
    return {index};
}

MemoryNeeds memoryNeeds(const ModelShape& m, std::int64_t length) {
    constexpr std::int64_t kRowsAtOnce = 4096; // of a layer's inner activations; see Decoder
    MemoryNeeds needs;
    needs.weights = m.weights;
    const std::int64_t qkv = (m.heads + 2 * m.keyHeads) * m.headDim * m.bytesOfNumber;
    const std::int64_t kept = m.width * 4 + qkv + m.heads * 4;                     // of a token in a layer
    const std::int64_t passing = 2 * m.width * 4 + m.heads * m.headDim * m.bytesOfNumber; // in the layer that runs
    needs.text = length * (kept * m.layers + passing) +
                 std::min(length, kRowsAtOnce) * (m.hidden * 3 + qkv) * 4;
    return needs;
}

void requireMemory(const DeviceFacts& device, const MemoryNeeds& needs) {
    if (needs.total() <= device.left())
        return;
    const std::string what = needs.weights == 0 ? "The text needs " : needs.text == 0 ? "The model needs " : "The model and its text need ";
    std::string choice = needs.weights == 0 ? "a shorter text" : "a smaller model";
    if (needs.weights > 0 && needs.text > 0)
        choice = "a shorter text, " + choice;
    if (!device.device.isCpu())
        choice += " or the cpu";
    throw Error(what + bytesText(needs.total()) + " of memory, and " + device.title +
                (device.device.isCpu() ? "" : " (" + device.device.name() + ")") + " has " + bytesText(device.left()) +
                " left; choose " + choice + ".");
}

} // namespace slopescope
