#include "core/record/csv.h"

#include <charconv>
#include <cmath>

namespace slopescope {
namespace {

template <typename Number>
std::string shortest(Number value) {
    if (!std::isfinite(value))
        return {};
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    return {digits, end};
}

} // namespace

std::string csvCell(std::string_view text, char separator) {
    if (text.find_first_of("\"\r\n") == text.npos && text.find(separator) == text.npos)
        return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"')
            quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

std::string csvNumber(double value) {
    return shortest(value);
}

std::string csvNumber(float value) {
    return shortest(value);
}

} // namespace slopescope
