// The plot of curves as a figure. Made by CurveView; window's thread.
#pragma once

#include "ui/figures/curve_plot.h"
#include "ui/figures/figure.h"

namespace slopescope::ui {

class CurveFigure : public Figure {
public:
    // `valueAxis` names the axis of values: "Perplexity".
    CurveFigure(ShownCurves shown, QString title, QString valueAxis);

    QString title() const override { return m_title; }
    QString emptyText() const override;
    int heightFor(int width) const override;
    void paint(QCPPainter& painter, const QRect& at, const Theme& theme) const override;
    FigureNumbers numbers() const override;

private:
    FigureNumbers lengthNumbers() const;
    FigureNumbers contextNumbers() const;
    FigureNumbers tokenNumbers() const;

    ShownCurves m_shown;
    QString m_title, m_valueAxis;
};

} // namespace slopescope::ui
