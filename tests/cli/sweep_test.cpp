// Sweeps: plan, run and merge, however the jobs are split and whenever a process is ended.
#include "tests/cli/sweep_runs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <set>

namespace slopescope::test {
namespace {

using nlohmann::json;

TEST(Sweep, APlanLeavesOutWhatMakesNoSenseAndSaysSo) {
    const json spec{{"models", {modelOf("alibi"), modelOf("learned")}},
                    {"texts", {textFile()}},
                    {"slopes", {"as-trained", "paper", "random:1..3"}},
                    {"positions", {"own", "window:8", "rotary-linear:2"}},
                    {"lengths", {8, 16}},
                    {"windows", 2}};
    const std::string jobs = (folder() / "senses.jsonl").string();
    const json said = runJson({"plan", write("senses.json", spec.dump()), "--out", jobs});
    // ALiBi: own and window, each with 5 slope sets of which "paper" is "as-trained"; learned: as trained, with own and
    // window.
    EXPECT_EQ(said.at("jobs"), 2 * 4 + 2);
    std::int64_t leftOut = 0;
    for (const json& one : said.at("left_out"))
        leftOut += one.at("combinations").get<std::int64_t>();
    EXPECT_EQ(leftOut, 2 * 3 * 5 - (2 * 4 + 2));
    std::set<std::string> ids;
    std::string model;
    std::set<std::string> models; // that came before
    for (const json& job : linesOf(jobs)) {
        EXPECT_TRUE(ids.insert(job.at("id")).second);
        const std::string its = job.at("variant").at("model");
        EXPECT_TRUE(its == model || models.insert(its).second); // jobs of a model stand together
        model = its;
    }
}

TEST(Sweep, TheIdOfAJobIsOfItsContentAndNotOfItsPlace) {
    const SweepFiles here("here", 3), there("there", 3);
    std::filesystem::create_directories(folder() / "elsewhere");
    std::filesystem::copy(modelOf("alibi"), folder() / "elsewhere/model", std::filesystem::copy_options::recursive);
    const std::string text = write("elsewhere/text.txt", read(textFile()));
    json spec = here.spec();
    spec["models"] = {"elsewhere/model"}; // seen from the folder of the spec
    spec["texts"] = {"elsewhere/text.txt"};
    ASSERT_EQ(run({"plan", write("elsewhere.json", spec.dump()), "--out", there.jobs()}).status, 0);
    EXPECT_EQ(idsOf(there.jobs()), idsOf(here.jobs()));
    write("elsewhere/text.txt", read(textFile()) + "more");
    ASSERT_EQ(run({"plan", write("elsewhere.json", spec.dump()), "--out", there.jobs()}).status, 0);
    const auto before = idsOf(here.jobs()), after = idsOf(there.jobs());
    for (const std::string& id : after)
        EXPECT_EQ(std::count(before.begin(), before.end(), id), 0);
}

TEST(Sweep, AJobMeasuresWhatPerplexityDoes) {
    const SweepFiles sweep("one", 2);
    sweep.runWhole();
    const json merged = runJson({"merge", sweep.part()});
    ASSERT_EQ(merged.at("curves").size(), 2U);
    for (const json& curve : merged.at("curves")) {
        Arguments arguments{"perplexity", modelOf("alibi"), "--text", textFile(),  "--lengths", "8,16,32", "--windows",
                            "3",          "--error",        "0",      "--threads", "1"};
        arguments.insert(arguments.end(), {"--slopes", curve.at("slopes").get<std::string>()});
        const json alone = runJson(arguments);
        ASSERT_EQ(curve.at("points").size(), alone.at("points").size());
        for (std::size_t i = 0; i < alone.at("points").size(); ++i)
            for (const char* const key : {"length", "nll", "perplexity", "standard_error", "windows", "tokens"})
                EXPECT_EQ(curve.at("points")[i].at(key), alone.at("points")[i].at(key)) << key;
    }
}

TEST(Sweep, AnySplitInAnyOrderMergesToTheSameBits) {
    const SweepFiles sweep("split", 7);
    sweep.runWhole();
    std::vector<std::string> parts;
    for (int shard = 1; shard <= 3; ++shard) {
        parts.push_back((folder() / ("split-" + std::to_string(shard) + ".jsonl")).string());
        const Outcome outcome = run(
            {"run", sweep.jobs(), "--shard", std::to_string(shard) + "/3", "--threads", "1", "--out", parts.back()});
        ASSERT_EQ(outcome.status, 0) << outcome.err;
        EXPECT_FALSE(linesOf(parts.back()).empty());
    }
    EXPECT_EQ(linesOf(parts[0]).size() + linesOf(parts[1]).size() + linesOf(parts[2]).size(), 7U);
    const std::string whole = merged({sweep.part()});
    EXPECT_EQ(merged(parts), whole);
    EXPECT_EQ(merged({parts[2], parts[0], parts[1], parts[0], sweep.part()}), whole);
    // Of the same lines, all that is said is the same, seconds included.
    const json one = runJson({"merge", parts[0], parts[1], parts[2]}),
               other = runJson({"merge", parts[1], parts[2], parts[2], parts[0]});
    EXPECT_EQ(one, other);
}

TEST(Sweep, ATornLineIsCutOffAndMeasuredAgain) {
    const SweepFiles sweep("torn", 4);
    sweep.runWhole();
    const std::string whole = merged({sweep.part()}), bytes = read(sweep.part());
    const std::string torn = write("torn-part.jsonl", bytes.substr(0, bytes.size() - 40));
    EXPECT_EQ(runJson({"merge", torn}).at("done"), 3);
    const json said = runJson({"run", sweep.jobs(), "--resume", "--threads", "1", "--out", torn});
    EXPECT_EQ(said.at("measured"), 1);
    EXPECT_EQ(linesOf(torn).size(), 4U);
    EXPECT_EQ(merged({torn}), whole);
}

TEST(Sweep, AFileThatIsThereIsGoneOnWithOnlyWhenAsked) {
    const SweepFiles sweep("there", 1);
    sweep.runWhole();
    const Outcome again = run({"run", sweep.jobs(), "--out", sweep.part()});
    EXPECT_EQ(again.status, 2);
    EXPECT_THAT(again.err, testing::HasSubstr("--resume"));
    EXPECT_EQ(runJson({"run", sweep.jobs(), "--resume", "--out", sweep.part()}).at("measured"), 0);
}

TEST(Sweep, AJobThatFailsIsALineAndTheOthersGoOn) {
    const std::string doomed = write("doomed.txt", read(textFile()) + "And so on.");
    SweepFiles sweep("doom", 2, {textFile(), doomed});
    write("doomed.txt", "Other letters than those that were planned, enough of them for a window or two.");
    const Outcome outcome = run({"run", sweep.jobs(), "--threads", "1", "--out", sweep.part()});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.err, testing::HasSubstr("another than when the jobs were planned"));
    EXPECT_EQ(linesOf(sweep.part()).size(), 4U);
    const std::string missing = (folder() / "doom-missing.jsonl").string();
    const json said = runJson({"merge", sweep.part(), "--jobs", sweep.jobs(), "--missing", missing});
    EXPECT_EQ(said.at("done"), 2);
    EXPECT_EQ(said.at("failed"), 2);
    EXPECT_EQ(said.at("missing"), 2);
    // What is missing is a plan, and succeeds once the text is there again.
    write("doomed.txt", read(textFile()) + "And so on.");
    const std::string rest = (folder() / "doom-rest.jsonl").string();
    ASSERT_EQ(run({"run", missing, "--threads", "1", "--out", rest}).status, 0);
    const json all = runJson({"merge", sweep.part(), rest, "--jobs", sweep.jobs()});
    EXPECT_EQ(all.at("missing"), 0);
    EXPECT_EQ(all.at("failed"), 0);
}

TEST(Sweep, ABudgetEndsItWithAStatusOfItsOwn) {
    const SweepFiles sweep("budget", 3);
    EXPECT_EQ(run({"run", sweep.jobs(), "--budget", "0s", "--out", sweep.part()}).status, 3);
    EXPECT_EQ(runJson({"run", sweep.jobs(), "--resume", "--budget", "10h", "--out", sweep.part()}).at("left"), 0);
    EXPECT_EQ(run({"run", sweep.jobs(), "--resume", "--budget", "soon", "--out", sweep.part()}).status, 2);
}

TEST(Sweep, EndedByASignalItGoesOnToTheSameBits) {
    const SweepFiles sweep("signal", 24, {}, true);
    sweep.runWhole();
    const std::string whole = merged({sweep.part()});
    for (const int signal : {SIGTERM, SIGUSR1, SIGKILL}) {
        const std::string part = (folder() / ("signal-" + std::to_string(signal) + ".jsonl")).string();
        const Outcome ended = runEnded({"run", sweep.jobs(), "--threads", "1", "--out", part}, signal,
                                       [&] { return read(part).find('\n') != std::string::npos; });
        // 0: it was done before the signal came, on a machine that was busy otherwise.
        EXPECT_THAT(ended.status, testing::AnyOf(0, signal == SIGKILL ? 128 + SIGKILL : 3)) << ended.err;
        const Outcome rest = run({"run", sweep.jobs(), "--resume", "--threads", "1", "--out", part});
        ASSERT_EQ(rest.status, 0) << rest.err;
        EXPECT_EQ(merged({part}), whole);
    }
}

TEST(Sweep, TheShardComesFromWhoeverStartedIt) {
    const SweepFiles sweep("shard", 4);
    const std::string part = (folder() / "shard-part.jsonl").string();
    const auto shardIn = [&](const std::vector<std::pair<std::string, std::string>>& variables, const Arguments& more) {
        std::filesystem::remove(part);
        for (const auto& [name, value] : variables)
            setenv(name.c_str(), value.c_str(), 1);
        Arguments arguments{"run", sweep.jobs(), "--budget", "0s", "--json", "--out", part};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Outcome outcome = run(arguments);
        for (const auto& [name, value] : variables)
            unsetenv(name.c_str());
        if (outcome.status == 2)
            return outcome.err;
        const json said = json::parse(outcome.out);
        return said.at("shard").dump() + "/" + said.at("shards").dump();
    };
    EXPECT_EQ(
        shardIn({{"SLURM_ARRAY_TASK_ID", "11"}, {"SLURM_ARRAY_TASK_MIN", "10"}, {"SLURM_ARRAY_TASK_COUNT", "4"}}, {}),
        "2/4");
    EXPECT_EQ(shardIn({{"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "2"}}, {}), "1/2");
    EXPECT_EQ(shardIn({{"PARALLEL_SEQ", "4"}}, {"--shards", "4"}), "4/4");
    EXPECT_EQ(shardIn({{"SLURM_ARRAY_TASK_ID", "3"}, {"SLURM_ARRAY_TASK_COUNT", "4"}}, {"--shard", "1/3"}), "1/3");
    EXPECT_EQ(shardIn({}, {}), "1/1");
    EXPECT_THAT(shardIn({{"PARALLEL_SEQ", "4"}}, {}), testing::HasSubstr("--shards"));
    EXPECT_THAT(shardIn({{"SLURM_ARRAY_TASK_ID", "9"}, {"SLURM_ARRAY_TASK_COUNT", "4"}}, {}),
                testing::HasSubstr("shard 10 of 4"));
    EXPECT_THAT(shardIn({}, {"--shard", "0/4"}), testing::HasSubstr("makes no sense"));
}

TEST(Sweep, AWorkspaceHoldsARowAVariantWithItsCurve) {
    const SweepFiles sweep("space", 3);
    sweep.runWhole();
    const std::string file = (folder() / "sweep.slopescope").string();
    const Outcome outcome = run({"merge", sweep.part(), "--workspace", file});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const json workspace = json::parse(read(file));
    EXPECT_EQ(workspace.at("slopescope"), "workspace");
    EXPECT_EQ(workspace.at("variants").size(), 3U);
    EXPECT_EQ(workspace.at("measured").size(), 3U);
    EXPECT_EQ(workspace.at("measurement").at("longest"), 32);
    EXPECT_EQ(workspace.at("measurement").at("windows"), 3);
}

} // namespace
} // namespace slopescope::test
