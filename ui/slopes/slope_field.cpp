#include "ui/slopes/slope_field.h"

#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"

#include <QKeyEvent>

namespace slopescope::ui {

namespace {

std::optional<SlopeField::Way> wayOf(int key) {
    switch (key) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
        return SlopeField::Way::Enter;
    case Qt::Key_Tab:
        return SlopeField::Way::Tab;
    case Qt::Key_Backtab:
        return SlopeField::Way::Backtab;
    case Qt::Key_Escape:
        return SlopeField::Way::Escape;
    default:
        return std::nullopt;
    }
}

} // namespace

SlopeField::SlopeField(double slope, QWidget* parent) : QLineEdit(slopeEditText(slope), parent) {
    setObjectName(QStringLiteral("slopeField"));
    setType(this, Type::Tick);
    setAlignment(Qt::AlignCenter);
    setStyleSheet(QStringLiteral("QLineEdit { padding: 1px 2px; min-height: 0; }"));
    selectAll();
}

void SlopeField::leave(Way way) {
    if (m_left)
        return;
    QString fault;
    const auto slope = way == Way::Escape ? std::nullopt : parseSlope(text(), &fault);
    // Who goes elsewhere keeps what was typed if it is a slope, and drops it silently if not.
    if (!slope && way != Way::Escape && way != Way::Elsewhere) {
        emit refused(fault);
        return selectAll();
    }
    m_left = true;
    emit left(way, slope);
}

bool SlopeField::event(QEvent* event) {
    if (event->type() == QEvent::KeyPress || event->type() == QEvent::ShortcutOverride)
        if (const auto way = wayOf(static_cast<QKeyEvent*>(event)->key())) {
            event->accept(); // a line edit would pass it on, to the canvas, which opens the field anew, or to the window
            if (event->type() == QEvent::KeyPress)
                leave(*way);
            return true;
        }
    return QLineEdit::event(event);
}

void SlopeField::focusOutEvent(QFocusEvent* event) {
    QLineEdit::focusOutEvent(event);
    leave(Way::Elsewhere);
}

} // namespace slopescope::ui
