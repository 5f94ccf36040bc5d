#include "ui/figures/scale_bar.h"

#include "ui/widgets/theme.h"
#include "ui/widgets/value_text.h"

#include <QFontMetrics>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {
namespace {

constexpr int kTick = 4;
constexpr int kGap = 3;
constexpr int kTickApart = 44; // pixels between numbers

int yOf(const QRect& bar, const BarEnds& ends, double position) {
    return bar.bottom() + 1 - int(std::lround((position - ends.first) / (ends.last - ends.first) * bar.height()));
}

} // namespace

BarEnds barEnds(const ColourScale& scale) {
    const bool half = scale.settings().map == ColourMap::Signed && scale.settings().kind != ScaleKind::Percentile;
    return {half && scale.low() >= 0 ? 0.5 : 0, half && scale.high() <= 0 ? 0.5 : 1};
}

QRect barLabelRect(const QRect& bar, const QRect& room, const BarEnds& ends, double position) {
    const int height = QFontMetrics(tickFont()).height(), y = yOf(bar, ends, position);
    const int left = bar.right() + 2 + kTick + kGap, lowest = std::max(room.top(), room.bottom() + 1 - height);
    return {left, std::clamp(y - height / 2, room.top(), lowest), room.right() + 1 - left, height};
}

void paintScaleBar(QPainter& painter, const QRect& bar, const QRect& room, const ColourScale& scale,
                   const Theme& theme) {
    if (bar.height() <= 0)
        return;
    const BarEnds ends = barEnds(scale);
    const Ramp& ramp = colourRamp(scale.settings().map, scale.dark());
    QImage colours(1, bar.height(), QImage::Format_RGB32);
    for (int y = 0; y < bar.height(); ++y) {
        const double t = std::lerp(ends.last, ends.first, (y + 0.5) / bar.height());
        colours.setPixel(0, y, ramp[std::size_t(t * (kRampColours - 1))]);
    }
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter.setRenderHint(QPainter::LosslessImageRendering); // in a PDF
    painter.drawImage(bar, colours);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(theme.line);
    painter.drawRect(bar.adjusted(-1, -1, 0, 0));
    painter.setFont(tickFont());
    const auto ticks = scale.ticks(std::max(2, bar.height() / kTickApart));
    for (std::size_t i = 0; i < ticks.size(); ++i) {
        const bool end = i == 0 || i + 1 == ticks.size();
        const auto& typed = i == 0 ? scale.settings().low : scale.settings().high;
        // Ends of a rank scale are its first and last values, wherever those fall.
        const double at = i == 0 ? ends.first : end ? ends.last : ticks[i].position;
        const int y = std::min(yOf(bar, ends, at), bar.bottom() + 1);
        painter.setPen(theme.line);
        painter.drawLine(bar.right() + 2, y, bar.right() + 1 + kTick, y);
        painter.setPen(end && typed ? theme.accent : theme.softText);
        painter.drawText(barLabelRect(bar, room, ends, at), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip,
                         roundValueText(ticks[i].value, 2));
    }
}

} // namespace slopescope::ui
