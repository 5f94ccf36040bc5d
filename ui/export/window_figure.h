// The whole window as a figure. Made by FigureDesk; window's thread.
#pragma once

#include "ui/figures/figure.h"

class QWidget;

namespace slopescope::ui {

class WindowFigure : public Figure {
public:
    explicit WindowFigure(QWidget& window) : m_window(window) {}

    QString title() const override { return {}; }
    int heightFor(int width) const override;
    void paint(QCPPainter& painter, const QRect& at, const Theme& theme) const override; // in the window's own theme
    FigureNumbers numbers() const override { return {}; }

private:
    QWidget& m_window;
};

} // namespace slopescope::ui
