// Two states of one measurement, of which either may be the later. Pure function, any thread.
#pragma once

#include "core/study/curve_tally.h"

namespace slopescope {

// Takes over what `other` has, as CurveTally::merge does, but counts what it took once.
void takeOver(CurveTally& tally, const CurveTally& other);

} // namespace slopescope
