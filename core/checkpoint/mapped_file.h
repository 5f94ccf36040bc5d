// A file as a stretch of memory: mapped, not read, so that opening gigabytes takes none. Any thread.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

namespace slopescope {

struct MappedFile {
    std::shared_ptr<const std::byte> bytes; // unmapped with the last owner; null for an empty file
    std::uint64_t size = 0;

    std::string_view text() const { return {reinterpret_cast<const char*>(bytes.get()), size}; }
};

// Throws Error naming the file if it cannot be read or is no regular file.
MappedFile mapFile(const std::filesystem::path& file);

// A new contiguous tensor of `type` from elements of `stored` type that lie at `bytes`, which need not be aligned.
// `bytes` must hold what shape and strides reach; without strides the elements are contiguous.
at::Tensor copyOfStored(const std::byte* bytes, at::ScalarType stored, const std::vector<std::int64_t>& shape,
                        const std::vector<std::int64_t>& strides, at::ScalarType type);

// Tells the system that this part of a mapping will not be needed soon, so that it does not count as memory in use.
void releasePages(const std::byte* bytes, std::uint64_t size);

} // namespace slopescope
