#include "ui/figures/profile_figure.h"

#include <qcustomplot.h>

#include <algorithm>

namespace slopescope::ui {
namespace {

constexpr double kHeight = 0.55; // of the width
constexpr int kLowest = 150, kHighest = 300;

} // namespace

std::vector<Figure::Name> ProfileFigure::names() const {
    std::vector<Name> names;
    for (int side = 0; side < 2; ++side)
        if (m_shown.profiles[std::size_t(side)])
            names.push_back({(side == 0 ? tr("A %1") : tr("B %1")).arg(m_shown.sides[std::size_t(side)].name),
                             m_shown.colourOf(side)});
    return names;
}

QString ProfileFigure::emptyText() const {
    return m_shown.profiles[0] || m_shown.profiles[1] ? QString()
                                                      : tr("The profile of the selected head is not there yet.");
}

int ProfileFigure::heightFor(int width) const {
    return std::clamp(int(width * kHeight), kLowest, kHighest);
}

void ProfileFigure::paint(QCPPainter& painter, const QRect& at, const Theme& theme) const {
    QCustomPlot plot;
    prepareProfilePlot(plot);
    drawProfiles(plot, m_shown, theme);
    paintPlot(plot, painter, at);
}

FigureNumbers ProfileFigure::numbers() const {
    FigureNumbers numbers;
    numbers.columns = {"side", "variant", "distance", "distance_end", "mass", "bias_only"};
    for (int side = 0; side < 2; ++side) {
        const auto& profile = m_shown.profiles[std::size_t(side)];
        for (std::size_t i = 0; profile && i < profile->bins.size(); ++i) {
            const ProfileResult::Bin& bin = profile->bins[i];
            if (isDrawn(bin))
                numbers.rows.push_back({side == 0 ? "A" : "B", m_shown.sides[std::size_t(side)].name,
                                        QString::number(bin.begin), QString::number(bin.end), plainNumber(bin.mass),
                                        plainNumber(bin.biasOnly)});
        }
    }
    return numbers;
}

} // namespace slopescope::ui
