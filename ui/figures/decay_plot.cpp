#include "ui/figures/decay_plot.h"

#include "ui/figures/plot_style.h"
#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <qcustomplot.h>

#include <cmath>

namespace slopescope::ui {
namespace {

constexpr int kPointsPerCurve = 160;
constexpr QLatin1String kSelectedLayer("selected");

QString tr(const char* text) {
    return QCoreApplication::translate("slopescope::ui", text);
}

QCPItemText* markTrainedLength(QCustomPlot& plot, std::int64_t length, const Theme& theme) {
    auto* line = new QCPItemStraightLine(&plot);
    line->point1->setCoords(double(length), 0);
    line->point2->setCoords(double(length), 1);
    line->setPen(QPen(theme.faintText, 1, Qt::DashLine));
    auto* label = new QCPItemText(&plot);
    label->setText(tr("trained at %1").arg(grouped(length)));
    label->setFont(tickFont());
    label->setColor(theme.softText);
    label->setPadding(QMargins(5, 0, 5, 0));
    QColor veil = theme.panel; // lines may pass behind the words
    veil.setAlphaF(0.75F);
    label->setBrush(veil);
    label->position->setCoords(double(length), 1.04);
    return label;
}

} // namespace

void prepareDecayPlot(QCustomPlot& plot) {
    plot.xAxis->setScaleType(QCPAxis::stLogarithmic);
    plot.xAxis->setTicker(tokenTicker(*plot.xAxis));
    plot.yAxis->setTicker(valueTicker(*plot.yAxis));
    plot.yAxis->setRange(0, 1.04);
    plot.axisRect()->setMinimumMargins(QMargins(atTextSize(46), 4, 24, 0));
    plot.addLayer(kSelectedLayer, plot.layer(QStringLiteral("main")));
    plot.layer(kSelectedLayer)->setMode(QCPLayer::lmBuffered);
}

DecayItems drawDecay(QCustomPlot& plot, const ShownDecay& shown, const Theme& theme) {
    DecayItems items;
    stylePlot(plot, theme);
    plot.clearPlottables();
    plot.clearItems();
    plot.xAxis->setRange(1, double(shown.longest));
    const int heads = int(shown.slopes.size());
    for (int head = 0; head < heads; ++head)
        if (head != shown.selected)
            setDecayLine(*plot.addGraph(), shown, head);
    if (shown.selected >= 0 && shown.selected < heads) {
        items.selected = plot.addGraph();
        items.selected->setLayer(kSelectedLayer);
        setDecayLine(*items.selected, shown, shown.selected);
    }
    if (shown.trained > 1 && shown.trained < shown.longest)
        items.label = markTrainedLength(plot, shown.trained, theme);
    return items;
}

void setDecayLine(QCPGraph& graph, const ShownDecay& shown, int head) {
    const double slope = shown.slopes[std::size_t(head)];
    QVector<double> distances, weights;
    for (int i = 0; i < kPointsPerCurve; ++i) {
        const double distance = std::pow(double(shown.longest), double(i) / (kPointsPerCurve - 1));
        distances.append(distance);
        weights.append(std::exp(-slope * distance));
    }
    graph.setProperty("head", head);
    graph.setData(distances, weights, true);
    QColor hue = headColour(head);
    hue.setAlphaF(head == shown.selected ? 1.F : 0.75F);
    graph.setPen(QPen(hue, lineWidth(head == shown.selected ? 2.5 : 1.3)));
}

void placeDecayLabel(const QCustomPlot& plot, const ShownDecay& shown, QCPItemText& label) {
    const double end = plot.xAxis->coordToPixel(double(shown.trained)) + 10 +
                       QFontMetricsF(label.font()).horizontalAdvance(label.text());
    label.setPositionAlignment((end > plot.axisRect()->right() ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignTop);
}

} // namespace slopescope::ui
