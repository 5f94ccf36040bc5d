// What an arrow beside a slope's handle says. Made by SlopeLossRow, drawn by SlopeCanvas. Window's thread.
#pragma once

#include <cstdint>

namespace slopescope::ui {

struct SlopePull {
    double perDoubling = 0, error = 0;    // change of the loss when the slope doubles, nats per token, to first order
    std::int64_t windows = 0, length = 0; // that it rests on
};

} // namespace slopescope::ui
