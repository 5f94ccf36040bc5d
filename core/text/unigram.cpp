#include "core/text/unigram.h"

#include "core/base/code_points.h"
#include "core/base/error.h"
#include "core/base/in_quotes.h"

#include <algorithm>
#include <limits>

namespace slopescope::text {
namespace {

constexpr double kUnknownPenalty = 10; // SentencePiece's: so much below the worst token

} // namespace

Unigram::Unigram(std::vector<std::pair<std::string, double>> tokens, std::optional<std::int32_t> unknown,
                 bool byteFallback)
    : m_unknown(unknown), m_byteFallback(byteFallback) {
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t id = 0; id < tokens.size(); ++id) {
        const auto& [token, score] = tokens[id];
        m_vocabulary[token] = static_cast<std::int32_t>(id);
        m_trie.insert(token, static_cast<std::int32_t>(id));
        m_scores.push_back(score);
        least = std::min(least, score);
    }
    m_unknownScore = least - kUnknownPenalty;
    m_bytes = byteTokens(m_vocabulary);
}

void Unigram::reach(std::string_view piece, std::vector<Node>& nodes) const {
    nodes.assign(piece.size() + 1, {});
    for (std::size_t at = 0; at < piece.size();) {
        const double here = nodes[at].score;
        const std::size_t length = codePointAt(piece, at).length;
        const auto propose = [&](std::size_t end, std::int32_t id, double score) {
            Node& node = nodes[end];
            if (!node.reached || here + score > node.score)
                node = {here + score, id, static_cast<std::uint32_t>(at), true};
        };
        bool covered = false; // by a token of this one character
        m_trie.match(piece, at, [&](std::size_t tokenLength, std::int32_t id) {
            propose(at + tokenLength, id, m_scores[static_cast<std::size_t>(id)]);
            covered = covered || tokenLength == length;
        });
        if (!covered) {
            if (!m_unknown)
                throw Error("The tokenizer has no token for " + inQuotes(piece.substr(at, length)) +
                            " and none that stands for unknown characters.");
            propose(at + length, *m_unknown, m_unknownScore);
        }
        at += length;
    }
}

void Unigram::encode(std::string_view piece, Scratch& scratch, std::vector<Symbol>& symbols) const {
    reach(piece, scratch.nodes);
    auto& backwards = scratch.backwards;
    backwards.clear();
    for (auto end = static_cast<std::uint32_t>(piece.size()); end > 0;) {
        const Node& node = scratch.nodes[end];
        if (node.id == m_unknown && !backwards.empty() && backwards.back().id == node.id)
            backwards.back().begin = node.begin; // neighbouring unknown characters are one token
        else
            backwards.push_back({node.id, node.begin, end});
        end = node.begin;
    }
    for (auto symbol = backwards.rbegin(); symbol != backwards.rend(); ++symbol) {
        if (symbol->id == m_unknown)
            appendUnknown(piece, *symbol, symbols);
        else
            symbols.push_back(*symbol);
    }
}

void Unigram::appendUnknown(std::string_view piece, const Symbol& symbol, std::vector<Symbol>& symbols) const {
    const std::string_view text = piece.substr(symbol.begin, symbol.end - symbol.begin);
    const auto known = m_vocabulary.find(std::string(text)); // several unknown characters may spell a token
    const auto absent = [&](char byte) { return m_bytes[static_cast<unsigned char>(byte)] == kNoToken; };
    if (known != m_vocabulary.end()) {
        symbols.push_back({known->second, symbol.begin, symbol.end});
    } else if (m_byteFallback && std::none_of(text.begin(), text.end(), absent)) {
        for (std::uint32_t at = symbol.begin; at < symbol.end; ++at)
            symbols.push_back({m_bytes[static_cast<unsigned char>(piece[at])], at, at + 1});
    } else {
        symbols.push_back(symbol);
    }
}

} // namespace slopescope::text
