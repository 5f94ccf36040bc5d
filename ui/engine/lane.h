// What the lanes of the engine share. A lane is a thread that computes, and the object of the window's thread that asks it.
#pragma once

#include <QString>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>

class QObject;

namespace slopescope::ui {

// Waits while something more urgent is computed, or until the token is triggered. Called on the lane's thread.
using StepAside = std::function<void(const std::stop_token&)>;

// Runs `deliver` on the thread of `to`, unless `newest` has moved on from `revision` by then. `mutex` guards `newest`, and both
// live as long as `to`. Any thread; the mutex may be held.
void deliverNewest(QObject* to, std::mutex& mutex, const std::uint64_t& newest, std::uint64_t revision, std::function<void()> deliver);

// One sentence about the exception being handled. `memory` makes the sentence about memory that was not to be had, from the
// amounts, as in "4.2 GiB were asked for, 1.1 GiB are left".
QString faultSentence(const std::function<QString(const QString& amounts)>& memory);

// Whether the exception being handled says that a device failed, so that the processor takes over.
bool isDeviceFault();

// Lets a message through if the last one is old enough. Used from any thread.
class Throttle {
public:
    explicit Throttle(std::chrono::milliseconds pause) : m_pause(pause) {}

    bool pass() {
        using Clock = std::chrono::steady_clock;
        const auto now = Clock::now().time_since_epoch().count();
        auto next = m_next.load();
        const auto later = now + std::chrono::duration_cast<Clock::duration>(m_pause).count();
        return now >= next && m_next.compare_exchange_strong(next, later);
    }

private:
    const std::chrono::milliseconds m_pause;
    std::atomic<std::chrono::steady_clock::rep> m_next{0};
};

constexpr std::chrono::milliseconds kProgressPause{50}; // between two messages of a bar

} // namespace slopescope::ui
