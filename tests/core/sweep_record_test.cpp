// The records of sweeps: jobs, results and how they are put together, on numbers made up here.
#include "core/base/error.h"
#include "core/record/job_result.h"
#include "core/record/json_lines.h"
#include "core/record/sweep_spec.h"
#include "core/record/swept_workspace.h"
#include "tests/core/temp_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace slopescope {
namespace {

SweepJob jobOf(int slope) {
    SweepJob job;
    job.variant.model = "alibi";
    job.variant.slopes = {{0.5 / slope, 0.25}, {0.5, 0.125}};
    job.positions = "own";
    job.slopes = "scale:" + std::to_string(slope);
    job.modelDigest = 0xFEDC'BA98'7654'3210;
    job.text = "/books/one.txt";
    job.textDigest = 77;
    job.plan.lengths = {32, 64};
    job.plan.windows = 4;
    job.place = slope;
    job.cost = 10;
    return job;
}

// Of windows [from, to), whose sums no float holds exactly.
JobResult resultOf(int slope, int from, int to, JobState state = JobState::Done) {
    JobResult result;
    result.job = jobOf(slope);
    result.state = state;
    result.version = "1";
    result.threads = 2;
    result.seconds = 0.1 * slope;
    MeasuredCurve curve;
    curve.variant = result.job.variant;
    curve.modelDigest = result.job.modelDigest;
    curve.textDigest = 5;
    curve.textTokens = 1000;
    curve.seed = 1;
    for (int window = from; window < to; ++window)
        for (const int length : {32, 64})
            curve.tally.byLength[length][window * 64] = {length * (2.1 + 0.01 * window + 0.1 / slope), length,
                                                         4 * length, 1, 64};
    curve.tally.seconds[64] = 0.1 * (to - from);
    curve.tally.tokens = 64 * (to - from);
    result.measured = curve;
    return result;
}

nlohmann::json throughText(const nlohmann::ordered_json& json) {
    return nlohmann::json::parse(json.dump());
}

TEST(SweepRecord, JobsAndResultsAreReadBackAsTheyWere) {
    const auto json = throughText(sweepJobJson(jobOf(3)));
    EXPECT_EQ(readSweepJob(JsonNode(json, "job:")), jobOf(3));
    for (const JobState state : {JobState::Failed, JobState::Unfinished, JobState::Done}) {
        JobResult result = resultOf(2, 0, 3, state);
        result.error = state == JobState::Failed ? "It failed." : "";
        const auto line = throughText(jobResultJson(result));
        EXPECT_EQ(readJobResult(JsonNode(line, "line:")), result);
    }
}

TEST(SweepRecord, AJobWhoseContentWasChangedIsRefused) {
    auto json = throughText(sweepJobJson(jobOf(3)));
    json["plan"]["windows"] = 5;
    EXPECT_THROW(readSweepJob(JsonNode(json, "job:")), Error);
}

TEST(SweepRecord, TheIdKnowsEveryPartOfTheContent) {
    const std::string id = jobOf(1).id();
    const auto differs = [&](auto change) {
        SweepJob job = jobOf(1);
        change(job);
        return job.id() != id;
    };
    EXPECT_TRUE(differs([](SweepJob& job) { job.variant.slopes[1][0] = 0.75; }));
    EXPECT_TRUE(differs([](SweepJob& job) { job.variant.positions.window = 9; }));
    EXPECT_TRUE(differs([](SweepJob& job) { ++job.modelDigest; }));
    EXPECT_TRUE(differs([](SweepJob& job) { ++job.textDigest; }));
    EXPECT_TRUE(differs([](SweepJob& job) { job.plan.lengths = {32}; }));
    EXPECT_TRUE(differs([](SweepJob& job) { job.plan.windows = 5; }));
    EXPECT_TRUE(differs([](SweepJob& job) { job.plan.protocol = Protocol::LlamaCpp; }));
    EXPECT_FALSE(differs([](SweepJob& job) { job.variant.model = "/elsewhere/alibi"; }));
    EXPECT_FALSE(differs([](SweepJob& job) { job.text = "other/place.txt"; }));
    EXPECT_FALSE(differs([](SweepJob& job) { job.slopes = "another name of the same"; }));
    EXPECT_FALSE(differs([](SweepJob& job) { job.place = 8; }));
}

TEST(SweepRecord, ShardsHaveNeighboursOfTheSameCost) {
    std::vector<SweepJob> jobs;
    for (int i = 1; i <= 60; ++i) {
        jobs.push_back(jobOf(i));
        jobs.back().cost = i % 7 + 1;
    }
    double total = 0;
    for (const SweepJob& job : jobs)
        total += job.cost;
    for (const int count : {1, 2, 7, 60}) {
        const std::vector<int> shards = shardsOf(jobs, count);
        ASSERT_EQ(shards.size(), jobs.size());
        EXPECT_TRUE(std::is_sorted(shards.begin(), shards.end()));
        std::vector<double> costs(std::size_t(count), 0.0);
        for (std::size_t i = 0; i < jobs.size(); ++i)
            costs.at(std::size_t(shards[i])) += jobs[i].cost;
        for (const double cost : costs)
            EXPECT_LE(std::abs(cost - total / count), 7) << count;
    }
}

TEST(SweepRecord, AnyOrderAndAnyRepetitionComeToTheSameBits) {
    std::vector<JobResult> lines;
    for (int slope = 1; slope <= 5; ++slope) {
        lines.push_back(resultOf(slope, 0, 4));
        lines.push_back(resultOf(slope, 0, 2, JobState::Unfinished));
        lines.push_back(resultOf(slope, 0, 0, JobState::Failed));
        lines.back().measured.reset();
        lines.push_back(lines[lines.size() - 3]); // twice
        lines.push_back(resultOf(slope, 0, 4));   // on another machine, whose last bits and clock differ
        for (auto& [start, window] : lines.back().measured->tally.byLength[64])
            window.nll = std::nextafter(window.nll, start % 128 == 0 ? 1e9 : 0);
        lines.back().measured->tally.seconds[64] = 0.3;
    }
    std::vector<SweptCurve> first;
    std::mt19937 random(1);
    for (int round = 0; round < 30; ++round) {
        std::shuffle(lines.begin(), lines.end(), random);
        JobResults results;
        for (const JobResult& line : lines)
            results.add(line);
        const std::vector<SweptCurve> curves = sweptCurves(results);
        ASSERT_EQ(curves.size(), 5U);
        EXPECT_TRUE(results.isDone(jobOf(3).id()));
        if (round == 0)
            first = curves;
        for (std::size_t i = 0; i < curves.size(); ++i) {
            EXPECT_EQ(curves[i].job.place, std::int64_t(i) + 1);
            EXPECT_EQ(curves[i].measured, first[i].measured);
            EXPECT_EQ(curves[i].measured.tally.tokens, 256); // of one run, not of all
        }
    }
}

TEST(SweepRecord, AWorkspaceIsOfOneText) {
    JobResults results;
    results.add(resultOf(1, 0, 4));
    results.add(resultOf(2, 0, 4));
    JobResult other = resultOf(3, 0, 4);
    other.job.text = "/books/two.txt";
    other.job.textDigest = 78;
    other.measured->textDigest = 6;
    results.add(other);
    const std::vector<SweptCurve> curves = sweptCurves(results);
    EXPECT_THROW(sweptWorkspace(curves, "", "1"), Error);
    EXPECT_THROW(sweptWorkspace(curves, "three.txt", "1"), Error);
    const WorkspaceRecord record = sweptWorkspace(curves, "one.txt", "1");
    EXPECT_EQ(record.workspace.variants.size(), 2U);
    EXPECT_EQ(record.measured.size(), 2U);
    EXPECT_EQ(record.textDigest, 77U);
    EXPECT_EQ(record.models.at("alibi"), 0xFEDC'BA98'7654'3210U);
    EXPECT_EQ(record.workspace.measurement.longest, 64);
    EXPECT_EQ(readWorkspaceRecord(writeWorkspaceRecord(record), "file"), record);
}

TEST(SweepSpec, RangesOfSeedsAreManySlopeSets) {
    const SweepSpec spec = readSweepSpec(
        R"({"models": ["a"], "texts": ["b"], "slopes": ["paper", "random:8..10"], "windows": 0})", "spec.json");
    EXPECT_EQ(spec.slopes, (std::vector<std::string>{"paper", "random:8", "random:9", "random:10"}));
    EXPECT_EQ(spec.positions, std::vector<std::string>{"own"});
    EXPECT_EQ(spec.windows, 0);
}

TEST(SweepSpec, WhatMakesNoSenseIsRefusedInASentence) {
    for (const char* const json : {"[]", R"({"texts": ["b"]})", R"({"models": [], "texts": ["b"]})",
                                   R"({"models": ["a"], "texts": ["b"], "slope": ["paper"]})",
                                   R"({"models": ["a"], "texts": ["b"], "slopes": ["random:5..1"]})",
                                   R"({"models": ["a"], "texts": ["b"], "lengths": [64, 32]})",
                                   R"({"models": ["a"], "texts": ["b"], "stride": 4})",
                                   R"({"models": ["a"], "texts": ["b"], "protocol": "sliding"})",
                                   R"({"models": ["a"], "texts": ["b"], "protocol": "llama-cpp", "windows": 4})",
                                   R"({"models": ["a"], "texts": [7]})"})
        EXPECT_THROW(readSweepSpec(json, "spec.json"), Error) << json;
}

class JsonLines : public testing::Test {
protected:
    tests::TempFolder m_folder;
    const std::filesystem::path m_file = m_folder / "lines.jsonl";
};

TEST_F(JsonLines, WhatIsTornIsPassedOverAndCutOff) {
    tests::writeFile(m_file, "{\"a\":1}\n\n{\"a\":2}\n{\"a\":");
    ASSERT_EQ(readJsonLines(m_file).size(), 2U);
    EXPECT_THAT(readJsonLines(m_file)[1].source, testing::EndsWith("line 3"));
    JsonLinesWriter(m_file).append({{"a", 3}});
    EXPECT_EQ(tests::readFile(m_file), "{\"a\":1}\n\n{\"a\":2}\n{\"a\":3}\n");
}

TEST_F(JsonLines, AFileHasOneWriter) {
    const JsonLinesWriter first(m_file);
    EXPECT_THROW(JsonLinesWriter second(m_file), Error);
}

TEST_F(JsonLines, ALineThatIsNoJsonIsNamed) {
    tests::writeFile(m_file, "{}\nnonsense\n");
    try {
        readJsonLines(m_file);
        FAIL();
    } catch (const Error& fault) {
        EXPECT_THAT(fault.what(), testing::HasSubstr("line 2"));
    }
}

} // namespace
} // namespace slopescope
