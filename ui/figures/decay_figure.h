// What each slope does as a figure: the weight left by distance. Made by SlopeEditor; window's thread.
#pragma once

#include "ui/figures/decay_plot.h"
#include "ui/figures/figure.h"

#include <QCoreApplication>

namespace slopescope::ui {

class DecayFigure : public Figure {
    Q_DECLARE_TR_FUNCTIONS(slopescope::ui::DecayFigure)

public:
    // `layer` of a model whose layers have slopes of their own; below 0: all layers share them.
    DecayFigure(ShownDecay shown, int layer) : m_shown(std::move(shown)), m_layer(layer) {}

    QString title() const override;
    std::vector<Name> names() const override; // heads and their slopes
    QString emptyText() const override;
    int heightFor(int width) const override;
    void paint(QCPPainter& painter, const QRect& at, const Theme& theme) const override;
    FigureNumbers numbers() const override; // slopes, and the weight they leave at powers of two

private:
    ShownDecay m_shown;
    int m_layer;
};

} // namespace slopescope::ui
