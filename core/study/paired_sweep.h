// Which window of which curve is measured next: one window for every variant before the next window, so that every state of
// the plot compares like with like.
//
// The state of a sweep is what has been measured: the tallies. So a sweep that was stopped goes on by asking again, and what
// was measured is not measured twice. Plain arithmetic over one tokenization of a text, any thread.
#pragma once

#include "core/study/curve_tally.h"
#include "core/study/shared_runs.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace slopescope {

// One curve of a sweep.
struct SweepMember {
    const CurveTally* tally = nullptr;
    std::optional<std::int64_t> longestInput; // learned positions end there; none: any length
    bool prefixStable = true; // the beginning of a window is what a shorter window would be; else each length runs for itself
};

// Windows that go through the model together, for the members that lack them.
struct SweepBatch {
    std::vector<SharedRun> runs; // all of one size; their windows say which lengths they serve
    std::vector<std::size_t> members;
    bool contexts = false; // they serve the curve by context, too
    std::int64_t inputs() const { return runs.front().inputs; }
};

class PairedSweep {
public:
    // The plan must have been checked (curve_plan.h). `tokens` are those of the text.
    PairedSweep(CurvePlan plan, std::int64_t tokens);

    const CurvePlan& plan() const { return m_plan; }

    // What to measure next; nothing: all is measured. At first the beginning of the first window for members that have nothing
    // yet, so that a curve answers at once; then the first pass; then, with one pass, lengths that rest on few windows.
    std::optional<SweepBatch> next(std::span<const SweepMember> members) const;

    // Whether the first pass of this member is done, and how much of it.
    std::int64_t windowsTotal(const SweepMember& member) const;
    std::int64_t windowsDone(const SweepMember& member) const;
    std::int64_t windowLength() const { return m_longest; }

    // Why a length cannot be measured for this member; empty: it can.
    std::string whyNot(const SweepMember& member, std::int64_t length) const;

    // Tokens at the end of the text that windows of no length score. 0 with one pass, which takes samples of the text.
    std::int64_t leftOver() const;

    // Puts the losses of a batch, [run][position], into a tally, and what it took to compute them. `ends[i]`: the byte behind
    // token i; empty: no letters.
    void add(const SweepBatch& batch, std::span<const float> loss, std::span<const std::int64_t> ends, double seconds,
             CurveTally& tally) const;

private:
    using Members = std::span<const SweepMember>;
    struct Level { // the windows of one length, in the seeded order in which they are measured
        std::int64_t length = 0;
        std::vector<std::int64_t> starts;
    };

    void cutOnePass();
    std::string whyNoLength(std::int64_t length) const;
    std::int64_t servedLength(const SweepMember& member, std::int64_t atMost) const;
    std::int64_t lacks(const SweepMember& member, std::int64_t start, std::int64_t length, bool shorterToo) const;
    std::optional<SweepBatch> firstLacking(Members members, std::span<const std::int64_t> starts, std::int64_t length,
                                           bool shorterToo) const;
    std::optional<SweepBatch> firstAnswer(Members members) const;
    std::optional<SweepBatch> evenOut(Members members) const;
    std::optional<SweepBatch> fill(Members members) const;
    SharedRun onePassRun(const SweepMember& member, std::int64_t start, std::int64_t inputs) const;

    std::vector<SharedRun> runsFor(const SweepMember& member) const; // of the other protocols
    bool lacksRun(const SweepMember& member, const SharedRun& run) const;
    std::optional<SweepBatch> nextRun(Members members) const;

    std::span<const std::int64_t> firstPass() const {
        return std::span(m_levels.back().starts).first(m_firstPass);
    }

    CurvePlan m_plan;
    std::int64_t m_tokens;       // of the text, as far as the plan reads it
    std::int64_t m_longest = 0;  // length that the text can serve; 0: none
    std::vector<Level> m_levels; // of one pass: ascending lengths, the last one those of the first pass
    std::size_t m_firstPass = 0; // windows of it
};

} // namespace slopescope
