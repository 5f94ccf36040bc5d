#include "core/text/piece_encoder.h"

namespace slopescope::text {
namespace {

constexpr std::size_t kLongestKnown = 256; // bytes; longer pieces seldom come again
constexpr std::size_t kPartsBetweenChecks = 4096;

} // namespace

void PieceEncoder::append(std::int32_t id, Range source) {
    m_tokens.push_back({id, static_cast<std::int64_t>(source.begin), static_cast<std::int64_t>(source.end)});
}

void PieceEncoder::encode(const Pieces& pieces, const Job& job) {
    std::size_t untilCheck = 0;
    for (const Piece& piece : pieces.list) {
        if (untilCheck-- == 0) {
            job.check();
            untilCheck = kPartsBetweenChecks;
        }
        if (piece.token != kNoToken)
            append(piece.token, pieces.text.source(piece.range));
        else
            encodePiece(pieces.text, piece.range, job);
    }
}

void PieceEncoder::encodePiece(const AlignedText& text, Range piece, const Job& job) {
    const Bpe* bpe = std::get_if<Bpe>(&m_model);
    const std::string_view bytes = piece.of(text.text());
    const std::size_t first = m_tokens.size();
    std::size_t untilCheck = kPartsBetweenChecks;
    for (std::size_t begin = 0, end = 0; begin < bytes.size(); begin = end) {
        if (--untilCheck == 0) {
            job.check();
            untilCheck = kPartsBetweenChecks;
        }
        end = bpe != nullptr ? bpe->partEnd(bytes, begin) : bytes.size();
        const Known known = lookUp(bytes.substr(begin, end - begin));
        for (std::size_t i = known.begin; i < known.begin + known.count; ++i) {
            const Symbol& symbol = m_symbols[i];
            const std::size_t offset = piece.begin + begin;
            const Range source = text.source({offset + symbol.begin, offset + symbol.end});
            const bool fuses = bpe != nullptr && bpe->fuses(symbol.id) && i == known.begin && m_tokens.size() > first &&
                               m_tokens.back().id == symbol.id;
            if (fuses)
                m_tokens.back().end = static_cast<std::int64_t>(source.end);
            else
                append(symbol.id, source);
        }
    }
}

PieceEncoder::Known PieceEncoder::lookUp(std::string_view piece) {
    if (const auto found = m_known.find(piece); found != m_known.end())
        return found->second;
    Known known{m_symbols.size(), 0};
    std::visit([&](const auto& model) { encodeWith(model, piece); }, m_model);
    known.count = m_symbols.size() - known.begin;
    if (piece.size() <= kLongestKnown)
        m_known.emplace(piece, known);
    return known;
}

} // namespace slopescope::text
