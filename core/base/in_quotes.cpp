#include "core/base/in_quotes.h"

#include "core/base/utf8.h"

namespace slopescope {
namespace {

constexpr std::size_t kMostBytes = 100;

} // namespace

std::string inQuotes(std::string_view name) {
    std::string_view shown = name.substr(0, kMostBytes);
    while (shown.size() < name.size() && !shown.empty() &&
           (static_cast<unsigned char>(name[shown.size()]) & 0xC0) == 0x80)
        shown.remove_suffix(1); // not in the middle of a character
    const bool valid = !firstInvalidUtf8(shown);
    std::string text = "\"";
    for (const char byte : shown) {
        const auto value = static_cast<unsigned char>(byte);
        text += value < 0x20 || value == 0x7F || (value >= 0x80 && !valid) ? '?' : byte;
    }
    return text + (shown.size() < name.size() ? "…\"" : "\"");
}

} // namespace slopescope
