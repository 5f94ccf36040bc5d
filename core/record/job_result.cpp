#include "core/record/job_result.h"

#include "core/record/json_fields.h"
#include "core/record/measured_record.h"
#include "core/study/tally_states.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace slopescope {

template <>
struct EnumNames<JobState> {
    static constexpr std::array kTable{std::pair(JobState::Failed, "failed"),
                                       std::pair(JobState::Unfinished, "unfinished"),
                                       std::pair(JobState::Done, "done")};
};

namespace {

constexpr std::size_t kLongestSentence = 1 << 16;

// Everything that says which of two results of one job the words are taken from.
auto rank(const JobResult& result) {
    return std::tie(result.state, result.version, result.threads, result.seconds, result.error);
}

} // namespace

nlohmann::ordered_json jobResultJson(const JobResult& result) {
    nlohmann::ordered_json json{{"job", sweepJobJson(result.job)}, {"state", nameOf(result.state)}};
    if (!result.error.empty())
        json["error"] = result.error;
    json["version"] = result.version;
    json["device"] = result.device;
    json["threads"] = result.threads;
    json["seconds"] = result.seconds;
    if (result.measured)
        json["measured"] = measuredJson(*result.measured);
    return json;
}

JobResult readJobResult(const JsonNode& node) {
    JobResult result;
    result.job = readSweepJob(node.at("job"));
    result.state = readEnum<JobState>(node.at("state"));
    if (const auto error = node.find("error"))
        result.error = words(*error, kLongestSentence);
    result.version = words(node.at("version"), kLongestSentence);
    result.device = words(node.at("device"), kLongestSentence);
    result.threads = int(node.at("threads").integer(0, 1 << 20));
    result.seconds = number(node.at("seconds"), 0, 1e300, "a number of at least 0");
    if (const auto measured = node.find("measured"))
        result.measured = readMeasured(*measured);
    if (result.state == JobState::Done && !result.measured)
        node.refuse("is done and says nothing that was measured");
    return result;
}

void JobResults::add(JobResult result) {
    const auto [known, isNew] = m_results[result.job.id()].try_emplace(result.device, result);
    if (isNew)
        return;
    JobResult& best = known->second;
    if (rank(best) < rank(result))
        std::swap(best, result);
    if (!result.measured)
        return;
    if (!best.measured)
        best.measured = std::move(result.measured);
    else if (best.measured->isOfTheSame(*result.measured))
        takeOver(best.measured->tally, result.measured->tally);
}

const JobResult* JobResults::find(const std::string& id) const {
    const auto found = m_results.find(id);
    if (found == m_results.end())
        return nullptr;
    return &std::max_element(found->second.begin(), found->second.end(), [](const auto& a, const auto& b) {
                return a.second.state < b.second.state;
            })->second;
}

const JobResult* JobResults::find(const std::string& id, const std::string& device) const {
    const auto found = m_results.find(id);
    if (found == m_results.end())
        return nullptr;
    const auto there = found->second.find(device);
    return there == found->second.end() ? nullptr : &there->second;
}

bool JobResults::isDone(const std::string& id) const {
    const JobResult* const result = find(id);
    return result != nullptr && result->state == JobState::Done;
}

std::vector<const JobResult*> JobResults::all() const {
    std::vector<const JobResult*> results;
    for (const auto& [id, byDevice] : m_results)
        for (const auto& [device, result] : byDevice)
            results.push_back(&result);
    return results;
}

std::vector<SweptCurve> sweptCurves(const JobResults& results) {
    // Sums of floating-point numbers depend on their order, which is that of the plan whatever the order of the lines.
    std::vector<const JobResult*> ordered = results.all();
    std::stable_sort(ordered.begin(), ordered.end(),
                     [](const JobResult* a, const JobResult* b) { return a->job.place < b->job.place; });
    std::vector<SweptCurve> curves;
    std::map<std::uint64_t, std::vector<std::size_t>> known; // by variant: a sweep has thousands of jobs
    for (const JobResult* const result : ordered) {
        if (!result->measured)
            continue;
        std::vector<std::size_t>& near = known[digestOf(result->measured->variant)];
        const auto same = std::find_if(near.begin(), near.end(), [&](std::size_t i) {
            return curves[i].measured.isOfTheSame(*result->measured) &&
                   curves[i].job.plan.lengths == result->job.plan.lengths;
        });
        if (same != near.end()) {
            curves[*same].measured.tally.merge(result->measured->tally);
            continue;
        }
        near.push_back(curves.size());
        curves.push_back({result->job, *result->measured});
    }
    return curves;
}

} // namespace slopescope
