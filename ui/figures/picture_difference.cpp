#include "ui/figures/picture_difference.h"

#include <algorithm>
#include <cmath>

namespace slopescope::ui {

Picture differenceOf(const Picture& a, const Picture& b, Stage stage) {
    const auto pixels = std::size_t(std::max(a.viewport.rows, 0)) * std::size_t(std::max(a.viewport.columns, 0));
    if (pixels == 0 || a.viewport != b.viewport || a.values.size() < pixels || b.values.size() < pixels)
        return {};
    Picture difference{a.viewport, std::vector<float>(pixels)};
    const bool zero = stage == Stage::Probability;
    for (std::size_t i = 0; i < pixels; ++i) {
        const float one = a.values[i], other = b.values[i];
        const bool noA = std::isnan(one), noB = std::isnan(other);
        difference.values[i] = !zero || noA == noB ? one - other : noA ? -other : one;
    }
    return difference;
}

} // namespace slopescope::ui
