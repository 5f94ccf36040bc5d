// Which windows of several lengths one run of the model can serve. A causal model's losses in a window are the first losses
// of any longer window that begins at the same token, so non-overlapping windows of L, L/2, L/4 ... share half of their
// tokens, and sliding windows of every length share all. Plain arithmetic on any thread.
#pragma once

#include "core/study/scored_windows.h"

#include <cstddef>
#include <vector>

namespace slopescope {

struct SharedRun {
    struct Served {
        std::size_t length; // whose windows it belongs to
        ScoredWindow window;
        bool operator==(const Served&) const = default;
    };
    std::int64_t start = 0, inputs = 0;
    std::vector<Served> windows; // each begins at `start` and is no longer than the run
    bool operator==(const SharedRun&) const = default;
};

// Runs that serve every window once, `windows` being those of each length: the longest runs first, those of one size by
// where they start. Not `shared`: every window has a run of its own.
std::vector<SharedRun> sharedRuns(const std::vector<std::vector<ScoredWindow>>& windows, bool shared);

} // namespace slopescope
