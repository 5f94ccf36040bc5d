// Where an axis of token positions has its ticks. Called by MapView; pure functions.
#pragma once

#include <cstdint>
#include <vector>

namespace slopescope::ui {

struct TokenTick {
    std::int64_t token = 0;
    double pixel = 0; // from the start of the axis
};

// Ticks for the tokens [begin, begin + span) on `pixels` pixels, at multiples of a power of two, at least `apart`
// pixels from each other. Where a token is narrow the tick stands at its first edge, and one may stand at the very end;
// where it has `wide` pixels or more, in its middle.
std::vector<TokenTick> tokenTicks(std::int64_t begin, std::int64_t span, double pixels, double apart, double wide = 12);

} // namespace slopescope::ui
