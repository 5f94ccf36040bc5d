#include "core/base/parallel.h"

#include "core/base/one_thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

namespace slopescope {
namespace {

using namespace std::chrono_literals;

// More indices than any machine gets through: whoever returns from so many was interrupted.
constexpr std::int64_t kEndless = std::int64_t(1) << 60;

class Parallel : public ::testing::Test {
protected:
    void TearDown() override { setThreadCount(m_before); }

private:
    const int m_before = threadCount();
};

void expectEachOnce(std::int64_t count) {
    std::vector<std::atomic<int>> seen(static_cast<std::size_t>(count));
    parallelFor(count, Job(), [&](std::int64_t i) { ++seen[static_cast<std::size_t>(i)]; });
    for (std::size_t i = 0; i < seen.size(); ++i)
        ASSERT_EQ(seen[i], 1) << "index " << i << " of " << count << " on " << threadCount() << " threads";
}

TEST_F(Parallel, RunsEachIndexOnce) {
    for (const int threads : {1, 2, 3, 8}) {
        setThreadCount(threads);
        for (const std::int64_t count : {1, 2, 7, 64, 5000})
            expectEachOnce(count);
    }
}

TEST_F(Parallel, NothingToDoRunsNothing) {
    for (const std::int64_t count : {std::int64_t(0), std::int64_t(-5)})
        parallelFor(count, Job(), [](std::int64_t) { FAIL(); });
}

TEST_F(Parallel, ThreadCountIsAtLeastOne) {
    setThreadCount(0);
    EXPECT_EQ(threadCount(), 1);
    setThreadCount(-3);
    EXPECT_EQ(threadCount(), 1);
    setThreadCount(5);
    EXPECT_EQ(threadCount(), 5);
}

// Every thread must be inside a body at once, or the latch never opens.
TEST_F(Parallel, UsesAllThreads) {
    setThreadCount(4);
    std::latch all(4);
    parallelFor(4, Job(), [&](std::int64_t) { all.arrive_and_wait(); });
    EXPECT_TRUE(all.try_wait());
}

TEST_F(Parallel, WhatBodiesWroteIsVisibleToTheCaller) {
    setThreadCount(4);
    for (int round = 0; round < 200; ++round) {
        std::vector<std::int64_t> squares(97);
        parallelFor(97, Job(), [&](std::int64_t i) { squares[std::size_t(i)] = i * i; });
        ASSERT_EQ(std::accumulate(squares.begin(), squares.end(), std::int64_t(0)), 96 * 97 * 193 / 6);
    }
}

TEST_F(Parallel, RethrowsABodysExceptionAndBeginsNoMore) {
    for (const int threads : {1, 4}) {
        setThreadCount(threads);
        try {
            parallelFor(kEndless, Job(), [](std::int64_t i) {
                if (i == 10)
                    throw std::runtime_error("ten");
            });
            FAIL() << "the exception was lost";
        } catch (const std::runtime_error& fault) {
            EXPECT_STREQ(fault.what(), "ten");
        }
        expectEachOnce(100); // the pool is as good as before
    }
}

TEST_F(Parallel, AStoppedJobBeginsNothing) {
    std::stop_source stop;
    stop.request_stop();
    for (const int threads : {1, 4}) {
        setThreadCount(threads);
        EXPECT_THROW(parallelFor(100, Job(stop.get_token()), [](std::int64_t) { ADD_FAILURE(); }), Cancelled);
    }
}

TEST_F(Parallel, StoppingMidwayLeavesWithCancelled) {
    for (const int threads : {1, 4}) {
        setThreadCount(threads);
        std::stop_source stop;
        std::atomic<std::int64_t> begun = 0;
        EXPECT_THROW(parallelFor(kEndless, Job(stop.get_token()),
                                 [&](std::int64_t) {
                                     if (++begun == 50)
                                         stop.request_stop();
                                 }),
                     Cancelled);
        EXPECT_GE(begun, 50);
        expectEachOnce(100);
    }
}

TEST_F(Parallel, CallsNest) {
    setThreadCount(3);
    std::vector<std::atomic<int>> seen(20 * 30);
    parallelFor(20, Job(), [&](std::int64_t i) {
        parallelFor(30, Job(), [&](std::int64_t j) { ++seen[std::size_t(i * 30 + j)]; });
    });
    for (const auto& times : seen)
        ASSERT_EQ(times, 1);
}

TEST_F(Parallel, AnInnerExceptionReachesTheOuterCaller) {
    setThreadCount(3);
    EXPECT_THROW(parallelFor(8, Job(),
                             [&](std::int64_t) {
                                 parallelFor(8, Job(), [](std::int64_t j) {
                                     if (j == 3)
                                         throw std::logic_error("inner");
                                 });
                             }),
                 std::logic_error);
}

TEST_F(Parallel, ServesCallersAtOnceAndKeepsTheirFaultsApart) {
    setThreadCount(3);
    std::atomic<int> cancelled = 0, failed = 0, whole = 0;
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < 6; ++caller)
        callers.emplace_back([&, caller] {
            for (int round = 0; round < 50; ++round) {
                std::stop_source stop;
                std::atomic<std::int64_t> sum = 0;
                try {
                    parallelFor(40, Job(stop.get_token()), [&](std::int64_t i) {
                        sum += i;
                        if (caller == 1 && i == 20)
                            throw std::runtime_error("mine");
                        if (caller == 2 && i == 20)
                            stop.request_stop();
                    });
                    whole += sum == 780;
                } catch (const std::runtime_error&) {
                    failed += caller == 1;
                } catch (const Cancelled&) {
                    cancelled += caller == 2;
                }
            }
        });
    callers.clear();
    EXPECT_EQ(whole, 4 * 50);
    EXPECT_EQ(failed, 50);
    EXPECT_EQ(cancelled, 50);
}

TEST_F(Parallel, ThreadsMayBeResizedWhileLoopsRun) {
    setThreadCount(4);
    std::atomic<bool> over = false;
    std::atomic<int> wrong = 0;
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < 2; ++caller)
        callers.emplace_back([&] {
            while (!over) {
                std::atomic<std::int64_t> sum = 0;
                // Nested, so that a thread of the pool meets the changed size in the middle of a body.
                parallelFor(6, Job(),
                            [&](std::int64_t i) { parallelFor(5, Job(), [&](std::int64_t j) { sum += i * 5 + j; }); });
                wrong += sum != 29 * 30 / 2;
            }
        });
    for (int round = 0; round < 60; ++round) {
        setThreadCount(1 + round % 5);
        std::this_thread::sleep_for(1ms);
    }
    over = true;
    callers.clear();
    EXPECT_EQ(wrong, 0);
}

TEST_F(Parallel, OneThreadKeepsLoopsOfItsOwnThreadThere) {
    setThreadCount(4);
    const auto elsewhere = [] {
        std::atomic<int> others = 0;
        parallelFor(64, Job(), [&, here = std::this_thread::get_id()](std::int64_t) {
            others += std::this_thread::get_id() != here;
            std::this_thread::sleep_for(1ms); // so that others have the time to join
        });
        return others.load();
    };
    {
        const OneThread alone;
        EXPECT_EQ(elsewhere(), 0);
        const OneThread noMore(false);
        EXPECT_EQ(elsewhere(), 0);
    }
    EXPECT_GT(elsewhere(), 0);
}

TEST_F(Parallel, ABodyMayChangeTheNumberOfThreads) {
    setThreadCount(4);
    std::latch all(4); // so that threads of the pool are among those who ask
    parallelFor(4, Job(), [&](std::int64_t i) {
        all.arrive_and_wait();
        setThreadCount(2 + int(i % 2));
    });
    setThreadCount(3);
    expectEachOnce(200);
}

TEST_F(Parallel, DenormalsAreZeroInsideAndAsBeforeOutside) {
    setThreadCount(4);
    volatile float smallest = std::numeric_limits<float>::min();
    std::latch all(4);
    std::atomic<int> flushed = 0;
    parallelFor(4, Job(), [&](std::int64_t) {
        all.arrive_and_wait();
        flushed += smallest / 2 == 0.0F;
    });
    EXPECT_EQ(flushed, 4);
    EXPECT_GT(smallest / 2, 0.0F);
}

} // namespace
} // namespace slopescope
