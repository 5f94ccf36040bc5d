// A table of numbers as a figure: what a panel shows in rows, in the order it shows them. Made by the panels; window's thread.
#pragma once

#include "ui/figures/figure.h"

namespace slopescope::ui {

struct ShownTable {
    QString title;
    QStringList headings;
    std::vector<QStringList> rows; // as on the screen, as many cells as headings
    std::vector<int> marked;       // rows that are chosen
    QString empty;                 // why there are no rows
    FigureNumbers numbers;         // the same in full precision
};

class TableFigure : public Figure {
public:
    explicit TableFigure(ShownTable shown) : m_shown(std::move(shown)) {}

    QString title() const override { return m_shown.title; }
    QString emptyText() const override { return m_shown.rows.empty() ? m_shown.empty : QString(); }
    int heightFor(int width) const override;
    void paint(QCPPainter& painter, const QRect& at, const Theme& theme) const override;
    FigureNumbers numbers() const override { return m_shown.numbers; }

private:
    // Of columns as wide as their widest cell, and the share of it that fits into `width`.
    struct Layout {
        std::vector<double> widths;
        double scale = 1;
        double row = 0; // height
    };
    Layout layoutFor(int width) const;

    ShownTable m_shown;
};

} // namespace slopescope::ui
