// Measures curves of several variants side by side, and keeps what was measured.
//
// Owned by Session; one thread at a time (the sweep's). Tallies are found again by variant, origin, text and plan, so a sweep
// that was stopped goes on, a variant that comes back brings its curve, and nothing is measured twice.
#pragma once

#include "core/base/job.h"
#include "core/model/decoder.h"
#include "core/study/curve_tally.h"
#include "core/study/paired_sweep.h"
#include "core/study/requests.h"

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slopescope {

// One variant with all that measuring it takes.
struct CurveSource {
    Variant variant;
    std::string fault; // why it cannot be measured; the rest is then empty
    std::shared_ptr<const Decoder> decoder;
    std::shared_ptr<const std::vector<std::int32_t>> ids;
    std::shared_ptr<const std::vector<std::int64_t>> ends; // the byte behind each token; empty: no letters
    std::uint64_t textDigest = 0;
    std::uint64_t origin = 0;     // of the model's weights and its device: what was measured of another origin is not of it
    std::int32_t firstToken = -1; // read in the place of each window's first (llama.cpp's protocol); below 0: none
};

class PairedCurves {
public:
    using Update = std::function<void(const CurvesResult&)>;

    // The state of the curves from what has been measured so far.
    CurvesResult state(const CurvesRequest& request, const std::vector<CurveSource>& sources);

    // Measures until nothing is left; `update` is called on this thread with every new state that compares like with like. A
    // variant that fails has a fault and the others go on. Throws Cancelled when stopped, DeviceError when the device fails.
    CurvesResult measure(const CurvesRequest& request, std::vector<CurveSource> sources, const Job& job, const Update& update);

private:
    struct Kept {
        Variant variant;
        std::uint64_t origin = 0, textDigest = 0;
        Protocol protocol = Protocol::OnePass;
        std::int64_t stride = 0, reach = 0, maxTokens = 0; // reach: the longest length, where windows of others depend on it
        std::uint64_t seed = 0;
        CurveTally tally;
    };
    struct Group { // variants that read the same tokens
        PairedSweep sweep;
        std::vector<std::size_t> which;   // of the request's variants, those without a fault
        std::vector<SweepMember> members; // as `which`
        std::optional<SweepBatch> next;   // to measure; nothing: all is
    };

    CurveTally& tallyOf(const CurvesRequest& request, const CurveSource& source);
    std::vector<Group> groupsOf(const CurvesRequest& request, const std::vector<CurveSource>& sources) const;
    // Who is still measured, and what comes next.
    void lookAround(const CurvesRequest& request, const std::vector<CurveSource>& sources, Group& group);
    CurvesResult stateOf(const CurvesRequest& request, const std::vector<CurveSource>& sources, std::vector<Group>& groups);
    void measureNext(const Group& group, const CurvesRequest& request, std::vector<CurveSource>& sources, const Job& job);
    void report(const CurvesResult& state, const Job& job) const;

    std::list<Kept> m_kept; // newest use first
};

} // namespace slopescope
