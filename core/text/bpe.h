// Byte-pair encoding of one piece of text: characters (or bytes) first, then the merges, lowest rank first, leftmost
// first. By the rules of Hugging Face's library, or by those of llama.cpp for what comes out of a GGUF file.
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
    bool bytes = false;                 // pieces are raw bytes, the vocabulary is in GPT-2's byte alphabet
    std::optional<std::string> unknown; // stands for characters outside the vocabulary; without it they vanish
    bool fuseUnknown = false;           // neighbouring unknown characters become one token
    bool byteFallback = false;          // unknown characters become <0x..> tokens where the vocabulary has them
    bool ignoreMerges = false;          // a piece that is a token is that token, whatever the merges say
    std::string continuingPrefix;       // written before every character but the first
    std::string endSuffix;              // written after the last character
    bool mergesOfText = false; // llama.cpp: merges join texts, tokens or not; what is no token at the end falls
                               // back to its bytes. Of a merge that is listed twice the first counts
};

class Bpe {
public:
    struct Merge {
        std::string left, right;
        std::int32_t rank = 0; // equal ranks: the leftmost pair first
    };

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

    // Appends the tokens of `piece`. Throws Error when an unknown token is needed that the vocabulary lacks.
    void encode(std::string_view piece, Scratch& scratch, std::vector<Symbol>& symbols) const;

    // The end of the part of a piece that begins at `at` and may be encoded alone: no merge joins the characters on
    // both sides of it. (Unknown tokens on both sides are still to be fused.)
    std::size_t partEnd(std::string_view piece, std::size_t at) const;

    const Vocabulary& vocabulary() const { return m_vocabulary; }
    bool fuses(std::int32_t id) const { return m_options.fuseUnknown && id == m_unknown && id != kNoToken; }

private:
    struct Joined {
        std::int32_t rank = 0, id = 0;
    };
    class Unknown;

    void addMerges(const std::vector<Merge>& merges);
    std::string joined(const Merge& merge) const;
    std::int32_t idOfText(const std::string& text); // a new one for a text that is no token
    void noteNeighbours(const std::string& token);
    bool standsForOtherText(std::int32_t id) const;
    void splitBytes(std::string_view piece, std::vector<Link>& links) const;
    void splitCharacters(std::string_view piece, std::vector<Link>& links) const;
    void appendText(const Link& link, std::vector<Symbol>& symbols) const;
    void merge(Scratch& scratch) const;
    void propose(Scratch& scratch, std::int32_t left) const;

    Vocabulary m_vocabulary;
    BpeOptions m_options;
    std::int32_t m_unknown = kNoToken;
    Vocabulary m_texts; // what merges make that is no token, with ids from m_firstText on
    std::vector<std::string> m_textsById;
    std::int32_t m_firstText = 0;
    std::array<std::int32_t, 256> m_letters{};  // of the byte alphabet
    std::array<std::int32_t, 256> m_fallback{}; // <0x00> to <0xFF>
    FlatMap<Joined> m_merges;                   // by pair of ids
    FlatMap<bool> m_neighbours;                 // pairs of characters within a merged token
    bool m_parts = true;                        // whether partEnd may part anything
};

} // namespace slopescope::text
