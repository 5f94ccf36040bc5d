// The text with its tokens made visible: what the hovered token reads in blue, itself and who reads it in orange.
//
// Above it a text of one's own is typed, below it stands what a picked pair of tokens is in every head.
//
// Made by the main window, on the window's thread; attach() connects it to a Lab. The background of the tokens can also be their
// loss. Paints only the lines in sight; breaking the lines of 100,000 tokens costs a few milliseconds.
#pragma once

#include "core/workspace.h"

#include <QFrame>

#include <memory>
#include <optional>
#include <vector>

class QLabel;
class QLineEdit;
class QToolButton;

namespace slopescope::ui {

class ContinuePanel;
class Lab;
class PairStrip;
class PanelHeader;
class TextEditor;
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

    void openEditor(); // the field in which a text of one's own is typed; begins with a short text on view
    void closeEditor();
    void openContinue(); // below the text: what comes next
    void openGoTo(); // the field in which a query, or a query and a key, is named

    void openFind(); // the field in which a word to look for is typed
    // Selects the next place (without regard to case) after the last one, or from the start; false if there is none.
    bool findNext(const QString& text);
    void clearFind();

    PanelHeader* header() const { return m_header; } // "name · 31,204 tokens"; may become the title bar of a dock
    TokenArea* area() const { return m_area; }
    TextEditor* editor() const { return m_editor; }
    PairStrip* pairStrip() const { return m_pair; }
    ContinuePanel* continuePanel() const { return m_continue; }

signals:
    void tokenHovered(qint64 token); // -1: none
    void tokenLocked(qint64 token);  // -1: unlocked
    void textTyped(const QString& text, int session);
    void cellWanted(qint64 query, qint64 key); // picked in the text, or named

private:
    void follow(Lab& lab, unsigned changes); // Changes
    void takeLosses(Lab& lab, int side, const TokenLossResult& losses);
    void buildGoTo();
    void buildEditor();
    void attachContinue(Lab& lab);
    void followContinue(const Lab& lab);
    void goTo();
    void followPair(const Lab& lab);
    void followTypedText(const Lab& lab);
    bool eventFilter(QObject* watched, QEvent* event) override; // Esc leaves the field

    PanelHeader* m_header = nullptr;
    TextEditor* m_editor = nullptr;
    PairStrip* m_pair = nullptr;
    ContinuePanel* m_continue = nullptr;
    QLineEdit *m_find = nullptr, *m_goTo = nullptr;
    QLabel* m_nothingFound = nullptr;
    QToolButton *m_typeButton = nullptr, *m_continueButton = nullptr, *m_rawButton = nullptr, *m_lossButton = nullptr;
    QLabel* m_empty = nullptr;
    TokenArea* m_area = nullptr;
    int m_keeps = 0;                  // each a step for undo; below the numbers of typing
    QString m_ownText;                // what the field begins with
    std::int64_t m_length = 0;        // on view
    std::optional<Cell> m_cell;       // that is pointed at
    std::optional<Cell> m_shownPair;
    QString m_searched;          // the text on view, once something was looked for
    qsizetype m_searchFrom = 0;  // in m_searched
    QString m_sought;
    std::shared_ptr<const TextFacts> m_shown;
    std::vector<float> m_losses, m_otherLosses; // of A and B
};

} // namespace slopescope::ui
