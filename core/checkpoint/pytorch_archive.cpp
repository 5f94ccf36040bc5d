#include "core/checkpoint/pytorch_archive.h"

#include "core/checkpoint/pickle.h"
#include "core/checkpoint/stored_file.h"
#include "core/checkpoint/stored_zip.h"
#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/base/utf8.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>
#include <optional>

namespace slopescope {
namespace {

using pickle::Node;
using Kind = pickle::Value::Kind;

static_assert(std::endian::native == std::endian::little, "archives are little endian, and are used as they lie");

constexpr std::int64_t kMostRepeated = 1 << 26; // values of an expanded view, those of a mask over 8,192 tokens
constexpr std::uint64_t kLargestPickle = 1 << 26; // a checkpoint needs some 200 bytes for each of its tensors
// How a file of the old format begins: a pickle of the number 0x1950a86a20f9469cfc6c.
constexpr std::string_view kOldMagic("\x80\x02\x8a\x0al\xfc\x9c"
                                     "F\xf9 j\xa8P\x19.",
                                     15);

struct StorageType {
    const char* storage; // as PyTorch names the class
    const char* name;
    std::uint64_t bytes;                       // of an element
    std::optional<at::ScalarType> scalar = {}; // nothing: known to lie in files, not to be read
};
constexpr StorageType kStorageTypes[] = {
    {"FloatStorage", "F32", 4, at::kFloat},
    {"HalfStorage", "F16", 2, at::kHalf},
    {"BFloat16Storage", "BF16", 2, at::kBFloat16},
    {"DoubleStorage", "F64", 8, at::kDouble},
    {"LongStorage", "I64", 8, at::kLong},
    {"IntStorage", "I32", 4, at::kInt},
    {"ShortStorage", "I16", 2, at::kShort},
    {"CharStorage", "I8", 1, at::kChar},
    {"ByteStorage", "U8", 1, at::kByte},
    {"BoolStorage", "BOOL", 1, at::kBool},
    {"ComplexFloatStorage", "C64", 8},
    {"ComplexDoubleStorage", "C128", 16},
    {"QUInt8Storage", "quantised U8", 1},
    {"QInt8Storage", "quantised I8", 1},
    {"QInt32Storage", "quantised I32", 4},
    {"QUInt4x2Storage", "quantised U4", 1},
    {"QUInt2x4Storage", "quantised U2", 1},
    {"UntypedStorage", "bytes", 1},
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

Contents readZip(const StoredFile& stored, const std::string& file) {
    constexpr std::string_view kList = "/data.pkl";
    const auto entries = readStoredZip(stored);
    const auto list = std::find_if(entries.begin(), entries.end(), [&](const auto& entry) {
        return entry.first.ends_with(kList) && entry.first.find('/') == entry.first.size() - kList.size();
    });
    if (list == entries.end())
        throw Error(file + " is an archive, but not one that PyTorch wrote: it has no data.pkl.");
    if (list->second.size > kLargestPickle)
        throw Error(file + " has a list of tensors larger than any checkpoint needs.");
    const std::string folder = list->first.substr(0, list->first.size() - kList.size() + 1);
    const auto text = [&](const ZipEntry& entry) { return stored.text(entry.begin, entry.size); };
    const auto order = entries.find(folder + "byteorder");
    if (order != entries.end() && (order->second.size != 6 || text(order->second) != "little"))
        throw Error(file + " was written on a big-endian machine, which cannot be read.");
    Contents contents{pickle::read(text(list->second), file), {}};
    const std::string data = folder + "data/";
    for (const auto& [name, entry] : entries)
        if (name.starts_with(data))
            contents.storages[name.substr(data.size())] = entry;
    return contents;
}

// Storages of the old format follow the pickles, each after its number of elements, in the order of a list of keys.
Storages readOldStorages(const StoredFile& stored, std::uint64_t at, const pickle::Document& document,
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
        if (type == nullptr || stored.size() - at < sizeof elements)
            refuse();
        stored.read(at, &elements, sizeof elements);
        at += sizeof elements;
        const std::uint64_t width = type->bytes;
        if (elements < 0 || static_cast<std::uint64_t>(elements) > (stored.size() - at) / width)
            refuse();
        const ZipEntry entry{at, static_cast<std::uint64_t>(elements) * width};
        storages[found->first] = entry;
        at += entry.size;
    }
    return storages;
}

Contents readOld(const StoredFile& stored, const std::string& file) {
    const std::string lists = stored.text(0, std::min(stored.size(), kLargestPickle));
    std::uint64_t at = kOldMagic.size();
    const auto next = [&] {
        pickle::Document document = pickle::read(std::string_view(lists).substr(at), file);
        at += document.size;
        return document;
    };
    next(); // the version of the format
    next(); // sizes of C types on the machine that wrote it
    Contents contents{next(), {}};
    const pickle::Document keys = next();
    contents.storages = readOldStorages(stored, at, contents.document, keys.root, file);
    return contents;
}

Contents readContents(const StoredFile& stored, const std::string& file) {
    if (looksLikeZip(stored))
        return readZip(stored, file);
    if (stored.size() >= kOldMagic.size() && stored.text(0, kOldMagic.size()) == kOldMagic)
        return readOld(stored, file);
    throw Error(file + " is not a file that torch.save wrote.");
}

// One of a kind that no model here needs: sparse, quantised, complex, of whole numbers that LibTorch 1.13 does not know.
SourceTensor unreadTensor(const std::string& kind, const StoredFile& stored) {
    SourceTensor tensor{kind, {}, stored.path(), {}};
    tensor.unread = true;
    return tensor;
}

void addTensor(const std::string& name, const Node& tensor, const Storages& storages, const StoredFile& stored,
               TensorSource& source) {
    const std::string what = stored.path().string() + ": tensor " + inQuotes(name);
    const Node& storage = *tensor.storage;
    const StorageType* type = findType(storage.text);
    if (type == nullptr || !type->scalar) {
        source.add(name, unreadTensor(type == nullptr ? storage.text : type->name, stored));
        return;
    }
    const auto place = storages.find(storage.key);
    if (place == storages.end())
        throw Error(what + " lies in the storage " + inQuotes(storage.key) + ", which is missing.");
    if (static_cast<std::uint64_t>(storage.elements) > place->second.size / type->bytes)
        throw Error(what + " lies in the storage " + inQuotes(storage.key) + ", which is cut short.");
    // pickle::read saw to it that the tensor lies within its storage, or is empty.
    const bool isEmpty = std::count(tensor.shape.begin(), tensor.shape.end(), 0) > 0;
    const auto offset = isEmpty ? 0 : static_cast<std::uint64_t>(tensor.offset) * type->bytes;
    const StoredTensor placed{place->second.begin + offset, *type->scalar, tensor.shape, tensor.strides};
    const auto elements = std::accumulate(placed.shape.begin(), placed.shape.end(), std::int64_t{1}, std::multiplies<>());
    const bool isTooLarge = elements > std::max(kMostRepeated, storage.elements);
    SourceTensor made{type->name, tensor.shape, stored.path(), [stored, placed, what, type, isTooLarge] {
                          if (!at::isFloatingType(placed.type))
                              throw Error(what + " holds no floating-point numbers but " + type->name + ".");
                          if (isTooLarge) // a few bytes must not claim the machine's memory
                              throw Error(what + " repeats few stored values to " + shapeText(placed.shape) + ", which is too large to be read.");
                          return readStored(stored, placed, at::kFloat);
                      }};
    keepForm(made, [stored, placed](at::ScalarType type) { return readStored(stored, placed, type); });
    if (isContiguous(placed.shape, placed.strides)) {
        made.place = StoredPlace{stored, placed.begin, static_cast<std::uint64_t>(elements) * type->bytes};
    }
    source.add(name, std::move(made));
}

} // namespace

void addPytorchArchive(const std::filesystem::path& file, TensorSource& source) {
    const StoredFile stored = StoredFile::open(file);
    const Contents contents = readContents(stored, file.string());
    const pickle::Value& root = contents.document.root;
    if (root.kind != Kind::Dict)
        throw Error(file.string() + " holds no dictionary of tensors.");
    const std::vector<pickle::Value>& items = root.node->items;
    std::map<std::string, const pickle::Value*> last; // a key that stands twice counts with its last value, as in Python
    for (std::size_t i = 0; i + 1 < items.size(); i += 2)
        if (items[i].kind == Kind::Text)
            last[items[i].node->text] = &items[i + 1];
    for (const auto& [name, value] : last) {
        const bool isUnread = value->kind == Kind::Other && value->node->text.starts_with("_rebuild_");
        if (value->kind != Kind::Tensor && !isUnread)
            continue; // a step counter, say
        if (firstInvalidUtf8(name))
            throw Error(file.string() + ": the name " + inQuotes(name) + " is not UTF-8.");
        if (isUnread)
            source.add(name, unreadTensor(value->node->text, stored));
        else
            addTensor(name, *value->node, contents.storages, stored, source);
    }
}

} // namespace slopescope
