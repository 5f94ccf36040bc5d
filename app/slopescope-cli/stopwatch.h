// Side-by-side timing for the bench verbs, and the memory that a piece of work takes. Main thread.
#pragma once

#include "core/base/job.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace slopescope::cli {

struct Contender {
    std::string name;
    std::function<void()> work;
    double seconds = 0; // of its fastest round, once raced
};

// All take turns, round by round, because machines drift; a first turn of each warms up and does not count.
void race(std::vector<Contender>& contenders, int rounds, const Job& job);

// The most memory that the process held while `work` ran, beyond what it held before; nothing where the system does not
// say.
std::optional<std::int64_t> peakBytes(const std::function<void()>& work);

} // namespace slopescope::cli
