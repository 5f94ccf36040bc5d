#include "core/checkpoint/shard_index.h"

#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/base/json.h"
#include "core/base/utf8.h"

#include <algorithm>

namespace slopescope {
namespace {

constexpr std::size_t kMostShards = 10'000;

// Beside the index or in a folder below it.
bool leadsInside(const std::string& name) {
    const std::filesystem::path path(name);
    if (name.empty() || name.find('\0') != std::string::npos || path.is_absolute() || !path.has_filename())
        return false;
    return std::none_of(path.begin(), path.end(), [](const auto& part) { return part == "." || part == ".."; });
}

} // namespace

ShardIndex readShardIndex(const std::filesystem::path& index) {
    const std::string name = index.string();
    const nlohmann::json json = parsePythonJson(readTextFile(index), name);
    const JsonNode map = JsonNode(json, name + ":").at("weight_map");
    if (!map.value().is_object())
        map.refuse("should be a JSON object");
    ShardIndex result;
    for (const auto& [tensor, value] : map.value().items()) {
        if (!value.is_string())
            throw Error(name + " names no file for the tensor " + inQuotes(tensor) + ".");
        const auto file = value.get<std::string>();
        if (!leadsInside(file))
            throw Error(name + " looks for the tensor " + inQuotes(tensor) + " in " + inQuotes(file) +
                        ", which is not the name of a file beside it or in a folder below.");
        result.fileOf[tensor] = file;
        result.files.insert(file);
    }
    if (result.files.empty())
        throw Error(name + " names no files.");
    if (result.files.size() > kMostShards)
        throw Error(name + " names more than " + std::to_string(kMostShards) + " files.");
    for (const std::string& file : result.files) {
        std::error_code ignored;
        if (!std::filesystem::exists(index.parent_path() / file, ignored))
            throw Error(name + " names the file " + inQuotes(file) + ", which is missing.");
    }
    return result;
}

} // namespace slopescope
