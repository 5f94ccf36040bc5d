#include "ui/figures/token_axis.h"

namespace slopescope::ui {

std::vector<TokenTick> tokenTicks(std::int64_t begin, std::int64_t span, double pixels, double apart, double wide) {
    std::vector<TokenTick> ticks;
    if (span <= 0 || pixels <= 0)
        return ticks;
    const double size = pixels / double(span);
    std::int64_t step = 1;
    while (double(step) * size < apart && step < span)
        step *= 2;
    const bool middle = size >= wide;
    const std::int64_t last = begin + span - (middle ? 1 : 0);
    for (std::int64_t token = (begin + step - 1) / step * step; token <= last; token += step)
        ticks.push_back({token, (double(token - begin) + (middle ? 0.5 : 0)) * size});
    return ticks;
}

} // namespace slopescope::ui
