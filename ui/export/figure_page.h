// A figure as it leaves the window: title and names above it, the caption below, at a width. What the preview shows and
// every format holds. Window's thread.
#pragma once

#include "ui/figures/figure.h"

#include <QSizeF>

namespace slopescope::ui {

inline constexpr double kPixelsPerInch = 96;
inline constexpr double kColumn = 3.3, kTwoColumns = 6.9;       // inches: widths of papers
inline constexpr double kNarrowestPage = 1.5, kWidestPage = 40; // inches

class FigurePage {
public:
    FigurePage(const Figure& figure, double inches, QString caption, bool dark);

    QSizeF size() const { return m_size; } // pixels of 1/96 inch
    const QString& caption() const { return m_caption; }
    void paint(QCPPainter& painter) const;
    QColor paper() const; // what is behind everything

private:
    int paintHead(QCPPainter* painter) const; // returns its height; null: only measures
    QRect captionRect(int top) const;

    const Figure& m_figure;
    QString m_caption;
    bool m_dark;
    int m_margin;     // around it; a window has none
    int m_inner = 0;  // width of the figure
    int m_height = 0; // of the figure
    QSizeF m_size;
};

} // namespace slopescope::ui
