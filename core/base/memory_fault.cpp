#include "core/base/memory_fault.h"

#include "core/base/available_memory.h"

#include <charconv>
#include <new>
#include <string_view>

namespace slopescope {
namespace {

// The number that stands behind `before`, in the unit that follows it ("2.00 GiB", "4096 bytes"). Nothing if there is
// none.
std::optional<std::int64_t> bytesBehind(std::string_view words, std::string_view before) {
    const std::size_t at = words.find(before);
    if (at == words.npos)
        return std::nullopt;
    words.remove_prefix(at + before.size());
    double number = 0;
    const auto [end, fault] = std::from_chars(words.data(), words.data() + words.size(), number);
    if (fault != std::errc())
        return std::nullopt;
    words.remove_prefix(std::size_t(end - words.data()));
    const auto unit = [&](std::string_view name) { return words.starts_with(name); };
    const double size = unit(" GiB") ? 0x1p30 : unit(" MiB") ? 0x1p20 : unit(" KiB") ? 0x1p10 : unit(" bytes") ? 1 : 0;
    const double bytes = number * size;
    return bytes >= 1 && bytes < 0x1p62 ? std::optional(std::int64_t(bytes)) : std::nullopt;
}

} // namespace

std::optional<MemoryFault> memoryFault(const std::exception& fault) {
    const std::string_view words = fault.what();
    if (words.find("out of memory") != words.npos) { // CUDA
        auto left = bytesBehind(words, "of which ");
        if (!left)
            left = bytesBehind(words, "already allocated; ");
        return MemoryFault{bytesBehind(words, "Tried to allocate "), left.value_or(0)};
    }
    if (words.find("allocate memory") != words.npos)
        return MemoryFault{bytesBehind(words, "you tried to allocate "), availableMemory()};
    if (dynamic_cast<const std::bad_alloc*>(&fault) != nullptr)
        return MemoryFault{std::nullopt, availableMemory()};
    return std::nullopt;
}

} // namespace slopescope
