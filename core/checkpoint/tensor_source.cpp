#include "core/checkpoint/tensor_source.h"

#include "core/checkpoint/pytorch_archive.h"
#include "core/checkpoint/safetensors.h"
#include "core/checkpoint/shard_index.h"
#include "core/base/error.h"
#include "core/base/in_quotes.h"

#include <cmath>
#include <limits>
#include <memory>

namespace slopescope {
namespace {

namespace fs = std::filesystem;

bool allFinite(const at::Tensor& tensor) {
    const float* values = tensor.data_ptr<float>();
    const std::int64_t count = tensor.numel();
    int strange = 0;
    for (std::int64_t i = 0; i < count; ++i)
        strange |= !(std::abs(values[i]) <= std::numeric_limits<float>::max());
    return strange == 0;
}

void addSafetensors(const fs::path& file, TensorSource& source) {
    const auto opened = std::make_shared<const TensorFile>(TensorFile::open(file));
    for (const auto& [name, info] : opened->tensors())
        source.add(name,
                   {info.type, info.shape, file, [opened, name = name] { return opened->read(name, at::kFloat); }});
}

using AddFile = void (*)(const fs::path&, TensorSource&);

TensorSource openShards(const fs::path& index, AddFile addFile, const Job& job) {
    TensorSource source(index);
    const ShardIndex shards = readShardIndex(index);
    for (const std::string& shard : shards.files) {
        job.check();
        job.report(0, "Opening " + shard);
        addFile(index.parent_path() / shard, source);
    }
    for (const auto& [name, shard] : shards.fileOf) {
        if (!source.has(name))
            throw Error(index.string() + " says that " + shard + " holds the tensor " + inQuotes(name) +
                        ", but it does not.");
        if (source.at(name).file.filename() != shard)
            throw Error(index.string() + " says that " + shard + " holds the tensor " + inQuotes(name) + ", but " +
                        source.at(name).file.filename().string() + " does.");
    }
    return source;
}

} // namespace

const SourceTensor& TensorSource::at(const std::string& name) const {
    const auto found = m_tensors.find(name);
    if (found == m_tensors.end())
        throw Error(m_path.string() + " has no tensor " + inQuotes(name) + ".");
    return found->second;
}

at::Tensor TensorSource::load(const std::string& name) const {
    const SourceTensor& stored = at(name);
    at::Tensor tensor = stored.read();
    if (!allFinite(tensor))
        throw Error(stored.file.string() + ": tensor " + inQuotes(name) + " holds values that are not finite numbers.");
    return tensor;
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
