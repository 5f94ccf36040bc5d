// The verbs of the command line, one file each. A verb declares its options when it is added; when the person chose it, its
// callback runs and prints to stdout. Errors leave as exceptions: main says them on stderr and exits with status 2.
#pragma once

#include "core/job.h"

#include <string>

namespace CLI {
class App;
}

namespace slopescope::cli {

// What every verb is given.
struct Context {
    std::string resources;   // models/ and text/
    bool json = false;       // --json
    int threads = 0;         // --threads, 0: all
    std::string commandLine; // as typed
    Job job;                 // stopped by Ctrl+C
};

void addTrain(CLI::App& app, Context& context);

} // namespace slopescope::cli
