// Walking valid UTF-8 one code point at a time. Plain functions, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace slopescope {

struct CodePoint {
    char32_t value = 0;
    std::size_t length = 1; // bytes
};

// The code point that begins at `at`. The text must be valid UTF-8 and `at` on a boundary.
inline CodePoint codePointAt(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[at + i])); };
    const char32_t lead = byte(0);
    if (lead < 0x80)
        return {lead, 1};
    if (lead < 0xE0)
        return {(lead & 0x1F) << 6 | (byte(1) & 0x3F), 2};
    if (lead < 0xF0)
        return {(lead & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F), 3};
    return {(lead & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F), 4};
}

inline void appendCodePoint(std::string& text, char32_t value) {
    const auto tail = [&](int shift) { text += static_cast<char>(0x80 | (value >> shift & 0x3F)); };
    if (value < 0x80) {
        text += static_cast<char>(value);
    } else if (value < 0x800) {
        text += static_cast<char>(0xC0 | value >> 6);
        tail(0);
    } else if (value < 0x10000) {
        text += static_cast<char>(0xE0 | value >> 12);
        tail(6), tail(0);
    } else {
        text += static_cast<char>(0xF0 | value >> 18);
        tail(12), tail(6), tail(0);
    }
}

} // namespace slopescope
