// Which keys a query sees, as intervals of keys, and where a pixel's cells lie. One place for the rule of attention.h,
// for the kernels of this folder. Plain arithmetic on any thread.
#pragma once

#include "core/kernels/problems.h"

#include <algorithm>
#include <cstdint>

namespace slopescope::kernels {

// The visible keys of the query at position p (aligned at the end: p = keys - queries + i) are
// [0, sinkEnd(p)) and [begin(p), p + 1), disjoint. Empty for p < 0.
struct Sight {
    std::int64_t window = 0, sinks = 0;

    constexpr std::int64_t end(std::int64_t p) const { return std::max<std::int64_t>(p + 1, 0); }
    constexpr std::int64_t begin(std::int64_t p) const {
        return window == 0 ? 0 : std::clamp<std::int64_t>(p - window + 1, 0, end(p));
    }
    constexpr std::int64_t sinkEnd(std::int64_t p) const { return std::min(sinks, begin(p)); }

    // Visible keys of position p among [from, to).
    constexpr std::int64_t count(std::int64_t p, std::int64_t from, std::int64_t to) const {
        const auto overlap = [&](std::int64_t a, std::int64_t b) {
            return std::max<std::int64_t>(0, std::min(b, to) - std::max(a, from));
        };
        return overlap(0, sinkEnd(p)) + overlap(begin(p), end(p));
    }

    // Visible cells of the positions [fromPosition, toPosition) among the keys [from, to), in closed form.
    constexpr std::int64_t cells(std::int64_t fromPosition, std::int64_t toPosition, std::int64_t from,
                                 std::int64_t to) const {
        const auto triangle = [](std::int64_t n) { return n > 0 ? n * (n + 1) / 2 : 0; };
        // Cells at or below the diagonal that is moved down by `lag`, among the keys [from, last).
        const auto causal = [&](std::int64_t lag, std::int64_t last) {
            const std::int64_t a = fromPosition - lag, b = toPosition - lag;
            return triangle(b - from) - triangle(a - from) - triangle(b - last) + triangle(a - last);
        };
        if (window == 0)
            return causal(0, to);
        return causal(0, to) - causal(window, to) + causal(window, std::clamp(sinks, from, to));
    }
};

// First query or key of pixel `index` of `pixels` over [begin, end).
constexpr std::int64_t pixelEdge(std::int64_t begin, std::int64_t end, std::int64_t pixels, std::int64_t index) {
    return begin + index * (end - begin) / pixels;
}

// The bias of one head at a distance, in float as the model gives it.
inline float biasAt(const DistanceBias& bias, std::int64_t head, std::int64_t distance) {
    if (bias.slopes)
        return -bias.slopes[head] * static_cast<float>(distance);
    if (bias.table)
        return bias.table[head * bias.tableLength + std::min(distance, bias.tableLength - 1)];
    return 0;
}

} // namespace slopescope::kernels
