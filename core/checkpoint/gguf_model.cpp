#include "core/checkpoint/gguf_model.h"

#include "core/checkpoint/config_fields.h"
#include "core/checkpoint/gguf.h"
#include "core/checkpoint/gguf_config.h"
#include "core/checkpoint/gguf_names.h"
#include "core/checkpoint/gguf_split.h"
#include "core/checkpoint/gguf_tokenizer.h"
#include "core/base/error.h"
#include "core/base/in_quotes.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>

#include <memory>
#include <vector>

namespace slopescope {
namespace {

namespace fs = std::filesystem;

struct Heads {
    std::int64_t queries = 0, keys = 0;
};

// The first size of a tensor must be made of whole heads.
std::int64_t headRows(const at::Tensor& tensor, std::int64_t heads, const std::string& what) {
    if (tensor.dim() < 1 || heads < 1 || tensor.size(0) % heads != 0)
        throw Error(what + " does not divide into " + std::to_string(heads) + " heads.");
    return tensor.size(0) / heads;
}

std::vector<std::int64_t> split(const at::Tensor& tensor, std::initializer_list<std::int64_t> first) {
    std::vector<std::int64_t> shape(first);
    for (std::int64_t i = 1; i < tensor.dim(); ++i)
        shape.push_back(tensor.size(i));
    return shape;
}

at::Tensor undo(const at::Tensor& stored, Rows rows, Heads heads, const std::string& what) {
    if (rows == Rows::Plain)
        return stored;
    if (rows == Rows::OneMore)
        return stored.sub(1);
    if (rows == Rows::Fused) {
        const std::int64_t size = headRows(stored, heads.queries + 2 * heads.keys, what);
        const std::int64_t group = heads.queries / heads.keys;
        const auto part = [&](std::int64_t begin, std::int64_t count) {
            const at::Tensor rowsOfPart = stored.narrow(0, begin * size, heads.keys * count * size);
            return rowsOfPart.reshape(split(stored, {heads.keys, count, size}));
        };
        return at::cat({part(0, group), part(heads.queries, 1), part(heads.queries + heads.keys, 1)}, 1)
            .reshape(stored.sizes());
    }
    const std::int64_t count = rows == Rows::RotaryQueries ? heads.queries : heads.keys;
    const std::int64_t size = headRows(stored, count, what);
    if (size % 2 != 0)
        throw Error(what + " has heads of an odd size, whose pairs cannot turn.");
    return stored.reshape(split(stored, {count, size / 2, 2})).transpose(1, 2).reshape(stored.sizes()).contiguous();
}

} // namespace

std::optional<fs::path> findGguf(const fs::path& path) {
    std::error_code ignored;
    if (fs::is_regular_file(path, ignored))
        return path.extension() == ".gguf" ? std::optional(path) : std::nullopt;
    if (!fs::is_directory(path, ignored) || fs::exists(path / "config.json", ignored))
        return std::nullopt;
    std::optional<fs::path> found;
    for (fs::directory_iterator entry(path, ignored), end; !ignored && entry != end; entry.increment(ignored)) {
        if (entry->path().extension() != ".gguf")
            continue;
        const auto split = splitNameOf(entry->path()); // the first of several stands for them all
        if (split && split->number > 1 && fs::exists(path / split->file(1), ignored))
            continue;
        if (found)
            throw Error(path.string() + " holds several GGUF files; open one of them.");
        found = entry->path();
    }
    return found;
}

GgufModel openGguf(const fs::path& path) {
    const auto file = std::make_shared<const GgufFile>(GgufFile::open(path));
    const ConfigFields fields(file->metadata(), path.string());
    const std::string architecture = fields.text("general.architecture");
    GgufModel model{configOfGguf(*file, architecture), {}, {}, TensorSource(path)};
    try {
        model.tokenizer = tokenizerOfGguf(file->metadata(), architecture, path.string());
    } catch (const Error& fault) { // a model is read by ids whatever its vocabulary
        model.tokenizerFault = fault.what();
    }
    const Heads heads{fields.integer((architecture + ".attention.head_count").c_str()),
                      fields.integer((architecture + ".attention.head_count_kv").c_str(),
                                     architecture == "falcon"
                                         ? 1
                                         : fields.integer((architecture + ".attention.head_count").c_str()))};
    if (heads.queries < 1 || heads.keys < 1 || heads.queries % heads.keys != 0 || heads.queries > (1 << 20))
        throw Error(path.string() + ": " + std::to_string(heads.queries) + " heads cannot share " +
                    std::to_string(heads.keys) + " key heads.");
    const std::vector<GgufName> names = ggufNames(architecture, *file);
    const bool isTied = model.config.at("tie_word_embeddings").get<bool>();
    for (const auto& [stored, info] : file->tensors()) {
        const auto name = familyName(names, stored);
        if (!name || (isTied && stored == "output.weight"))
            continue;
        const Rows rows = name->second;
        const std::string what = file->fileOf(info).path().string() + ": tensor " + inQuotes(stored);
        SourceTensor tensor{kernels::factsOf(info.form).name, info.shape, file->fileOf(info).path(),
                            [=, stored = stored] { return undo(file->read(stored), rows, heads, what); }};
        if (info.shape.size() == 2 && rows != Rows::OneMore) { // what is undone are whole rows: blocks stay as they are
            tensor.forms = {{info.form, info.shape[0]}};
            tensor.readRows = [=, stored = stored, form = info.form] {
                return std::vector<StoredRows>{{form, undo(file->readAsStored(stored), rows, heads, what)}};
            };
        }
        model.tensors.add(name->first, std::move(tensor));
    }
    return model;
}

} // namespace slopescope
