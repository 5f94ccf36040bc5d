// One map, two side by side or their difference, with the bar of their colours, as a figure. Made by MapPanel; window's
// thread.
#pragma once

#include "ui/figures/colour_scale.h"
#include "ui/figures/figure.h"
#include "ui/figures/map_plot.h"

#include <QCoreApplication>

namespace slopescope::ui {

class MapFigure : public Figure {
    Q_DECLARE_TR_FUNCTIONS(slopescope::ui::MapFigure)

public:
    struct Part { // one map
        MapPlot map;
        Name name; // above it where there are two
    };

    // `names`: shown beside the title. At least one part with a picture, or there is nothing to see.
    MapFigure(std::vector<Part> parts, ColourScale scale, QString title, std::vector<Name> names);

    QString title() const override { return m_title; }
    std::vector<Name> names() const override { return m_names; }
    QString emptyText() const override;
    int heightFor(int width) const override;
    void paint(QCPPainter& painter, const QRect& at, const Theme& theme) const override;
    FigureNumbers numbers() const override; // the values of the pixels

private:
    struct Layout {
        std::vector<QRect> plots; // the squares that the cells fill
        QRect bar;
        int height = 0;
        bool labelled = false; // the tokens stand on the axes
    };
    Layout layoutFor(int width) const;
    Layout layoutFor(int width, const QMargins& margins) const; // around each map

    std::vector<Part> m_parts;
    ColourScale m_scale;
    QString m_title;
    std::vector<Name> m_names;
};

} // namespace slopescope::ui
