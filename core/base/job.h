// What every long call takes: the right to be stopped, and a way to say how far it is.
//
// A Job is a value; the default one never stops and reports to nobody. The caller keeps the stop_source. Long loops call
// check() at least once a layer and once a block of rows; progress may be reported from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

namespace slopescope {

// Unwinds a call whose stop token was triggered. Not an Error: nobody reads it, the asker already knows.
class Cancelled : public std::exception {
public:
    const char* what() const noexcept override { return "cancelled"; }
};

struct Progress {
    double fraction = 0; // 0..1
    std::string what;    // "Reading layers.2.attention.query.weight", "Window 3 of 32"
};

class Job {
public:
    Job() = default;
    explicit Job(std::stop_token stop, std::function<void(const Progress&)> report = {},
                 std::function<void()> yield = {})
        : m_stop(std::move(stop)), m_report(std::move(report)), m_yield(std::move(yield)) {
        if (m_yield)
            m_waiting = std::make_shared<Waiting>();
    }

    bool stopped() const noexcept { return m_stop.stop_requested(); }

    // Throws Cancelled once the token is triggered. A job of low priority also waits here while a more urgent one runs
    // (the `yield` function), so call it only where no lock is held.
    void check() const {
        if (stopped())
            throw Cancelled();
        if (m_yield)
            wait();
        if (stopped())
            throw Cancelled();
    }

    void report(double fraction, std::string what) const {
        if (m_report)
            m_report({fraction, std::move(what)});
    }

    // How long the thread that made this job has waited in check() for more urgent work: no part of what its work costs.
    std::chrono::duration<double> waited() const {
        return m_waiting ? std::chrono::nanoseconds(m_waiting->spent.load()) : std::chrono::nanoseconds(0);
    }

private:
    using Clock = std::chrono::steady_clock;
    struct Waiting {
        std::thread::id thread = std::this_thread::get_id();
        std::atomic<std::int64_t> spent{0}; // nanoseconds
    };

    void wait() const {
        const auto begin = Clock::now();
        m_yield();
        if (std::this_thread::get_id() == m_waiting->thread)
            m_waiting->spent += std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin).count();
    }

    std::stop_token m_stop;
    std::function<void(const Progress&)> m_report;
    std::function<void()> m_yield;
    std::shared_ptr<Waiting> m_waiting;
};

} // namespace slopescope
