// The added tokens of a tokenizer.json: found in the text before anything else is done to it, or right after
// normalization.
//
// Immutable once read, any thread.
#pragma once

#include "core/base/json.h"
#include "core/text/dialect.h"
#include "core/text/normalizers.h"
#include "core/text/pre_tokenizers.h"
#include "core/text/range.h"
#include "core/text/specials.h"
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
    std::string written;     // how it decodes: normalized, where it is sought in normalized text
    bool singleWord = false; // not inside a word
    bool takesLeft = false;  // with the white space before it
    bool takesRight = false; // with the white space after it
    bool normalized = true;  // sought in the normalized text
    bool special = false;    // not part of decoded text
};

class AddedTokens {
public:
    AddedTokens() = default;

    // `vocabulary` is the model's: a token that it has keeps its id. Others are numbered as the library does it when it
    // reads the file, whatever ids the file gives them: on from the size of the vocabulary, in the file's order. Throws
    // Error naming the member.
    AddedTokens(const JsonNode& list, const Vocabulary& vocabulary, std::size_t vocabularySize,
                const Normalizer& normalizer, Dialect dialect);

    const std::vector<AddedToken>& all() const { return m_tokens; } // one an id

    // The text cut at the added tokens that are sought in it. A token that takes the white space after it may take some
    // of the next token's too: the parts overlap then, as they do in the library.
    std::vector<Piece> findIn(std::string_view text, bool normalized, Specials specials) const;

private:
    void add(AddedToken token, const Vocabulary& vocabulary, std::size_t vocabularySize);
    void index(const std::vector<AddedToken>& order, const JsonNode& list);
    std::vector<Piece> findLongestFirst(std::string_view text, Specials specials) const;

    std::vector<AddedToken> m_tokens;
    std::unordered_map<std::string, std::size_t> m_places; // in m_tokens, by content
    std::int32_t m_largestId = kNoToken;
    Trie m_raw, m_normalized; // places in m_tokens
    Dialect m_dialect = Dialect::HuggingFace;
};

} // namespace slopescope::text
