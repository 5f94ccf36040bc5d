// JSON from files of strangers: one root value, no key twice in an object, nesting bounded.
//
// Used by the readers of tokenizer.json, safetensors headers, configurations and slope files, on any thread.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace slopescope {

// Throws Error beginning with `source` (the file's name) when `text` is not such JSON.
nlohmann::json parseJson(std::string_view text, const std::string& source);

} // namespace slopescope
