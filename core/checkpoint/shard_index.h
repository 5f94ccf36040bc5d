// The index of a checkpoint in several files: model.safetensors.index.json or pytorch_model.bin.index.json.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

namespace slopescope {

struct ShardIndex {
    std::map<std::string, std::string> fileOf; // a tensor's name -> the file, seen from the index, that holds it
    std::set<std::string> files;               // each of them once
};

// Throws Error naming the index and the entry at fault. A shard exists, beside its index or in a folder below: a name
// that leads anywhere else is refused.
ShardIndex readShardIndex(const std::filesystem::path& index);

} // namespace slopescope
