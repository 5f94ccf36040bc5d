// What came of a job of a sweep: a line of the file that `slopescope-cli run` writes, and how such lines are put
// together. Plain values, any thread.
#pragma once

#include "core/base/json.h"
#include "core/record/sweep_job.h"
#include "core/study/measured_curve.h"

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slopescope {

enum class JobState {
    Failed,     // `error` says why
    Unfinished, // it was ended between two windows; what it has is of use to whoever goes on
    Done,
};

struct JobResult {
    SweepJob job;
    JobState state = JobState::Failed;
    std::string error;
    std::optional<MeasuredCurve> measured; // sums of every window; none: nothing was measured
    std::string version, device = "cpu";   // of the program; where it computed
    int threads = 0;
    double seconds = 0; // of the clock, reading the model left out

    bool operator==(const JobResult&) const = default;
};

nlohmann::ordered_json jobResultJson(const JobResult& result);
JobResult readJobResult(const JsonNode& node); // throws Error with the node's path

// Results of jobs, added in any order and any of them more than once: what is put together is the same, to the bit.
class JobResults {
public:
    void add(JobResult result);

    // What there is of a job: done before unfinished before failed. Null: nothing.
    const JobResult* find(const std::string& id) const;
    const JobResult* find(const std::string& id, const std::string& device) const;
    bool isDone(const std::string& id) const;
    std::vector<const JobResult*> all() const; // one a job and device

private:
    std::map<std::string, std::map<std::string, JobResult>> m_results; // by the job's id and the device
};

// One curve of a sweep, put together from all that measured it.
struct SweptCurve {
    SweepJob job; // the first of them in the plan, whose words, text and lengths are the curve's
    MeasuredCurve measured;
};

// In the order of the plan. Curves of other devices are other curves.
std::vector<SweptCurve> sweptCurves(const JobResults& results);

} // namespace slopescope
