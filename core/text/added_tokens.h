// The added tokens of a tokenizer.json: found in the text before anything else is done to it, or right after
// normalization.
//
// Immutable once read, any thread.
#pragma once

#include "core/base/json.h"
#include "core/text/normalizers.h"
#include "core/text/pre_tokenizers.h"
#include "core/text/range.h"
#include "core/text/symbol.h"
#include "core/text/trie.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace slopescope::text {

struct AddedToken {
    std::int32_t id = 0;
    std::string content;
    bool singleWord = false; // not inside a word
    bool takesLeft = false;  // with the white space before it
    bool takesRight = false; // with the white space after it
    bool normalized = true;  // sought in the normalized text
    bool special = false;    // not part of decoded text
};

class AddedTokens {
public:
    AddedTokens() = default;

    // `vocabulary` is the model's: a token it has keeps its id. Throws Error naming the member.
    AddedTokens(const JsonNode& list, const Vocabulary& vocabulary, const Normalizer& normalizer);

    const std::vector<AddedToken>& all() const { return m_tokens; }

    // The text cut at the added tokens that are sought in it.
    std::vector<Piece> findIn(std::string_view text, bool normalized) const;

private:
    AddedToken read(const JsonNode& node, const Vocabulary& vocabulary) const;

    std::vector<AddedToken> m_tokens;
    Trie m_raw, m_normalized; // indices into m_tokens
};

} // namespace slopescope::text
