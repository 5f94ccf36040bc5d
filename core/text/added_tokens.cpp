#include "core/text/added_tokens.h"

#include "core/base/code_points.h"
#include "core/base/in_quotes.h"
#include "core/text/unicode.h"

#include <algorithm>
#include <unordered_set>

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

std::size_t spacesBefore(std::string_view text, std::size_t at) {
    while (at > 0) {
        const std::size_t previous = beforeCharacter(text, at);
        if (!isWhiteSpace(codePointAt(text, previous).value))
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

AddedToken readToken(const JsonNode& node, const Normalizer& normalizer) {
    AddedToken token;
    token.content = node.at("content").text();
    token.singleWord = node.flagOr("single_word", false);
    token.takesLeft = node.flagOr("lstrip", false);
    token.takesRight = node.flagOr("rstrip", false);
    token.special = node.flagOr("special", false);
    token.normalized = node.flagOr("normalized", !token.special);
    token.written = token.content;
    if (token.normalized && normalizer)
        token.written = normalizer(AlignedText(token.content, 0)).text();
    return token;
}

// llama.cpp's white space is C's.
bool isSpaceByte(char byte) {
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

// Appends `part` to `cut`, cut wherever it holds the token.
void cutAt(std::string_view text, Range part, const AddedToken& token, std::vector<Piece>& cut) {
    while (part.begin < part.end) {
        const std::size_t at = part.of(text).find(token.content);
        if (at == std::string_view::npos)
            break;
        Range left{part.begin, part.begin + at};
        const Range found{left.end, left.end + token.content.size()};
        while (token.takesLeft && left.begin < left.end && isSpaceByte(text[left.end - 1]))
            --left.end;
        if (left.begin < left.end)
            cut.push_back({left, kNoToken});
        part.begin = found.end;
        while (token.takesRight && part.begin < part.end && isSpaceByte(text[part.begin]))
            ++part.begin;
        cut.push_back({{left.end, part.begin}, token.id});
    }
    if (part.begin < part.end)
        cut.push_back({part, kNoToken});
}

} // namespace

AddedTokens::AddedTokens(const JsonNode& list, const Vocabulary& vocabulary, std::size_t vocabularySize,
                         const Normalizer& normalizer, Dialect dialect)
    : m_dialect(dialect) {
    std::vector<AddedToken> specials, others; // in the order in which they are sought
    std::unordered_set<std::string> special;
    std::vector<AddedToken> read;
    for (const JsonNode& node : list.elements()) {
        read.push_back(readToken(node, normalizer));
        if (read.back().special && special.insert(read.back().content).second)
            specials.push_back(read.back());
    }
    for (AddedToken& token : read) {
        if (!special.contains(token.content))
            others.push_back(token);
        token.special = special.contains(token.content);
        add(std::move(token), vocabulary, vocabularySize);
    }
    specials.insert(specials.end(), others.begin(), others.end());
    index(specials, list);
}

void AddedTokens::add(AddedToken token, const Vocabulary& vocabulary, std::size_t vocabularySize) {
    if (token.content.empty())
        return; // the library leaves it out
    if (const auto place = m_places.find(token.content); place != m_places.end()) {
        token.id = m_tokens[place->second].id;
        m_tokens[place->second] = std::move(token);
        return;
    }
    token.id = idOf(vocabulary, token.content);
    if (token.id == kNoToken)
        token.id = std::max(static_cast<std::int32_t>(vocabularySize), m_largestId + 1);
    m_largestId = std::max(m_largestId, token.id);
    m_places.emplace(token.content, m_tokens.size());
    m_tokens.push_back(std::move(token));
}

// Of two that are sought by the same text, the first is found.
void AddedTokens::index(const std::vector<AddedToken>& order, const JsonNode& list) {
    for (const AddedToken& token : order) {
        if (token.content.empty())
            continue;
        if (token.written.empty())
            list.refuse("has the token " + inQuotes(token.content) +
                        ", of which normalization leaves nothing; that is not supported");
        (token.normalized ? m_normalized : m_raw)
            .insertFirst(token.written, static_cast<std::int32_t>(m_places.at(token.content)));
    }
}

std::vector<Piece> AddedTokens::findIn(std::string_view text, bool normalized, Specials specials) const {
    if (m_dialect == Dialect::LlamaCpp)
        return normalized ? std::vector<Piece>{{{0, text.size()}, kNoToken}} : findLongestFirst(text, specials);
    const Trie& trie = normalized ? m_normalized : m_raw;
    std::vector<Piece> parts;
    std::size_t done = 0;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t length = 0; // of the longest token that begins here
        std::int32_t place = kNoToken;
        if (trie.mayBegin(text[at]))
            trie.match(text, at, [&](std::size_t matched, std::int32_t value) {
                if (specials == Specials::Letters && m_tokens[static_cast<std::size_t>(value)].special)
                    return;
                length = matched;
                place = value;
            });
        if (place == kNoToken) {
            ++at;
            continue;
        }
        const AddedToken& token = m_tokens[static_cast<std::size_t>(place)];
        Range range{at, at + length};
        at = range.end;
        if (token.singleWord && touchesWord(text, range))
            continue;
        if (token.takesLeft)
            range.begin = std::max(spacesBefore(text, range.begin), done);
        if (token.takesRight)
            range.end = spacesAfter(text, range.end);
        if (range.begin > done)
            parts.push_back({{done, range.begin}, kNoToken});
        if (range.begin < range.end) // else the token before has taken all of it
            parts.push_back({range, token.id});
        done = range.end;
    }
    if (done < text.size())
        parts.push_back({{done, text.size()}, kNoToken});
    return parts;
}

// llama.cpp's order: the longest token wherever it stands, then the next longest in what is left.
std::vector<Piece> AddedTokens::findLongestFirst(std::string_view text, Specials specials) const {
    std::vector<std::int32_t> found;
    std::vector<bool> isFound(m_tokens.size());
    for (std::size_t at = 0; at < text.size(); ++at)
        if (m_raw.mayBegin(text[at]))
            m_raw.match(text, at, [&](std::size_t, std::int32_t place) {
                const auto index = static_cast<std::size_t>(place);
                if (isFound[index] || (specials == Specials::Letters && m_tokens[index].special))
                    return;
                isFound[index] = true;
                found.push_back(place);
            });
    const auto token = [&](std::int32_t place) -> const AddedToken& {
        return m_tokens[static_cast<std::size_t>(place)];
    };
    std::sort(found.begin(), found.end(), [&](std::int32_t a, std::int32_t b) {
        const std::size_t left = token(a).content.size(), right = token(b).content.size();
        return left != right ? left > right : token(a).id < token(b).id;
    });
    std::vector<Piece> parts{{{0, text.size()}, kNoToken}};
    for (const std::int32_t place : found) {
        std::vector<Piece> cut;
        for (const Piece& part : parts) {
            if (part.token == kNoToken)
                cutAt(text, part.range, token(place), cut);
            else
                cut.push_back(part);
        }
        parts = std::move(cut);
    }
    std::erase_if(parts, [](const Piece& part) { return part.range.size() == 0; });
    return parts;
}

} // namespace slopescope::text
