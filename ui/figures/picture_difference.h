// A minus B, pixel by pixel, of two pictures of the same cells. Called by the map and the head thumbnails; pure
// functions.
#pragma once

#include "core/study/requests.h"

namespace slopescope::ui {

// Empty unless both are whole and show one viewport. A pixel that is masked in both is masked; one that is masked in
// one of them alone counts there as a probability of 0, and stays masked in the other stages, where no number stands
// for it.
Picture differenceOf(const Picture& a, const Picture& b, Stage stage);

} // namespace slopescope::ui
