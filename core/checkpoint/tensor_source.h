// Where a model's tensors come from, whatever files hold them: one file, an index of shards, or tensors made from
// others.
//
// The readers of families ask for tensors by the names that the files use; nothing is read before load(). A source
// keeps its files open while it, or a copy of it, lives. Any thread; several may read at once.
#pragma once

#include "core/base/job.h"
#include "core/checkpoint/stored_file.h"
#include "core/kernels/weight_form.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slopescope {

// Where the values of a tensor lie, one behind the other.
struct StoredPlace {
    StoredFile file;
    std::uint64_t begin = 0, size = 0; // bytes
};

// So many rows of a matrix in one form.
struct FormOfRows {
    kernels::WeightForm form;
    std::int64_t rows;
};

// The rows themselves: floats [rows, columns] of the form's type, or the bytes of blocks, uint8 [rows, bytes of a row].
struct StoredRows {
    kernels::WeightForm form;
    at::Tensor rows;
};

struct SourceTensor {
    std::string type;                 // as stored: "F32", "F16", "BF16", "Q8_0", "I64", ...
    std::vector<std::int64_t> shape;  // as load() returns it
    std::filesystem::path file;       // that holds it, for messages
    std::function<at::Tensor()> read; // a new contiguous float32 tensor; throws Error
    bool unread = false;              // kept in a form that is not read: its shape is not known either
    std::vector<FormOfRows> forms = {};    // of a matrix that need not be widened, from the first row on; none: it must
    std::function<std::vector<StoredRows>()> readRows = {}; // in those forms
    std::optional<StoredPlace> place = {}; // nothing: they lie elsewhere than in a row, or are made from others
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

    // A matrix of this shape in the forms that its files have, or widened where SourceTensor says so; checked as load() does.
    std::vector<StoredRows> loadRows(const std::string& name, const std::vector<std::int64_t>& shape) const;

    // Whether two tensors hold the same values; reads them only as far as they agree. Throws Error as load() does.
    bool same(const std::string& one, const std::string& other) const;

    // Throws Error naming both files if there is one of that name.
    void add(const std::string& name, SourceTensor tensor);

    // For names that are looked for and missing: which file an index promised them in.
    void promise(const std::string& name, const std::string& file) { m_promised[name] = file; }

private:
    std::filesystem::path m_path;
    std::map<std::string, SourceTensor> m_tensors;
    std::map<std::string, std::string> m_promised;
};

// The tensors of a directory in the Hugging Face layout: model.safetensors, or its index and shards, or
// pytorch_model.bin, or its index and shards, whichever is there first. Headers only. Throws Error naming the file, the
// tensor and the fault.
TensorSource openTensorSource(const std::filesystem::path& directory, const Job& job);

// Fills `forms` and `readRows` of a matrix whose `type` is F32, F16 or BF16; `read` reads it in that type of LibTorch.
void keepForm(SourceTensor& tensor, std::function<at::Tensor(at::ScalarType)> read);

// "[2, 3]", for messages.
std::string shapeText(const std::vector<std::int64_t>& shape);

} // namespace slopescope
