#include "ui/figures/decay_figure.h"

#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {
namespace {

constexpr double kHeight = 0.5; // of the width
constexpr int kLowest = 150, kHighest = 300;

} // namespace

QString DecayFigure::title() const {
    const QString title = tr("Weight left by distance, before content");
    return m_layer < 0 ? title : tr("%1, layer %2").arg(title).arg(m_layer);
}

std::vector<Figure::Name> DecayFigure::names() const {
    std::vector<Name> names;
    for (std::size_t head = 0; head < m_shown.slopes.size(); ++head)
        names.push_back({tr("H%1 %2").arg(head).arg(slopeText(m_shown.slopes[head])), headColour(int(head))});
    return names;
}

QString DecayFigure::emptyText() const {
    return m_shown.slopes.empty() ? tr("What is on view has no slopes.") : QString();
}

int DecayFigure::heightFor(int width) const {
    return std::clamp(int(width * kHeight), kLowest, kHighest);
}

void DecayFigure::paint(QCPPainter& painter, const QRect& at, const Theme& theme) const {
    QCustomPlot plot;
    prepareDecayPlot(plot);
    ShownDecay shown = m_shown;
    shown.selected = -1; // on paper no head is in hand
    const DecayItems items = drawDecay(plot, shown, theme);
    QObject::connect(&plot, &QCustomPlot::afterLayout, &plot, [&] {
        if (items.label)
            placeDecayLabel(plot, shown, *items.label);
    });
    plot.xAxis->setLabel(tr("distance, tokens"));
    paintPlot(plot, painter, at);
    plot.disconnect();
}

FigureNumbers DecayFigure::numbers() const {
    FigureNumbers numbers;
    numbers.columns = {"head", "slope", "distance", "weight"};
    for (std::size_t head = 0; head < m_shown.slopes.size(); ++head)
        for (std::int64_t distance = 1; distance <= m_shown.longest; distance *= 2)
            numbers.rows.push_back({QString::number(head), plainNumber(m_shown.slopes[head]), QString::number(distance),
                                    plainNumber(std::exp(-m_shown.slopes[head] * double(distance)))});
    return numbers;
}

} // namespace slopescope::ui
