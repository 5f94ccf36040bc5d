// A unigram language model over pieces: of all ways to cut a text, the one whose tokens' log-probabilities add up
// highest.
//
// Immutable after construction; every thread brings its own Scratch. Viterbi's algorithm over a trie.
#pragma once

#include "core/text/symbol.h"
#include "core/text/trie.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slopescope::text {

class Unigram {
public:
    // Tokens and scores by id. `unknown` stands for characters that no token covers.
    Unigram(std::vector<std::pair<std::string, double>> tokens, std::optional<std::int32_t> unknown, bool byteFallback);

    struct Node { // the best way to reach a place in the text
        double score = 0;
        std::int32_t id = kNoToken;
        std::uint32_t begin = 0;
        bool reached = false;
    };
    struct Scratch {
        std::vector<Node> nodes;
        std::vector<Symbol> backwards;
    };

    // Appends the tokens of `piece`. Throws Error when it needs an unknown token and there is none.
    void encode(std::string_view piece, Scratch& scratch, std::vector<Symbol>& symbols) const;

    const Vocabulary& vocabulary() const { return m_vocabulary; }
    std::size_t size() const { return m_scores.size(); }

private:
    void reach(std::string_view piece, std::vector<Node>& nodes) const;
    void appendUnknown(std::string_view piece, const Symbol& symbol, std::vector<Symbol>& symbols) const;

    std::vector<double> m_scores;
    Vocabulary m_vocabulary;
    Trie m_trie;
    std::array<std::int32_t, 256> m_bytes;
    std::optional<std::int32_t> m_unknown;
    double m_unknownScore = 0;
    bool m_byteFallback;
};

} // namespace slopescope::text
