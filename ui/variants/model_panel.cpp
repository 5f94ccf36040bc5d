#include "ui/variants/model_panel.h"

#include "ui/widgets/format.h"
#include "ui/widgets/panel_header.h"
#include "ui/widgets/theme.h"

#include <QAction>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include <cmath>

namespace slopescope::ui {

ModelPanel::ModelPanel(QWidget* parent) : QFrame(parent) {
    build();
    setLook(this, "panel");
    clear();
}

void ModelPanel::build() {
    m_header = new PanelHeader(tr("Model"), this);
    m_models = new QPushButton(tr("Bundled") + QStringLiteral(" ▾"), m_header);
    m_models->setObjectName(QStringLiteral("bundledModels"));
    m_models->setFocusPolicy(Qt::TabFocus);
    m_models->setToolTip(tr("Another model: one that came with the program, or a folder"));
    m_menu = new QMenu(m_models);
    connect(m_models, &QPushButton::clicked, m_menu,
            [this] { m_menu->popup(m_models->mapToGlobal(QPoint(0, m_models->height() + 2))); });
    m_header->addWidget(m_models);

    m_name = new QLabel(this);
    setLook(m_name, "name");
    m_name->setTextFormat(Qt::PlainText);
    m_name->setWordWrap(true);
    m_hint = new QLabel(tr("Choose a bundled model, or drop a model's folder on the window."), this);
    setLook(m_hint, "soft");
    m_hint->setWordWrap(true);
    m_error = new QLabel(this);
    setLook(m_error, "error");
    m_error->setObjectName(QStringLiteral("modelError"));
    m_error->setTextFormat(Qt::PlainText);
    m_error->setWordWrap(true);
    m_error->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_busy = new QLabel(this);
    setLook(m_busy, "soft");
    m_busy->setTextFormat(Qt::PlainText);
    m_progress = new QProgressBar(this);
    m_progress->setTextVisible(false);

    m_form = new QFormLayout;
    m_form->setHorizontalSpacing(kGrid * 2);
    m_form->setVerticalSpacing(5);
    m_form->setRowWrapPolicy(QFormLayout::DontWrapRows);
    m_form->setLabelAlignment(Qt::AlignLeft | Qt::AlignTop);
    const auto add = [this](const QString& name) {
        auto* label = new QLabel(name, this);
        setLook(label, "soft");
        auto* value = new QLabel(this);
        value->setTextFormat(Qt::PlainText);
        value->setWordWrap(true);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        m_form->addRow(label, value);
        return value;
    };
    m_parameters = add(tr("Parameters"));
    m_shape = add(tr("Shape"));
    m_positions = add(tr("Positions"));
    m_trainedAt = add(tr("Trained at"));
    m_trainedOn = add(tr("Trained on"));
    m_longest = add(tr("Longest"));
    m_memory = add(tr("In memory"));

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_header);
    auto* body = new QVBoxLayout;
    body->setContentsMargins(12, kGrid, 12, 10);
    body->setSpacing(6);
    body->addWidget(m_error);
    body->addWidget(m_busy);
    body->addWidget(m_progress);
    body->addWidget(m_name);
    body->addWidget(m_hint);
    body->addLayout(m_form);
    body->addStretch(1);
    column->addLayout(body, 1);

    setBundledModels({});
}

void ModelPanel::setBundledModels(const std::vector<BundledModel>& models) {
    m_bundled = models;
    m_menu->clear();
    for (const BundledModel& model : models) {
        const QString name = QString::fromStdString(model.name);
        QAction* action = m_menu->addAction(name, this, [this, name] {
            tickCurrent(); // what is on view stays ticked until the window has opened the other
            emit modelChosen(name);
        });
        action->setCheckable(true);
        action->setData(name);
    }
    if (!models.empty())
        m_menu->addSeparator();
    m_menu->addAction(tr("Open folder…"), this, &ModelPanel::openRequested);
    tickCurrent();
}

void ModelPanel::tickCurrent() {
    for (QAction* action : m_menu->actions())
        action->setChecked(action->isCheckable() && action->data().toString() == m_current);
}

void ModelPanel::setFact(QLabel* value, const QString& text) {
    value->setText(text);
    m_form->setRowVisible(value, !text.isEmpty());
}

void ModelPanel::setModel(const ModelFacts& facts) {
    setIdle();
    setError({});
    m_current.clear();
    for (const BundledModel& model : m_bundled)
        if (model.directory == facts.directory)
            m_current = QString::fromStdString(model.name);
    tickCurrent();
    m_hint->hide();
    m_name->setText(QString::fromStdString(facts.name));
    m_name->setToolTip(QString::fromStdString(facts.directory.string()));
    setFact(m_parameters,
            tr("%1 · %2").arg(compactCount(facts.parameters), QString::fromStdString(facts.precision)));
    m_parameters->setToolTip(tr("%1 parameters").arg(grouped(facts.parameters)));
    QString shape = tr("%1 × %2 × %3").arg(facts.layers == 1 ? tr("1 layer") : tr("%1 layers").arg(facts.layers),
                                           facts.heads == 1 ? tr("1 head") : tr("%1 heads").arg(facts.heads),
                                           QString::number(facts.headDim));
    if (facts.keyHeads > 0 && facts.keyHeads != facts.heads)
        shape += facts.keyHeads == 1 ? tr(", 1 key head") : tr(", %1 key heads").arg(facts.keyHeads);
    setFact(m_shape, shape);
    m_shape->setToolTip(tr("width %1, vocabulary %2").arg(grouped(facts.width), grouped(facts.vocabulary)));
    setFact(m_positions, positions(facts));
    setFact(m_trainedAt, facts.trainedLength > 0 ? tr("%1 tokens").arg(grouped(facts.trainedLength)) : tr("unknown length"));
    QString trainedOn = QString::fromStdString(facts.trainedOn);
    if (trainedOn.isEmpty() && facts.trainedTokens)
        trainedOn = tr("%1 tokens").arg(compactCount(*facts.trainedTokens));
    setFact(m_trainedOn, trainedOn);
    setFact(m_longest, facts.longestLength ? tr("%1 tokens").arg(grouped(*facts.longestLength)) : tr("any length"));
    setFact(m_memory, facts.bytesInMemory > 0 ? byteSize(facts.bytesInMemory) : QString());
}

QString ModelPanel::positions(const ModelFacts& facts) {
    const QString name = QString::fromStdString(facts.positions);
    if (facts.linearBias && !facts.slopes.empty()) {
        const SlopeSet rule = paperSlopes(facts.heads);
        bool paper = true;
        for (const SlopeSet& layer : facts.slopes)
            for (std::size_t head = 0; head < layer.size(); ++head)
                // A file may hold them in float32 or less.
                paper = paper && head < rule.size() && std::abs(layer[head] - rule[head]) <= 1e-3 * rule[head];
        return paper ? tr("%1, paper slopes").arg(name) : tr("%1, slopes of its own").arg(name);
    }
    if (facts.positions == "none")
        return tr("none: order from the causal mask alone");
    return name;
}

void ModelPanel::clear() {
    m_current.clear();
    tickCurrent();
    m_name->setText(tr("No model is open"));
    m_hint->show();
    m_name->setToolTip({});
    for (QLabel* value : {m_parameters, m_shape, m_positions, m_trainedAt, m_trainedOn, m_longest, m_memory})
        setFact(value, {});
    setIdle();
    setError({});
}

void ModelPanel::setBusy(const QString& what, double fraction) {
    m_error->hide();
    m_busy->setText(what);
    m_busy->show();
    m_progress->setRange(0, fraction < 0 ? 0 : 1000);
    if (fraction >= 0)
        m_progress->setValue(static_cast<int>(std::lround(fraction * 1000)));
    m_progress->show();
}

void ModelPanel::setIdle() {
    m_busy->hide();
    m_progress->hide();
}

void ModelPanel::setError(const QString& sentence) {
    if (!sentence.isEmpty())
        setIdle();
    m_error->setText(sentence);
    m_error->setVisible(!sentence.isEmpty());
}

} // namespace slopescope::ui
