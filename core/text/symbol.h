// What the models that cut a piece into tokens have in common: Bpe and Unigram.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace slopescope::text {

using Vocabulary = std::unordered_map<std::string, std::int32_t>;

// A token within a piece: piece.substr(begin, end - begin).
struct Symbol {
    std::int32_t id = 0;
    std::uint32_t begin = 0, end = 0;
};

inline constexpr std::int32_t kNoToken = -1;

inline std::int32_t idOf(const Vocabulary& vocabulary, const std::string& token) {
    const auto found = vocabulary.find(token);
    return found == vocabulary.end() ? kNoToken : found->second;
}

// The ids of <0x00> to <0xFF>, kNoToken where the vocabulary lacks them.
std::array<std::int32_t, 256> byteTokens(const Vocabulary& vocabulary);

} // namespace slopescope::text
