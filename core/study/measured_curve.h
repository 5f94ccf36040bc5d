// What was measured of one variant on one text, with all that says what it is of: what PairedCurves keeps and workspace
// files hold. A plain value, any thread.
#pragma once

#include "core/study/curve_tally.h"
#include "core/study/requests.h"

#include <cstdint>
#include <string>

namespace slopescope {

struct MeasuredCurve {
    Variant variant;
    std::uint64_t modelDigest = 0; // of the model's files (ModelFacts::digest)
    std::string device = "cpu";    // where it was computed: others differ in the last bits
    std::uint64_t textDigest = 0;  // of the token ids
    std::int64_t textTokens = 0;
    Protocol protocol = Protocol::OnePass; // and the parts of the plan that its windows depend on:
    std::int64_t stride = 0, maxTokens = 0;
    std::int64_t reach = 0; // the longest length, where windows of other lengths depend on it; else 0
    std::uint64_t seed = 0;
    CurveTally tally;

    bool operator==(const MeasuredCurve&) const = default;

    bool isOf(const CurvePlan& plan) const {
        return protocol == plan.protocol && stride == plan.stride && reach == reachOf(plan) &&
               maxTokens == plan.maxTokens && seed == plan.seed;
    }
    // Side by side, how far windows of every length reach depends on the longest.
    static std::int64_t reachOf(const CurvePlan& plan) {
        return plan.protocol == Protocol::NonOverlapping ? plan.lengths.back() : 0;
    }
    // Whether both are measurements of one thing, so that their tallies merge.
    bool isOfTheSame(const MeasuredCurve& other) const {
        return variant == other.variant && modelDigest == other.modelDigest && device == other.device &&
               textDigest == other.textDigest && protocol == other.protocol && stride == other.stride &&
               reach == other.reach && maxTokens == other.maxTokens && seed == other.seed;
    }
};

} // namespace slopescope
