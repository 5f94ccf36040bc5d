// The text with its tokens made visible: what the hovered token reads in blue, itself and who reads it in orange.
//
// Made by the main window, on the window's thread; attach() connects it to a Lab. The background of the tokens can also be their
// loss. Paints only the lines in sight; breaking the lines of 100,000 tokens costs a few milliseconds.
#pragma once

#include "core/study/requests.h"

#include <QFrame>

#include <memory>
#include <vector>

class QLabel;
class QLineEdit;
class QToolButton;

namespace slopescope::ui {

class Lab;
class PanelHeader;
class TokenArea;

class TextView : public QFrame {
    Q_OBJECT
public:
    explicit TextView(QWidget* parent = nullptr);

    void attach(Lab& lab);

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

    void openFind(); // the field in which a word to look for is typed
    // Selects the next place (without regard to case) after the last one, or from the start; false if there is none.
    bool findNext(const QString& text);
    void clearFind();

    PanelHeader* header() const { return m_header; } // "name · 31,204 tokens"; may become the title bar of a dock
    TokenArea* area() const { return m_area; }

signals:
    void tokenHovered(qint64 token); // -1: none
    void tokenLocked(qint64 token);  // -1: unlocked

private:
    void follow(Lab& lab, unsigned changes); // Changes
    void takeLosses(Lab& lab, int side, const TokenLossResult& losses);
    bool eventFilter(QObject* watched, QEvent* event) override; // Esc leaves the field

    PanelHeader* m_header = nullptr;
    QLineEdit* m_find = nullptr;
    QLabel* m_nothingFound = nullptr;
    QToolButton *m_rawButton = nullptr, *m_lossButton = nullptr;
    QLabel* m_empty = nullptr;
    TokenArea* m_area = nullptr;
    QString m_searched;          // the text on view, once something was looked for
    qsizetype m_searchFrom = 0;  // in m_searched
    QString m_sought;
    std::shared_ptr<const TextFacts> m_shown;
    std::vector<float> m_losses, m_otherLosses; // of A and B
};

} // namespace slopescope::ui
