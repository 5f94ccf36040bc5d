#include "ui/window/fitting_tool_bar.h"

#include <QEvent>

#include <utility>

namespace slopescope::ui {

bool FittingToolBar::event(QEvent* event) {
    const bool handled = QToolBar::event(event);
    // LayoutRequest: a part says something longer or shorter than before.
    if (event->type() == QEvent::Resize || event->type() == QEvent::LayoutRequest)
        fit();
    return handled;
}

void FittingToolBar::fit() {
    int lacking = sizeHint().width() - width();
    for (const Part& part : m_parts)
        lacking += part.isCompact ? part.saves : 0;
    for (Part& part : m_parts) {
        const bool compact = lacking > 0;
        lacking -= part.saves;
        if (compact != std::exchange(part.isCompact, compact))
            part.compact(compact);
    }
}

} // namespace slopescope::ui
