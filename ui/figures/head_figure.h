// The sheet of all heads as a figure. Made by HeadGrid; window's thread.
#pragma once

#include "ui/figures/figure.h"
#include "ui/figures/head_sheet.h"

namespace slopescope::ui {

class HeadFigure : public Figure {
public:
    // `pictures`: [layers * heads], coloured as `settings` say. `title` says what of.
    HeadFigure(int layers, int heads, std::vector<Picture> pictures, const ScaleSettings& settings, QString title);

    QString title() const override { return m_title; }
    QString emptyText() const override;
    int heightFor(int width) const override;
    void paint(QCPPainter& painter, const QRect& at, const Theme& theme) const override;
    FigureNumbers numbers() const override; // the values of the pixels, layer by layer

private:
    HeadSheet sheetFor(int width) const;

    int m_layers, m_heads;
    std::vector<Picture> m_pictures;
    ScaleSettings m_settings;
    QString m_title;
};

} // namespace slopescope::ui
