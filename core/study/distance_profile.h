// Attention by distance: the bins, and what a bias alone would do.
#pragma once

#include "core/attention/attention.h"

#include <cstdint>
#include <span>
#include <vector>

namespace slopescope {

// Ascending edges 0, 1, 2, ... then four an octave, the last one `length`: bin b holds distances [edge b, edge b+1).
std::vector<std::int64_t> distanceBinEdges(std::int64_t length);

// Mass of each bin, mean over the queries 0..length-1, when every score is 0 and the bias (and window) alone decides.
// `settings` are those of one head.
std::vector<double> massOfBiasAlone(const AttentionSettings& settings, std::int64_t length,
                                    std::span<const std::int64_t> edges);

// The distance that half of the mass lies within, interpolated inside its bin.
double medianDistance(std::span<const std::int64_t> edges, std::span<const double> mass);

} // namespace slopescope
