#include "ui/text/text_layout.h"

#include "ui/figures/token_label.h"

#include <QFontMetricsF>
#include <QHash>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {

namespace {

constexpr float kEmptyCell = 7;         // a token without a label of its own
constexpr int kLongestLabel = 64;       // characters; beyond it the middle is left out
constexpr qreal kLeading = 1.6;
constexpr qreal kHang = 12;             // how far a line end may stand out at the right, so that it never fills a line alone

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

} // namespace

void TextLayout::setText(const TextFacts& facts) {
    m_facts = facts;
    measure();
    breakLines();
}

void TextLayout::setFont(const QFont& font) {
    m_font = font;
    m_lineHeight = std::ceil(QFontMetricsF(font).height() * kLeading);
    measure();
    breakLines();
}

void TextLayout::setWidth(qreal width) {
    if (width == m_width)
        return;
    m_width = width;
    breakLines();
}

QByteArrayView TextLayout::bytes(std::int64_t token) const {
    return tokenBytes(m_facts, token);
}

QString TextLayout::label(std::int64_t token) const {
    const QString text = tokenLabel(m_facts, token, kLongestLabel);
    return m_facts.text.empty() ? text + u' ' : text; // ids need a space between them
}

void TextLayout::measure() {
    const QFontMetricsF metrics(m_font);
    m_widths.resize(m_facts.tokens.size());
    // A text uses few pieces often. Not by id: one id may stand for several spellings, and parts of characters differ from
    // place to place.
    QHash<QByteArrayView, float> known;
    for (std::int64_t token = 0; token < tokens(); ++token) {
        const QByteArrayView own = bytes(token);
        const bool whole = !m_facts.text.empty() &&
                           (own.empty() || (!continues(own.front()) && static_cast<unsigned char>(own.back()) < 0x80));
        const auto seen = whole ? known.constFind(own) : known.constEnd();
        float width = 0;
        if (seen != known.constEnd()) {
            width = *seen;
        } else {
            const QString text = label(token);
            width = text.isEmpty() ? kEmptyCell : static_cast<float>(metrics.horizontalAdvance(text));
            if (whole)
                known.insert(own, width);
        }
        m_widths[static_cast<std::size_t>(token)] = width;
    }
}

bool TextLayout::opensWord(std::int64_t token) const {
    const QByteArrayView own = bytes(token);
    if (own.empty())
        return true;
    const auto first = static_cast<unsigned char>(own.front());
    // Also before whole characters outside ASCII, so that scripts without spaces wrap.
    return first <= ' ' || first >= 0xC0;
}

bool TextLayout::endsLine(std::int64_t token) const {
    const QByteArrayView own = bytes(token);
    return !own.empty() && own.back() == '\n';
}

void TextLayout::breakLines() {
    m_lines.clear();
    m_lefts.resize(m_widths.size());
    if (m_widths.empty() || m_width <= 0)
        return;
    const auto limit = static_cast<float>(m_width);
    float x = 0;
    std::int64_t lineStart = 0, wordStart = 0;
    m_lines.push_back(0);
    const auto begin = [&](std::int64_t first) {
        m_lines.push_back(first);
        lineStart = first;
        x = 0;
    };
    for (std::int64_t token = 0; token < tokens(); ++token) {
        const float wide = m_widths[static_cast<std::size_t>(token)];
        if (opensWord(token) || token == lineStart)
            wordStart = token;
        const qreal room = endsLine(token) ? limit + kHang : limit;
        if (x + wide > room && token > lineStart) {
            // The whole word goes to the next line unless it fills the line by itself.
            begin(wordStart > lineStart ? wordStart : token);
            for (std::int64_t moved = lineStart; moved < token; ++moved) {
                m_lefts[static_cast<std::size_t>(moved)] = x;
                x += m_widths[static_cast<std::size_t>(moved)];
            }
            wordStart = lineStart;
        }
        m_lefts[static_cast<std::size_t>(token)] = x;
        x += wide;
        if (endsLine(token) && token + 1 < tokens())
            begin(token + 1);
    }
}

std::int64_t TextLayout::lineEnd(int line) const {
    const auto next = static_cast<std::size_t>(line) + 1;
    return next < m_lines.size() ? m_lines[next] : tokens();
}

int TextLayout::lineOf(std::int64_t token) const {
    const auto after = std::upper_bound(m_lines.begin(), m_lines.end(), token);
    return std::max(0, static_cast<int>(after - m_lines.begin()) - 1);
}

QRectF TextLayout::rect(std::int64_t token) const {
    if (token < 0 || token >= tokens() || m_lines.empty())
        return {};
    const auto index = static_cast<std::size_t>(token);
    const qreal left = m_lefts[index];
    return {left, lineOf(token) * m_lineHeight, std::min<qreal>(m_widths[index], m_width + (endsLine(token) ? kHang : 0) - left), m_lineHeight};
}

std::int64_t TextLayout::tokenAt(const QPointF& position) const {
    if (position.y() < 0 || position.y() >= height() || position.x() < 0)
        return -1;
    const int line = std::clamp(static_cast<int>(position.y() / m_lineHeight), 0, lines() - 1);
    const auto first = m_lefts.begin() + lineBegin(line), last = m_lefts.begin() + lineEnd(line);
    const auto after = std::upper_bound(first, last, static_cast<float>(position.x()));
    if (after == first)
        return -1;
    const auto token = static_cast<std::int64_t>(after - m_lefts.begin()) - 1;
    return rect(token).contains(position) ? token : -1;
}

std::int64_t TextLayout::tokenOfByte(std::int64_t byte) const {
    const auto found = std::partition_point(m_facts.tokens.begin(), m_facts.tokens.end(),
                                            [&](const TextToken& token) { return token.end <= byte; });
    return found == m_facts.tokens.end() ? -1 : found - m_facts.tokens.begin();
}

} // namespace slopescope::ui
