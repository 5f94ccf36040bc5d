#include "core/text/bpe.h"

#include "core/base/error.h"
#include "core/text/byte_alphabet.h"
#include "core/base/code_points.h"
#include "core/base/in_quotes.h"

#include <algorithm>

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

Bpe::Bpe(Vocabulary vocabulary, const std::vector<Merge>& merges, BpeOptions options)
    : m_vocabulary(std::move(vocabulary)), m_options(std::move(options)), m_fallback(byteTokens(m_vocabulary)) {
    for (std::size_t byte = 0; byte < m_letters.size(); ++byte) {
        std::string letter;
        appendCodePoint(letter, byteAlphabet()[byte]);
        m_letters[byte] = idOf(m_vocabulary, letter);
    }
    addMerges(merges);
}

void Bpe::addMerges(const std::vector<Merge>& merges) {
    const auto known = [&](const std::string& token, std::size_t rank) {
        const std::int32_t id = idOf(m_vocabulary, token);
        if (id == kNoToken)
            throw Error("[" + std::to_string(rank) + "] speaks of the token " + inQuotes(token) +
                        ", which is not in the vocabulary.");
        return id;
    };
    const std::string& prefix = m_options.continuingPrefix;
    m_parts = !m_options.bytes && !m_options.ignoreMerges && prefix.empty() && m_options.endSuffix.empty();
    for (std::size_t rank = 0; rank < merges.size(); ++rank) {
        const auto& [left, right] = merges[rank];
        const std::int32_t leftId = known(left, rank), rightId = known(right, rank);
        const bool continues = !prefix.empty() && right.starts_with(prefix);
        const std::string joined = left + (continues ? right.substr(prefix.size()) : right);
        m_merges.set(pairOf(leftId, rightId), {static_cast<std::int32_t>(rank), known(joined, rank)});
        // Tokens that do not spell the text they stand for say nothing about neighbours.
        for (const std::int32_t id : {leftId, rightId})
            m_parts =
                m_parts && id != m_options.unknown &&
                !(m_options.byteFallback && std::find(m_fallback.begin(), m_fallback.end(), id) != m_fallback.end());
        noteNeighbours(joined);
    }
}

void Bpe::noteNeighbours(const std::string& token) {
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
        symbols.push_back({link.id, link.begin, link.end});
        at = link.next;
    }
}

void Bpe::splitBytes(std::string_view piece, std::vector<Link>& links) const {
    bool open = false; // whether the last link is an unknown token that may grow
    for (std::size_t at = 0; at < piece.size(); ++at) {
        const std::int32_t id = m_letters[static_cast<unsigned char>(piece[at])];
        if (id == kNoToken) {
            appendUnknown(piece.substr(at, 1), at, open, links);
            continue;
        }
        append(links, id, at, at + 1);
        open = false;
    }
}

void Bpe::splitCharacters(std::string_view piece, std::vector<Link>& links) const {
    bool open = false;
    std::string letter;
    for (std::size_t at = 0, next = 0; at < piece.size(); at = next) {
        next = at + codePointAt(piece, at).length;
        letter.clear();
        if (at > 0)
            letter += m_options.continuingPrefix;
        letter.append(piece, at, next - at);
        if (next == piece.size())
            letter += m_options.endSuffix;
        const std::int32_t id = idOf(m_vocabulary, letter);
        const auto absent = [&](char byte) { return m_fallback[static_cast<unsigned char>(byte)] == kNoToken; };
        if (id != kNoToken) {
            append(links, id, at, next);
            open = false;
        } else if (m_options.byteFallback && std::none_of(letter.begin(), letter.end(), absent)) {
            for (std::size_t i = 0; i < letter.size(); ++i) // a prefix or suffix stands for no bytes of the piece
                append(links, m_fallback[static_cast<unsigned char>(letter[i])], std::min(at + i, next),
                       std::min(at + i + 1, next));
            open = false;
        } else {
            appendUnknown(piece.substr(at, next - at), at, open, links);
        }
    }
}

void Bpe::appendUnknown(std::string_view character, std::size_t at, bool& open, std::vector<Link>& links) const {
    if (!m_options.unknown)
        return;
    if (open && m_options.fuseUnknown)
        links.back().end = static_cast<std::uint32_t>(at + character.size());
    else
        append(links, *m_options.unknown, at, at + character.size());
    open = true;
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
        if (pairOf(left.id, right.id) != best.pair)
            continue;
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
