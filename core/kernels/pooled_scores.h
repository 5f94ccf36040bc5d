// Maps of scores and biases, averaged, without visiting their cells. A score is linear in q and in k, so its mean over the
// cells of a pixel is the product of a mean query and a mean key: a pixel costs one product however many cells it holds.
// Only pixels that the diagonal or a window cuts are summed, row by row, over running sums of their keys. Exact but for
// rounding.
//
// Called by core/attention in place of a kernel's map, on any thread.
#pragma once

#include "core/kernels/problems.h"

namespace slopescope::kernels {

// Whether this map can be made so, and is cheaper so. Its log-sum-exp cannot.
bool poolsScores(const Map& map);

void poolScores(const Map& map, float* picture, const ParallelFor& parallelFor);

} // namespace slopescope::kernels
