#include "core/text/byte_alphabet.h"

#include "core/base/code_points.h"

namespace slopescope::text {
namespace {

constexpr char32_t kLastLetter = 0x143; // U+0100 + 67

std::array<char32_t, 256> makeAlphabet() {
    std::array<char32_t, 256> letters{};
    char32_t next = 0x100;
    for (char32_t byte = 0; byte < 256; ++byte) {
        const bool printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
        letters[byte] = printable ? byte : next++;
    }
    return letters;
}

std::array<int, kLastLetter + 1> makeBytes() {
    std::array<int, kLastLetter + 1> bytes{};
    bytes.fill(-1);
    for (int byte = 0; byte < 256; ++byte)
        bytes[byteAlphabet()[static_cast<std::size_t>(byte)]] = byte;
    return bytes;
}

} // namespace

const std::array<char32_t, 256>& byteAlphabet() {
    static const auto letters = makeAlphabet();
    return letters;
}

std::string toByteAlphabet(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char byte : bytes)
        appendCodePoint(text, byteAlphabet()[static_cast<unsigned char>(byte)]);
    return text;
}

std::optional<std::string> fromByteAlphabet(std::string_view text) {
    static const auto bytes = makeBytes();
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const auto [letter, length] = codePointAt(text, at);
        if (letter > kLastLetter || bytes[letter] < 0)
            return std::nullopt;
        result += static_cast<char>(bytes[letter]);
        at += length;
    }
    return result;
}

} // namespace slopescope::text
