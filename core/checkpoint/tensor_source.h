// Where a model's tensors come from, whatever files hold them: one file, an index of shards, or tensors made from
// others.
//
// The readers of families ask for tensors by the names that the files use; nothing is read before load(). A source
// keeps its files mapped while it, or a copy of it, lives. Any thread, one at a time.
#pragma once

#include "core/base/job.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace slopescope {

struct SourceTensor {
    std::string type;                 // as stored: "F32", "F16", "BF16", "Q8_0", "I64", ...
    std::vector<std::int64_t> shape;  // as load() returns it
    std::filesystem::path file;       // that holds it, for messages
    std::function<at::Tensor()> read; // a new contiguous float32 tensor; throws Error
};

class TensorSource {
public:
    // `path`: what to name when a tensor is missing, the one file or the index of the shards.
    explicit TensorSource(std::filesystem::path path) : m_path(std::move(path)) {}

    const std::filesystem::path& path() const { return m_path; }
    const std::map<std::string, SourceTensor>& tensors() const { return m_tensors; }
    bool has(const std::string& name) const { return m_tensors.contains(name); }

    // Throws Error naming the path if there is no such tensor.
    const SourceTensor& at(const std::string& name) const;
    // The same, and it must have this shape. Throws Error naming the file and both shapes.
    const SourceTensor& at(const std::string& name, const std::vector<std::int64_t>& shape) const;

    // A new contiguous float32 tensor, checked to be finite; stored floats of any width convert. Throws Error naming
    // the file and the tensor.
    at::Tensor load(const std::string& name) const;
    // The same, and it must have this shape.
    at::Tensor load(const std::string& name, const std::vector<std::int64_t>& shape) const;

    // Throws Error naming both files if there is one of that name.
    void add(const std::string& name, SourceTensor tensor);

private:
    std::filesystem::path m_path;
    std::map<std::string, SourceTensor> m_tensors;
};

// The tensors of a directory in the Hugging Face layout: model.safetensors, or its index and shards, or
// pytorch_model.bin, or its index and shards, whichever is there first. Headers only. Throws Error naming the file, the
// tensor and the fault.
TensorSource openTensorSource(const std::filesystem::path& directory, const Job& job);

// "[2, 3]", for messages.
std::string shapeText(const std::vector<std::int64_t>& shape);

} // namespace slopescope
