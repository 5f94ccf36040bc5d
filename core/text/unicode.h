// What a character is, and the four normal forms, by utf8proc's tables. Plain functions, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace slopescope::text {

bool isWhiteSpace(char32_t c);  // the property White_Space
bool isNumeric(char32_t c);     // categories Nd, Nl, No
bool isPunctuation(char32_t c); // ASCII punctuation and the categories P
bool isMark(char32_t c);        // categories M
bool isWord(char32_t c);        // letters, marks, digits, connectors and joiners, as Unicode's annex 18 has \w

// Appends the lower case of one character; İ becomes two.
void appendLower(std::string& text, char32_t c);

enum class NormalForm { nfc, nfd, nfkc, nfkd };

std::string normalized(std::string_view text, NormalForm form);

// The end of the run that begins at `at` and can be normalized alone: what follows cannot combine with it.
std::size_t normalizationRunEnd(std::string_view text, std::size_t at);

// Byte offsets where the grapheme clusters of the text end.
std::vector<std::size_t> graphemeEnds(std::string_view text);

} // namespace slopescope::text
