#include "core/text/bpe.h"

#include "core/base/code_points.h"
#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/text/byte_alphabet.h"

#include <algorithm>
#include <unordered_set>

namespace slopescope::text {
namespace {

constexpr std::int32_t kNone = -1, kGone = -2;

std::uint64_t pairOf(std::int32_t left, std::int32_t right) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 | static_cast<std::uint32_t>(right);
}

// The heap's top is the lowest rank, and among equals the leftmost.
bool later(const Bpe::Candidate& a, const Bpe::Candidate& b) {
    return a.rank != b.rank ? a.rank > b.rank : a.left > b.left;
}

void append(std::vector<Bpe::Link>& links, std::int32_t id, std::size_t begin, std::size_t end) {
    const auto index = static_cast<std::int32_t>(links.size());
    if (index > 0)
        links.back().next = index;
    links.push_back({id, index - 1, kNone, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
}

} // namespace

// Characters that are still to become an unknown token. They wait: what follows may join them.
class Bpe::Unknown {
public:
    Unknown(const Bpe& bpe, std::vector<Link>& links) : m_bpe(bpe), m_links(links) {}

    void add(std::size_t begin, std::size_t end) {
        if (!m_bpe.m_options.unknown)
            return;
        if (m_bpe.m_unknown == kNoToken)
            throw Error("The text holds characters that the tokenizer does not know, and its token for those, " +
                        inQuotes(*m_bpe.m_options.unknown) + ", is not in its vocabulary.");
        if (m_waits && m_bpe.m_options.fuseUnknown) {
            m_end = end;
            return;
        }
        flush();
        m_waits = true;
        m_begin = begin;
        m_end = end;
    }

    void flush() {
        if (!m_waits)
            return;
        const std::size_t done = m_links.empty() ? 0 : m_links.back().end; // bytes may have overtaken it
        append(m_links, m_bpe.m_unknown, std::max(m_begin, done), std::max(m_end, done));
        m_waits = false;
    }

private:
    const Bpe& m_bpe;
    std::vector<Link>& m_links;
    bool m_waits = false;
    std::size_t m_begin = 0, m_end = 0;
};

Bpe::Bpe(Vocabulary vocabulary, const std::vector<Merge>& merges, BpeOptions options)
    : m_vocabulary(std::move(vocabulary)), m_options(std::move(options)), m_fallback(byteTokens(m_vocabulary)) {
    if (m_options.unknown)
        m_unknown = idOf(m_vocabulary, *m_options.unknown);
    for (const auto& [token, id] : m_vocabulary)
        m_firstText = std::max(m_firstText, id + 1);
    addMerges(merges);
    for (std::size_t byte = 0; byte < m_letters.size(); ++byte) {
        std::string letter;
        appendCodePoint(letter, byteAlphabet()[byte]);
        m_letters[byte] = idOf(m_vocabulary, letter);
        if (m_letters[byte] == kNoToken)
            m_letters[byte] = idOf(m_texts, letter);
    }
}

// Tokens that do not spell the text they stand for say nothing about neighbours.
bool Bpe::standsForOtherText(std::int32_t id) const {
    return id == m_unknown ||
           (m_options.byteFallback && std::find(m_fallback.begin(), m_fallback.end(), id) != m_fallback.end());
}

std::int32_t Bpe::idOfText(const std::string& text) {
    if (const std::int32_t id = idOf(m_vocabulary, text); id != kNoToken)
        return id;
    const auto [place, isNew] = m_texts.try_emplace(text, m_firstText + static_cast<std::int32_t>(m_texts.size()));
    if (isNew)
        m_textsById.push_back(text);
    return place->second;
}

// The library drops as many bytes of the right token as the prefix has, whatever they are.
std::string Bpe::joined(const Merge& merge) const {
    const std::size_t dropped = m_options.continuingPrefix.size();
    if (dropped > merge.right.size() ||
        (dropped < merge.right.size() && (static_cast<unsigned char>(merge.right[dropped]) & 0xC0) == 0x80))
        throw Error(" merges " + inQuotes(merge.right) + ", which does not begin as what continues a word should.");
    return merge.left + merge.right.substr(dropped);
}

void Bpe::addMerges(const std::vector<Merge>& merges) {
    const auto known = [&](const std::string& token, std::size_t at) {
        if (m_options.mergesOfText)
            return idOfText(token);
        const std::int32_t id = idOf(m_vocabulary, token);
        if (id == kNoToken)
            throw Error("[" + std::to_string(at) + "] speaks of the token " + inQuotes(token) +
                        ", which is not in the vocabulary.");
        return id;
    };
    std::unordered_set<std::int32_t> ids;
    const bool eachHasItsId = std::all_of(m_vocabulary.begin(), m_vocabulary.end(),
                                          [&](const auto& token) { return ids.insert(token.second).second; });
    const auto lacks = [&](std::int32_t id) { return id == kNoToken; };
    const bool bytesMayOvertake = m_options.unknown && m_options.byteFallback &&
                                  std::any_of(m_fallback.begin(), m_fallback.end(), lacks) &&
                                  !std::all_of(m_fallback.begin(), m_fallback.end(), lacks);
    // A character that vanishes lets those on both sides of it meet.
    const bool mayVanish =
        !m_options.unknown && !(m_options.byteFallback && std::none_of(m_fallback.begin(), m_fallback.end(), lacks));
    m_parts = !mayVanish && !m_options.bytes && !m_options.ignoreMerges && m_options.continuingPrefix.empty() &&
              m_options.endSuffix.empty() && eachHasItsId && !bytesMayOvertake;
    for (std::size_t at = 0; at < merges.size(); ++at) {
        const Merge& merge = merges[at];
        const std::int32_t left = known(merge.left, at), right = known(merge.right, at);
        const std::string token = joined(merge);
        const Joined result{merge.rank, known(token, at)};
        if (m_options.mergesOfText && m_merges.find(pairOf(left, right)) != nullptr)
            continue;
        m_merges.set(pairOf(left, right), result);
        m_parts = m_parts && !standsForOtherText(left) && !standsForOtherText(right);
        noteNeighbours(token);
    }
}

void Bpe::noteNeighbours(const std::string& token) {
    if (token.empty())
        return;
    CodePoint previous = codePointAt(token, 0);
    for (std::size_t at = previous.length; at < token.size(); at += previous.length) {
        const CodePoint point = codePointAt(token, at);
        m_neighbours.set(static_cast<std::uint64_t>(previous.value) << 32 | point.value, true);
        previous = point;
    }
}

std::size_t Bpe::partEnd(std::string_view piece, std::size_t at) const {
    if (!m_parts)
        return piece.size();
    CodePoint previous = codePointAt(piece, at);
    for (at += previous.length; at < piece.size(); at += previous.length) {
        const CodePoint point = codePointAt(piece, at);
        if (m_neighbours.find(static_cast<std::uint64_t>(previous.value) << 32 | point.value) == nullptr)
            return at;
        previous = point;
    }
    return at;
}

void Bpe::encode(std::string_view piece, Scratch& scratch, std::vector<Symbol>& symbols) const {
    if (m_options.ignoreMerges) {
        const std::int32_t whole = idOf(m_vocabulary, m_options.bytes ? toByteAlphabet(piece) : std::string(piece));
        if (whole != kNoToken) {
            symbols.push_back({whole, 0, static_cast<std::uint32_t>(piece.size())});
            return;
        }
    }
    scratch.links.clear();
    if (m_options.bytes)
        splitBytes(piece, scratch.links);
    else
        splitCharacters(piece, scratch.links);
    merge(scratch);
    for (std::int32_t at = scratch.links.empty() ? kNone : 0; at != kNone;) {
        const Link& link = scratch.links[static_cast<std::size_t>(at)];
        if (link.id >= m_firstText)
            appendText(link, symbols);
        else
            symbols.push_back({link.id, link.begin, link.end});
        at = link.next;
    }
}

// Byte by byte, what merging has made and is no token.
void Bpe::appendText(const Link& link, std::vector<Symbol>& symbols) const {
    const std::string& text = m_textsById[static_cast<std::size_t>(link.id - m_firstText)];
    std::uint32_t at = link.begin;
    bool grows = false; // whether the last token is an unknown one of this text
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        std::int32_t id = m_options.byteFallback ? m_fallback[byte] : kNoToken;
        if (id == kNoToken && byte < 0x80)
            id = idOf(m_vocabulary, std::string(1, text[i]));
        if (id == kNoToken && m_options.byteFallback)
            id = m_unknown;
        const bool moves = !m_options.bytes || (byte & 0xC0) != 0x80; // a letter of the alphabet is one byte
        const std::uint32_t end = std::min(at + (moves ? 1 : 0), link.end);
        if (grows && fuses(id))
            symbols.back().end = end;
        else if (id != kNoToken)
            symbols.push_back({id, at, end});
        grows = id != kNoToken && fuses(id);
        at = end;
    }
}

void Bpe::splitBytes(std::string_view piece, std::vector<Link>& links) const {
    Unknown unknown(*this, links);
    for (std::size_t at = 0; at < piece.size(); ++at) {
        const std::int32_t id = m_letters[static_cast<unsigned char>(piece[at])];
        if (id == kNoToken) {
            unknown.add(at, at + 1);
            continue;
        }
        unknown.flush();
        append(links, id, at, at + 1);
    }
    unknown.flush();
}

void Bpe::splitCharacters(std::string_view piece, std::vector<Link>& links) const {
    Unknown unknown(*this, links);
    std::string letter;
    for (std::size_t at = 0, next = 0; at < piece.size(); at = next) {
        next = at + codePointAt(piece, at).length;
        letter.clear();
        if (at > 0)
            letter += m_options.continuingPrefix;
        letter.append(piece, at, next - at);
        if (next == piece.size())
            letter += m_options.endSuffix;
        std::int32_t id = idOf(m_vocabulary, letter);
        if (id == kNoToken && m_options.mergesOfText)
            id = idOf(m_texts, letter);
        const auto absent = [&](char byte) { return m_fallback[static_cast<unsigned char>(byte)] == kNoToken; };
        if (id != kNoToken) {
            unknown.flush();
            append(links, id, at, next);
        } else if (m_options.byteFallback && std::none_of(letter.begin(), letter.end(), absent)) {
            for (std::size_t i = 0; i < letter.size(); ++i) // a prefix or suffix stands for no bytes of the piece
                append(links, m_fallback[static_cast<unsigned char>(letter[i])], std::min(at + i, next),
                       std::min(at + i + 1, next));
        } else {
            unknown.add(at, next);
        }
    }
    unknown.flush();
}

void Bpe::propose(Scratch& scratch, std::int32_t left) const {
    const Link& link = scratch.links[static_cast<std::size_t>(left)];
    if (link.next == kNone)
        return;
    const std::uint64_t pair = pairOf(link.id, scratch.links[static_cast<std::size_t>(link.next)].id);
    if (const Joined* joined = m_merges.find(pair)) {
        scratch.heap.push_back({joined->rank, left, joined->id, pair});
        std::push_heap(scratch.heap.begin(), scratch.heap.end(), later);
    }
}

void Bpe::merge(Scratch& scratch) const {
    auto& links = scratch.links;
    scratch.heap.clear();
    for (std::size_t i = 0; i + 1 < links.size(); ++i)
        propose(scratch, static_cast<std::int32_t>(i));
    while (!scratch.heap.empty()) {
        const Candidate best = scratch.heap.front();
        std::pop_heap(scratch.heap.begin(), scratch.heap.end(), later);
        scratch.heap.pop_back();
        Link& left = links[static_cast<std::size_t>(best.left)];
        if (left.next < 0)
            continue;
        Link& right = links[static_cast<std::size_t>(left.next)];
        const std::uint64_t pair = pairOf(left.id, right.id);
        const Joined* joined = pair == best.pair ? nullptr : m_merges.find(pair);
        if (pair != best.pair && (joined == nullptr || joined->id != best.id))
            continue; // other symbols by now; the library goes by the token that would come out
        left.id = best.id;
        left.end = right.end;
        left.next = right.next;
        right.next = kGone;
        if (left.next != kNone)
            links[static_cast<std::size_t>(left.next)].previous = best.left;
        if (left.previous != kNone)
            propose(scratch, left.previous);
        propose(scratch, best.left);
    }
}

} // namespace slopescope::text
