#include "core/device.h"

#include "core/error.h"
#include "core/kernels/cuda/devices.h"
#include "core/text/in_quotes.h"

#include <ATen/Context.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <unistd.h>

namespace slopescope {
namespace {

std::string gibibytes(std::int64_t bytes) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f GiB", static_cast<double>(bytes) / double(1 << 30));
    return text;
}

DeviceFacts processor() {
    const std::int64_t page = sysconf(_SC_PAGESIZE), pages = sysconf(_SC_PHYS_PAGES), free = sysconf(_SC_AVPHYS_PAGES);
    return {{}, "Processor", page * pages, page * (pages - free)};
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
    needs.weights = m.parameters * m.bytesOfNumber;
    const std::int64_t qkv = (m.heads + 2 * m.keyHeads) * m.headDim * m.bytesOfNumber;
    const std::int64_t kept = m.width * 4 + qkv + m.heads * 4;                     // of a token in a layer
    const std::int64_t passing = 2 * m.width * 4 + m.heads * m.headDim * m.bytesOfNumber; // in the layer that runs
    needs.text = length * (kept * m.layers + passing) +
                 std::min(length, kRowsAtOnce) * (m.hidden * 3 + qkv) * 4;
    return needs;
}

void requireMemory(const DeviceFacts& device, const MemoryNeeds& needs) {
    const std::int64_t left = device.memory - device.memoryInUse;
    if (needs.total() > left)
        throw Error("The model and its text need " + gibibytes(needs.total()) + ", and " + device.title + " (" +
                    device.device.name() + ") has " + gibibytes(left) +
                    " left; choose a shorter text, a smaller model or the cpu.");
}

} // namespace slopescope
