// Fields of JSON objects as values, checked: what the readers of records share. Any thread. All throw Error with the
// field's path.
#pragma once

#include "core/base/in_quotes.h"
#include "core/base/json.h"
#include "core/record/enum_names.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

namespace slopescope {

inline constexpr std::size_t kMostVariants = 1000, kMostLayers = 1000, kMostHeads = 4096;
inline constexpr std::int64_t kMostTokens = std::int64_t(1) << 40; // past any text

template <class Enum>
Enum readEnum(const JsonNode& node) {
    const std::string name = node.text();
    const auto value = valueNamed<Enum>(name);
    if (!value)
        node.refuse("is " + inQuotes(name) + "; it should be " + allNames<Enum>());
    return *value;
}

// What the object leaves out stays as it is.
template <class Enum>
requires std::is_enum_v<Enum>
void take(const JsonNode& object, const char* key, Enum& into) {
    if (const auto node = object.find(key))
        into = readEnum<Enum>(*node);
}

inline void take(const JsonNode& object, const char* key, bool& into) {
    if (const auto node = object.find(key))
        into = node->flag();
}

inline void take(const JsonNode& object, const char* key, std::int64_t& into, std::int64_t least, std::int64_t most) {
    if (const auto node = object.find(key))
        into = node->integer(least, most);
}

std::vector<JsonNode> list(const JsonNode& node, std::size_t most);
double number(const JsonNode& node, double least, double most, const char* shouldBe);
std::string words(const JsonNode& node, std::size_t most); // that name a file, a model or a variant

} // namespace slopescope
