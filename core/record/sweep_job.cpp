#include "core/record/sweep_job.h"

#include "core/base/digest.h"
#include "core/record/json_fields.h"
#include "core/record/measured_record.h"
#include "core/record/variant_record.h"
#include "core/study/curve_plan.h"

#include <algorithm>

namespace slopescope {
namespace {

constexpr std::size_t kMostLengths = 100'000, kLongestName = 4096;

nlohmann::ordered_json planJson(const CurvePlan& plan) {
    nlohmann::ordered_json json{{"protocol", nameOf(plan.protocol)}, {"lengths", plan.lengths}};
    if (plan.stride > 0)
        json["stride"] = plan.stride;
    if (plan.protocol == Protocol::OnePass) {
        json["windows"] = plan.windows;
        json["seed"] = static_cast<std::int64_t>(plan.seed);
    }
    return json;
}

CurvePlan readPlan(const JsonNode& node) {
    CurvePlan plan;
    take(node, "protocol", plan.protocol);
    for (const JsonNode& length : list(node.at("lengths"), kMostLengths))
        plan.lengths.push_back(length.integer(1, kMostTokens));
    take(node, "stride", plan.stride, 1, kMostTokens);
    take(node, "windows", plan.windows, 0, kMostTokens);
    std::int64_t seed = 1;
    take(node, "seed", seed, INT64_MIN, INT64_MAX);
    plan.seed = static_cast<std::uint64_t>(seed);
    checkPlan(plan);
    return plan;
}

} // namespace

std::string SweepJob::id() const {
    Variant unnamed = variant;
    unnamed.model.clear();
    Digest digest;
    digest.add(std::string_view("slopescope job 1")).add(modelDigest).add(textDigest).add(digestOf(unnamed));
    digest.add(std::string_view(nameOf(plan.protocol))).add(std::uint64_t(plan.lengths.size()));
    for (const std::int64_t length : plan.lengths)
        digest.add(length);
    digest.add(plan.stride).add(plan.windows).add(plan.seed);
    return digestText(digest.value());
}

nlohmann::ordered_json sweepJobJson(const SweepJob& job) {
    nlohmann::ordered_json json{{"id", job.id()},
                                {"variant", variantJson(job.variant)},
                                {"positions", job.positions},
                                {"slopes", job.slopes},
                                {"model digest", digestText(job.modelDigest)},
                                {"text", job.text},
                                {"text digest", digestText(job.textDigest)},
                                {"plan", planJson(job.plan)},
                                {"place", job.place},
                                {"cost", job.cost}};
    if (job.rawLineEnds)
        json["raw line ends"] = true;
    return json;
}

SweepJob readSweepJob(const JsonNode& node) {
    SweepJob job;
    job.variant = readVariant(node.at("variant"));
    job.positions = words(node.at("positions"), kLongestName);
    job.slopes = words(node.at("slopes"), kLongestName);
    job.modelDigest = readDigest(node.at("model digest"));
    job.text = words(node.at("text"), kLongestName);
    job.textDigest = readDigest(node.at("text digest"));
    job.plan = readPlan(node.at("plan"));
    job.place = node.at("place").integer(0, INT64_MAX);
    job.cost = number(node.at("cost"), 0, 1e300, "a number of at least 0");
    take(node, "raw line ends", job.rawLineEnds);
    if (node.at("id").text() != job.id())
        node.at("id").refuse(
            "is not that of what the job says: it was changed by hand, or this program plans otherwise; make a "
            "plan anew");
    return job;
}

std::vector<int> shardsOf(std::span<const SweepJob> jobs, int count) {
    double total = 0;
    for (const SweepJob& job : jobs)
        total += job.cost;
    std::vector<int> shards;
    double before = 0;
    for (const SweepJob& job : jobs) {
        const double middle = total > 0 ? (before + job.cost / 2) / total : 0;
        shards.push_back(std::clamp(int(middle * count), 0, count - 1));
        before += job.cost;
    }
    return shards;
}

} // namespace slopescope
