#include "ui/variants/facts_view.h"

#include "ui/lab/names.h"
#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"
#include "ui/widgets/value_text.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QResizeEvent>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace slopescope::ui {
namespace {

// The base of most layers, and what the others have in its place.
QString rotaryFacts(const PositionScheme& positions, std::int64_t headDim) {
    const Rotary& rotary = *positions.rotary;
    QString text = FactsView::tr("base %1, %2 of %3 dimensions")
                       .arg(roundValueText(rotary.base, 6))
                       .arg(rotary.dims)
                       .arg(headDim);
    const std::vector<int>& kinds = positions.rotaryOfLayers;
    const auto layers = [&](int kind) { return std::count(kinds.begin(), kinds.end(), kind); };
    for (std::size_t n = 0; n < positions.moreRotary.size(); ++n)
        text += FactsView::tr("; base %1 in %2 of %3 layers")
                    .arg(roundValueText(positions.moreRotary[n].base, 6))
                    .arg(layers(int(n) + 1))
                    .arg(kinds.size());
    if (const auto without = layers(PositionScheme::kNotRotated); without > 0)
        text += FactsView::tr("; none in %1 of %2 layers").arg(without).arg(kinds.size());
    return text;
}

} // namespace

std::vector<Fact> factsOfModel(const ModelFacts& model) {
    std::vector<Fact> facts;
    const auto add = [&](const QString& name, const QString& value) {
        if (!value.isEmpty())
            facts.push_back({name, value});
    };
    const auto tokens = [&](std::int64_t count) { return FactsView::tr("%1 tokens").arg(grouped(count)); };
    QString positions = positionsText(model.positions);
    if (model.hasSlopes() && !model.slopes.empty()) {
        const bool paper =
            slopesText(SlopeTable(model.slopes.size(), paperSlopes(model.heads)), model.slopes).isEmpty();
        positions += paper ? FactsView::tr(", the paper's slopes") : FactsView::tr(", slopes of its own");
    }
    add(FactsView::tr("Positions"), positions);
    add(FactsView::tr("Window"),
        model.window > 0 ? tokens(model.window) : FactsView::tr("none: every token sees all before it"));
    add(FactsView::tr("Sinks"), model.sinks == 0   ? QString()
                                : model.sinks == 1 ? FactsView::tr("the first key")
                                                   : FactsView::tr("the first %1 keys").arg(grouped(model.sinks)));
    if (model.positions.rotary)
        add(FactsView::tr("Rotary"), rotaryFacts(model.positions, model.headDim));
    if (model.positions.bias == BiasKind::T5Buckets)
        add(FactsView::tr("T5 bias"), FactsView::tr("%1 buckets, to distance %2")
                                          .arg(grouped(model.positions.buckets), grouped(model.positions.maxDistance)));
    add(FactsView::tr("Trained at"),
        model.trainedLength > 0 ? tokens(model.trainedLength) : FactsView::tr("unknown length"));
    QString on = QString::fromStdString(model.trainedOn);
    if (on.isEmpty() && model.trainedTokens)
        on = FactsView::tr("%1 tokens").arg(compactCount(*model.trainedTokens));
    add(FactsView::tr("Trained on"), on);
    add(FactsView::tr("Longest"),
        model.longestLength ? tokens(*model.longestLength) : FactsView::tr("no end; past its training untested"));
    add(FactsView::tr("Parameters"),
        FactsView::tr("%1 (%2)").arg(compactCount(model.parameters), grouped(model.parameters)));
    add(FactsView::tr("Precision"), QString::fromStdString(model.precision));
    add(FactsView::tr("Layers"), grouped(model.layers));
    add(FactsView::tr("Heads"),
        model.keyHeads > 0 && model.keyHeads != model.heads
            ? FactsView::tr("%1 of size %2, %3 for keys").arg(model.heads).arg(model.headDim).arg(model.keyHeads)
            : FactsView::tr("%1 of size %2").arg(model.heads).arg(model.headDim));
    add(FactsView::tr("Width"), model.hidden > 0
                                    ? FactsView::tr("%1, %2 inside").arg(grouped(model.width), grouped(model.hidden))
                                    : grouped(model.width));
    add(FactsView::tr("Vocabulary"), grouped(model.vocabulary));
    add(FactsView::tr("Family"), QString::fromStdString(model.family));
    add(FactsView::tr("In memory"), model.bytesInMemory > 0 ? byteSize(model.bytesInMemory) : QString());
    add(FactsView::tr("Files"), QString::fromStdString(model.directory.string()));
    for (const std::string& remark : model.remarks)
        add(FactsView::tr("Remark"), QString::fromStdString(remark));
    return facts;
}

FactsView::FactsView(QWidget* parent)
    : QWidget(parent), m_fold(new QToolButton(this)), m_fault(new QLabel(this)),
      m_retry(new QPushButton(tr("Try again"), this)), m_remove(new QPushButton(tr("Remove"), this)),
      m_faultBox(new QWidget(this)), m_scroll(new QScrollArea(this)), m_body(new QWidget),
      m_form(new QFormLayout(m_body)) {
    setLook(m_fold, "link");
    m_fold->setCheckable(true);
    m_fold->setChecked(true);
    m_fold->setArrowType(Qt::DownArrow);
    m_fold->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_fold->setFocusPolicy(Qt::TabFocus);
    m_fold->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_fold->setAccessibleName(tr("Facts of the selected variant"));
    connect(m_fold, &QToolButton::toggled, this, &FactsView::setUnfolded);

    setLook(m_fault, "error");
    m_fault->setObjectName(QStringLiteral("variantFault"));
    m_fault->setTextFormat(Qt::PlainText);
    m_fault->setWordWrap(true);
    m_fault->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* const buttons = new QHBoxLayout;
    for (QPushButton* const button : {m_retry, m_remove}) {
        button->setFocusPolicy(Qt::TabFocus);
        buttons->addWidget(button);
    }
    buttons->addStretch(1);
    auto* const box = new QVBoxLayout(m_faultBox);
    box->setContentsMargins(14, 4, kGrid, 4);
    box->addWidget(m_fault);
    box->addLayout(buttons);
    connect(m_retry, &QPushButton::clicked, this, &FactsView::retryRequested);
    connect(m_remove, &QPushButton::clicked, this, &FactsView::removeRequested);

    m_form->setContentsMargins(14, 2, kGrid, kGrid);
    m_form->setHorizontalSpacing(12);
    m_form->setVerticalSpacing(3);
    m_form->setLabelAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_scroll->setWidget(m_body);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setFocusPolicy(Qt::TabFocus);
    m_scroll->viewport()->setAutoFillBackground(false);
    m_body->setAutoFillBackground(false);

    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 4, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_faultBox);
    column->addWidget(m_fold);
    column->addWidget(m_scroll, 1);
    setFault({}, false);
}

void FactsView::setFacts(const QString& summary, const std::vector<Fact>& facts) {
    m_fold->setText(summary);
    m_fold->setVisible(!facts.empty());
    m_scroll->setVisible(!facts.empty() && isUnfolded());
    if (facts == m_facts)
        return;
    m_facts = facts;
    while (m_form->rowCount() > int(facts.size()))
        m_form->removeRow(m_form->rowCount() - 1);
    m_values.resize(std::min(m_values.size(), facts.size()));
    while (m_values.size() < facts.size()) {
        auto* const name = new QLabel(m_body);
        setLook(name, "soft");
        name->setAlignment(Qt::AlignLeft | Qt::AlignTop);
        auto* const value = new QLabel(m_body);
        setType(value, Type::Label);
        value->setTextFormat(Qt::PlainText);
        value->setWordWrap(true);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        value->setMinimumWidth(60);
        m_form->addRow(name, value);
        m_values.push_back(value);
    }
    for (std::size_t i = 0; i < facts.size(); ++i) {
        static_cast<QLabel*>(m_form->labelForField(m_values[i]))->setText(facts[i].name);
        // A long path wraps at its separators.
        QString value = facts[i].value;
        m_values[i]->setText(value.replace(QLatin1Char('/'), QStringLiteral("/\u200b")));
        m_values[i]->setAccessibleName(facts[i].name + QStringLiteral(": ") + facts[i].value);
    }
    fit();
}

void FactsView::setFault(const QString& sentence, bool canRetry) {
    m_fault->setText(sentence);
    m_retry->setVisible(canRetry);
    m_faultBox->setVisible(!sentence.isEmpty());
    fit();
}

void FactsView::setUnfolded(bool unfolded) {
    m_fold->setChecked(unfolded);
    m_fold->setArrowType(unfolded ? Qt::DownArrow : Qt::RightArrow);
    m_scroll->setVisible(unfolded && !m_facts.empty());
    fit();
}

bool FactsView::isUnfolded() const {
    return m_fold->isChecked();
}

QSize FactsView::sizeHint() const {
    const int width = std::max(this->width(), 200);
    int height = 4;
    if (!m_faultBox->isHidden())
        height += m_faultBox->layout()->heightForWidth(width);
    if (!m_fold->isHidden())
        height += m_fold->sizeHint().height();
    if (!m_scroll->isHidden())
        height += m_form->hasHeightForWidth() ? m_form->heightForWidth(width) : m_form->sizeHint().height();
    return {240, height};
}

void FactsView::fit() {
    setMaximumHeight(sizeHint().height());
    updateGeometry();
}

void FactsView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (event->size().width() != event->oldSize().width())
        fit();
}

} // namespace slopescope::ui
