// One job of a sweep: one variant's curve on one text. A line of the file that `slopescope-cli plan` writes
// and `run` reads. A plain value, any thread.
#pragma once

#include "core/base/json.h"
#include "core/study/requests.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace slopescope {

struct SweepJob {
    Variant variant;
    std::string positions, slopes; // as the person wrote them
    std::uint64_t modelDigest = 0; // of the model's files (ModelFacts::digest)
    std::string text;              // the file
    bool rawLineEnds = false;
    std::uint64_t textDigest = 0; // of its letters (Session::textDigest)
    CurvePlan plan;
    std::int64_t place = 0; // in the plan
    double cost = 1;        // about the multiplications that it takes; of use beside the other jobs' only

    // A digest of what is measured, sixteen hexadecimal digits: the digests of model and text, positions, slopes and
    // plan. Not of where the files lie nor of what the person called them.
    std::string id() const;
    bool operator==(const SweepJob&) const = default;
};

nlohmann::ordered_json sweepJobJson(const SweepJob& job);

// Throws Error with the node's path where something makes no sense, also where the id is not that of the content.
SweepJob readSweepJob(const JsonNode& node);

// Which of `count` shards (0 the first) each job belongs to: neighbours stay together, so that a model is read by few,
// and every shard has about the same cost.
std::vector<int> shardsOf(std::span<const SweepJob> jobs, int count);

} // namespace slopescope
