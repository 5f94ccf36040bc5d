#include "ui/curves/curve_controls.h"

#include "ui/curves/curve_words.h"
#include "ui/curves/measure_menu.h"
#include "ui/widgets/segmented_buttons.h"
#include "ui/widgets/theme.h"

#include <QActionGroup>
#include <QHBoxLayout>
#include <QMenu>
#include <QPushButton>

#include <utility>

namespace slopescope::ui {

NarrowChoice::NarrowChoice(const QString& name, const QStringList& labels, const QStringList& toolTips, QWidget* parent)
    : QWidget(parent), m_name(name), m_labels(labels), m_row(new SegmentedButtons(labels, this)),
      m_button(new QPushButton(this)), m_menu(new QMenu(this)) {
    m_menu->setToolTipsVisible(true);
    auto* const group = new QActionGroup(this);
    for (const QString& label : labels) {
        QAction* const action = group->addAction(m_menu->addAction(label));
        action->setCheckable(true);
        connect(action, &QAction::triggered, this, [this, index = int(m_menu->actions().size()) - 1] {
            choose(index);
            emit chosenByUser(index);
        });
    }
    m_button->setMenu(m_menu);
    m_button->setFocusPolicy(Qt::TabFocus);
    m_button->setAutoDefault(false);
    m_button->hide();
    m_row->setAccessibleName(name);
    setToolTips(toolTips);
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_row);
    row->addWidget(m_button);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(m_row, &SegmentedButtons::chosenByUser, this, [this](int index) {
        choose(index);
        emit chosenByUser(index);
    });
    choose(0);
}

int NarrowChoice::chosen() const {
    return m_row->chosen();
}

void NarrowChoice::choose(int index) {
    m_row->choose(index);
    m_menu->actions().at(index)->setChecked(true);
    m_button->setText(m_labels[index]);
    m_button->setToolTip(m_menu->actions().at(index)->toolTip());
    m_button->setAccessibleName(QStringLiteral("%1: %2").arg(m_name, m_labels[index]));
}

void NarrowChoice::setToolTips(const QStringList& toolTips) {
    for (qsizetype i = 0; i < toolTips.size(); ++i) {
        m_row->setSegmentToolTip(int(i), toolTips[i]);
        m_menu->actions().at(i)->setToolTip(toolTips[i]);
    }
}

void NarrowChoice::setNarrow(bool narrow) {
    m_row->setVisible(!narrow);
    m_button->setVisible(narrow);
}

bool NarrowChoice::isNarrow() const {
    return !m_button->isHidden();
}

int NarrowChoice::wideWidth() const {
    return m_row->sizeHint().width();
}

int NarrowChoice::narrowWidth() const {
    return m_button->sizeHint().width();
}

CurveControls::CurveControls(QWidget* parent) : QWidget(parent) {
    m_unit = new NarrowChoice(
        tr("Unit"),
        {unitText(CurveUnit::Perplexity), unitText(CurveUnit::BitsPerByte), unitText(CurveUnit::Difference)},
        {tr("exp of the mean loss of a token: models with different tokenizers share none"),
         tr("Mean loss in bits for each byte of the text: comparable whatever the tokenizer"),
         tr("Loss above B's in nats a token, window by window: much surer than the distance of two curves. "
            "Below 0: better than B")},
        this);
    m_axis = new NarrowChoice(
        tr("Axis"), {axisText(CurveAxis::Length), axisText(CurveAxis::Context), axisText(CurveAxis::Token)},
        {tr("Of windows of a length: all their tokens, the early ones too"),
         tr("Of tokens that have just that much context"), tr("Along the text on view, a running mean")},
        this);
    m_scale = new NarrowChoice(tr("Scale"), {tr("Linear"), tr("Log")}, {}, this);
    m_measure = new MeasureMenu(this);
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kGrid);
    for (QWidget* const widget : {static_cast<QWidget*>(m_unit), static_cast<QWidget*>(m_axis),
                                  static_cast<QWidget*>(m_scale), static_cast<QWidget*>(m_measure)})
        row->addWidget(widget);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    const auto choose = [this](auto change) {
        return [this, change](int index) {
            change(m_look, index);
            emit lookChosen(m_look);
        };
    };
    connect(m_unit, &NarrowChoice::chosenByUser, this,
            choose([](CurveLook& look, int index) { look.unit = CurveUnit(index); }));
    connect(m_axis, &NarrowChoice::chosenByUser, this,
            choose([](CurveLook& look, int index) { look.axis = CurveAxis(index); }));
    connect(m_scale, &NarrowChoice::chosenByUser, this,
            choose([](CurveLook& look, int index) { look.logarithmic = index == 1; }));
}

void CurveControls::setLook(const CurveLook& look, bool logarithmic) {
    m_look = look;
    m_unit->choose(int(look.unit));
    m_axis->choose(int(look.axis));
    m_scale->choose(logarithmic ? 1 : 0);
    const bool tokens = look.axis == CurveAxis::Token;
    m_scale->setEnabled(tokens || look.unit != CurveUnit::Difference);
    if (!m_scale->isEnabled())
        m_scale->setToolTips(
            {tr("A difference has a sign: its axis is linear"), tr("A difference has a sign: its axis is linear")});
    else if (tokens)
        m_scale->setToolTips({tr("Linear axis of tokens"), tr("Logarithmic axis of tokens")});
    else
        m_scale->setToolTips(
            {tr("Linear axis of values"),
             tr("Logarithmic axis of values; chosen by itself when the good curves span more than 8 times")});
}

bool CurveControls::isNarrow() const {
    return m_unit->isNarrow() && m_axis->isNarrow();
}

int CurveControls::fitInto(int width) {
    int needed = m_measure->sizeHint().width() + 3 * kGrid;
    const std::vector<NarrowChoice*> choices{m_unit, m_axis, m_scale};
    for (const NarrowChoice* const choice : choices)
        needed += choice->wideWidth();
    for (NarrowChoice* const choice : choices) {
        const bool narrow = needed > width;
        if (narrow)
            needed -= choice->wideWidth() - choice->narrowWidth();
        if (choice->isNarrow() != narrow)
            choice->setNarrow(narrow);
    }
    return needed;
}

} // namespace slopescope::ui
