#include "ui/text/text_view.h"

#include "ui/lab/lab.h"
#include "ui/widgets/format.h"
#include "ui/widgets/panel_header.h"
#include "ui/widgets/theme.h"
#include "ui/text/continue_panel.h"
#include "ui/text/pair_strip.h"
#include "ui/text/text_editor.h"
#include "ui/text/token_area.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>
#include <QVBoxLayout>

namespace slopescope::ui {

TextView::TextView(QWidget* parent) : QFrame(parent) {
    m_header = new PanelHeader(tr("Text"), this);
    m_rawButton = new QToolButton(m_header);
    setLook(m_rawButton, "link");
    m_rawButton->setObjectName(QStringLiteral("rawLineEnds"));
    m_rawButton->setText(tr("Raw line ends"));
    m_rawButton->setCheckable(true);
    m_rawButton->setFocusPolicy(Qt::TabFocus);
    m_rawButton->setToolTip(tr("Read the file's bytes as they are: CRLF and CR do not become LF, and a byte order mark stays."));
    m_rawButton->hide();
    m_header->addWidget(m_rawButton);
    m_lossButton = new QToolButton(m_header);
    setLook(m_lossButton, "link");
    m_lossButton->setText(tr("Loss"));
    m_lossButton->setCheckable(true);
    m_lossButton->setFocusPolicy(Qt::TabFocus);
    m_lossButton->setToolTip(tr("Shade each token by its loss: how little the model expected it. With A − B chosen above the map, "
                                "by what A loses more (red) or less (blue) than B."));
    m_typeButton = new QToolButton(this);
    setLook(m_typeButton, "link");
    m_typeButton->setText(tr("Type"));
    m_typeButton->setCheckable(true);
    m_typeButton->setFocusPolicy(Qt::TabFocus);
    m_typeButton->setToolTip(tr("Type a text of your own (Ctrl+T)"));
    m_continueButton = new QToolButton(this);
    setLook(m_continueButton, "link");
    m_continueButton->setText(tr("Continue"));
    m_continueButton->setCheckable(true);
    m_continueButton->setFocusPolicy(Qt::TabFocus);
    m_continueButton->setToolTip(tr("Let the model write what comes after the tokens on view"));
    m_header->addWidget(m_lossButton);
    buildEditor();
    m_find = new QLineEdit(this);
    m_find->setPlaceholderText(tr("Find in the text"));
    m_find->setClearButtonEnabled(true);
    m_find->hide();
    m_find->installEventFilter(this);
    buildGoTo();
    m_nothingFound = new QLabel(this);
    setLook(m_nothingFound, "error");
    m_nothingFound->setObjectName(QStringLiteral("nothingFound"));
    m_nothingFound->setTextFormat(Qt::PlainText);
    m_nothingFound->setWordWrap(true);
    m_nothingFound->setContentsMargins(12, 4, 12, 0);
    m_nothingFound->hide();
    m_empty = new QLabel(tr("Open a text, paste one, or drop one here."), this);
    setLook(m_empty, "soft");
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_area = new TokenArea(this);
    m_pair = new PairStrip(this);
    m_pair->hide();
    m_continue = new ContinuePanel(this);
    m_continue->hide();
    auto* const tools = new QHBoxLayout;
    tools->setContentsMargins(kGrid, 0, kGrid, 2);
    tools->addWidget(m_typeButton);
    tools->addWidget(m_continueButton);
    tools->addStretch();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 1, 1);
    column->setSpacing(0);
    column->addWidget(m_header);
    column->addWidget(m_editor);
    column->addWidget(m_find);
    column->addWidget(m_goTo);
    column->addWidget(m_nothingFound);
    column->addWidget(m_empty, 1);
    column->addWidget(m_area, 1);
    column->addWidget(m_pair);
    column->addWidget(m_continue, 1);
    column->addLayout(tools);
    connect(m_continueButton, &QToolButton::toggled, m_continue, &QWidget::setVisible);
    connect(m_area, &TokenArea::tokenHovered, this, &TextView::tokenHovered);
    connect(m_area, &TokenArea::tokenLocked, this, &TextView::tokenLocked);
    connect(m_area, &TokenArea::pairPicked, this, &TextView::cellWanted);
    connect(m_find, &QLineEdit::returnPressed, this, [this] { findNext(m_find->text()); });
    connect(m_find, &QLineEdit::textChanged, this, [this] { m_nothingFound->hide(); });
    setLook(this, "panel");
    clear();
}

void TextView::attach(Lab& lab) {
    connect(&lab, &Lab::changed, this, [this, &lab](Changes changes) { follow(lab, changes); });
    connect(m_lossButton, &QToolButton::toggled, &lab, [&lab](bool on) { lab.look([on](Workspace& w) { w.look.lossOnText = on; }); });
    connect(m_rawButton, &QToolButton::clicked, &lab, [&lab](bool on) {
        lab.edit(tr("Line ends"), [on](Workspace& w) { w.text.rawLineEnds = on; });
    });
    const auto light = [this, &lab](qint64 token) {
        if (token < 0)
            token = locked();
        lab.lightToken(token < 0 ? std::nullopt : std::optional<std::int64_t>(token));
    };
    connect(this, &TextView::tokenHovered, &lab, light);
    connect(this, &TextView::tokenLocked, &lab, light);
    attachContinue(lab);
    connect(this, &TextView::textTyped, &lab, &Lab::typeText);
    connect(this, &TextView::cellWanted, &lab, [&lab](qint64 query, qint64 key) { lab.goTo(Cell{query, key}); });
    connect(m_pair, &PairStrip::headChosen, &lab, [&lab](int layer, int head) {
        lab.look([layer, head](Workspace& w) { w.look.heads = {{layer, head}}; });
    });
    connect(&lab, &Lab::pairReady, this, [this](int side, const std::shared_ptr<const PairResult>& pair, bool) {
        if (side == 0 && m_shownPair == Cell{pair->of.query, pair->of.key})
            m_pair->setResult(pair);
    });
    connect(&lab, &Lab::linksReady, this, [this](int, const std::shared_ptr<const LinksResult>& links, bool current) {
        if (current)
            setLinks(*links);
    });
    connect(&lab, &Lab::lossesReady, this, [this, &lab](int side, const std::shared_ptr<const TokenLossResult>& losses, bool) {
        takeLosses(lab, side, *losses);
    });
}

void TextView::follow(Lab& lab, unsigned changes) {
    if (changes & (kText | kVariants | kSelection)) {
        const auto text = lab.text();
        if (text != m_shown) {
            m_shown = text;
            text ? setText(*text) : clear();
        }
        // Offered where it makes a difference: where the text was changed as it was read, or is not because this was chosen.
        const bool isRaw = lab.workspace().text.rawLineEnds;
        m_rawButton->setChecked(isRaw);
        m_rawButton->setVisible(isRaw || (text && !text->changes.empty()));
        const WorkspaceVariant* const a = lab.workspace().a();
        const QString whyNot = a == nullptr ? QString() : lab.whyNot(a->id);
        m_empty->setText(whyNot.isEmpty() ? tr("Open a text, type or paste one, or drop one here.") : whyNot);
        followTypedText(lab);
    }
    if (changes & (kText | kLength | kVariants | kSelection))
        setLength(lab.length());
    if (changes & (kText | kLength | kVariants | kSelection))
        followContinue(lab);
    if (changes & (kPointer | kHeads | kText | kVariants | kSelection))
        followPair(lab);
    if (changes & kPointer) {
        setCursor(lab.cell() ? lab.cell()->query : -1, lab.cell() ? lab.cell()->key : -1);
        if (!lab.token())
            clearLinks();
    }
    if (changes & (kLook | kSelection | kVariants | kSlopes)) {
        const Look& look = lab.workspace().look;
        m_lossButton->setChecked(look.lossOnText);
        if (!look.lossOnText || (changes & (kSelection | kVariants)))
            m_losses = m_otherLosses = {};
        const bool compared = look.mode == MapMode::Difference;
        m_area->setLosses(look.lossOnText ? m_losses : std::vector<float>(), compared ? m_otherLosses : std::vector<float>());
    }
}

void TextView::takeLosses(Lab& lab, int side, const TokenLossResult& losses) {
    (side == 0 ? m_losses : m_otherLosses) = losses.nll;
    const Look& look = lab.workspace().look;
    if (look.lossOnText)
        m_area->setLosses(m_losses, look.mode == MapMode::Difference ? m_otherLosses : std::vector<float>());
}

void TextView::openFind() {
    m_goTo->hide();
    m_find->show();
    m_find->setFocus();
    m_find->selectAll();
}

bool TextView::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_find && event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        m_find->hide();
        m_nothingFound->hide();
        clearFind();
        m_area->setFocus();
        return true;
    }
    if (watched == m_goTo && event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        m_goTo->hide();
        m_nothingFound->hide();
        m_area->setFocus();
        return true;
    }
    return QFrame::eventFilter(watched, event);
}

void TextView::setText(const TextFacts& facts) {
    m_area->setText(facts);
    const QString name = QString::fromStdString(facts.name), tokens = grouped(std::ssize(facts.tokens));
    m_header->setFacts(facts.changes.empty() ? tr("%1 · %2 tokens").arg(name, tokens)
                                             : tr("%1 · %2 tokens · %3").arg(name, tokens, QString::fromStdString(facts.changes)));
    m_area->show();
    m_empty->hide();
    m_searched.clear();
    m_searchFrom = 0;
    m_sought.clear();
    m_nothingFound->hide();
}

void TextView::clear() {
    m_area->setText({});
    m_area->hide();
    m_empty->show();
    m_header->setFacts({});
    m_searched.clear();
    m_nothingFound->hide();
}

void TextView::setLength(std::int64_t tokens) {
    m_length = tokens;
    m_area->setLength(tokens);
}

void TextView::setLinks(const LinksResult& links) { m_area->setLinks(links); }
void TextView::clearLinks() { m_area->clearLinks(); }
void TextView::setCursor(std::int64_t query, std::int64_t key) { m_area->setCursor(query, key); }
void TextView::setLocked(std::int64_t token) { m_area->setLocked(token); }
void TextView::reveal(std::int64_t token) { m_area->reveal(token); }
std::int64_t TextView::hovered() const { return m_area->hovered(); }
std::int64_t TextView::locked() const { return m_area->locked(); }
std::int64_t TextView::tokens() const { return m_area->textLayout().tokens(); }

bool TextView::findNext(const QString& text) {
    if (text.isEmpty()) {
        clearFind();
        return false;
    }
    const TextFacts& facts = m_area->textLayout().facts();
    if (m_searched.isEmpty())
        m_searched = QString::fromStdString(facts.text);
    if (text != m_sought) {
        // Typing on in the search field stays at the place found so far.
        m_searchFrom = std::max<qsizetype>(0, m_searchFrom - m_sought.size());
        m_sought = text;
    }
    qsizetype at = m_searched.indexOf(text, m_searchFrom, Qt::CaseInsensitive);
    if (at < 0)
        at = m_searched.indexOf(text, 0, Qt::CaseInsensitive);
    if (at < 0) {
        m_area->setFound(0, 0);
        m_nothingFound->setText(tr("“%1” is not in this text.").arg(text));
        m_nothingFound->show();
        return false;
    }
    m_nothingFound->hide();
    m_searchFrom = at + text.size();
    const QStringView whole(m_searched);
    const std::int64_t begin = whole.left(at).toUtf8().size(), end = begin + whole.sliced(at, text.size()).toUtf8().size();
    const std::int64_t first = m_area->textLayout().tokenOfByte(begin);
    const std::int64_t last = m_area->textLayout().tokenOfByte(end - 1);
    if (first < 0)
        return false; // in a part of the text that no token stands for
    m_area->setFound(first, std::max(first, last) + 1);
    return true;
}

void TextView::clearFind() {
    m_sought.clear();
    m_searchFrom = 0;
    m_area->setFound(0, 0);
}

} // namespace slopescope::ui
