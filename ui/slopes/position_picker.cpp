#include "ui/slopes/position_picker.h"

#include "core/base/error.h"
#include "ui/lab/lab.h"
#include "ui/lab/names.h"
#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"

#include <QLabel>
#include <QPushButton>

namespace slopescope::ui {

PositionPicker::PositionPicker(QWidget* parent)
    : CaptionedMenu(tr("Positions"), tr("What the model is run with in place of its own positions"), parent),
      m_positions(new PositionMenu(this)), m_mark(new QLabel(this)) {
    m_button->setMenu(m_positions);
    setLook(m_mark, "chip-warn");
    m_mark->setText(notAsTrained());
    m_mark->setToolTip(tr("The model was trained with other positions than these; it has not learned to use them."));
    addBeside(m_mark);
    connect(m_positions, &PositionMenu::chosen, this, &PositionPicker::chosen, Qt::QueuedConnection);
    clear();
}

void PositionPicker::attach(Lab& lab) {
    const auto show = [this, &lab] {
        const WorkspaceVariant* const a = lab.workspace().a();
        const ModelFacts* const model = a == nullptr ? nullptr : lab.library().model(a->variant.model);
        if (model == nullptr)
            clear();
        else
            setVariant(a->variant, *model);
    };
    connect(&lab, &Lab::changed, this, [show](Changes what) {
        if (what & (kVariants | kSelection))
            show();
    });
    connect(this, &PositionPicker::chosen, &lab, [&lab](const Variant& variant, const QString& what) {
        lab.setPositions(variant.positions, variant.slopes, PositionPicker::tr("positions: %1").arg(what));
    });
    show();
}

void PositionPicker::setVariant(const Variant& variant, const ModelFacts& model) {
    m_positions->setVariant(variant, model);
    m_button->setEnabled(true);
    const PositionOverride& p = variant.positions;
    m_mark->setVisible(!p.isOwn());
    if (p.isOwn()) {
        m_button->setText(tr("as trained"));
        return;
    }
    QStringList parts;
    try {
        const PositionScheme scheme = withOverride(model.positions, p, model.trainedLength);
        PositionOverride method = p;
        method.window = method.sinks = 0;
        method.temperature = method.logLength = {};
        if (!method.isOwn())
            parts += positionsText(scheme);
    } catch (const Error&) {
        parts += QString::fromStdString(specOf(p)); // not for this model, as a file may have it
    }
    parts += scoresTexts(p);
    if (p.window > 0)
        parts += tr("window %1").arg(grouped(p.window));
    if (p.sinks > 0)
        parts += p.sinks == 1 ? tr("1 sink") : tr("%1 sinks").arg(grouped(p.sinks));
    m_button->setText(parts.join(QStringLiteral(", ")));
}

void PositionPicker::clear() {
    m_positions->clearVariant();
    m_button->setText(tr("as trained"));
    m_button->setEnabled(false);
    m_mark->hide();
}

} // namespace slopescope::ui
