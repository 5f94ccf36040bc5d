// SentencePiece's character map: a double-array trie from characters to what replaces them, as T5 has it.
#pragma once

#include "core/text/aligned_text.h"
#include "core/base/json.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slopescope::text {

class Precompiled {
public:
    // Reads the map in base 64: the trie's size in bytes, the trie, then the replacements, each ended by a zero. Throws
    // Error naming the member.
    explicit Precompiled(const JsonNode& base64);

    AlignedText apply(AlignedText text) const;

private:
    std::optional<std::string_view> replacement(std::string_view part) const;

    std::vector<std::uint32_t> m_trie;
    std::string m_replacements;
};

} // namespace slopescope::text
