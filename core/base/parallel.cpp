#include "core/base/parallel.h"

#include "core/base/denormals.h"
#include "core/base/one_thread.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace slopescope {
namespace {

// How many loops the current thread is inside. From within a body the pool is never resized: that joins the pool's
// threads, and one of them may be this one, or be waiting for this one.
thread_local int t_inside = 0;

// One call of parallelFor. Threads draw indices until none is left; the caller waits for the helpers that joined.
struct Loop {
    Loop(std::int64_t count, const Job& job, const std::function<void(std::int64_t)>& body)
        : count(count), job(job), body(body) {}

    const std::int64_t count;
    const Job& job;
    const std::function<void(std::int64_t)>& body;
    std::atomic<std::int64_t> next{0};
    std::mutex mutex;
    std::condition_variable idle;
    int helpers = 0; // inside run(), guarded by mutex
    std::exception_ptr failure;

    void run() {
        ++t_inside;
        try {
            work();
        } catch (...) {
            next.store(count, std::memory_order_relaxed); // nobody begins another
            const std::lock_guard lock(mutex);
            if (!failure)
                failure = std::current_exception();
        }
        --t_inside;
    }

private:
    void work() {
        for (;;) {
            if (job.stopped())
                throw Cancelled();
            const std::int64_t index = next.fetch_add(1, std::memory_order_relaxed);
            if (index >= count)
                return;
            body(index);
        }
    }
};

class Pool {
public:
    ~Pool() { resize(0); }

    void resize(int helpers) {
        const std::lock_guard oneAtATime(m_resize);
        std::vector<std::jthread> old;
        {
            const std::lock_guard lock(m_mutex);
            if (static_cast<int>(m_threads.size()) == helpers)
                return;
            old.swap(m_threads);
        }
        for (auto& thread : old)
            thread.request_stop();
        m_wake.notify_all();
        old.clear(); // joins
        const std::lock_guard lock(m_mutex);
        for (int i = 0; i < helpers; ++i)
            m_threads.emplace_back([this](std::stop_token stop) { serve(stop); });
    }

    int helpers() {
        const std::lock_guard lock(m_mutex);
        return static_cast<int>(m_threads.size());
    }

    void run(Loop& loop) {
        {
            const std::lock_guard lock(m_mutex);
            m_loops.push_back(&loop);
        }
        m_wake.notify_all();
        loop.run();
        {
            const std::lock_guard lock(m_mutex); // from here on no helper can join
            std::erase(m_loops, &loop);
        }
        std::unique_lock lock(loop.mutex);
        loop.idle.wait(lock, [&] { return loop.helpers == 0; });
    }

private:
    void serve(std::stop_token stop) {
        const FlushDenormals flush;
        std::unique_lock lock(m_mutex);
        while (!stop.stop_requested()) {
            const auto loop = std::find_if(m_loops.begin(), m_loops.end(), [](Loop* candidate) {
                return candidate->next.load(std::memory_order_relaxed) < candidate->count;
            });
            if (loop == m_loops.end()) {
                m_wake.wait(lock, stop, [&] {
                    return std::any_of(m_loops.begin(), m_loops.end(), [](Loop* candidate) {
                        return candidate->next.load(std::memory_order_relaxed) < candidate->count;
                    });
                });
                continue;
            }
            Loop& joined = **loop;
            {
                const std::lock_guard inside(joined.mutex);
                ++joined.helpers;
            }
            lock.unlock();
            joined.run();
            {
                // Notify under the lock: the caller destroys the loop as soon as it sees zero.
                const std::lock_guard inside(joined.mutex);
                if (--joined.helpers == 0)
                    joined.idle.notify_all();
            }
            lock.lock();
        }
    }

    std::mutex m_resize; // held over a whole resize, taken before m_mutex
    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::deque<Loop*> m_loops;
    std::vector<std::jthread> m_threads;
};

Pool& pool() {
    static Pool instance;
    return instance;
}

std::atomic<int> g_threads{0};

thread_local bool t_alone = false;

} // namespace

OneThread::OneThread(bool wanted) : m_before(std::exchange(t_alone, t_alone || wanted)) {}
OneThread::~OneThread() { t_alone = m_before; }

int threadCount() {
    const int chosen = g_threads.load();
    return chosen > 0 ? chosen : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void setThreadCount(int threads) {
    g_threads.store(std::max(1, threads));
    if (t_inside == 0) // else the next loop from outside does it
        pool().resize(threadCount() - 1);
}

void parallelFor(std::int64_t count, const Job& job, const std::function<void(std::int64_t)>& body) {
    if (count <= 0)
        return;
    const FlushDenormals flush;
    Loop loop(count, job, body);
    if (count == 1 || threadCount() == 1 || t_alone) {
        loop.run();
    } else {
        if (t_inside == 0 && pool().helpers() != threadCount() - 1)
            pool().resize(threadCount() - 1);
        pool().run(loop);
    }
    if (loop.failure)
        std::rethrow_exception(loop.failure);
}

} // namespace slopescope
