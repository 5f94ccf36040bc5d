// What a curve is kept as: the sums of every window, by length and by context. Tallies merge exactly, in any order and any
// split; curves and paired differences are derived from them. Plain values, any thread.
#pragma once

#include "core/study/requests.h"

#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace slopescope {

// The scored predictions of one window, or of its beginning.
struct WindowSum {
    double nll = 0;          // sum, in nats
    std::int64_t tokens = 0; // predictions
    std::int64_t bytes = 0;  // of text that they predict; 0: the text has no letters
    double weight = 1;       // of the window's mean, relative to its tokens (ScoredWindow::weight)
    std::int64_t run = 0;    // tokens read in the run that it was the beginning of: the longest run counts
    bool operator==(const WindowSum&) const = default;
};

using WindowSums = std::map<std::int64_t, WindowSum>; // by the window's first token

struct CurveTally {
    std::map<std::int64_t, WindowSums> byLength, byContext; // by length, and by the first context of a bin
    std::map<std::int64_t, double> seconds;                 // spent computing runs of a length
    std::int64_t tokens = 0;                                // run through the model

    // Takes over what `other` has; of a window that both have, the sum of the longer run. Of two runs of one length, which may
    // differ in their last bits where machines differ, the larger sum, so that the order of merging makes no difference.
    void merge(const CurveTally& other);
    bool operator==(const CurveTally&) const = default;
};

// The bins of contexts, single up to 8, then four an octave, each [begin, end) with powers of two as last contexts.
// Those that lie within contexts 1..length.
struct ContextBin {
    std::int64_t begin = 0, end = 0;
};
std::vector<ContextBin> contextBins(std::int64_t length);

// Tallies that are shown beside each other. Of a length or a context that several of them have, only the windows that all of
// those have count, so that a curve is compared with the same text.
using Beside = std::span<const CurveTally* const>;

// One tally that stands for many beside any other: it has the windows that all of them have in common.
CurveTally commonOf(Beside all);

// Fills the points and contexts of `curve`, whose lengths and protocol are there, from `tally`, one of those `beside`.
void deriveCurve(const CurveTally& tally, Beside beside, CurveResult& curve);

// A minus B over the windows that both have (and all of those beside).
CurveDifference deriveDifference(const CurveTally& a, const CurveTally& b, Beside beside, const CurveResult& lengths);

// The standard error of the nll at a length, from all windows of the tally; NaN: fewer than two independent windows.
double standardErrorAt(const CurveTally& tally, std::int64_t length);

} // namespace slopescope
