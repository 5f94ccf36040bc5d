// Numbers in sentences and tables.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slopescope {

std::string grouped(std::int64_t n); // "12,345"

std::string shortest(double value); // the fewest digits that numberIn() reads as the same number

// What a word says, if it is a number and nothing else.
template <class Number>
std::optional<Number> numberIn(std::string_view word) {
    Number value{};
    const auto [end, fault] = std::from_chars(word.data(), word.data() + word.size(), value);
    return fault == std::errc() && end == word.data() + word.size() ? std::optional(value) : std::nullopt;
}

} // namespace slopescope
