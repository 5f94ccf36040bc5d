// How the bar beside a map is painted: what its colours stand for. Called by ColourBar and by exported figures; pure
// functions, window's thread.
#pragma once

#include "ui/figures/colour_scale.h"

#include <QRect>

class QPainter;

namespace slopescope::ui {

struct Theme;

inline constexpr int kBarWidth = 12;

// Positions of the scale at the ends of the bar: a signed map whose ends lie on one side of zero uses one half of its
// colours.
struct BarEnds {
    double first = 0, last = 1;
};
BarEnds barEnds(const ColourScale& scale);

// Where the number at a position of the scale stands, at the right of the bar and within `room`.
QRect barLabelRect(const QRect& bar, const QRect& room, const BarEnds& ends, double position);

void paintScaleBar(QPainter& painter, const QRect& bar, const QRect& room, const ColourScale& scale,
                   const Theme& theme);

} // namespace slopescope::ui
