#include "app/slopescope-cli/stopwatch.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <limits>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace slopescope::cli {
namespace {

// A field of Linux's /proc/self/status, which counts in kB.
std::optional<std::int64_t> statusBytes(const std::string& field) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(field + ":"))
            return std::stoll(line.substr(field.size() + 1)) * 1024;
    return std::nullopt;
}

} // namespace

void race(std::vector<Contender>& contenders, int rounds, const Job& job) {
    for (Contender& contender : contenders) {
        contender.work();
        contender.seconds = std::numeric_limits<double>::infinity();
    }
    for (int round = 0; round < rounds; ++round)
        for (Contender& contender : contenders) {
            job.check();
            job.report(double(round) / rounds, contender.name);
            const auto begin = std::chrono::steady_clock::now();
            contender.work();
            const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
            contender.seconds = std::min(contender.seconds, taken.count());
        }
}

std::optional<std::int64_t> peakBytes(const std::function<void()>& work) {
#if defined(__GLIBC__)
    malloc_trim(0); // what earlier work left behind would hide part of this one's need
#endif
    const bool reset =
        bool(std::ofstream("/proc/self/clear_refs") << "5" << std::flush); // the high-water mark falls to now
    const auto before = statusBytes("VmRSS");
    work();
    const auto peak = statusBytes("VmHWM");
    if (!reset || !before || !peak)
        return std::nullopt;
    return std::max<std::int64_t>(0, *peak - *before);
}

} // namespace slopescope::cli
