// Byte-pair encoding of one piece of text: characters (or bytes) first, then the merges, lowest rank first, leftmost
// first.
//
// Immutable after construction; every thread brings its own Scratch. Merging takes O(n log n), so a whole document may
// be one piece.
#pragma once

#include "core/text/flat_map.h"
#include "core/text/symbol.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slopescope::text {

struct BpeOptions {
    bool bytes = false;                  // pieces are raw bytes, the vocabulary is in GPT-2's byte alphabet
    std::optional<std::int32_t> unknown; // stands for characters outside the vocabulary; without it they vanish
    bool fuseUnknown = false;            // neighbouring unknown characters become one token
    bool byteFallback = false;           // unknown characters become <0x..> tokens where the vocabulary has them
    bool ignoreMerges = false;           // a piece that is a token is that token, whatever the merges say
    std::string continuingPrefix;        // written before every character but the first
    std::string endSuffix;               // written after the last character
};

class Bpe {
public:
    using Merge = std::pair<std::string, std::string>;

    // Throws Error, without a file's name, when a merge speaks of a token outside the vocabulary.
    Bpe(Vocabulary vocabulary, const std::vector<Merge>& merges, BpeOptions options);

    struct Link {
        std::int32_t id, previous, next; // next < -1 once merged into its left neighbour
        std::uint32_t begin, end;
    };
    struct Candidate {
        std::int32_t rank, left, id;
        std::uint64_t pair; // what it was made for; stale when the symbols have changed since
    };
    struct Scratch {
        std::vector<Link> links;
        std::vector<Candidate> heap;
    };

    // Appends the tokens of `piece`.
    void encode(std::string_view piece, Scratch& scratch, std::vector<Symbol>& symbols) const;

    // The end of the part of a piece that begins at `at` and may be encoded alone: no merge joins the characters on
    // both sides of it. (Unknown tokens on both sides are still to be fused.)
    std::size_t partEnd(std::string_view piece, std::size_t at) const;

    const Vocabulary& vocabulary() const { return m_vocabulary; }
    const BpeOptions& options() const { return m_options; }

private:
    struct Joined {
        std::int32_t rank = 0, id = 0;
    };

    void addMerges(const std::vector<Merge>& merges);
    void noteNeighbours(const std::string& token);
    void splitBytes(std::string_view piece, std::vector<Link>& links) const;
    void splitCharacters(std::string_view piece, std::vector<Link>& links) const;
    void appendUnknown(std::string_view character, std::size_t at, bool& open, std::vector<Link>& links) const;
    void merge(Scratch& scratch) const;
    void propose(Scratch& scratch, std::int32_t left) const;

    Vocabulary m_vocabulary;
    BpeOptions m_options;
    std::array<std::int32_t, 256> m_letters{};  // of the byte alphabet
    std::array<std::int32_t, 256> m_fallback{}; // <0x00> to <0xFF>
    FlatMap<Joined> m_merges;                   // by pair of ids
    FlatMap<bool> m_neighbours;                 // pairs of characters within a merged token
    bool m_parts = true;                        // whether partEnd may part anything
};

} // namespace slopescope::text
