#include "ui/figures/plot_widget.h"

namespace slopescope::ui {

void PlotWidget::paintEvent(QPaintEvent* event) {
    {
        QCPPainter painter(this);
        const QPaintEngine* const engine = painter.paintEngine();
        if (engine != nullptr && (engine->type() == QPaintEngine::Pdf || engine->type() == QPaintEngine::SVG)) {
            painter.setMode(QCPPainter::pmVectorized);
            painter.fillRect(rect(), mBackgroundBrush);
            return draw(&painter);
        }
    }
    QCustomPlot::paintEvent(event);
}

} // namespace slopescope::ui
