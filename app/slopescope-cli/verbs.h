// The verbs of the command line, one file each. A verb declares its options when it is added; when the person chose it,
// its callback runs and prints to stdout. Errors leave as exceptions: main says them on stderr and exits with status 2.
#pragma once

#include "app/slopescope-cli/progress_line.h"
#include "core/base/job.h"

#include <stop_token>
#include <string>

namespace CLI {
class App;
}

namespace slopescope::cli {

// What every verb is given.
struct Context {
    std::string resources;      // models/ and text/
    bool json = false;          // --json
    int threads = 0;            // --threads, 0: all
    std::string device = "cpu"; // --device
    std::string commandLine;    // as typed
    ProgressLine progress;
    Job job;               // stopped by Ctrl+C
    std::stop_token stop;  // of that job, for verbs that report in words of their own
    int status = 0;        // to exit with
};

void addInfo(CLI::App& app, Context& context);
void addTokenize(CLI::App& app, Context& context);
void addLogits(CLI::App& app, Context& context);
void addPerplexity(CLI::App& app, Context& context);
void addMap(CLI::App& app, Context& context);
void addProfile(CLI::App& app, Context& context);
void addHeads(CLI::App& app, Context& context);
void addFit(CLI::App& app, Context& context);
void addGenerate(CLI::App& app, Context& context);
void addTrain(CLI::App& app, Context& context);
void addPlan(CLI::App& app, Context& context);
void addRun(CLI::App& app, Context& context);
void addMerge(CLI::App& app, Context& context);
void addBench(CLI::App& app, Context& context);

} // namespace slopescope::cli
