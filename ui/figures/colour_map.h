// The colours that stand for magnitude. Called by ColourScale and ColourBar, on the window's thread.
#pragma once

#include <QRgb>

#include <array>

namespace slopescope::ui {

enum class ColourMap {
    Blues,   // white to dark blue; on dark panels near black to light blue
    Viridis, // the same on both
    Signed,  // red, white (on dark panels near black) in the middle, blue
};

inline constexpr int kRampColours = 1024;
using Ramp = std::array<QRgb, kRampColours>;

// From the low to the high end, in steps of even lightness (Signed: even on either side).
const Ramp& colourRamp(ColourMap map, bool dark);

} // namespace slopescope::ui
