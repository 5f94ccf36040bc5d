// A GGUF file (versions 2 and 3), as llama.cpp's tools write it: metadata, then tensors, all in one file.
//
// A file from outside is hostile until checked: counts, lengths, types, nesting, alignment, offsets and overlaps are
// verified in open(), so a GgufFile that exists can be read without further thought. Any thread.
#pragma once

#include "core/checkpoint/stored_file.h"

#include <ATen/core/Tensor.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace slopescope {

struct GgufTensor {
    std::string type;                  // "F32", "F16", "BF16" or "Q8_0"
    std::vector<std::int64_t> shape;   // as PyTorch orders it: the file has it the other way round
    std::uint64_t begin = 0, size = 0; // bytes in the file
};

class GgufFile {
public:
    // Reads all but the tensors. Throws Error naming the file and the key or tensor at fault; one kept in another type is refused
    // too.
    static GgufFile open(const std::filesystem::path& file);

    const std::filesystem::path& path() const { return m_file.path(); }
    const nlohmann::json& metadata() const { return m_metadata; } // an object; strings are UTF-8
    const std::map<std::string, GgufTensor>& tensors() const { return m_tensors; }

    // Whether two tensors are stored alike: type, shape and bytes.
    bool same(const GgufTensor& one, const GgufTensor& other) const;

    // A new contiguous float32 tensor. Throws Error if the name is unknown.
    at::Tensor read(const std::string& name) const;

private:
    StoredFile m_file;
    nlohmann::json m_metadata = nlohmann::json::object();
    std::map<std::string, GgufTensor> m_tensors;
};

} // namespace slopescope
