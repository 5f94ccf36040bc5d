// Draws attention mass by distance on a plot: A and B, and what A's bias would do without content dotted behind it.
//
// The profile's panel draws on the plot of the window with it, an exported figure on one that nobody sees. Pure
// functions; window's thread.
#pragma once

#include "core/study/requests.h"
#include "ui/lab/sides.h"

#include <array>
#include <memory>

class QCustomPlot;

namespace slopescope::ui {

struct Theme;

struct ShownProfiles {
    std::array<std::shared_ptr<const ProfileResult>, 2> profiles; // of A and of B; null: not shown
    SideLooks sides;
    std::int64_t length = 0; // on view; 0: unknown
    int layers = 0, headsPerLayer = 0;
    bool stale = false;

    QColor colourOf(int side) const;
    QString title() const; // "Mass by distance, layer 2 · head 5"
};

// A bin on the axis of distances: distance 0 takes the octave below 1, so that the area under the curve is the mass
// everywhere.
double leftOf(const ProfileResult::Bin& bin);
double rightOf(const ProfileResult::Bin& bin);
bool isDrawn(const ProfileResult::Bin& bin);

void prepareProfilePlot(QCustomPlot& plot); // once: its axes
// Replaces what the plot shows; the caller replots.
void drawProfiles(QCustomPlot& plot, const ShownProfiles& shown, const Theme& theme);

} // namespace slopescope::ui
