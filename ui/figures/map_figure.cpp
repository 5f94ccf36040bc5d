#include "ui/figures/map_figure.h"

#include "ui/figures/map_tokens.h"
#include "ui/figures/scale_bar.h"
#include "ui/widgets/theme.h"

#include <QFontMetrics>
#include <qcustomplot.h>

#include <algorithm>
#include <utility>

namespace slopescope::ui {
namespace {

constexpr int kBarRoom = 62;   // the bar and its numbers
constexpr int kBarGap = 10;    // between a map and the bar
constexpr int kLargest = 440;  // side of a map
constexpr int kSmallest = 130; // of one beside another; below, they stand one below the other
constexpr int kNameGap = 2;    // between a name and the map below it

} // namespace

MapFigure::MapFigure(std::vector<Part> parts, ColourScale scale, QString title, std::vector<Name> names)
    : m_parts(std::move(parts)), m_scale(std::move(scale)), m_title(std::move(title)), m_names(std::move(names)) {}

QString MapFigure::emptyText() const {
    const bool any = std::any_of(m_parts.begin(), m_parts.end(), [](const Part& part) {
        return part.map.span > 0 && part.map.layer.picture != nullptr;
    });
    return any ? QString() : tr("The map is not there yet.");
}

MapFigure::Layout MapFigure::layoutFor(int width) const {
    Layout layout;
    if (m_parts.empty())
        return layout;
    // The tokens stand on the axes where they have room beside a map of that width.
    MapPlot map = m_parts.front().map;
    for (const bool labelled : {true, false}) {
        map.labelled = labelled;
        layout = layoutFor(width, mapMargins(map));
        layout.labelled = labelled && tokensFit(map, layout.plots.front().width());
        if (layout.labelled)
            break;
    }
    return layout;
}

MapFigure::Layout MapFigure::layoutFor(int width, const QMargins& margins) const {
    Layout layout;
    const int around = margins.left() + margins.right(), above = QFontMetrics(labelFont()).height() + kNameGap;
    const auto count = int(m_parts.size());
    const int room = std::max(0, width - kBarRoom - kBarGap);
    const int beside = room / count - around;
    const bool stacked = count > 1 && beside < kSmallest;
    const int side = std::clamp(stacked ? room - around : beside, 0, kLargest);
    const int pitch = side + margins.top() + margins.bottom() + (count > 1 ? above : 0);
    for (int i = 0; i < count; ++i) {
        const int left = stacked ? 0 : i * (side + around), top = stacked ? i * pitch : 0;
        layout.plots.emplace_back(left + margins.left(), top + margins.top() + (count > 1 ? above : 0), side, side);
    }
    const QRect first = layout.plots.front(), last = layout.plots.back();
    layout.bar = QRect(last.right() + margins.right() + kBarGap - 4, first.top(), kBarWidth, side);
    layout.height = last.bottom() + 1 + margins.bottom();
    return layout;
}

int MapFigure::heightFor(int width) const {
    return layoutFor(width).height;
}

void MapFigure::paint(QCPPainter& painter, const QRect& at, const Theme& theme) const {
    const Layout layout = layoutFor(at.width());
    const ColourScale scale = m_scale.inTheme(theme.dark);
    painter.save();
    painter.translate(at.topLeft());
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        MapPlot map = m_parts[i].map;
        map.stale = map.focused = false;
        map.labelled = layout.labelled;
        map.whole = {}; // on paper nothing moves
        if (map.layer.picture && scale.dark() != m_scale.dark())
            map.layer.image = scale.image(*map.layer.picture);
        const QRect plot = layout.plots[i];
        paintMap(painter, plot, map, theme);
        if (m_parts.size() < 2)
            continue;
        const QFontMetrics metrics(labelFont());
        painter.setFont(labelFont());
        painter.setPen(m_parts[i].name.colour);
        const int tokens = layout.labelled ? tokenMargins(map).top() : 0; // which stand between name and map
        painter.drawText(QRect(plot.left(), plot.top() - tokens - metrics.height() - kNameGap, plot.width(), metrics.height()),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(m_parts[i].name.text, Qt::ElideRight, plot.width()));
    }
    if (!layout.plots.empty()) {
        const QRect room(layout.bar.left(), layout.bar.top() - 8, kBarRoom, layout.bar.height() + 16);
        paintScaleBar(painter, layout.bar, room, scale, theme);
    }
    painter.restore();
}

FigureNumbers MapFigure::numbers() const {
    FigureNumbers numbers;
    for (const Part& part : m_parts)
        if (part.map.layer.picture)
            numbers.add(*part.map.layer.picture);
    return numbers;
}

} // namespace slopescope::ui
