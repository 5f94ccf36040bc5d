// The text with its tokens made visible: what the hovered token reads in blue, itself and who reads it in orange.
//
// Owned by main_window, fed with TextFacts and LinksResult, on the window's thread. Paints only the lines in sight; breaking
// the lines of 100,000 tokens costs a few milliseconds.
#pragma once

#include "core/session.h"

#include <QFrame>

class QLabel;

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

    void setError(const QString& sentence); // "x.txt is not UTF-8…"; the text on view stays; empty removes it

    PanelHeader* header() const { return m_header; } // "name · 31,204 tokens"; may become the title bar of a dock
    TokenArea* area() const { return m_area; }

signals:
    void tokenHovered(qint64 token); // -1: none
    void tokenLocked(qint64 token);  // -1: unlocked

private:
    PanelHeader* m_header = nullptr;
    QLabel* m_error = nullptr;
    QLabel* m_empty = nullptr;
    TokenArea* m_area = nullptr;
    QString m_searched;          // the text on view, once something was looked for
    qsizetype m_searchFrom = 0;  // in m_searched
    QString m_sought;
};

} // namespace slopescope::ui
