#include "core/checkpoint/gguf_split.h"

#include "core/base/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

namespace slopescope {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDigits = 5;
constexpr std::uint64_t kMostParts = 99999;

std::optional<std::uint64_t> fiveDigits(const std::string& text, std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t i = at; i < at + kDigits; ++i) {
        if (text[i] < '0' || text[i] > '9')
            return std::nullopt;
        value = value * 10 + static_cast<std::uint64_t>(text[i] - '0');
    }
    return value;
}

std::uint64_t numberIn(const nlohmann::json& metadata, const char* key, std::uint64_t otherwise, const fs::path& file) {
    const auto found = metadata.find(key);
    if (found == metadata.end())
        return otherwise;
    if (!found->is_number_integer() || *found < 0 || *found > kMostParts)
        throw Error(file.string() + " holds a \"" + key + "\" that makes no sense.");
    return found->get<std::uint64_t>();
}

} // namespace

std::string SplitName::file(std::uint64_t of) const {
    char ending[48];
    std::snprintf(ending, sizeof ending, "-%05llu-of-%05llu.gguf", static_cast<unsigned long long>(of),
                  static_cast<unsigned long long>(count));
    return stem + ending;
}

std::optional<SplitName> splitNameOf(const fs::path& file) {
    const std::string name = file.filename().string(), middle = "-of-", end = ".gguf";
    const std::size_t length = 1 + kDigits + middle.size() + kDigits + end.size(); // of "-00001-of-00003.gguf"
    if (name.size() <= length || !name.ends_with(end))
        return std::nullopt;
    const std::size_t begin = name.size() - length;
    if (name[begin] != '-' || name.compare(begin + 1 + kDigits, middle.size(), middle) != 0)
        return std::nullopt;
    const auto number = fiveDigits(name, begin + 1), count = fiveDigits(name, begin + 1 + kDigits + middle.size());
    if (!number || !count || *number < 1 || *number > *count)
        return std::nullopt;
    return SplitName{name.substr(0, begin), *number, *count};
}

std::uint64_t partsOf(const nlohmann::json& metadata, const fs::path& file) {
    return std::max<std::uint64_t>(numberIn(metadata, "split.count", 1, file), 1);
}

void requirePart(const nlohmann::json& metadata, const fs::path& file, std::uint64_t number, std::uint64_t count) {
    const std::uint64_t itsNumber = numberIn(metadata, "split.no", 0, file) + 1, itsCount = partsOf(metadata, file);
    if (itsNumber != number || itsCount != count)
        throw Error(file.string() + " says that it is file " + std::to_string(itsNumber) + " of " + std::to_string(itsCount) +
                    ", not file " + std::to_string(number) + " of " + std::to_string(count) + " as its name and the first say.");
}

fs::path firstPart(const fs::path& file) {
    const auto name = splitNameOf(file);
    if (!name || name->number == 1)
        return file;
    const fs::path first = file.parent_path() / name->file(1);
    std::error_code ignored;
    if (!fs::exists(first, ignored))
        throw Error(file.string() + " is one of " + std::to_string(name->count) + " files of a model, of which " +
                    name->file(1) + " is missing.");
    return first;
}

} // namespace slopescope
