// The parts of TextView with which one types a text, names a place in it, and sees a pair of its tokens in every head.
#include "ui/figures/token_label.h"
#include "ui/lab/lab.h"
#include "ui/text/continue_panel.h"
#include "ui/text/pair_strip.h"
#include "ui/text/place_named.h"
#include "ui/text/text_editor.h"
#include "ui/text/text_view.h"
#include "ui/text/token_area.h"
#include "ui/widgets/format.h"

#include <QLabel>
#include <QLineEdit>
#include <QToolButton>

#include <algorithm>

namespace slopescope::ui {
namespace {

constexpr std::size_t kLongestOwn = 20000; // letters of a text that the field begins with; a book is no sentence
constexpr int kPairLetters = 16;

} // namespace

void TextView::buildEditor() {
    m_editor = new TextEditor(this);
    m_editor->hide();
    connect(m_typeButton, &QToolButton::clicked, this, [this](bool on) { on ? openEditor() : closeEditor(); });
    connect(m_editor, &TextEditor::typed, this, &TextView::textTyped);
    connect(m_editor, &TextEditor::left, this, &TextView::closeEditor);
}

void TextView::openEditor() {
    m_typeButton->setChecked(true);
    if (!m_editor->isHidden())
        return m_editor->setFocus();
    m_editor->show();
    m_editor->begin(m_ownText);
}

void TextView::closeEditor() {
    m_typeButton->setChecked(false);
    m_editor->hide();
    m_area->setFocus();
}

void TextView::followTypedText(const Lab& lab) {
    const std::string& letters = lab.workspace().text.letters;
    const auto text = lab.text();
    const bool isShort = letters.empty() && text && text->text.size() <= kLongestOwn;
    m_ownText = letters.size() <= kLongestOwn ? QString::fromStdString(isShort ? text->text : letters) : QString();
    if (!m_editor->isHidden() && !m_editor->hasFocus())
        m_editor->take(m_ownText); // another text was opened, or an undo has brought this one back
}

void TextView::openContinue() {
    m_continueButton->setChecked(true);
}

void TextView::attachContinue(Lab& lab) {
    connect(m_continue, &ContinuePanel::wanted, &lab, [this, &lab] {
        m_continue->begin();
        lab.continueText(m_continue->how());
        if (!lab.continuing())
            m_continue->end(tr("There is no text to continue."));
    });
    connect(m_continue, &ContinuePanel::stopped, &lab, &Lab::stopContinuing);
    connect(&lab, &Lab::continued, m_continue,
            [this](int side, const std::shared_ptr<const GenerationResult>& text) { m_continue->take(side, text); });
    connect(&lab, &Lab::continuingEnded, m_continue, &ContinuePanel::end);
    connect(m_continue, &ContinuePanel::kept, &lab, [this, &lab](const QString& letters) {
        const TextFacts& facts = m_area->textLayout().facts();
        if (facts.text.empty() || m_length <= 0 || m_length > std::ssize(facts.tokens))
            return;
        const auto end = std::size_t(facts.tokens[std::size_t(m_length - 1)].end);
        lab.typeText(QString::fromStdString(facts.text.substr(0, end)) + letters, --m_keeps);
    });
}

void TextView::followContinue(const Lab& lab) {
    const Workspace& w = lab.workspace();
    const auto b = lab.sideOnView(1);
    const bool other = b && w.b() != nullptr && b->variant != lab.variantOnView();
    m_continue->setNames(w.a() == nullptr ? QString() : lab.nameOf(w.a()->id),
                         other ? lab.nameOf(w.b()->id) : QString());
    const TextFacts& facts = m_area->textLayout().facts();
    const auto length = std::min<std::int64_t>(lab.length(), std::ssize(facts.tokens));
    if (facts.text.empty() || length <= 0)
        return m_continue->setBefore({});
    constexpr std::int64_t kBefore = 12; // tokens
    const auto first = std::size_t(facts.tokens[std::size_t(std::max<std::int64_t>(0, length - kBefore))].begin);
    const auto end = std::size_t(facts.tokens[std::size_t(length - 1)].end);
    m_continue->setBefore(QString::fromStdString(facts.text.substr(first, end - first)));
}

void TextView::buildGoTo() {
    m_goTo = new QLineEdit(this);
    m_goTo->setPlaceholderText(tr("Go to 1204, or 1204, 1131 (query, key), or a word"));
    m_goTo->setAccessibleName(tr("Query and key to go to"));
    m_goTo->setClearButtonEnabled(true);
    m_goTo->hide();
    m_goTo->installEventFilter(this);
    connect(m_goTo, &QLineEdit::returnPressed, this, &TextView::goTo);
    connect(m_goTo, &QLineEdit::textChanged, this, [this] { m_nothingFound->hide(); });
}

void TextView::openGoTo() {
    m_find->hide();
    m_goTo->show();
    m_goTo->setFocus();
    m_goTo->selectAll();
}

void TextView::goTo() {
    QString why;
    if (m_length <= 0 || m_goTo->text().trimmed().isEmpty())
        return;
    if (const auto cell = placeNamed(m_goTo->text(), m_area->textLayout().facts(), m_length, m_cell, &why)) {
        m_nothingFound->hide();
        m_area->reveal(cell->query);
        emit cellWanted(cell->query, cell->key);
    } else {
        m_nothingFound->setText(why);
        m_nothingFound->show();
    }
}

void TextView::followPair(const Lab& lab) {
    m_cell = lab.cell();
    if (!lab.workspace().look.heads.empty())
        m_pair->setHead(lab.workspace().look.heads.front());
    const auto pair = lab.pair();
    const TextFacts& facts = m_area->textLayout().facts();
    if (pair != m_shownPair && pair && std::max(pair->query, pair->key) < std::ssize(facts.tokens)) {
        const auto named = [&](std::int64_t token) {
            return tr("%1 “%2”").arg(grouped(token), tokenLabel(facts, token, kPairLetters));
        };
        m_pair->setPair(tr("query %1 → key %2").arg(named(pair->query), named(pair->key)));
    }
    m_shownPair = pair;
    m_pair->setVisible(pair.has_value());
}

} // namespace slopescope::ui
