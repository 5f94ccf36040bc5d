// A GGUF file seen as a model of the Hugging Face layout: its metadata as the family's config.json, its tensors under
// that family's names and in its arrangement, its vocabulary as a tokenizer.json. So the readers of families serve it
// unchanged.
//
// The architectures are those of gguf_config.cpp and gguf_newer_configs.cpp; of falcon those with rotary positions, for the
// format cannot say that a Falcon has ALiBi. The layouts are those that llama.cpp's converter writes. Any thread.
#pragma once

#include "core/checkpoint/tensor_source.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace slopescope {

struct GgufModel {
    nlohmann::json config;                // as in config.json
    std::optional<std::string> tokenizer; // the text of a tokenizer.json in llama.cpp's dialect; nothing if the file has
                                          // no vocabulary, or one that is not supported
    std::string tokenizerFault;           // why that is so
    TensorSource tensors;
};

// The GGUF file that `path` means: itself, or the only one in a directory that has no config.json. Nothing if it means
// none. Throws Error if the directory has several.
std::optional<std::filesystem::path> findGguf(const std::filesystem::path& path);

// Throws Error naming the file and what is at fault or not supported.
GgufModel openGguf(const std::filesystem::path& file);

} // namespace slopescope
