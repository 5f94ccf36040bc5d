#include "ui/figures/profile_plot.h"

#include "ui/figures/plot_style.h"
#include "ui/widgets/theme.h"

#include <QCoreApplication>
#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("slopescope::ui", text);
}

QString titleOf(const ShownProfiles& shown) {
    const auto& a = shown.sides[0].side;
    return a ? tr("Mass by distance, %1").arg(headsTitle(a->heads, shown.layers, shown.headsPerLayer).toLower())
             : tr("Mass by distance");
}

} // namespace

double leftOf(const ProfileResult::Bin& bin) {
    return bin.begin > 0 ? double(bin.begin) : kZeroDistance;
}

double rightOf(const ProfileResult::Bin& bin) {
    return double(std::max<std::int64_t>(bin.end, 1));
}

bool isDrawn(const ProfileResult::Bin& bin) {
    return bin.end > bin.begin && bin.begin >= 0;
}

// Two variants are told apart by their colours, one shows its head's.
QColor ShownProfiles::colourOf(int side) const {
    const auto& what = sides[std::size_t(side)].side;
    return sides[1].side || !what ? sides[std::size_t(side)].colour : headColour(what->heads.front().head);
}

QString ShownProfiles::title() const {
    return titleOf(*this);
}

void prepareProfilePlot(QCustomPlot& plot) {
    plot.xAxis->setScaleType(QCPAxis::stLogarithmic);
    plot.xAxis->setTicker(tokenTicker(*plot.xAxis));
    plot.yAxis->setVisible(false);
    plot.axisRect()->setMinimumMargins(QMargins(8, 4, 10, 0));
}

void drawProfiles(QCustomPlot& plot, const ShownProfiles& shown, const Theme& theme) {
    stylePlot(plot, theme);
    plot.clearPlottables();
    plot.xAxis->setRange(kZeroDistance, double(std::max<std::int64_t>(2, shown.length > 0 ? shown.length : 2048)));
    plot.xAxis->setLabel(shown.sides[1].side ? tr("distance (dashed B, dotted bias alone)")
                                             : tr("distance (dotted: bias alone)"));
    double highest = 0;
    for (int side = 1; side >= 0; --side) { // A lies above
        const auto& profile = shown.profiles[std::size_t(side)];
        if (!profile)
            continue;
        QVector<double> centres, mass, alone;
        for (const ProfileResult::Bin& bin : profile->bins) {
            if (!isDrawn(bin))
                continue;
            const double octaves = std::log2(rightOf(bin) / leftOf(bin));
            centres.append(std::sqrt(leftOf(bin) * rightOf(bin)));
            mass.append(bin.mass / octaves);
            alone.append(bin.biasOnly / octaves);
            highest = std::max({highest, mass.back(), side == 0 ? alone.back() : 0});
        }
        // What was measured of other slopes is dimmed until its successor comes.
        const auto& what = shown.sides[std::size_t(side)].side;
        const bool dim = shown.stale || !what || profile->variant != what->variant || profile->length != shown.length;
        QColor hue = shown.colourOf(side);
        if (dim)
            hue.setAlphaF(0.35F);
        if (side == 0) {
            QCPGraph* envelope = plot.addGraph();
            envelope->setData(centres, alone, true);
            envelope->setPen(QPen(theme.faintText, lineWidth(1.3), Qt::DotLine));
        }
        QCPGraph* graph = plot.addGraph();
        graph->setData(centres, mass, true);
        graph->setPen(QPen(hue, lineWidth(2), side == 0 ? Qt::SolidLine : Qt::DashLine));
        if (side == 0) {
            QColor fill = hue;
            fill.setAlphaF(dim ? 0.06F : 0.14F);
            graph->setBrush(fill);
        }
    }
    plot.yAxis->setRange(0, highest > 0 ? highest * 1.08 : 1);
}

} // namespace slopescope::ui
