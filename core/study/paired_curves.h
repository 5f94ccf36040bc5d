// Measures curves of several variants side by side, and keeps what was measured.
//
// Owned by Session; one thread at a time (the sweep's), but for measured() and remember(), which any thread may call. Tallies
// are found again by variant, model, text and plan, so a sweep that was stopped goes on, a variant that comes back brings its
// curve, and nothing is measured twice.
#pragma once

#include "core/base/job.h"
#include "core/model/decoder.h"
#include "core/study/measured_curve.h"
#include "core/study/paired_sweep.h"
#include "core/study/requests.h"

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace slopescope {

// One variant with all that measuring it takes.
struct CurveSource {
    Variant variant;
    std::string fault; // why it cannot be measured; the rest is then empty
    bool closed = false; // the fault: its model or the text is not open. What was measured before is shown instead
    std::shared_ptr<const Decoder> decoder;
    std::shared_ptr<const std::vector<std::int32_t>> ids;
    std::shared_ptr<const std::vector<std::int64_t>> ends; // the byte behind each token; empty: no letters
    std::uint64_t textDigest = 0;
    std::uint64_t modelDigest = 0; // what was measured of another model, or on another device, is not of it
    std::string device = "cpu";
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

    // What has been measured of these variants, by every plan. Any thread, also while measure() runs.
    std::vector<MeasuredCurve> measured(std::span<const Variant> variants) const;
    // Takes over what was measured before, from a file. Any thread; it counts from the next call of state() or measure() on.
    void remember(std::vector<MeasuredCurve> curves);
    // Grows with everything that is measured or remembered. Any thread.
    std::uint64_t changes() const;

private:
    struct Group { // variants that read the same tokens
        PairedSweep sweep;
        std::uint64_t textDigest = 0;
        std::int64_t textTokens = 0;
        std::vector<std::size_t> which;   // of the request's variants: those that can be measured first
        std::size_t live = 0;             // so many of them; the others are shown as they were measured before
        std::vector<SweepMember> members; // as `which`
        std::optional<SweepBatch> next;   // to measure; nothing: all is
    };

    void takeRemembered();
    CurveTally& tallyOf(const CurvesRequest& request, const CurveSource& source);
    const MeasuredCurve* storedOf(const CurvesRequest& request, const CurveSource& source); // null: there is none
    std::vector<Group> groupsOf(const CurvesRequest& request, const std::vector<CurveSource>& sources);
    // Who is still measured, and what comes next.
    void lookAround(const CurvesRequest& request, const std::vector<CurveSource>& sources, Group& group);
    CurvesResult stateOf(const CurvesRequest& request, const std::vector<CurveSource>& sources, std::vector<Group>& groups);
    void describe(const Group& group, std::size_t member, CurveResult& curve) const;
    void measureNext(const Group& group, const CurvesRequest& request, std::vector<CurveSource>& sources, const Job& job);
    void report(const CurvesResult& state, const Job& job) const;

    mutable std::mutex m_mutex; // held by the sweep's thread where it changes m_kept, by others where they read it
    std::list<MeasuredCurve> m_kept; // newest use first
    std::vector<MeasuredCurve> m_remembered; // not taken over yet
    std::uint64_t m_changes = 0;
};

} // namespace slopescope
