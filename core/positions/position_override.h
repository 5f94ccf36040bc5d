// Other positions for a model than those it was trained with: what is asked for, as a plain value. Off the model's training
// distribution but for Own, and to be shown as such. No Torch; usable on any thread.
#pragma once

#include "core/positions/slopes.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace slopescope {

enum class PositionChange {
    Own,          // none
    Alibi,        // `slopes` in place of all that the model has
    None,         // nothing in place of all that it has
    Window,       // its own, but attention ends `window` tokens back
    RotaryLinear, // its own rotary positions, with frequencies divided by `factor`
    RotaryNtk,    // ... with a base for `factor` times the length
    RotaryYarn,   // ... scaled by YaRN for `factor` times the training length
};

struct PositionOverride {
    PositionChange change = PositionChange::Own;
    SlopeTable slopes; // [layers][heads]
    std::int64_t window = 0;
    double factor = 1;

    bool operator==(const PositionOverride&) const = default;
};

// Reads a SPEC of the command line: own | alibi | alibi:SLOPES | zero | none | window:W | rotary-linear:F | rotary-ntk:F |
// rotary-yarn:F, where SLOPES is what parseSlopes reads, by default the paper's, and zero is alibi:zero. `own` is the
// model's slope table, or one of its shape. Throws Error naming the spec and the fault.
PositionOverride parsePositions(std::string_view spec, const SlopeTable& own);

} // namespace slopescope
