// The metadata of a GGUF file as a config.json, of the families that llama.cpp reads under names of their own. What
// llama.cpp has in its code and not in the file is said here too, for each family. Called by gguf_config.cpp. Any thread.
#pragma once

#include "core/checkpoint/gguf_entries.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace slopescope {

// Throws Error naming the file and the entry at fault; or all architectures that are read, if this is none of them.
nlohmann::json newerConfigOfGguf(const GgufEntries& entries, const std::string& architecture);

// Adds "rope_scaling" for what the file says of linear scaling and YaRN. Throws Error for another.
void readGgufScaling(const GgufEntries& entries, nlohmann::json& config);

} // namespace slopescope
