#include "core/text/bpe.h"

#include "core/error.h"
#include "core/text/byte_alphabet.h"
#include "core/text/code_points.h"

#include <algorithm>
#include <bit>
#include <cstdio>

namespace slopescope {
namespace {

constexpr std::int32_t kNone = -1, kGone = -2;

std::uint64_t pairOf(std::int32_t left, std::int32_t right) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 | static_cast<std::uint32_t>(right);
}

std::size_t slotOf(std::uint64_t pair, std::size_t slots) {
    return static_cast<std::size_t>((pair * 0x9E3779B97F4A7C15u) >> 20) & (slots - 1);
}

std::int32_t idOr(const Vocabulary& vocabulary, const std::string& token, std::int32_t otherwise) {
    const auto found = vocabulary.find(token);
    return found == vocabulary.end() ? otherwise : found->second;
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
    : m_vocabulary(std::move(vocabulary)), m_options(std::move(options)) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
        std::string letter;
        appendCodePoint(letter, byteAlphabet()[byte]);
        m_byteIds[byte] = idOr(m_vocabulary, letter, kNone);
        char name[8];
        std::snprintf(name, sizeof name, "<0x%02X>", static_cast<unsigned>(byte));
        m_fallback[byte] = idOr(m_vocabulary, name, kNone);
    }
    addMerges(merges);
}

void Bpe::addMerges(const std::vector<Merge>& merges) {
    m_table.resize(std::bit_ceil(std::max<std::size_t>(16, merges.size() * 2)));
    const auto known = [&](const std::string& token, std::size_t rank) {
        const std::int32_t id = idOr(m_vocabulary, token, kNone);
        if (id == kNone)
            throw Error("merge " + std::to_string(rank) + " speaks of \"" + token +
                        "\", which is not in the vocabulary");
        return id;
    };
    for (std::size_t rank = 0; rank < merges.size(); ++rank) {
        const auto& [left, right] = merges[rank];
        const std::uint64_t pair = pairOf(known(left, rank), known(right, rank));
        const bool continues = !m_options.continuingPrefix.empty() && right.starts_with(m_options.continuingPrefix);
        const std::int32_t id =
            known(left + (continues ? right.substr(m_options.continuingPrefix.size()) : right), rank);
        std::size_t slot = slotOf(pair, m_table.size());
        while (m_table[slot].pair != kNoPair && m_table[slot].pair != pair)
            slot = (slot + 1) & (m_table.size() - 1);
        m_table[slot] = {pair, static_cast<std::int32_t>(rank), id};
    }
}

const Bpe::Joined* Bpe::find(std::uint64_t pair) const {
    for (std::size_t slot = slotOf(pair, m_table.size()); m_table[slot].pair != kNoPair;
         slot = (slot + 1) & (m_table.size() - 1))
        if (m_table[slot].pair == pair)
            return &m_table[slot];
    return nullptr;
}

void Bpe::encode(std::string_view piece, bool bytes, Scratch& scratch, std::vector<Symbol>& symbols) const {
    if (piece.empty())
        return;
    if (m_options.ignoreMerges) {
        const std::int32_t whole = idOr(m_vocabulary, bytes ? toByteAlphabet(piece) : std::string(piece), kNone);
        if (whole != kNone) {
            symbols.push_back({whole, 0, static_cast<std::uint32_t>(piece.size())});
            return;
        }
    }
    scratch.links.clear();
    if (bytes)
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
    for (std::size_t at = 0; at < piece.size(); ++at) {
        const std::int32_t id = m_byteIds[static_cast<unsigned char>(piece[at])];
        if (id != kNone)
            append(links, id, at, at + 1);
        else if (m_options.unknown) {
            if (m_options.fuseUnknown && !links.empty() && links.back().id == *m_options.unknown &&
                links.back().end == at)
                links.back().end = static_cast<std::uint32_t>(at + 1);
            else
                append(links, *m_options.unknown, at, at + 1);
        }
    }
}

void Bpe::splitCharacters(std::string_view piece, std::vector<Link>& links) const {
    std::string letter;
    for (std::size_t at = 0, next = 0; at < piece.size(); at = next) {
        next = at + codePointAt(piece, at).length;
        letter.clear();
        if (at > 0)
            letter += m_options.continuingPrefix;
        letter.append(piece, at, next - at);
        if (next == piece.size())
            letter += m_options.endSuffix;
        const std::int32_t id = idOr(m_vocabulary, letter, kNone);
        if (id != kNone) {
            append(links, id, at, next);
            continue;
        }
        const auto absent = [&](char byte) { return m_fallback[static_cast<unsigned char>(byte)] == kNone; };
        if (m_options.byteFallback && std::none_of(letter.begin(), letter.end(), absent)) {
            for (std::size_t i = at; i < next; ++i)
                append(links, m_fallback[static_cast<unsigned char>(piece[i])], i, i + 1);
        } else if (m_options.unknown) {
            if (m_options.fuseUnknown && !links.empty() && links.back().id == *m_options.unknown &&
                links.back().end == at)
                links.back().end = static_cast<std::uint32_t>(next);
            else
                append(links, *m_options.unknown, at, next);
        }
    }
}

void Bpe::propose(Scratch& scratch, std::int32_t left) const {
    const Link& link = scratch.links[static_cast<std::size_t>(left)];
    if (link.next == kNone)
        return;
    const std::uint64_t pair = pairOf(link.id, scratch.links[static_cast<std::size_t>(link.next)].id);
    if (const Joined* joined = find(pair)) {
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

} // namespace slopescope
