#include "ui/export/window_figure.h"

#include "ui/widgets/sizes.h"

#include <QWidget>
#include <qcustomplot.h>

namespace slopescope::ui {

int WindowFigure::heightFor(int width) const {
    return m_window.width() > 0 ? width * m_window.height() / m_window.width() : width;
}

void WindowFigure::paint(QCPPainter& painter, const QRect& at, const Theme&) const {
    painter.save();
    painter.translate(at.topLeft());
    const double scale = double(at.width()) / std::max(1, m_window.width());
    painter.scale(scale, scale);
    const SizesHere screen(screenSizes()); // the window as it is
    m_window.render(&painter);
    painter.restore();
}

} // namespace slopescope::ui
