#include "ui/figures/table_figure.h"

#include "ui/widgets/theme.h"

#include <QFontMetricsF>
#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {
namespace {

constexpr double kBetween = 10; // columns
constexpr double kAir = 4;      // above and below a row's letters

QFont headingFont() {
    QFont font = tickFont();
    font.setBold(true);
    return font;
}

} // namespace

TableFigure::Layout TableFigure::layoutFor(int width) const {
    const QFontMetricsF cells(tickFont()), headings(headingFont());
    Layout layout;
    double total = 0;
    for (qsizetype column = 0; column < m_shown.headings.size(); ++column) {
        double widest = headings.horizontalAdvance(m_shown.headings[column]);
        for (const QStringList& row : m_shown.rows)
            widest = std::max(widest, cells.horizontalAdvance(row.value(column)));
        layout.widths.push_back(widest + kBetween);
        total += widest + kBetween;
    }
    layout.scale = total > width ? width / total : 1;
    layout.row = cells.height() + kAir;
    const double spread = total > 0 ? width / (layout.scale * total) : 1; // what is too narrow fills the page
    for (double& one : layout.widths)
        one *= spread;
    return layout;
}

int TableFigure::heightFor(int width) const {
    const Layout layout = layoutFor(width);
    return int(std::ceil(layout.row * layout.scale * double(m_shown.rows.size() + 1))) + 2;
}

void TableFigure::paint(QCPPainter& painter, const QRect& at, const Theme& theme) const {
    const Layout layout = layoutFor(at.width());
    painter.save();
    painter.translate(at.topLeft());
    painter.scale(layout.scale, layout.scale);
    const double width = at.width() / layout.scale;
    const auto write = [&](const QStringList& cells, double top, const QFont& font, const QColor& colour) {
        painter.setFont(font);
        painter.setPen(colour);
        double left = 0;
        for (std::size_t column = 0; column < layout.widths.size(); ++column) {
            const QRectF cell(left, top, layout.widths[column] - kBetween / 2, layout.row);
            painter.drawText(cell, Qt::AlignRight | Qt::AlignVCenter, cells.value(qsizetype(column)));
            left += layout.widths[column];
        }
    };
    write(m_shown.headings, 0, headingFont(), theme.text);
    for (std::size_t i = 0; i < m_shown.rows.size(); ++i) {
        const double top = double(i + 1) * layout.row;
        if (std::find(m_shown.marked.begin(), m_shown.marked.end(), int(i)) != m_shown.marked.end())
            painter.fillRect(QRectF(0, top, width, layout.row), theme.accentFill);
        painter.setPen(QPen(i == 0 ? theme.line : theme.faintLine, 1));
        painter.drawLine(QLineF(0, top, width, top));
        write(m_shown.rows[i], top, tickFont(), theme.text);
    }
    painter.restore();
}

} // namespace slopescope::ui
