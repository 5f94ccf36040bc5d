#include "core/checkpoint/pytorch_archive.h"

#include "core/checkpoint/mapped_file.h"
#include "core/checkpoint/pickle.h"
#include "core/checkpoint/stored_zip.h"
#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/base/utf8.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <optional>

namespace slopescope {
namespace {

using pickle::Node;
using Kind = pickle::Value::Kind;

static_assert(std::endian::native == std::endian::little, "archives are little endian, and are used as they lie");

constexpr std::uint64_t kLargestPickle = 1 << 26; // a checkpoint needs some 200 bytes for each of its tensors
// How a file of the old format begins: a pickle of the number 0x1950a86a20f9469cfc6c.
constexpr std::string_view kOldMagic("\x80\x02\x8a\x0al\xfc\x9c"
                                     "F\xf9 j\xa8P\x19.",
                                     15);

struct StorageType {
    const char* storage; // as PyTorch names the class
    const char* name;
    at::ScalarType scalar;
};
constexpr StorageType kStorageTypes[] = {
    {"FloatStorage", "F32", at::kFloat},        {"HalfStorage", "F16", at::kHalf},
    {"BFloat16Storage", "BF16", at::kBFloat16}, {"DoubleStorage", "F64", at::kDouble},
    {"LongStorage", "I64", at::kLong},          {"IntStorage", "I32", at::kInt},
    {"ShortStorage", "I16", at::kShort},        {"CharStorage", "I8", at::kChar},
    {"ByteStorage", "U8", at::kByte},           {"BoolStorage", "BOOL", at::kBool},
};

const StorageType* findType(const std::string& storage) {
    const auto found = std::find_if(std::begin(kStorageTypes), std::end(kStorageTypes),
                                    [&](const StorageType& type) { return storage == type.storage; });
    return found == std::end(kStorageTypes) ? nullptr : found;
}

// Where the bytes of each storage lie in the file, by its key.
using Storages = std::map<std::string, ZipEntry>;

struct Contents {
    pickle::Document document;
    Storages storages;
};

Contents readZip(const MappedFile& mapping, const std::string& file) {
    constexpr std::string_view kList = "/data.pkl";
    const auto entries = readStoredZip(mapping.text(), file);
    const auto list = std::find_if(entries.begin(), entries.end(), [&](const auto& entry) {
        return entry.first.ends_with(kList) && entry.first.find('/') == entry.first.size() - kList.size();
    });
    if (list == entries.end())
        throw Error(file + " is an archive, but not one that PyTorch wrote: it has no data.pkl.");
    if (list->second.size > kLargestPickle)
        throw Error(file + " has a list of tensors larger than any checkpoint needs.");
    const std::string folder = list->first.substr(0, list->first.size() - kList.size() + 1);
    const auto text = [&](const ZipEntry& entry) { return mapping.text().substr(entry.begin, entry.size); };
    const auto order = entries.find(folder + "byteorder");
    if (order != entries.end() && text(order->second) != "little")
        throw Error(file + " was written on a big-endian machine, which cannot be read.");
    Contents contents{pickle::read(text(list->second), file), {}};
    const std::string data = folder + "data/";
    for (const auto& [name, entry] : entries)
        if (name.starts_with(data))
            contents.storages[name.substr(data.size())] = entry;
    return contents;
}

// Storages of the old format follow the pickles, each after its number of elements, in the order of a list of keys.
Storages readOldStorages(const MappedFile& mapping, std::uint64_t at, const pickle::Document& document,
                         const pickle::Value& keys, const std::string& file) {
    const auto refuse = [&] { throw Error(file + " is broken or cut short: its storages do not fit its list."); };
    std::map<std::string, const Node*> described;
    for (const Node& node : document.nodes)
        if (!node.key.empty())
            described[node.key] = &node;
    if (keys.kind != Kind::List)
        refuse();
    Storages storages;
    for (const pickle::Value& key : keys.node->items) {
        const auto found = key.kind == Kind::Text ? described.find(key.node->text) : described.end();
        const StorageType* type = found == described.end() ? nullptr : findType(found->second->text);
        std::int64_t elements = 0;
        if (type == nullptr || mapping.size - at < sizeof elements)
            refuse();
        std::memcpy(&elements, mapping.bytes.get() + at, sizeof elements);
        at += sizeof elements;
        const std::uint64_t width = at::elementSize(type->scalar);
        if (elements < 0 || static_cast<std::uint64_t>(elements) > (mapping.size - at) / width)
            refuse();
        const ZipEntry entry{at, static_cast<std::uint64_t>(elements) * width};
        storages[found->first] = entry;
        at += entry.size;
    }
    return storages;
}

Contents readOld(const MappedFile& mapping, const std::string& file) {
    std::uint64_t at = kOldMagic.size();
    const auto next = [&] {
        pickle::Document document = pickle::read(mapping.text().substr(at, kLargestPickle), file);
        at += document.size;
        return document;
    };
    next(); // the version of the format
    next(); // sizes of C types on the machine that wrote it
    Contents contents{next(), {}};
    const pickle::Document keys = next();
    contents.storages = readOldStorages(mapping, at, contents.document, keys.root, file);
    return contents;
}

Contents readContents(const MappedFile& mapping, const std::string& file) {
    if (looksLikeZip(mapping.text()))
        return readZip(mapping, file);
    if (mapping.text().starts_with(kOldMagic))
        return readOld(mapping, file);
    throw Error(file + " is not a file that torch.save wrote.");
}

// What read() of a SourceTensor needs, apart from the file.
struct Placed {
    std::uint64_t begin = 0, size = 0; // from its first element to the end of its storage
    at::ScalarType stored = at::kFloat;
    std::vector<std::int64_t> shape, strides;
};

void addTensor(const std::string& name, const Node& tensor, const Storages& storages, const MappedFile& mapping,
               TensorSource& source, const std::filesystem::path& file) {
    const std::string what = file.string() + ": tensor " + inQuotes(name);
    const Node& storage = *tensor.storage;
    const StorageType* type = findType(storage.text);
    if (type == nullptr)
        throw Error(what + " is of the type " + inQuotes(storage.text) + ", which is not known.");
    const auto place = storages.find(storage.key);
    if (place == storages.end())
        throw Error(what + " lies in the storage " + inQuotes(storage.key) + ", which is missing.");
    const std::uint64_t width = at::elementSize(type->scalar);
    if (static_cast<std::uint64_t>(storage.elements) > place->second.size / width)
        throw Error(what + " lies in the storage " + inQuotes(storage.key) + ", which is cut short.");
    // pickle::read saw to it that the tensor lies within its storage, or is empty.
    const bool isEmpty = std::count(tensor.shape.begin(), tensor.shape.end(), 0) > 0;
    const auto offset = isEmpty ? 0 : static_cast<std::uint64_t>(tensor.offset) * width;
    const Placed placed{place->second.begin + offset, place->second.size - offset, type->scalar, tensor.shape,
                        tensor.strides};
    source.add(name, {type->name, tensor.shape, file, [mapping, placed, what, type] {
                          if (!at::isFloatingType(placed.stored))
                              throw Error(what + " holds no floating-point numbers but " + type->name + ".");
                          const std::byte* bytes = mapping.bytes.get() + placed.begin;
                          at::Tensor copy =
                              copyOfStored(bytes, placed.stored, placed.shape, placed.strides, at::kFloat);
                          releasePages(bytes, placed.size);
                          return copy;
                      }});
}

} // namespace

void addPytorchArchive(const std::filesystem::path& file, TensorSource& source) {
    const MappedFile mapping = mapFile(file);
    const Contents contents = readContents(mapping, file.string());
    const pickle::Value& root = contents.document.root;
    if (root.kind != Kind::Dict)
        throw Error(file.string() + " holds no dictionary of tensors.");
    const std::vector<pickle::Value>& items = root.node->items;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
        if (items[i].kind != Kind::Text || items[i + 1].kind != Kind::Tensor)
            continue; // a step counter, say
        const std::string& name = items[i].node->text;
        if (firstInvalidUtf8(name))
            throw Error(file.string() + ": the name " + inQuotes(name) + " is not UTF-8.");
        addTensor(name, *items[i + 1].node, contents.storages, mapping, source, file);
    }
}

} // namespace slopescope
