// The scrolling part of TextView: paints the lines in sight and follows the mouse.
//
// A click locks a token, Shift and a click on a second one pick the pair; a drag selects, Ctrl+C copies what is selected.
// Part of TextView, on the window's thread.
#pragma once

#include "core/study/requests.h"
#include "ui/text/text_layout.h"

#include <QAbstractScrollArea>

namespace slopescope::ui {

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
    // The background of each token says its loss in nats: of A, or where `b` is given A's minus B's. Empty: no background.
    void setLosses(std::vector<float> a, std::vector<float> b);
    void setFound(std::int64_t begin, std::int64_t end); // tokens

    // Tokens that Ctrl+C copies; begin == end: none.
    void select(std::int64_t begin, std::int64_t end);
    std::int64_t selectionBegin() const { return m_selectionBegin; }
    std::int64_t selectionEnd() const { return m_selectionEnd; }
    QString selectedText() const; // the letters; token ids where there are none
    QString selectedIds() const;  // a JSON list

    const TextLayout& textLayout() const { return m_layout; }
    std::int64_t hovered() const { return m_hovered; }
    std::int64_t locked() const { return m_locked; }
    std::int64_t tokenAt(const QPoint& position) const; // of the viewport; -1: none
    QRectF tokenRect(std::int64_t token) const;         // in the viewport

signals:
    void tokenHovered(qint64 token);
    void tokenLocked(qint64 token);
    void pairPicked(qint64 query, qint64 key); // the later of the two is the query

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    bool event(QEvent* event) override;

private:
    void hover(std::int64_t token);
    void press(const QMouseEvent& event);
    void release(const QMouseEvent& event);
    void dragTo(QPoint position);
    void pick(std::int64_t token, bool pair);
    void updateToken(std::int64_t token);
    void lock(std::int64_t token);
    void layOut();
    void showTooltip(const QPoint& position, const QPoint& global);
    QString lossText(std::int64_t token) const;
    QColor lossFill(std::int64_t token) const;
    QColor fillOf(std::int64_t token) const;
    void paintToken(QPainter& painter, std::int64_t token) const;
    void paintOutline(QPainter& painter, std::int64_t token, const QColor& color) const;

    TextLayout m_layout;
    std::int64_t m_length = 0; // 0: all
    LinksResult m_links;
    float m_readsPeak = 0, m_readByPeak = 0;
    std::vector<float> m_losses, m_otherLosses; // by token; NaN for the first
    std::int64_t m_hovered = -1, m_locked = -1, m_query = -1, m_key = -1;
    std::int64_t m_selectionBegin = 0, m_selectionEnd = 0;
    std::int64_t m_pressed = -1; // token under the button
    QPoint m_pressedAt;
    bool m_pressing = false, m_dragging = false;
    std::int64_t m_foundBegin = 0, m_foundEnd = 0;
};

} // namespace slopescope::ui
