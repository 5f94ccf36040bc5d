// JSON written for people: two spaces a level, lists of numbers and short objects on one line. Any thread.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace slopescope {

// Ends with a line break. Numbers are written in the fewest digits that are read back as they are; letters that are no
// UTF-8 are replaced; NaN and infinities, which JSON does not know, must not be in it.
std::string jsonText(const nlohmann::ordered_json& json);

} // namespace slopescope
