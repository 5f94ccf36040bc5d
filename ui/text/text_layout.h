// Where the tokens of a text stand: their labels, widths and lines, for a given width and font.
//
// Used by TokenArea, on the window's thread. No widget is needed, so it is tested alone.
#pragma once

#include "core/study/requests.h"

#include <QByteArrayView>
#include <QFont>
#include <QRectF>
#include <QString>

#include <vector>

namespace slopescope::ui {

class TextLayout {
public:
    void setText(const TextFacts& facts);
    void setFont(const QFont& font);
    void setWidth(qreal width); // breaks the lines anew if it differs

    std::int64_t tokens() const { return static_cast<std::int64_t>(m_facts.tokens.size()); }
    int lines() const { return static_cast<int>(m_lines.size()); }
    qreal lineHeight() const { return m_lineHeight; }
    qreal height() const { return m_lineHeight * lines(); }

    std::int64_t lineBegin(int line) const { return m_lines[static_cast<std::size_t>(line)]; }
    std::int64_t lineEnd(int line) const; // one past its last token
    int lineOf(std::int64_t token) const;

    QRectF rect(std::int64_t token) const;                // from the top left of the text
    std::int64_t tokenAt(const QPointF& position) const;  // -1: none
    std::int64_t tokenOfByte(std::int64_t byte) const;    // the token that holds this byte of the text, or the next one

    // What is drawn for a token. A character whose bytes are spread over several tokens is drawn by the first of them; the
    // others are empty cells.
    QString label(std::int64_t token) const;
    qreal width(std::int64_t token) const { return m_widths[static_cast<std::size_t>(token)]; }

    const TextFacts& facts() const { return m_facts; }

private:
    void measure();
    void breakLines();
    bool opensWord(std::int64_t token) const;
    bool endsLine(std::int64_t token) const;
    QByteArrayView bytes(std::int64_t token) const;

    TextFacts m_facts;
    QFont m_font;
    qreal m_width = 0, m_lineHeight = 0;
    std::vector<float> m_widths;       // [tokens]
    std::vector<float> m_lefts;        // [tokens], in the token's line
    std::vector<std::int64_t> m_lines; // first token of each line
};

} // namespace slopescope::ui
