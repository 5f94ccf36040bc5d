// How a map looks where its cells are large: the tokens on both axes, the numbers in the cells. Called by the painter of maps
// and by those that make room for it; pure functions, window's thread.
#pragma once

#include "ui/figures/map_plot.h"

#include <QMargins>
#include <QString>

namespace slopescope::ui {

// The tokens have room beside a plot whose side has so many pixels.
bool tokensFit(const MapPlot& map, int side);
// Room around the plot with the tokens on its axes, in pixels.
QMargins tokenMargins(const MapPlot& map);
// What is written in a cell; empty: nothing, there is no room or no number.
QString numberInCell(const MapPlot& map, int side, std::int64_t query, std::int64_t key);

void paintCells(QPainter& painter, const QRect& plot, const MapPlot& map, const Theme& theme); // gaps and numbers
void paintTokens(QPainter& painter, const QRect& plot, const MapPlot& map, const Theme& theme);

} // namespace slopescope::ui
