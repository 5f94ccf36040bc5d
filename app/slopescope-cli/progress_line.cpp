#include "app/slopescope-cli/progress_line.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <unistd.h>

namespace slopescope::cli {
namespace {

constexpr std::chrono::milliseconds kInterval{100};
constexpr std::size_t kMostLetters = 70; // the line must not wrap: it could not be cleared

} // namespace

ProgressLine::ProgressLine() : m_isTerminal(isatty(STDERR_FILENO) == 1) {}

void ProgressLine::show(const Progress& progress) {
    const auto now = std::chrono::steady_clock::now();
    if (!m_isTerminal || now < m_next)
        return;
    m_next = now + kInterval;
    m_isShown = true;
    const int percent = int(std::lround(100 * std::clamp(progress.fraction, 0.0, 1.0)));
    std::fprintf(stderr, "\r\033[K%3d %%  %s", percent, progress.what.substr(0, kMostLetters).c_str());
    std::fflush(stderr);
}

void ProgressLine::clear() {
    if (!m_isShown)
        return;
    m_isShown = false;
    std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
}

} // namespace slopescope::cli
