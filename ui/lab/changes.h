// Which parts of what is on the screen changed, as flags: what the Lab tells its panels. Plain values, any thread.
#pragma once

#include "core/workspace.h"

namespace slopescope::ui {

using Changes = unsigned;
enum Change : Changes {
    kText = 1,      // another text, or its tokens
    kVariants = 2,  // the list: what they are, their names, colours, order, visibility; also a model that is there now
    kSelection = 4, // which is on view, which is B
    kSlopes = 8,    // slopes of the variant on view, also while a hand drags them
    kLength = 16,   // on view
    kHeads = 32,    // on view
    kLook = 64,     // stage, pooling, map mode, loss on the text
    kPointer = 128, // cell or token that is pointed at
    kCurveLook = 256,   // unit, axis, scale of the curves
    kMeasurement = 512, // protocol, lengths, windows
    kEverything = 1023,
};

Changes changesBetween(const Workspace& a, const Workspace& b);

} // namespace slopescope::ui
