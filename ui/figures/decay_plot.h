// Draws what each slope does on a plot: the weight exp(-m d) that it leaves at distance d, before content, one line a
// head.
//
// The panel below the slopes draws on the plot of the window with it, an exported figure on one that nobody sees. Pure
// functions; window's thread.
#pragma once

#include "core/positions/slopes.h"

#include <cstdint>

class QCPGraph;
class QCPItemText;
class QCustomPlot;

namespace slopescope::ui {

struct Theme;

struct ShownDecay {
    SlopeSet slopes;             // of one layer; empty: an empty axis
    int selected = 0;            // head, drawn thick
    std::int64_t longest = 4096; // distance: right end of the axis
    std::int64_t trained = 0;    // dashed line; 0: none
};

// What the panel changes while a hand drags a slope. Both belong to the plot; null: there is none.
struct DecayItems {
    QCPGraph* selected = nullptr; // on a layer of its own, so that a drag draws one line and not all
    QCPItemText* label = nullptr; // of the trained length
};

void prepareDecayPlot(QCustomPlot& plot); // once: its axes and layers
// Replaces what the plot shows; the caller replots.
DecayItems drawDecay(QCustomPlot& plot, const ShownDecay& shown, const Theme& theme);
void setDecayLine(QCPGraph& graph, const ShownDecay& shown, int head); // its points and its colours
// The words stand right of their line where there is room for them. Called after every layout.
void placeDecayLabel(const QCustomPlot& plot, const ShownDecay& shown, QCPItemText& label);

} // namespace slopescope::ui
