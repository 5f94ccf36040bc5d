// One line on stderr that says how far a long call is; nothing at all where stderr is not a terminal.
//
// Fed by the Job of every verb, on the main thread.
#pragma once

#include "core/base/job.h"

#include <chrono>

namespace slopescope::cli {

class ProgressLine {
public:
    ProgressLine();
    ~ProgressLine() { clear(); }
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void show(const Progress& progress); // at most ten times a second
    void clear();                        // before anything else is printed

private:
    bool m_isTerminal = false, m_isShown = false;
    std::chrono::steady_clock::time_point m_next{};
};

} // namespace slopescope::cli
