#include "core/checkpoint/shard_index.h"

#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/base/json.h"
#include "core/base/utf8.h"

namespace slopescope {
namespace {

constexpr std::size_t kMostShards = 10'000;

bool isPlainName(const std::string& name) {
    return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
           name.find('\0') == std::string::npos;
}

} // namespace

ShardIndex readShardIndex(const std::filesystem::path& index) {
    const std::string name = index.string();
    const nlohmann::json json = parseJson(readTextFile(index), name);
    const JsonNode map = JsonNode(json, name + ":").at("weight_map");
    if (!map.value().is_object())
        map.refuse("should be a JSON object");
    ShardIndex result;
    for (const auto& [tensor, value] : map.value().items()) {
        if (!value.is_string())
            throw Error(name + " names no file for the tensor " + inQuotes(tensor) + ".");
        const auto file = value.get<std::string>();
        if (!isPlainName(file))
            throw Error(name + " looks for the tensor " + inQuotes(tensor) + " in " + inQuotes(file) +
                        ", which is not the name of a file beside it.");
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
