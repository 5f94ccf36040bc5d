// The text with its tokens made visible: what the hovered token reads in blue, itself and who reads it in orange.
//
// Owned by main_window, fed with TextFacts and LinksResult, on the window's thread. Paints only the lines in sight; the line
// breaks of 100,000 tokens cost a few milliseconds.
#pragma once

#include "core/session.h"

#include <QAbstractScrollArea>
#include <QFrame>

#include <vector>

class QPainter;

namespace slopescope::ui {

class PanelHeader;
class TokenArea;

class TextView : public QFrame {
    Q_OBJECT
public:
    explicit TextView(QWidget* parent = nullptr);

    void setText(const TextFacts& facts);
    void clear();
    void setLength(std::int64_t tokens); // on view: the tokens past it are dimmed; 0: all are on view

    void setLinks(const LinksResult& links);
    void clearLinks();
    // The pair of the map under the mouse; -1: none. Does not scroll.
    void setCursor(std::int64_t query, std::int64_t key);
    // Locks a token as a click would, and scrolls to it; -1 unlocks. Emits nothing.
    void setLocked(std::int64_t token);
    void reveal(std::int64_t token); // scrolls it into sight

    std::int64_t hovered() const;
    std::int64_t locked() const;
    std::int64_t tokens() const;

    // Selects the next place (without regard to case) after the last one, or from the start; false if there is none.
    bool findNext(const QString& text);
    void clearFind();

    PanelHeader* header() const { return m_header; } // the window may make it the title bar of a dock

signals:
    void tokenHovered(qint64 token); // -1: none
    void tokenLocked(qint64 token);  // -1: unlocked

private:
    PanelHeader* m_header = nullptr;
    TokenArea* m_area = nullptr;
};

// The scrolling part of TextView: line layout and painting.
class TokenArea : public QAbstractScrollArea {
    Q_OBJECT
public:
    explicit TokenArea(QWidget* parent = nullptr);

    void setText(const TextFacts& facts);
    void setLength(std::int64_t tokens);
    void setLinks(const LinksResult& links);
    void clearLinks();
    void setCursor(std::int64_t query, std::int64_t key);
    void setLocked(std::int64_t token);
    void reveal(std::int64_t token);
    void setFound(std::int64_t begin, std::int64_t end); // bytes of the text

    const TextFacts& facts() const { return m_facts; }
    std::int64_t hovered() const { return m_hovered; }
    std::int64_t locked() const { return m_locked; }
    std::int64_t tokenAt(const QPoint& position) const; // of the viewport; -1: none
    QRect tokenRect(std::int64_t token) const;          // in the viewport
    std::int64_t tokenOfByte(std::int64_t byte) const;

signals:
    void tokenHovered(qint64 token);
    void tokenLocked(qint64 token);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool viewportEvent(QEvent* event) override;

private:
    struct Line {
        std::int64_t begin = 0, end = 0; // tokens
    };
    struct Fill;
    void hover(std::int64_t token);
    void lock(std::int64_t token);
    void layOut();
    void measure();
    QString label(std::int64_t token) const;
    int lineOf(std::int64_t token) const;
    qreal top(int line) const;
    void paintToken(QPainter& painter, std::int64_t token, const QRectF& rect) const;
    void showTooltip(const QPoint& position, const QPoint& globalPosition);

    TextFacts m_facts;
    std::vector<float> m_widths; // [tokens]
    std::vector<Line> m_lines;
    std::int64_t m_length = 0;
    LinksResult m_links;
    float m_readsPeak = 0, m_readByPeak = 0;
    std::int64_t m_hovered = -1, m_locked = -1, m_query = -1, m_key = -1;
    std::int64_t m_foundBegin = 0, m_foundEnd = 0;
    qreal m_lineHeight = 0;
};

} // namespace slopescope::ui
