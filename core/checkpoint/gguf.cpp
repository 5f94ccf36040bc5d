#include "core/checkpoint/gguf.h"

#include "core/checkpoint/gguf_split.h"
#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/base/utf8.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

namespace slopescope {
namespace {

constexpr std::uint64_t kMostValues = 1 << 24; // of metadata: vocabularies and their merges have under 2^20
constexpr std::uint64_t kMostTensors = 1 << 20;
constexpr std::uint64_t kLongestName = 1 << 16;
constexpr std::uint32_t kMostDimensions = 4;
constexpr int kDeepestArray = 4;

// The names of ggml's types by their numbers; those that kernels::formNamed() knows are read.
struct Type {
    std::uint32_t number;
    const char* name;
};
constexpr Type kTypes[] = {
    {0, "F32"},     {1, "F16"},     {2, "Q4_0"},     {3, "Q4_1"},     {6, "Q5_0"},   {7, "Q5_1"},   {8, "Q8_0"},
    {9, "Q8_1"},    {10, "Q2_K"},   {11, "Q3_K"},    {12, "Q4_K"},    {13, "Q5_K"},  {14, "Q6_K"},  {15, "Q8_K"},
    {16, "IQ2_XXS"}, {17, "IQ2_XS"}, {18, "IQ3_XXS"}, {19, "IQ1_S"},   {20, "IQ4_NL"}, {21, "IQ3_S"}, {22, "IQ2_S"},
    {23, "IQ4_XS"}, {24, "I8"},     {25, "I16"},     {26, "I32"},     {27, "I64"},   {28, "F64"},   {29, "IQ1_M"},
    {30, "BF16"},   {34, "TQ1_0"},  {35, "TQ2_0"},   {39, "MXFP4"},
};

std::string typeName(std::uint32_t number) {
    for (const Type& type : kTypes)
        if (type.number == number)
            return type.name;
    return "number " + std::to_string(number);
}

// Types of metadata, by number.
enum class Kind : std::uint32_t { U8, I8, U16, I16, U32, I32, F32, Bool, String, Array, U64, I64, F64, End };

// The fewest bytes a value of this kind takes.
std::uint64_t leastBytes(Kind kind) {
    constexpr std::uint64_t kBytes[] = {1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8};
    return kBytes[static_cast<std::uint32_t>(kind)];
}

// The file from front to back, little endian, through a window that moves: nobody knows before how long the metadata are.
class Reader {
public:
    explicit Reader(const StoredFile& file) : m_file(file) {}

    std::uint64_t at() const { return m_at; }
    std::uint64_t left() const { return m_file.size() - m_at; }

    // Valid until the next call.
    std::string_view take(std::uint64_t count) {
        constexpr std::uint64_t kAtOnce = 1 << 20;
        if (count > left())
            throw Error(m_file.path().string() + " is cut short, or is no GGUF file.");
        if (m_at + count > m_begin + m_window.size()) {
            m_window = m_file.text(m_at, std::min(left(), std::max(count, kAtOnce)));
            m_begin = m_at;
        }
        const std::string_view taken = std::string_view(m_window).substr(m_at - m_begin, count);
        m_at += count;
        return taken;
    }

    template <typename T>
    T number() {
        static_assert(std::endian::native == std::endian::little, "the format is little endian, and used as it lies");
        T value;
        std::memcpy(&value, take(sizeof value).data(), sizeof value);
        return value;
    }

private:
    const StoredFile& m_file;
    std::string m_window;
    std::uint64_t m_begin = 0, m_at = 0;
};

class Parser {
public:
    explicit Parser(const StoredFile& file) : m_size(file.size()), m_file(file.path().string()), m_in(file) {}

    void parse(nlohmann::json& metadata, std::map<std::string, GgufTensor>& tensors) {
        readHeader();
        for (std::uint64_t i = 0; i < m_values; ++i)
            readEntry(metadata);
        for (std::uint64_t i = 0; i < m_tensors; ++i)
            readTensor(tensors);
        place(metadata, tensors);
    }

private:
    [[noreturn]] void refuse(const std::string& why) const { throw Error(m_file + " " + why + "."); }

    // At least `bytes` for each must follow.
    std::uint64_t count(std::uint64_t bytes, std::uint64_t most, const char* what) {
        const auto value = m_in.number<std::uint64_t>();
        if (value > most || value > m_in.left() / bytes)
            refuse("claims to hold " + std::to_string(value) + " " + what + ", more than can be");
        return value;
    }
    std::string string(const std::string& what) {
        const std::string text(m_in.take(m_in.number<std::uint64_t>()));
        if (firstInvalidUtf8(text))
            refuse("holds " + what + " that is not UTF-8");
        return text;
    }

    void readHeader() {
        if (m_in.take(4) != "GGUF")
            refuse("is not a GGUF file");
        const auto version = m_in.number<std::uint32_t>();
        if (version == 0x02000000 || version == 0x03000000)
            refuse("was written for a big-endian machine, which cannot be read");
        if (version != 2 && version != 3)
            refuse("is in version " + std::to_string(version) + " of GGUF; 2 and 3 can be read");
        m_tensors = count(1, kMostTensors, "tensors");
        m_values = count(1, kMostValues, "entries");
    }

    Kind kind(const std::string& key) {
        const auto number = m_in.number<std::uint32_t>();
        if (number >= static_cast<std::uint32_t>(Kind::End))
            refuse("holds the entry " + inQuotes(key) + " of an unknown type, " + std::to_string(number));
        return static_cast<Kind>(number);
    }

    void readEntry(nlohmann::json& metadata) {
        const std::string key = string("the name of an entry");
        if (key.empty() || key.size() > kLongestName)
            refuse("holds an entry without a proper name");
        nlohmann::json entry = value(kind(key), key, 0);
        if (metadata.contains(key))
            refuse("holds the entry " + inQuotes(key) + " twice");
        metadata[key] = std::move(entry);
    }

    nlohmann::json value(Kind kind, const std::string& key, int depth) {
        if (++m_read > kMostValues)
            refuse("holds more metadata than any model has");
        switch (kind) {
        case Kind::U8:
            return m_in.number<std::uint8_t>();
        case Kind::I8:
            return m_in.number<std::int8_t>();
        case Kind::U16:
            return m_in.number<std::uint16_t>();
        case Kind::I16:
            return m_in.number<std::int16_t>();
        case Kind::U32:
            return m_in.number<std::uint32_t>();
        case Kind::I32:
            return m_in.number<std::int32_t>();
        case Kind::F32:
            return real(double(m_in.number<float>()), key);
        case Kind::Bool:
            return flag(key);
        case Kind::String:
            return string("a text in " + inQuotes(key));
        case Kind::Array:
            return array(key, depth);
        case Kind::U64:
            return m_in.number<std::uint64_t>();
        case Kind::I64:
            return m_in.number<std::int64_t>();
        default:
            return real(m_in.number<double>(), key);
        }
    }
    nlohmann::json real(double value, const std::string& key) const {
        if (!std::isfinite(value))
            refuse("holds a number in " + inQuotes(key) + " that is not finite");
        return value;
    }
    nlohmann::json flag(const std::string& key) {
        const auto byte = m_in.number<std::uint8_t>();
        if (byte > 1)
            refuse("holds " + std::to_string(byte) + " in " + inQuotes(key) + " where true or false belongs");
        return byte == 1;
    }
    nlohmann::json array(const std::string& key, int depth) {
        if (depth == kDeepestArray)
            refuse("nests the lists in " + inQuotes(key) + " too deep");
        const Kind element = kind(key);
        const std::uint64_t size = count(leastBytes(element), kMostValues, "elements in a list");
        nlohmann::json list = nlohmann::json::array();
        list.get_ref<nlohmann::json::array_t&>().reserve(size);
        for (std::uint64_t i = 0; i < size; ++i)
            list.push_back(value(element, key, depth + 1));
        return list;
    }

    void readTensor(std::map<std::string, GgufTensor>& tensors) {
        const std::string name = string("the name of a tensor");
        if (name.empty() || name.size() > kLongestName)
            refuse("holds a tensor without a proper name");
        const std::string what = "holds the tensor " + inQuotes(name);
        GgufTensor tensor;
        const auto dimensions = m_in.number<std::uint32_t>();
        if (dimensions > kMostDimensions)
            refuse(what + " with " + std::to_string(dimensions) + " dimensions");
        std::uint64_t elements = 1, row = 1;
        for (std::uint32_t i = 0; i < dimensions; ++i) {
            const auto size = m_in.number<std::uint64_t>();
            if (size == 0 || __builtin_mul_overflow(elements, size, &elements) ||
                elements > std::uint64_t{std::numeric_limits<std::int64_t>::max()} / 8)
                refuse(what + " of an impossible shape");
            tensor.shape.insert(tensor.shape.begin(), static_cast<std::int64_t>(size));
            row = i == 0 ? size : row;
        }
        const auto number = m_in.number<std::uint32_t>();
        const auto form = kernels::formNamed(typeName(number));
        if (!form)
            refuse(what + " in the form " + typeName(number) + ", which is not read");
        const kernels::FormFacts& facts = kernels::factsOf(*form);
        const auto blockElements = static_cast<std::uint64_t>(facts.elements), blockBytes = static_cast<std::uint64_t>(facts.bytes);
        if (row % blockElements != 0)
            refuse(what + " whose rows are no whole blocks of " + facts.name);
        tensor.form = *form;
        tensor.size = elements / blockElements * blockBytes;
        tensor.begin = m_in.number<std::uint64_t>(); // from the beginning of the data, until place()
        if (!tensors.emplace(name, tensor).second)
            refuse(what + " twice");
    }

    // Offsets become places in the file, checked against its size and each other.
    void place(const nlohmann::json& metadata, std::map<std::string, GgufTensor>& tensors) {
        constexpr const char* kAlignment = "general.alignment";
        std::uint64_t alignment = 32;
        if (metadata.contains(kAlignment)) {
            const nlohmann::json& value = metadata.at(kAlignment);
            alignment = value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
        }
        if (alignment < 8 || alignment > (1 << 20) || !std::has_single_bit(alignment))
            refuse("has an alignment that makes no sense");
        const std::uint64_t begin = (m_in.at() + alignment - 1) / alignment * alignment;
        std::vector<std::pair<GgufTensor*, const std::string*>> order;
        for (auto& [name, tensor] : tensors) {
            if (begin > m_size || tensor.begin > m_size - begin ||
                tensor.size > m_size - begin - tensor.begin)
                refuse("is cut short: the tensor " + inQuotes(name) + " goes on after its end");
            if (tensor.begin % alignment != 0)
                refuse("holds the tensor " + inQuotes(name) + " at a place that is not aligned");
            tensor.begin += begin;
            order.emplace_back(&tensor, &name);
        }
        std::sort(order.begin(), order.end(), [](auto& a, auto& b) { return a.first->begin < b.first->begin; });
        for (std::size_t i = 1; i < order.size(); ++i)
            if (order[i].first->begin - order[i - 1].first->begin < order[i - 1].first->size)
                refuse("holds the tensors " + inQuotes(*order[i - 1].second) + " and " + inQuotes(*order[i].second) +
                       " in the same place");
    }

    std::uint64_t m_size;
    std::string m_file;
    Reader m_in;
    std::uint64_t m_tensors = 0, m_values = 0, m_read = 0;
};

// The widened tensor, a few rows of bytes at a time.
at::Tensor readWidened(const StoredFile& file, const GgufTensor& stored) {
    const kernels::FormFacts& facts = kernels::factsOf(stored.form);
    const std::uint64_t atOnce = (1 << 16) * static_cast<std::uint64_t>(facts.bytes);
    at::Tensor tensor = at::empty(stored.shape, at::TensorOptions().dtype(at::kFloat));
    float* out = tensor.data_ptr<float>();
    for (std::uint64_t done = 0; done < stored.size; done += atOnce) {
        const std::string blocks = file.text(stored.begin + done, std::min(atOnce, stored.size - done));
        const std::int64_t elements = static_cast<std::int64_t>(blocks.size()) / facts.bytes * facts.elements;
        kernels::widen(stored.form, blocks.data(), elements, out);
        out += elements;
    }
    return tensor;
}

at::ScalarType scalarOf(kernels::WeightForm form) {
    return form == kernels::WeightForm::F16 ? at::kHalf : form == kernels::WeightForm::BF16 ? at::kBFloat16 : at::kFloat;
}

} // namespace

void GgufFile::addPart(const std::filesystem::path& path) {
    m_files.push_back(StoredFile::open(path));
    nlohmann::json metadata = nlohmann::json::object();
    std::map<std::string, GgufTensor> tensors;
    Parser(m_files.back()).parse(metadata, tensors);
    for (auto& [name, tensor] : tensors) {
        tensor.part = m_files.size() - 1;
        if (const auto [place, isNew] = m_tensors.emplace(name, std::move(tensor)); !isNew)
            throw Error("The tensor " + inQuotes(name) + " is both in " + fileOf(place->second).path().string() + " and in " +
                        path.filename().string() + ".");
    }
    if (m_files.size() == 1)
        m_metadata = std::move(metadata);
    else
        requirePart(metadata, path, m_files.size(), partsOf(m_metadata, m_files.front().path()));
}

GgufFile GgufFile::open(const std::filesystem::path& file) {
    GgufFile result;
    const std::filesystem::path first = firstPart(file);
    result.addPart(first);
    const std::uint64_t count = partsOf(result.m_metadata, first);
    if (count == 1)
        return result;
    const auto name = splitNameOf(first);
    if (!name || name->count != count)
        throw Error(first.string() + " is one of " + std::to_string(count) + " files of a model; its name should end in " +
                    SplitName{"", 1, count}.file(1) + ", so that the others can be found.");
    requirePart(result.m_metadata, first, 1, count);
    for (std::uint64_t number = 2; number <= count; ++number) {
        const std::filesystem::path part = first.parent_path() / name->file(number);
        std::error_code ignored;
        if (!std::filesystem::exists(part, ignored))
            throw Error(first.string() + " is one of " + std::to_string(count) + " files of a model, of which " +
                        part.filename().string() + " is missing.");
        result.addPart(part);
    }
    constexpr const char* kTensors = "split.tensors.count";
    if (result.m_metadata.contains(kTensors) && result.m_metadata.at(kTensors) != result.m_tensors.size())
        throw Error(first.string() + " and its further files hold " + std::to_string(result.m_tensors.size()) +
                    " tensors together, not " + result.m_metadata.at(kTensors).dump() + " as it says.");
    return result;
}

bool GgufFile::same(const GgufTensor& one, const GgufTensor& other) const {
    return one.form == other.form && one.shape == other.shape &&
           sameBytes(fileOf(one), one.begin, fileOf(other), other.begin, one.size);
}

const GgufTensor& GgufFile::at(const std::string& name) const {
    const auto found = m_tensors.find(name);
    if (found == m_tensors.end())
        throw Error(path().string() + " has no tensor " + inQuotes(name) + ".");
    return found->second;
}

at::Tensor GgufFile::read(const std::string& name) const {
    const GgufTensor& stored = at(name);
    if (!kernels::factsOf(stored.form).isFloat())
        return readWidened(fileOf(stored), stored);
    return readStored(fileOf(stored), {stored.begin, scalarOf(stored.form), stored.shape}, at::kFloat);
}

at::Tensor GgufFile::readAsStored(const std::string& name) const {
    const GgufTensor& stored = at(name);
    if (kernels::factsOf(stored.form).isFloat()) {
        const at::ScalarType type = scalarOf(stored.form);
        return readStored(fileOf(stored), {stored.begin, type, stored.shape}, type);
    }
    std::vector<std::int64_t> shape = stored.shape;
    shape.back() = kernels::rowBytes(stored.form, shape.back());
    return readStored(fileOf(stored), {stored.begin, at::kByte, shape}, at::kByte);
}

} // namespace slopescope
