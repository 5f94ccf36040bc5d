#include "ui/figures/figure.h"

#include <QLocale>
#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {

std::vector<Figure::Name> Figure::names() const {
    return {};
}

QString Figure::emptyText() const {
    return {};
}

void FigureNumbers::add(const Picture& picture) {
    const Viewport& v = picture.viewport;
    if (pictures == 0) {
        pictureRows = v.rows;
        pictureColumns = v.columns;
    }
    const auto count = std::size_t(std::max(v.rows, 0)) * std::size_t(std::max(v.columns, 0));
    if (v.rows != pictureRows || v.columns != pictureColumns || picture.values.size() < count)
        return;
    values.insert(values.end(), picture.values.begin(), picture.values.begin() + std::ptrdiff_t(count));
    ++pictures;
}

QString plainNumber(double value) {
    return std::isfinite(value) ? QString::number(value, 'g', QLocale::FloatingPointShortest) : QString();
}

void paintPlot(QCustomPlot& plot, QCPPainter& painter, const QRect& at) {
    plot.resize(at.size());
    plot.setViewport(QRect(QPoint(0, 0), at.size()));
    // Ticks are chosen by the room that the layout before has left them.
    plot.replot(QCustomPlot::rpImmediateRefresh);
    plot.replot(QCustomPlot::rpImmediateRefresh);
    painter.save();
    painter.translate(at.topLeft());
    painter.setMode(QCPPainter::pmVectorized);
    plot.toPainter(&painter, at.width(), at.height());
    painter.setModes({});
    painter.restore();
}

} // namespace slopescope::ui
