// A file of token ids in place of a text. Any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace slopescope {

// A JSON list of token ids, or what `slopescope-cli tokenize --json` prints. Throws Error naming the file and the first
// entry that is no id.
std::vector<std::int32_t> readIds(const std::filesystem::path& file);

} // namespace slopescope
