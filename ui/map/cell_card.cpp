#include "ui/map/cell_card.h"

#include "ui/lab/lab.h"
#include "ui/widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

namespace slopescope::ui {
namespace {

constexpr int kLinesOfOne = 6, kLinesOfTwo = 10; // tokens and numbers of A, of A and B
constexpr int kNumberGap = 2;    // between two lines of numbers
constexpr int kLongestName = 28; // letters of a variant's name

} // namespace

CellCard::CellCard(QWidget* parent)
    : QFrame(parent), m_tokens(new QLabel(this)), m_hint(new QLabel(this)), m_preview(new QLabel(this)) {
    setLook(this, "card");
    setAccessibleName(tr("Cell"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 8, 12, 8);
    column->setSpacing(kNumberGap);
    m_tokens->setTextFormat(Qt::PlainText);
    setType(m_tokens, Type::Bold);
    m_tokens->setWordWrap(true);
    m_tokens->setMinimumWidth(1); // a token longer than the card is cut, not given room
    column->addWidget(m_tokens);
    for (QLabel*& name : m_names) {
        name = new QLabel(this);
        name->setTextFormat(Qt::RichText);
        name->setMinimumWidth(1);
        column->addWidget(name);
    }
    for (QLabel*& number : m_numbers) {
        number = new QLabel(this);
        number->setTextFormat(Qt::RichText);
        number->setWordWrap(true); // what stands together in it is not broken
        number->setMinimumWidth(1);
        number->setTextInteractionFlags(Qt::TextSelectableByMouse);
        number->setFocusPolicy(Qt::NoFocus);
        column->addWidget(number);
    }
    m_numbers[0]->setToolTip(tr("Rank 1: the most probable key of this query"));
    setLook(m_hint, "soft");
    m_hint->setWordWrap(true);
    column->addWidget(m_hint);
    setLook(m_preview, "chip-warn");
    m_preview->setText(tr("preview"));
    m_preview->setToolTip(tr("From q and k from before the edit"));
    auto* badge = new QHBoxLayout;
    badge->addWidget(m_preview);
    badge->addStretch();
    column->addLayout(badge);
    column->addStretch();
    // Always the room of two lines of tokens and four of numbers, so that nothing around it moves.
    reserveLines(kLinesOfOne);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    clear();
}

void CellCard::setCell(const CellPair& pair) {
    m_tokens->setText(pairText(pair));
    m_tokens->show();
    const QString masked = maskedText(pair);
    const bool numbers = pair.cell.key <= pair.cell.query && (masked.isEmpty() || pair.compared);
    const QStringList texts = numberTexts(pair);
    bool preview = false;
    for (std::size_t i = 0; i < m_numbers.size(); ++i) {
        m_numbers[i]->setText(texts[qsizetype(i)]);
        m_numbers[i]->setVisible(numbers);
    }
    for (std::size_t i = 0; i < m_names.size(); ++i) {
        const CellPair::Half& half = pair.halves[i];
        preview = preview || (half.cell && half.cell->freshness == Freshness::Preview);
        m_names[i]->setText(QStringLiteral("<span style=\"color:%1\"><b>%2</b></span>\u00a0%3")
                                .arg(half.colour.name(), i == 0 ? QStringLiteral("A") : QStringLiteral("B"),
                                     half.name.left(kLongestName).toHtmlEscaped()));
        m_names[i]->setToolTip(half.name);
        m_names[i]->setVisible(pair.compared);
    }
    m_preview->setVisible(preview);
    m_hint->setVisible(!masked.isEmpty());
    m_hint->setText(masked);
}

void CellCard::clear() {
    m_tokens->hide();
    m_preview->hide();
    for (QLabel* const label : m_names)
        label->hide();
    for (QLabel* const label : m_numbers)
        label->hide();
    m_hint->setText(tr("Point at a cell to see its numbers; click to keep them."));
    m_hint->show();
}

// Room for what is said of a cell, so that pointing at one moves nothing.
void CellCard::reserveLines(int lines) {
    const int line = fontMetrics().height(), badge = std::max(line, m_preview->sizeHint().height());
    setMinimumHeight((lines - 1) * (line + kNumberGap) + badge + 24);
}

void CellCard::attach(Lab& lab) {
    connect(&lab, &Lab::changed, this, [this, &lab](Changes changes) {
        if (changes & (kSelection | kVariants))
            reserveLines(lab.sideOnView(1) ? kLinesOfTwo : kLinesOfOne);
    });
    connect(&lab, &Lab::cellReady, this, [this, &lab](int side, const std::shared_ptr<const CellResult>& cell) {
        m_cells[std::size_t(side)] = cell;
        follow(lab);
    });
    connect(&lab, &Lab::changed, this, [this, &lab](Changes what) {
        // In a hand the numbers change when they arrive, at every step of the mouse.
        if (what & (kText | kVariants | kSelection | kLength | kHeads | kPointer) ||
            ((what & kSlopes) && !lab.inHand()))
            follow(lab);
    });
    follow(lab);
}

void CellCard::follow(const Lab& lab) {
    const auto cell = lab.cell();
    const auto text = lab.text();
    if (!cell || !text || cell->query >= std::ssize(text->tokens) || cell->key >= std::ssize(text->tokens))
        return clear();
    const SideLooks sides = sidesOf(lab);
    setCell(cellPairOf(sides, *text, *cell, m_cells, lab.length(), lab.inHand()));
}

} // namespace slopescope::ui
