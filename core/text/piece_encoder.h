// Turns pieces into tokens and remembers what it has seen: in a text most pieces come again.
//
// One a call of Tokenizer::encode, on its thread.
#pragma once

#include "core/text/bpe.h"
#include "core/text/pre_tokenizers.h"
#include "core/text/tokenizer.h"
#include "core/text/unigram.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace slopescope::text {

class PieceEncoder {
public:
    explicit PieceEncoder(const std::variant<Bpe, Unigram>& model) : m_model(model) {}

    void encode(const Pieces& pieces, const Job& job);
    void append(std::int32_t id, Range source);

    std::vector<Token> takeTokens() { return std::move(m_tokens); }

private:
    struct Known { // a stretch of m_symbols
        std::size_t begin = 0, count = 0;
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };

    void encodePiece(const AlignedText& text, Range piece, const Job& job);
    Known lookUp(std::string_view piece);
    void encodeWith(const Bpe& bpe, std::string_view piece) { bpe.encode(piece, m_bpe, m_symbols); }
    void encodeWith(const Unigram& unigram, std::string_view piece) { unigram.encode(piece, m_unigram, m_symbols); }

    const std::variant<Bpe, Unigram>& m_model;
    Bpe::Scratch m_bpe;
    Unigram::Scratch m_unigram;
    std::vector<Symbol> m_symbols; // of all known pieces
    std::unordered_map<std::string, Known, Hash, std::equal_to<>> m_known;
    std::vector<Token> m_tokens;
};

} // namespace slopescope::text
