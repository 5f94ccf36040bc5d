// A digest of a model's files, by which a workspace knows the model again wherever it lies. Called by the shelf; any
// thread.
#pragma once

#include <cstdint>
#include <filesystem>

namespace slopescope {

// Of the names, sizes and contents of config and weights: files up to 4 MiB whole, larger ones in 64 pieces of 64 KiB
// that are spread evenly from their beginning to their end, so that a model of many gigabytes takes no longer than one
// of a few. `model` is a directory or one GGUF file. A file that cannot be read counts as empty: whoever opens it says
// so.
std::uint64_t digestOfModel(const std::filesystem::path& model);

} // namespace slopescope
