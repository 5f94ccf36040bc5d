// A file whose bytes are read where and when they are needed, so that opening gigabytes takes none. Any thread.
//
// It is not mapped: where a mapped file shrinks (a download that starts anew, a network folder, a stick that is pulled
// out), the system ends the program with a signal. A read that finds less than it should throws an Error instead.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace slopescope {

class StoredFile {
public:
    // Throws Error naming the file if it cannot be read or is no regular file.
    static StoredFile open(const std::filesystem::path& file);

    const std::filesystem::path& path() const { return m_path; }
    std::uint64_t size() const { return m_size; } // when it was opened

    // Throw Error naming the file when the disk refuses, or the file has become shorter. The caller keeps within size().
    void read(std::uint64_t begin, void* to, std::uint64_t size) const;
    std::string text(std::uint64_t begin, std::uint64_t size) const;

    bool isSameAs(const StoredFile& other) const { return m_descriptor == other.m_descriptor; }

private:
    std::filesystem::path m_path;
    std::shared_ptr<const int> m_descriptor; // closed with the last owner
    std::uint64_t m_size = 0;
};

// Whether `size` bytes of two files, or of one, are the same. Throws Error as read() does.
bool sameBytes(const StoredFile& one, std::uint64_t begin, const StoredFile& other, std::uint64_t otherBegin,
               std::uint64_t size);

// How a tensor lies in a file.
struct StoredTensor {
    std::uint64_t begin = 0; // of its first element; need not be aligned
    at::ScalarType type = at::kFloat;
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides = {}; // in elements; none: they are contiguous
};

// Whether these strides, or none, mean elements one behind the other.
bool isContiguous(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& strides);

// A new contiguous tensor of `type`. What shape and strides reach must lie within the file.
at::Tensor readStored(const StoredFile& file, const StoredTensor& tensor, at::ScalarType type);

} // namespace slopescope
