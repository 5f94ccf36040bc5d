#include "ui/slopes/position_picker.h"

#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"

#include <QActionGroup>
#include <QLabel>
#include <QMenu>
#include <QPushButton>

namespace slopescope::ui {
namespace {

constexpr int kWindows[]{64, 128, 256, 512, 1024, 2048};
constexpr int kFactors[]{2, 4, 8, 16};

QList<QAction*> choices(const QMenu* menu) {
    QList<QAction*> found;
    for (QAction* action : menu->actions())
        if (action->menu())
            found += choices(action->menu());
        else if (!action->isSeparator())
            found += action;
    return found;
}

const QAction* checked(const QMenu* menu) {
    for (const QAction* action : choices(menu))
        if (action->isChecked())
            return action;
    return nullptr;
}

} // namespace

PositionPicker::PositionPicker(QWidget* parent)
    : CaptionedMenu(tr("Positions"), tr("What the model is run with in place of its own positions"), parent),
      m_mark(new QLabel(this)) {
    setLook(m_mark, "chip-warn");
    m_mark->setText(tr("not as trained"));
    m_mark->setToolTip(tr("The model was trained with other positions than these; it has not learned to use them."));
    m_mark->hide();
    m_button->setEnabled(false);
    m_button->setText(tr("as trained"));
    addBeside(m_mark);
}

void PositionPicker::add(QMenu* menu, const QString& name, const QString& spec, const QString& told) {
    QAction* action = menu->addAction(name, this, [this, spec] {
        setChosen(spec);
        emit chosen(spec);
    });
    action->setCheckable(true);
    action->setData(spec);
    action->setToolTip(told);
}

void PositionPicker::setModel(const ModelFacts& model) {
    m_menu->clear();
    add(m_menu, tr("as trained"), {}, QString::fromStdString(model.positions));
    m_menu->addSeparator();
    if (!model.linearBias)
        add(m_menu, tr("ALiBi"), QStringLiteral("alibi"),
            tr("A penalty by distance, the paper's slopes first, in place of all that the model has"));
    if (model.positions != "none")
        add(m_menu, tr("no positions"), QStringLiteral("none"), tr("Nothing in place of all that the model has"));
    QMenu* windows = m_menu->addMenu(tr("Attention window"));
    for (const int window : kWindows)
        add(windows, tr("window %1").arg(grouped(window)), QStringLiteral("window:%1").arg(window),
            tr("Its own positions, but no token sees further back than this"));
    if (model.rotary) {
        QMenu* scaled = m_menu->addMenu(tr("Rotary, scaled"));
        for (const int factor : kFactors)
            add(scaled, tr("linear × %1").arg(factor), QStringLiteral("rotary-linear:%1").arg(factor),
                tr("Positions divided by the factor"));
        for (const int factor : kFactors)
            add(scaled, tr("NTK × %1").arg(factor), QStringLiteral("rotary-ntk:%1").arg(factor),
                tr("A larger base: slow rotations are slowed, fast ones kept"));
        if (model.trainedLength > 0)
            for (const int factor : kFactors)
                add(scaled, tr("YaRN × %1").arg(factor), QStringLiteral("rotary-yarn:%1").arg(factor),
                    tr("Slow rotations divided, fast ones kept, a ramp between, attention sharpened"));
    }
    m_button->setEnabled(true);
    setChosen({});
}

void PositionPicker::setChosen(const QString& spec) {
    const QList<QAction*> all = choices(m_menu);
    QAction* wanted = all.value(0);
    for (QAction* action : all)
        if (action->data().toString() == spec)
            wanted = action;
    for (QAction* action : all)
        action->setChecked(action == wanted);
    m_button->setText(wanted ? wanted->text() : tr("as trained"));
    m_mark->setVisible(!this->spec().isEmpty());
}

QString PositionPicker::spec() const {
    const QAction* action = checked(m_menu);
    return action ? action->data().toString() : QString();
}

QString PositionPicker::name() const { return spec().isEmpty() ? QString() : checked(m_menu)->text(); }

} // namespace slopescope::ui
