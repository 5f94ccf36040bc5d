// Tensors in safetensors files: read one at a time, written whole and atomically.
//
// A file from outside is hostile until checked: header length, JSON, types, shapes, offsets, overlaps and the file's
// size are verified in open(), so a TensorFile that exists can be read without further thought.
#pragma once

#include "core/base/job.h"
#include "core/checkpoint/stored_file.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace slopescope {

struct TensorInfo {
    std::string type; // "F32", "F16", "BF16", "I64", ... as the file spells it
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0, end = 0; // bytes in the file
};

class TensorFile {
public:
    // Reads the header. Throws Error naming the file, the tensor and the mismatch.
    static TensorFile open(const std::filesystem::path& file);

    const std::map<std::string, TensorInfo>& tensors() const { return m_tensors; }
    const std::map<std::string, std::string>& metadata() const { return m_metadata; }
    const std::filesystem::path& path() const { return m_file.path(); }
    const StoredFile& file() const { return m_file; }

    // A copy in `type` (F16, BF16, F32 and F64 convert among themselves). Throws Error if the name is unknown.
    at::Tensor read(const std::string& name, at::ScalarType type) const;

private:
    StoredFile m_file;
    std::map<std::string, TensorInfo> m_tensors;
    std::map<std::string, std::string> m_metadata;
};

// Writes beside `file` and renames, so that a reader sees the old file or the new one. Tensors are stored in name
// order, in their own type. Throws Error naming the file when the disk refuses.
void writeTensorFile(const std::filesystem::path& file, const std::map<std::string, at::Tensor>& tensors,
                     const std::map<std::string, std::string>& metadata = {});

} // namespace slopescope
