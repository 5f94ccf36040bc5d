#include "ui/cell_card.h"

#include "ui/format.h"
#include "ui/theme.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace slopescope::ui {
namespace {

// Three or four digits, and a minus as wide as a digit.
QString number(double value, int digits) {
    QString text = significant(value, digits);
    if (text.startsWith(u'-'))
        text[0] = QChar(0x2212);
    return text;
}

} // namespace

QString cellText(const CellResult& cell, const QString& queryToken, const QString& keyToken) {
    QString text = CellCard::tr("<b>query %1 “%2” → key %3 “%4”</b>")
                       .arg(grouped(cell.query), queryToken.toHtmlEscaped(), grouped(cell.key), keyToken.toHtmlEscaped());
    text += QStringLiteral("<br>");
    if (cell.masked)
        return text + (cell.key > cell.query ? CellCard::tr("masked: the key comes after the query")
                                             : CellCard::tr("masked: the key lies outside the window"));
    return text + CellCard::tr("distance %1 · probability %2<br>score %3 · bias %4 · rank %5")
                      .arg(grouped(cell.query - cell.key), number(cell.probability, 3), number(cell.score, 4),
                           number(cell.bias, 4), grouped(cell.rank));
}

CellCard::CellCard(QWidget* parent)
    : QFrame(parent), m_tokens(new QLabel(this)), m_state(new QLabel(this)), m_hint(new QLabel(this)),
      m_numbers(new QWidget(this)) {
    setLook(this, "card");
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 10, 12, 10);
    column->setSpacing(6);
    m_tokens->setTextFormat(Qt::PlainText);
    m_tokens->setFont(boldFont());
    m_tokens->setWordWrap(true);
    setLook(m_hint, "soft");
    m_hint->setWordWrap(true);
    column->addWidget(m_tokens);
    column->addWidget(m_numbers);
    column->addWidget(m_state, 0, Qt::AlignLeft);
    column->addWidget(m_hint);

    auto* grid = new QGridLayout(m_numbers);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(kGrid);
    grid->setVerticalSpacing(3);
    int place = 0;
    const auto add = [&](const QString& caption) {
        auto* name = new QLabel(caption, m_numbers);
        setLook(name, "soft");
        auto* value = new QLabel(m_numbers);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        value->setFocusPolicy(Qt::NoFocus);
        grid->addWidget(name, place / 2, place % 2 * 2);
        grid->addWidget(value, place / 2, place % 2 * 2 + 1);
        ++place;
        return value;
    };
    m_distance = add(tr("distance"));
    m_probability = add(tr("probability"));
    m_score = add(tr("score"));
    m_bias = add(tr("bias"));
    m_rank = add(tr("rank"));
    m_rank->setToolTip(tr("1: the most probable key of this query"));
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(3, 1);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    clear();
}

void CellCard::setCell(const CellResult& cell, const QString& queryToken, const QString& keyToken) {
    m_tokens->setText(
        tr("query %1 “%2” → key %3 “%4”").arg(grouped(cell.query), queryToken, grouped(cell.key), keyToken));
    m_tokens->show();
    m_numbers->setVisible(!cell.masked);
    m_distance->setText(grouped(cell.query - cell.key));
    m_probability->setText(number(cell.probability, 3));
    m_score->setText(number(cell.score, 4));
    m_bias->setText(number(cell.bias, 4));
    m_rank->setText(grouped(cell.rank));
    const bool preview = cell.freshness == Freshness::Preview;
    m_state->setVisible(cell.masked || preview);
    setLook(m_state, preview && !cell.masked ? "chip-warn" : "chip");
    m_state->setText(cell.masked ? tr("masked") : tr("preview"));
    m_state->setToolTip(preview && !cell.masked ? tr("From q and k from before the edit") : QString());
    m_hint->setVisible(cell.masked);
    m_hint->setText(cell.key > cell.query ? tr("The key comes after the query: it cannot be seen.")
                                          : tr("The key lies outside the attention window."));
}

void CellCard::clear() {
    m_tokens->hide();
    m_numbers->hide();
    m_state->hide();
    m_hint->setText(tr("Point at a cell to see its numbers; click to keep them."));
    m_hint->show();
}

} // namespace slopescope::ui
