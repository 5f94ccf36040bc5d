#include "ui/map/cell_card.h"

#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"
#include "ui/widgets/value_text.h"

#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace slopescope::ui {
namespace {

constexpr int kNumberGap = 2; // between two lines of numbers

// “→ key 1,131” stays in one piece where the line breaks.
QString pairText(const CellResult& cell, const QString& queryToken, const QString& keyToken) {
    return CellCard::tr("query\u00a0%1 “%2” →\u00a0key\u00a0%3 “%4”")
        .arg(grouped(cell.query), queryToken, grouped(cell.key), keyToken);
}

QString maskedText(const CellResult& cell) {
    return cell.key > cell.query ? CellCard::tr("masked: the key comes after the query")
                                 : CellCard::tr("masked: the key lies outside the attention window");
}

} // namespace

QString cellText(const CellResult& cell, const QString& queryToken, const QString& keyToken) {
    const QString pair =
        QStringLiteral("<b>%1</b><br>").arg(pairText(cell, queryToken.toHtmlEscaped(), keyToken.toHtmlEscaped()));
    if (cell.masked)
        return pair + maskedText(cell);
    return pair + CellCard::tr("distance %1 · probability %2<br>score %3 · bias %4 · rank %5")
                      .arg(grouped(cell.query - cell.key), valueText(cell.probability, 3), valueText(cell.score, 4),
                           valueText(cell.bias, 4), grouped(cell.rank));
}

CellCard::CellCard(QWidget* parent)
    : QFrame(parent), m_tokens(new QLabel(this)), m_hint(new QLabel(this)), m_numbers(new QWidget(this)),
      m_preview(new QLabel(m_numbers)) {
    setLook(this, "card");
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 8, 12, 8);
    column->setSpacing(6);
    m_tokens->setTextFormat(Qt::PlainText);
    m_tokens->setFont(boldFont());
    m_tokens->setWordWrap(true);
    m_tokens->setMinimumWidth(1); // a token longer than the card is cut, not given room
    setLook(m_hint, "soft");
    m_hint->setWordWrap(true);
    column->addWidget(m_tokens);
    column->addWidget(m_numbers);
    column->addWidget(m_hint);
    column->addStretch();

    auto* grid = new QGridLayout(m_numbers);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(kGrid);
    grid->setVerticalSpacing(kNumberGap);
    // Only the short ones stand side by side: a long number would push the panels beside the card.
    const auto add = [&](const QString& caption, int row, int column, int span) {
        auto* name = new QLabel(caption, m_numbers);
        setLook(name, "soft");
        auto* value = new QLabel(m_numbers);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        value->setFocusPolicy(Qt::NoFocus);
        grid->addWidget(name, row, column);
        grid->addWidget(value, row, column + 1, 1, span);
        return value;
    };
    m_distance = add(tr("distance"), 0, 0, 1);
    m_rank = add(tr("rank"), 0, 2, 1);
    m_probability = add(tr("probability"), 1, 0, 3);
    m_score = add(tr("score"), 2, 0, 3);
    m_bias = add(tr("bias"), 3, 0, 1);
    m_rank->setToolTip(tr("1: the most probable key of this query"));
    setLook(m_preview, "chip-warn");
    m_preview->setText(tr("preview"));
    m_preview->setToolTip(tr("From q and k from before the edit"));
    grid->addWidget(m_preview, 3, 2, 1, 2, Qt::AlignLeft);
    grid->setColumnStretch(3, 1);
    // Always the room of two lines of tokens and four of numbers, so that nothing around it moves.
    setMinimumHeight(6 * fontMetrics().height() + 3 * kNumberGap + 26);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    clear();
}

void CellCard::setCell(const CellResult& cell, const QString& queryToken, const QString& keyToken) {
    m_tokens->setText(pairText(cell, queryToken, keyToken));
    m_tokens->show();
    m_numbers->setVisible(!cell.masked);
    m_distance->setText(grouped(cell.query - cell.key));
    m_probability->setText(valueText(cell.probability, 3));
    m_score->setText(valueText(cell.score, 4));
    m_bias->setText(valueText(cell.bias, 4));
    m_rank->setText(grouped(cell.rank));
    m_preview->setVisible(cell.freshness == Freshness::Preview);
    m_hint->setVisible(cell.masked);
    m_hint->setText(maskedText(cell));
}

void CellCard::clear() {
    m_tokens->hide();
    m_numbers->hide();
    m_hint->setText(tr("Point at a cell to see its numbers; click to keep them."));
    m_hint->show();
}

} // namespace slopescope::ui
