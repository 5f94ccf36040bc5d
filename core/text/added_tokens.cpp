#include "core/text/added_tokens.h"

#include "core/base/code_points.h"
#include "core/base/in_quotes.h"
#include "core/text/limits.h"
#include "core/text/unicode.h"

#include <algorithm>

namespace slopescope::text {
namespace {

std::size_t beforeCharacter(std::string_view text, std::size_t at) { // at > 0
    do
        --at;
    while ((static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
    return at;
}

bool touchesWord(std::string_view text, Range range) {
    const bool before = range.begin > 0 && isWord(codePointAt(text, beforeCharacter(text, range.begin)).value);
    const bool after = range.end < text.size() && isWord(codePointAt(text, range.end).value);
    return before || after;
}

std::size_t spacesBefore(std::string_view text, std::size_t at, std::size_t least) {
    while (at > least) {
        const std::size_t previous = beforeCharacter(text, at);
        if (previous < least || !isWhiteSpace(codePointAt(text, previous).value))
            break;
        at = previous;
    }
    return at;
}

std::size_t spacesAfter(std::string_view text, std::size_t at) {
    while (at < text.size() && isWhiteSpace(codePointAt(text, at).value))
        at += codePointAt(text, at).length;
    return at;
}

} // namespace

AddedTokens::AddedTokens(const JsonNode& list, const Vocabulary& vocabulary, const Normalizer& normalizer) {
    std::unordered_map<std::int32_t, std::string_view> owners;
    owners.reserve(vocabulary.size());
    for (const auto& [token, id] : vocabulary)
        owners[id] = token;
    m_tokens.reserve(list.value().size()); // so that the names that owners see stay where they are
    for (const JsonNode& node : list.elements()) {
        const auto index = static_cast<std::int32_t>(m_tokens.size());
        const AddedToken& token = m_tokens.emplace_back(read(node, vocabulary));
        const auto [owner, isNew] = owners.try_emplace(token.id, token.content);
        if (!isNew && owner->second != token.content)
            node.refuse("gives " + inQuotes(token.content) + " the id " + std::to_string(token.id) +
                        ", which belongs to " + inQuotes(owner->second));
        if (token.normalized && normalizer)
            m_normalized.insert(normalizer(AlignedText(token.content, 0)).text(), index);
        else
            (token.normalized ? m_normalized : m_raw).insert(token.content, index);
    }
}

AddedToken AddedTokens::read(const JsonNode& node, const Vocabulary& vocabulary) const {
    AddedToken token;
    token.content = node.at("content").text();
    if (token.content.empty())
        node.refuse("adds an empty token");
    const std::int32_t known = idOf(vocabulary, token.content);
    token.id = known != kNoToken ? known : static_cast<std::int32_t>(node.at("id").integer(0, kMostTokens - 1));
    token.singleWord = node.flagOr("single_word", false);
    token.takesLeft = node.flagOr("lstrip", false);
    token.takesRight = node.flagOr("rstrip", false);
    token.special = node.flagOr("special", false);
    token.normalized = node.flagOr("normalized", !token.special);
    return token;
}

std::vector<Piece> AddedTokens::findIn(std::string_view text, bool normalized) const {
    const Trie& trie = normalized ? m_normalized : m_raw;
    std::vector<Piece> parts;
    std::size_t done = 0;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t length = 0; // of the longest token that begins here
        std::int32_t index = kNoToken;
        if (trie.mayBegin(text[at]))
            trie.match(text, at, [&](std::size_t matched, std::int32_t value) {
                length = matched;
                index = value;
            });
        if (index == kNoToken) {
            ++at;
            continue;
        }
        const AddedToken& token = m_tokens[static_cast<std::size_t>(index)];
        Range range{at, at + length};
        at = range.end;
        if (token.singleWord && touchesWord(text, range))
            continue;
        range.begin = token.takesLeft ? spacesBefore(text, range.begin, done) : std::max(range.begin, done);
        range.end = std::max(token.takesRight ? spacesAfter(text, range.end) : range.end, done);
        range.begin = std::min(range.begin, range.end);
        if (range.begin > done)
            parts.push_back({{done, range.begin}, kNoToken});
        parts.push_back({range, token.id});
        done = range.end;
    }
    if (done < text.size())
        parts.push_back({{done, text.size()}, kNoToken});
    return parts;
}

} // namespace slopescope::text
