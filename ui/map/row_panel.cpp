#include "ui/map/row_panel.h"

#include "ui/figures/token_label.h"
#include "ui/map/row_bars.h"
#include "ui/map/row_words.h"
#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"

#include <QEvent>
#include <QLabel>
#include <QVBoxLayout>

namespace slopescope::ui {
namespace {

constexpr int kTitleLetters = 20;
constexpr int kWidth = 200;

} // namespace

RowPanel::RowPanel(QWidget* parent)
    : QWidget(parent), m_title(new QLabel(this)), m_hint(new QLabel(this)), m_arithmetic(new QLabel(this)),
      m_bars(new RowBars(this)) {
    setAccessibleName(tr("Row"));
    setFixedWidth(atTextSize(kWidth));
    m_title->setTextFormat(Qt::PlainText);
    setType(m_title, Type::Bold);
    m_title->setMinimumWidth(1);
    m_hint->setWordWrap(true);
    setLook(m_hint, "soft");
    setLook(m_arithmetic, "soft");
    m_arithmetic->setTextFormat(Qt::PlainText);
    m_arithmetic->setWordWrap(true);
    m_arithmetic->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_arithmetic->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_arithmetic->setFocusPolicy(Qt::NoFocus);
    m_arithmetic->setAccessibleName(tr("Arithmetic of the cell"));
    m_arithmetic->setMinimumHeight(2 * m_arithmetic->fontMetrics().lineSpacing() +
                                   kGrid); // so that pointing moves nothing
    m_arithmetic->setContentsMargins(12, 0, 12, kGrid);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(kGrid, kGrid / 2, kGrid / 2, kGrid);
    column->setSpacing(kGrid);
    column->addWidget(m_title);
    column->addWidget(m_hint);
    column->addWidget(m_bars, 1);
    connect(m_bars, &RowBars::keyHovered, this, [this](qint64 key) {
        if (m_shown.cell)
            spellOut(key >= 0 ? key : m_shown.cell->key);
    });
    connect(m_bars, &RowBars::keyClicked, this, [this](qint64 key) {
        if (m_shown.cell)
            emit keyChosen(m_shown.cell->query, key);
    });
    showRow({});
}

void RowPanel::explain(const QString& sentence) {
    m_shown = {};
    m_title->setText(tr("Row"));
    m_hint->setText(sentence);
    m_hint->show();
    m_bars->clear();
    m_arithmetic->clear();
}

void RowPanel::showRow(const Shown& shown) {
    if (!shown.cell || !shown.text || shown.cell->query >= std::ssize(shown.text->tokens))
        return explain(tr("Point at a cell of the map, or click a token beside it, to see the row of that query."));
    const std::int64_t query = shown.cell->query;
    m_title->setText(tr("Row of “%1”, query %2").arg(tokenLabel(*shown.text, query, kTitleLetters), grouped(query)));
    const bool has = shown.rows && query >= shown.rows->of.queryBegin && query < shown.rows->of.queryEnd;
    if (!has)
        return; // on its way
    m_shown = shown;
    m_hint->hide();
    m_bars->setRow(shown.rows, shown.text, query, shown.stage, shown.unmasked);
    m_bars->setKey(shown.cell->key);
    spellOut(shown.cell->key);
}

void RowPanel::spellOut(std::int64_t key) {
    const QString token = tokenLabel(*m_shown.text, key, kTitleLetters);
    QStringList steps{tr("key %1 “%2”").arg(grouped(key), token)};
    steps << arithmeticOf(*m_shown.rows, m_shown.cell->query, key);
    for (QString& step : steps)
        step.replace(u' ', QChar::Nbsp); // lines break between the steps
    m_arithmetic->setText(steps.join(QStringLiteral(" \u2003")));
}

QSize RowPanel::sizeHint() const {
    return {atTextSize(kWidth), atTextSize(kWidth)};
}

void RowPanel::changeEvent(QEvent* event) {
    if (event->type() == QEvent::FontChange)
        setFixedWidth(atTextSize(kWidth));
    QWidget::changeEvent(event);
}

QString RowPanel::arithmetic() const {
    return m_arithmetic->text().replace(QChar::Nbsp, u' ');
}

} // namespace slopescope::ui
