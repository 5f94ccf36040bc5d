// GPT-2's byte alphabet: a printable character for each of the 256 bytes, so that a vocabulary of byte strings can be
// written as text. Printable bytes of Latin-1 stand for themselves, the other 68 for U+0100 and up, in order.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slopescope::text {

// The characters of the 256 bytes, as code points.
const std::array<char32_t, 256>& byteAlphabet();

// `bytes` written in the alphabet, and back. Going back, text with a character outside the alphabet gives nothing.
std::string toByteAlphabet(std::string_view bytes);
std::optional<std::string> fromByteAlphabet(std::string_view text);

} // namespace slopescope::text
