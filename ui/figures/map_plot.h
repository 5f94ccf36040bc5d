// How a map of attention is painted: the picture, its axes and its crosshair. Called by MapView and by exported
// figures; pure functions, window's thread.
#pragma once

#include "core/workspace.h"

#include <QImage>
#include <QMargins>
#include <QRect>

#include <cstdint>
#include <memory>
#include <optional>

class QPainter;

namespace slopescope::ui {

struct Theme;

// A picture and its colours.
struct MapLayer {
    std::shared_ptr<const Picture> picture;
    std::int64_t length = 0; // of its text
    QImage image;
    std::uint64_t colours = 0; // version of the scale
};

struct MapPlot {
    std::int64_t length = 0;                             // of the text
    std::int64_t queryBegin = 0, keyBegin = 0, span = 0; // cells on view, `span` down and across
    MapLayer layer, whole; // the whole of the text is kept beneath the part on view, for the moments of a move
    std::shared_ptr<const TextFacts> tokens; // of the text, for the axes; null: numbers alone
    bool labelled = false;                   // the tokens stand on the axes: see map_tokens.h
    bool isSigned = false;                   // the numbers in the cells are scores with their sign, not shares of 1
    bool stale = false;                      // dimmed: it answers an older question
    bool focused = false;                    // has the keyboard
    std::optional<Cell> crosshair;
    bool locked = false; // the crosshair is
};

// Room around the plot for its axes, in pixels.
QMargins mapMargins(const MapPlot& map);
int mapPlotSide(const QSize& whole, const QMargins& margins);
QRect mapPlotRect(const QRect& whole, const MapPlot& map); // the square that the cells fill
// May lie outside the plot.
QRect mapCellRect(const QRect& plot, const MapPlot& map, std::int64_t query, std::int64_t key);

// Paints nothing while there are no cells on view.
void paintMap(QPainter& painter, const QRect& plot, const MapPlot& map, const Theme& theme);

} // namespace slopescope::ui
