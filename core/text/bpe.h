// Byte-pair encoding of one piece of text: characters (or bytes) first, then the merges, lowest rank first, leftmost
// first.
//
// Immutable after construction; every thread brings its own Scratch. Merging takes O(n log n), so a whole document may
// be one piece.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace slopescope {

using Vocabulary = std::unordered_map<std::string, std::int32_t>;

// A token within a piece: piece.substr(begin, end - begin).
struct Symbol {
    std::int32_t id = 0;
    std::uint32_t begin = 0, end = 0;
};

struct BpeOptions {
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
        std::int32_t id, previous, next; // next == kGone once merged into its left neighbour
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

    // Appends the tokens of `piece`. With `bytes`, the piece is raw bytes and the vocabulary is written in GPT-2's byte
    // alphabet.
    void encode(std::string_view piece, bool bytes, Scratch& scratch, std::vector<Symbol>& symbols) const;

    const Vocabulary& vocabulary() const { return m_vocabulary; }

private:
    struct Joined {
        std::uint64_t pair = kNoPair;
        std::int32_t rank = 0, id = 0;
    };
    static constexpr std::uint64_t kNoPair = ~std::uint64_t{0};

    void addMerges(const std::vector<Merge>& merges);
    const Joined* find(std::uint64_t pair) const;
    void splitBytes(std::string_view piece, std::vector<Link>& links) const;
    void splitCharacters(std::string_view piece, std::vector<Link>& links) const;
    void merge(Scratch& scratch) const;
    void propose(Scratch& scratch, std::int32_t left) const;

    Vocabulary m_vocabulary;
    BpeOptions m_options;
    std::array<std::int32_t, 256> m_byteIds{};  // of the byte alphabet, -1 where absent
    std::array<std::int32_t, 256> m_fallback{}; // of <0x00>..<0xFF>, -1 where absent
    std::vector<Joined> m_table;                // open addressing, a power of two long
};

} // namespace slopescope
