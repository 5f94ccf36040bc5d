#include "core/checkpoint/tensor_source.h"

#include "core/checkpoint/pytorch_archive.h"
#include "core/checkpoint/safetensors.h"
#include "core/checkpoint/shard_index.h"
#include "core/base/error.h"
#include "core/base/in_quotes.h"

#include <ATen/ops/equal.h>

#include <map>
#include <memory>

namespace slopescope {
namespace {

namespace fs = std::filesystem;

void requireFinite(bool isFinite, const SourceTensor& stored, const std::string& name) {
    if (!isFinite)
        throw Error(stored.file.string() + ": tensor " + inQuotes(name) + " holds values that are not finite numbers.");
}

void addSafetensors(const fs::path& file, TensorSource& source) {
    const auto opened = std::make_shared<const TensorFile>(TensorFile::open(file));
    for (const auto& [name, info] : opened->tensors()) {
        SourceTensor tensor{.type = info.type,
                            .shape = info.shape,
                            .file = file,
                            .read = [opened, name = name] { return opened->read(name, at::kFloat); },
                            .place = StoredPlace{opened->file(), info.begin, info.end - info.begin}};
        keepForm(tensor, [opened, name = name](at::ScalarType type) { return opened->read(name, type); });
        source.add(name, std::move(tensor));
    }
}

using AddFile = void (*)(const fs::path&, TensorSource&);

// The index settles which copy of a tensor counts. One that it looks for in the wrong shard, or does not list, is found where it
// is, in the last shard by name if there are several copies, as transformers reads them. What no shard holds is missed only where
// somebody asks for it.
TensorSource openShards(const fs::path& index, AddFile addFile, const Job& job) {
    TensorSource source(index);
    const ShardIndex shards = readShardIndex(index);
    std::map<std::string, TensorSource> byShard;
    for (const std::string& shard : shards.files) {
        job.check();
        job.report(0, "Opening " + shard);
        const fs::path file = index.parent_path() / shard;
        addFile(file, byShard.emplace(shard, TensorSource(file)).first->second);
    }
    for (const auto& [name, shard] : shards.fileOf)
        if (byShard.at(shard).has(name))
            source.add(name, byShard.at(shard).tensors().at(name));
        else
            source.promise(name, shard);
    for (auto shard = byShard.rbegin(); shard != byShard.rend(); ++shard)
        for (const auto& [name, tensor] : shard->second.tensors())
            if (!source.has(name))
                source.add(name, tensor);
    return source;
}

} // namespace

const SourceTensor& TensorSource::at(const std::string& name) const {
    const auto found = m_tensors.find(name);
    if (found == m_tensors.end()) {
        if (const auto promised = m_promised.find(name); promised != m_promised.end())
            throw Error(m_path.string() + " says that " + promised->second + " holds the tensor " + inQuotes(name) +
                        ", but no file does.");
        throw Error(m_path.string() + " has no tensor " + inQuotes(name) + ".");
    }
    if (found->second.unread)
        throw Error(found->second.file.string() + ": tensor " + inQuotes(name) + " is kept as " +
                    inQuotes(found->second.type) + ", a form that is not read.");
    return found->second;
}

at::Tensor TensorSource::load(const std::string& name) const {
    const SourceTensor& stored = at(name);
    at::Tensor tensor = stored.read();
    requireFinite(kernels::allFinite(kernels::WeightForm::F32, tensor.data_ptr<float>(), tensor.numel()), stored, name);
    return tensor;
}

std::vector<StoredRows> TensorSource::loadRows(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const SourceTensor& stored = at(name, shape);
    if (!stored.readRows)
        return {{kernels::WeightForm::F32, load(name)}};
    std::vector<StoredRows> parts = stored.readRows();
    for (const StoredRows& part : parts)
        requireFinite(kernels::allFinite(part.form, part.rows.data_ptr(), part.rows.size(0) * shape.at(1)), stored, name);
    return parts;
}

void keepForm(SourceTensor& tensor, std::function<at::Tensor(at::ScalarType)> read) {
    const auto form = kernels::formNamed(tensor.type);
    if (!form || tensor.shape.size() != 2)
        return;
    tensor.forms = {{*form, tensor.shape[0]}};
    const at::ScalarType type = *form == kernels::WeightForm::F16    ? at::kHalf
                                : *form == kernels::WeightForm::BF16 ? at::kBFloat16
                                                                     : at::kFloat;
    tensor.readRows = [form = *form, type, read = std::move(read)] {
        return std::vector<StoredRows>{{form, read(type)}};
    };
}

const SourceTensor& TensorSource::at(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const SourceTensor& stored = at(name);
    if (stored.shape != shape)
        throw Error(
            stored.file.string() + ": tensor " + inQuotes(name) + " is " + shapeText(stored.shape) +
            (stored.file.extension() == ".gguf" ? ", but its metadata ask for " : ", but config.json asks for ") +
            shapeText(shape) + ".");
    return stored;
}

at::Tensor TensorSource::load(const std::string& name, const std::vector<std::int64_t>& shape) const {
    at(name, shape);
    return load(name);
}

bool TensorSource::same(const std::string& one, const std::string& other) const {
    const SourceTensor &a = at(one), &b = at(other);
    if (a.shape != b.shape)
        return false;
    if (a.type != b.type || !a.place || !b.place || a.place->size != b.place->size)
        return at::equal(load(one), load(other));
    return sameBytes(a.place->file, a.place->begin, b.place->file, b.place->begin, a.place->size);
}

void TensorSource::add(const std::string& name, SourceTensor tensor) {
    const auto [place, isNew] = m_tensors.try_emplace(name, std::move(tensor));
    if (isNew)
        return;
    const fs::path& first = place->second.file;
    throw Error(first == tensor.file ? first.string() + " holds the tensor " + inQuotes(name) + " twice."
                                     : "The tensor " + inQuotes(name) + " is both in " + first.string() + " and in " +
                                           tensor.file.filename().string() + ".");
}

TensorSource openTensorSource(const fs::path& directory, const Job& job) {
    struct Kind {
        const char* name;
        bool index;
        AddFile addFile;
    };
    constexpr Kind kKinds[] = {
        {"model.safetensors", false, addSafetensors},
        {"model.safetensors.index.json", true, addSafetensors},
        {"pytorch_model.bin", false, addPytorchArchive},
        {"pytorch_model.bin.index.json", true, addPytorchArchive},
    };
    for (const Kind& kind : kKinds) {
        const fs::path file = directory / kind.name;
        std::error_code ignored;
        if (!fs::exists(file, ignored))
            continue;
        if (kind.index)
            return openShards(file, kind.addFile, job);
        TensorSource source(file);
        kind.addFile(file, source);
        return source;
    }
    throw Error(directory.string() + " has no model.safetensors and no pytorch_model.bin.");
}

std::string shapeText(const std::vector<std::int64_t>& shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

} // namespace slopescope
