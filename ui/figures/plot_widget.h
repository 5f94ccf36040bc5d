// A plot of the window: on the screen it is painted from its buffers, in a PDF or SVG of the window it is drawn in
// lines. Made by the views that draw with QCustomPlot; included only where that is. Window's thread.
#pragma once

#include <qcustomplot.h>

namespace slopescope::ui {

class PlotWidget : public QCustomPlot {
public:
    using QCustomPlot::QCustomPlot;

protected:
    void paintEvent(QPaintEvent* event) override;
};

} // namespace slopescope::ui
