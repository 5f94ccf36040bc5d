// A GGUF file (versions 2 and 3), as llama.cpp's tools write it: metadata, then tensors, all in one file, or in a first file and
// further ones that hold tensors alone.
//
// A file from outside is hostile until checked: counts, lengths, types, nesting, alignment, offsets and overlaps are
// verified in open(), so a GgufFile that exists can be read without further thought. Any thread.
#pragma once

#include "core/checkpoint/stored_file.h"
#include "core/kernels/weight_form.h"

#include <ATen/core/Tensor.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace slopescope {

struct GgufTensor {
    kernels::WeightForm form = kernels::WeightForm::F32;
    std::vector<std::int64_t> shape;   // as PyTorch orders it: the file has it the other way round
    std::uint64_t begin = 0, size = 0; // bytes in the file
    std::size_t part = 0;              // which file

    std::int64_t rowLength() const { return shape.empty() ? 1 : shape.back(); }
};

class GgufFile {
public:
    // Reads all but the tensors; of a model in several files all of them, whichever is named. Throws Error naming the file and the
    // key or tensor at fault; one kept in a form that is not read is refused too.
    static GgufFile open(const std::filesystem::path& file);

    const std::filesystem::path& path() const { return m_files.front().path(); }
    const StoredFile& fileOf(const GgufTensor& tensor) const { return m_files.at(tensor.part); }
    const nlohmann::json& metadata() const { return m_metadata; } // an object; strings are UTF-8
    const std::map<std::string, GgufTensor>& tensors() const { return m_tensors; }

    // Whether two tensors are stored alike: type, shape and bytes.
    bool same(const GgufTensor& one, const GgufTensor& other) const;

    // A new contiguous float32 tensor. Throws Error if the name is unknown.
    at::Tensor read(const std::string& name) const;

    // The same as it is stored, row by row: float32, float16 or bfloat16 of its shape, or the bytes of its blocks as uint8, of
    // which the last dimension has kernels::rowBytes(). Throws Error if the name is unknown.
    at::Tensor readAsStored(const std::string& name) const;

private:
    const GgufTensor& at(const std::string& name) const;
    void addPart(const std::filesystem::path& file);

    std::vector<StoredFile> m_files;
    nlohmann::json m_metadata = nlohmann::json::object();
    std::map<std::string, GgufTensor> m_tensors;
};

} // namespace slopescope
