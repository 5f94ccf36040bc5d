// The vocabulary in a GGUF file's metadata, written as a tokenizer.json in the dialect of llama.cpp: with it, a text becomes
// the tokens that llama.cpp makes of it. Any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace slopescope {

// `architecture`: decides how text is split where an older file does not say. Nothing if the file has no vocabulary.
// Throws Error beginning with `file` and naming the entry at fault or not supported.
std::optional<std::string> tokenizerOfGguf(const nlohmann::json& metadata, const std::string& architecture,
                                           const std::string& file);

} // namespace slopescope
