// Sweeps in the hands of those that people use: GNU parallel and Slurm, real ones, with a worker killed on the way.
#include "tests/cli/sweep_runs.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

namespace slopescope::test {
namespace {

namespace fs = std::filesystem;

constexpr int kSkipped = 77; // tests/cli/slurm.sh's status where Slurm does not start here

// A folder for the parts of a sweep, and workers that can be found: the program in a script that leaves its process's
// number.
class Workers {
public:
    explicit Workers(const std::string& name) : m_folder(folder() / name) {
        fs::create_directories(parts());
        fs::create_directories(m_folder / "numbers");
        const std::string script = write(name + "/cli", "#!/bin/sh\n: >'" + (m_folder / "numbers").string() +
                                                            "'/$$\nexec '" SLOPESCOPE_CLI "' \"$@\"\n");
        fs::permissions(script, fs::perms::owner_all);
        setenv("SLOPESCOPE_CLI", script.c_str(), 1);
    }
    ~Workers() { unsetenv("SLOPESCOPE_CLI"); }

    fs::path parts() const { return m_folder / "parts"; }

    std::vector<std::string> partFiles() const {
        std::vector<std::string> files;
        for (const auto& entry : fs::directory_iterator(parts()))
            if (entry.path().extension() == ".jsonl")
                files.push_back(entry.path().string());
        return files;
    }

    // Kills one worker as soon as a result is on the disk. To be called again and again; it never asks for an end.
    bool killOne() {
        if (m_isKilled)
            return false;
        for (const std::string& file : partFiles())
            m_isKilled = m_isKilled || read(file).find('\n') != std::string::npos;
        if (m_isKilled)
            for (const auto& entry : fs::directory_iterator(m_folder / "numbers")) {
                const std::string number = entry.path().filename().string();
                std::error_code gone; // the number of one that has ended may be another's by now
                if (fs::read_symlink("/proc/" + number + "/exe", gone) == fs::path(SLOPESCOPE_CLI) && !gone) {
                    kill(std::stoi(number), SIGKILL);
                    break;
                }
            }
        return false;
    }

private:
    fs::path m_folder;
    bool m_isKilled = false;
};

void expectAllDone(const SweepFiles& sweep, const std::vector<std::string>& parts, const std::string& whole) {
    Arguments arguments{"merge", "--jobs", sweep.jobs()};
    arguments.insert(arguments.end(), parts.begin(), parts.end());
    EXPECT_EQ(runJson(arguments).at("missing"), 0);
    EXPECT_EQ(merged(parts), whole);
}

TEST(SweepEngines, GnuParallelWithAWorkerKilledComesToTheSameBits) {
    if (runProgram("/bin/sh", {"-c", "parallel --version | grep -q GNU"}).status != 0)
        GTEST_SKIP() << "GNU parallel is not installed (Debian's package parallel)";
    const SweepFiles sweep("parallel-sweep", 24, {}, true);
    sweep.runWhole();
    const std::string whole = merged({sweep.part()});
    Workers workers("parallel");
    const Arguments arguments{SLOPESCOPE_RESOURCES "/sweeps/parallel.sh", sweep.jobs(), workers.parts().string(), "3"};
    runEnded(
        arguments, 0, [&] { return workers.killOne(); }, "/bin/bash");
    const Outcome rest = runProgram("/bin/bash", arguments);
    ASSERT_EQ(rest.status, 0) << rest.err;
    EXPECT_EQ(workers.partFiles().size(), 3U);
    expectAllDone(sweep, workers.partFiles(), whole);
}

TEST(SweepEngines, ASlurmArrayWithAWorkerKilledComesToTheSameBits) {
    const SweepFiles sweep("slurm-sweep", 24, {}, true);
    sweep.runWhole();
    const std::string whole = merged({sweep.part()});
    Workers workers("slurm");
    // The array, and once more for what the killed task has left.
    const std::string submit =
        "timeout 1200 sbatch --wait --quiet --output=/dev/null --cpus-per-task=1 --array=0-2 " SLOPESCOPE_RESOURCES
        "/sweeps/sweep.sbatch '" +
        sweep.jobs() + "' '" + workers.parts().string() + "'";
    const std::string script = write("submit.sh", submit + "\n" + submit + "\n");
    const Outcome outcome = runEnded(
        {SLOPESCOPE_TESTS "/cli/slurm.sh", "/bin/bash", script}, 0, [&] { return workers.killOne(); }, "/bin/bash");
    if (outcome.status == kSkipped)
        GTEST_SKIP() << outcome.err;
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(workers.partFiles().size(), 3U);
    expectAllDone(sweep, workers.partFiles(), whole);
}

} // namespace
} // namespace slopescope::test
