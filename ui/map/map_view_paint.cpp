// How MapView paints itself: what it shows, handed to the painter of maps.
#include "ui/figures/map_tokens.h"
#include "ui/map/map_view.h"
#include "ui/widgets/theme.h"

#include <QPaintEvent>
#include <QPainter>

namespace slopescope::ui {

MapPlot MapView::shown() const {
    MapPlot map;
    map.length = m_length;
    map.queryBegin = m_queryBegin;
    map.keyBegin = m_keyBegin;
    map.span = m_span;
    map.layer = m_layer;
    map.whole = m_whole;
    map.tokens = m_tokens;
    map.isSigned = m_signed;
    map.stale = m_stale;
    map.focused = hasFocus();
    map.crosshair = crosshair();
    map.locked = m_locked.has_value();
    map.labelled = tokensFit(map, mapPlotSide(size(), tokenMargins(map)));
    return map;
}

bool MapView::showsTokens() const {
    return shown().labelled;
}

QRect MapView::plotRect() const {
    return mapPlotRect(rect(), shown());
}

int MapView::widthFor(int height) const {
    MapPlot map = shown();
    const QMargins tokens = tokenMargins(map);
    map.labelled = tokensFit(map, height - tokens.top() - tokens.bottom());
    const QMargins margins = mapMargins(map);
    return height - margins.top() - margins.bottom() + margins.left() + margins.right();
}

void MapView::paintEvent(QPaintEvent* event) {
    QPainter painter(this);
    const Theme theme = Theme::of(palette());
    painter.fillRect(event->rect(), theme.panel);
    if (m_span > 0)
        return paintMap(painter, plotRect(), shown(), theme);
    painter.setPen(theme.softText);
    painter.setFont(bodyFont());
    painter.drawText(rect().adjusted(kGrid, kGrid, -kGrid, -kGrid), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
}

} // namespace slopescope::ui
