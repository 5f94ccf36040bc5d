#include "ui/widgets/sizes.h"

#include <algorithm>
#include <cmath>

namespace slopescope::ui {
namespace {

Sizes g_screen, g_here;

int round(double pixels) {
    return int(std::lround(pixels));
}

} // namespace

Sizes Sizes::scaled(double factor) {
    const Sizes usual;
    return {round(usual.tick * factor), round(usual.label * factor), round(usual.body * factor), round(usual.name * factor)};
}

Sizes Sizes::forProjector(int height) {
    constexpr double kLines = 1080, kSmallest = 24, kBody = 26, kName = 30;
    constexpr double kThinnestCurve = 1.6, kCurve = 4; // what is drawn as 1.6 in the window is 4 on the wall
    const double scale = std::max(height, 400) / kLines;
    const int smallest = int(std::ceil(kSmallest * scale));
    return {smallest, smallest, round(kBody * scale), round(kName * scale), std::max(1.0, kCurve / kThinnestCurve * scale), true};
}

const Sizes& sizes() {
    return g_here;
}

const Sizes& screenSizes() {
    return g_screen;
}

void setScreenSizes(const Sizes& sizes) {
    g_screen = g_here = sizes;
}

int atTextSize(int pixels) {
    return pixels * g_here.body / Sizes().body;
}

double lineWidth(double usual) {
    return usual * g_here.lines;
}

SizesHere::SizesHere(const Sizes& sizes) : m_before(g_here) {
    g_here = sizes;
}

SizesHere::~SizesHere() {
    g_here = m_before;
}

} // namespace slopescope::ui
