#include "core/checkpoint/safetensors.h"

#include "core/base/error.h"
#include "core/base/atomic_file.h"
#include "core/base/in_quotes.h"
#include "core/base/json.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <optional>

namespace slopescope {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors are little endian, and are used as they lie");

constexpr std::uint64_t kMostHeaderBytes = 100'000'000; // as the format's own reader has it
constexpr std::size_t kMostDimensions = 16;
constexpr const char* kMetadata = "__metadata__";

struct Type {
    const char* name;
    std::uint64_t bits;
    std::optional<at::ScalarType> scalar = {}; // nothing: known to lie in files, not to be read
};

constexpr Type kTypes[] = {
    {"F64", 64, at::kDouble},
    {"F32", 32, at::kFloat},
    {"F16", 16, at::kHalf},
    {"BF16", 16, at::kBFloat16},
    {"I64", 64, at::kLong},
    {"I32", 32, at::kInt},
    {"I16", 16, at::kShort},
    {"I8", 8, at::kChar},
    {"U8", 8, at::kByte},
    {"BOOL", 8, at::kBool},
    {"U16", 16},
    {"U32", 32},
    {"U64", 64},
    {"C64", 64},
    {"F8_E4M3", 8},
    {"F8_E5M2", 8},
    {"F8_E8M0", 8},
    {"F8_E4M3FNUZ", 8},
    {"F8_E5M2FNUZ", 8},
    {"F6_E2M3", 6},
    {"F6_E3M2", 6},
    {"F4", 4},
};

const Type* findType(const std::string& name) {
    const auto found =
        std::find_if(std::begin(kTypes), std::end(kTypes), [&](const Type& type) { return name == type.name; });
    return found == std::end(kTypes) ? nullptr : found;
}

std::string counted(std::uint64_t bytes) {
    return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
}

// The JSON header and where the data begins.
std::pair<nlohmann::json, std::uint64_t> readHeader(const StoredFile& stored, const std::string& file) {
    if (stored.size() < sizeof(std::uint64_t))
        throw Error(file + " is not a safetensors file: it has only " + counted(stored.size()) + ".");
    std::uint64_t length = 0;
    stored.read(0, &length, sizeof length);
    const std::uint64_t room = stored.size() - sizeof length;
    if (length > room)
        throw Error(file + " is not a safetensors file or is cut short: its header should have " + counted(length) +
                    ", but only " + counted(room) + " follow.");
    if (length > kMostHeaderBytes)
        throw Error(file + " has a header of " + counted(length) + ", more than a safetensors file may have.");
    nlohmann::json header = parseJson(stored.text(sizeof length, length), "The header of " + file);
    if (!header.is_object())
        throw Error("The header of " + file + " is not a JSON object.");
    return {std::move(header), sizeof length + length};
}

std::uint64_t wholeNumber(const nlohmann::json& value, const std::string& what) {
    if (!value.is_number_unsigned() ||
        value.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
        throw Error(what + " holds " + inQuotes(value.dump()) + " where a whole number belongs.");
    return value.get<std::uint64_t>();
}

const nlohmann::json& member(const nlohmann::json& entry, const char* key, const std::string& what) {
    const auto found = entry.is_object() ? entry.find(key) : entry.end();
    if (!entry.is_object() || found == entry.end())
        throw Error(what + " has no " + std::string(key) + ".");
    return *found;
}

// Bits of a shape. Zeros do not hide an overflow: strides are computed from the other sizes.
std::uint64_t countBits(const std::vector<std::int64_t>& shape, std::uint64_t bits, const std::string& what) {
    std::uint64_t product = bits, elements = 1;
    for (const std::int64_t size : shape) {
        const auto factor = static_cast<std::uint64_t>(std::max<std::int64_t>(size, 1));
        if (__builtin_mul_overflow(product, factor, &product) ||
            product > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
            throw Error(what + " has a shape too large for any machine.");
        elements *= static_cast<std::uint64_t>(size);
    }
    return elements * bits;
}

// An entry of the header, its own claims checked against each other; begin and end become bytes in the file.
TensorInfo readEntry(const nlohmann::json& entry, const std::string& what, std::uint64_t dataBegin,
                     std::uint64_t fileSize) {
    TensorInfo info;
    const auto& type = member(entry, "dtype", what);
    if (!type.is_string())
        throw Error(what + " has the type " + inQuotes(type.dump()) + ", which is no name.");
    info.type = type.get<std::string>();

    const auto& shape = member(entry, "shape", what);
    if (!shape.is_array() || shape.size() > kMostDimensions)
        throw Error(what + " needs a shape: a list of at most " + std::to_string(kMostDimensions) + " sizes.");
    for (const auto& size : shape)
        info.shape.push_back(static_cast<std::int64_t>(wholeNumber(size, "The shape of " + what)));
    // A type that is not known here matters only where its tensor is read.
    const Type* const known = findType(info.type);
    const std::uint64_t bits = countBits(info.shape, known ? known->bits : 1, what);
    const std::uint64_t needed = bits / 8;

    const auto& offsets = member(entry, "data_offsets", what);
    if (!offsets.is_array() || offsets.size() != 2)
        throw Error(what + " needs data_offsets: where it begins and where it ends.");
    const std::uint64_t begin = wholeNumber(offsets[0], "data_offsets of " + what);
    const std::uint64_t end = wholeNumber(offsets[1], "data_offsets of " + what);
    if (begin > end)
        throw Error(what + " ends at byte " + std::to_string(end) + ", before it begins at " + std::to_string(begin) +
                    ".");
    if (end > fileSize - dataBegin)
        throw Error(what + " ends at byte " + std::to_string(end) + " of the data, but the file has only " +
                    std::to_string(fileSize - dataBegin) + ": it is cut short.");
    if (known != nullptr && (bits % 8 != 0 || end - begin != needed))
        throw Error(what + " holds " + counted(end - begin) + ", but its type " + info.type + " and shape need " +
                    std::to_string(needed) + ".");
    info.begin = dataBegin + begin;
    info.end = dataBegin + end;
    return info;
}

// Tensors lie one behind the other, from the header's end to the file's.
void checkLayout(const std::map<std::string, TensorInfo>& tensors, const std::string& file, std::uint64_t dataBegin,
                 std::uint64_t fileSize) {
    std::vector<const std::pair<const std::string, TensorInfo>*> order;
    for (const auto& entry : tensors)
        order.push_back(&entry);
    std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
        return std::pair(a->second.begin, a->second.end) < std::pair(b->second.begin, b->second.end);
    });
    std::uint64_t end = dataBegin;
    const std::string* previous = nullptr;
    for (const auto* entry : order) {
        const auto& [name, info] = *entry;
        if (info.begin < end)
            throw Error("The tensors " + inQuotes(*previous) + " and " + inQuotes(name) + " of " + file + " overlap.");
        if (info.begin > end)
            throw Error("There is a hole of " + counted(info.begin - end) + " before the tensor " + inQuotes(name) +
                        " of " + file + ".");
        end = info.end;
        previous = &name;
    }
    if (end != fileSize)
        throw Error(file + " goes on for " + counted(fileSize - end) + " after its last tensor.");
}

} // namespace

TensorFile TensorFile::open(const std::filesystem::path& file) {
    const std::string name = file.string();
    TensorFile result;
    result.m_file = StoredFile::open(file);
    const std::uint64_t size = result.m_file.size();
    auto [header, dataBegin] = readHeader(result.m_file, name);
    for (const auto& [key, entry] : header.items()) {
        if (key != kMetadata) {
            result.m_tensors[key] =
                readEntry(entry, "The tensor " + inQuotes(key) + " of " + name, dataBegin, size);
            continue;
        }
        if (entry.is_null())
            continue;
        if (!entry.is_object())
            throw Error("The metadata of " + name + " are not a JSON object.");
        for (const auto& [field, value] : entry.items()) {
            if (!value.is_string())
                throw Error("The metadata of " + name + " hold " + inQuotes(field) + ", which is not text.");
            result.m_metadata[field] = value.get<std::string>();
        }
    }
    checkLayout(result.m_tensors, name, dataBegin, size);
    return result;
}

at::Tensor TensorFile::read(const std::string& name, at::ScalarType type) const {
    const auto found = m_tensors.find(name);
    if (found == m_tensors.end())
        throw Error(path().string() + " has no tensor " + inQuotes(name) + ".");
    const TensorInfo& info = found->second;
    const Type* const known = findType(info.type);
    const std::optional<at::ScalarType> stored = known ? known->scalar : std::nullopt;
    const bool converts = stored && at::isFloatingType(*stored) && at::isFloatingType(type);
    if (!stored || (!converts && *stored != type))
        throw Error("The tensor " + inQuotes(name) + " of " + path().string() + " is of type " + info.type +
                    ", which cannot be read as " + at::toString(type) + ".");
    return readStored(m_file, {info.begin, *stored, info.shape}, type);
}

void writeTensorFile(const std::filesystem::path& file, const std::map<std::string, at::Tensor>& tensors,
                     const std::map<std::string, std::string>& metadata) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata.empty())
        header[kMetadata] = metadata;
    std::uint64_t end = 0;
    for (const auto& [name, tensor] : tensors) {
        const auto holds = [&tensor = tensor](const Type& candidate) {
            return candidate.scalar && tensor.defined() && *candidate.scalar == tensor.scalar_type();
        };
        const auto type = std::find_if(std::begin(kTypes), std::end(kTypes), holds);
        if (name == kMetadata || type == std::end(kTypes))
            throw Error("Cannot write " + file.string() + ": a safetensors file cannot hold the tensor " +
                        inQuotes(name) + ".");
        const std::uint64_t begin = end;
        end += tensor.nbytes();
        header[name] = {{"dtype", type->name}, {"shape", tensor.sizes().vec()}, {"data_offsets", {begin, end}}};
    }
    std::string text;
    try {
        text = header.dump();
    } catch (const nlohmann::json::exception&) {
        throw Error("Cannot write " + file.string() + ": a name or a note in it is not UTF-8.");
    }
    text.append((8 - text.size() % 8) % 8, ' '); // so that the data lie aligned

    AtomicFile out(file);
    const std::uint64_t length = text.size();
    out.write({reinterpret_cast<const char*>(&length), sizeof length});
    out.write(text);
    for (const auto& [name, tensor] : tensors) {
        const at::Tensor plain = tensor.detach().cpu().contiguous();
        out.write({static_cast<const char*>(plain.data_ptr()), static_cast<std::size_t>(plain.nbytes())});
    }
    out.commit();
}

} // namespace slopescope
