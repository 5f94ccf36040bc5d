// Working memory of the kernels: aligned for vectors, not initialised, and an Error that names the size when it cannot
// be had. A ScratchPool lends each running body one set of buffers, so that a call allocates as many as it has threads.
#pragma once

#include "core/base/error.h"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace slopescope::kernels {

class Buffer {
public:
    Buffer() = default;
    explicit Buffer(std::int64_t floats) {
        constexpr std::size_t kAlignment = 64;
        const std::size_t bytes = (static_cast<std::size_t>(floats) * sizeof(float) / kAlignment + 1) * kAlignment;
        m_data.reset(static_cast<float*>(std::aligned_alloc(kAlignment, bytes)));
        if (!m_data)
            throw Error("Attention needs " + std::to_string((bytes >> 20) + 1) +
                        " MiB of working memory, and the system has none left; try a shorter text.");
    }
    float* data() const { return m_data.get(); }

private:
    struct Free {
        void operator()(float* memory) const { std::free(memory); }
    };
    std::unique_ptr<float, Free> m_data;
};

// Any thread takes; what it took goes back when the loan ends.
template <class Scratch>
class ScratchPool {
public:
    class Loan {
    public:
        Loan(ScratchPool& pool, std::unique_ptr<Scratch> scratch) : m_pool(pool), m_scratch(std::move(scratch)) {}
        ~Loan() {
            const std::lock_guard lock(m_pool.m_mutex);
            m_pool.m_idle.push_back(std::move(m_scratch));
        }
        Loan(const Loan&) = delete;
        Loan& operator=(const Loan&) = delete;
        Scratch& operator*() const { return *m_scratch; }

    private:
        ScratchPool& m_pool;
        std::unique_ptr<Scratch> m_scratch;
    };

    template <class... Arguments>
    Loan take(const Arguments&... arguments) {
        {
            const std::lock_guard lock(m_mutex);
            if (!m_idle.empty()) {
                std::unique_ptr<Scratch> scratch = std::move(m_idle.back());
                m_idle.pop_back();
                return Loan(*this, std::move(scratch));
            }
        }
        return Loan(*this, std::make_unique<Scratch>(arguments...));
    }

private:
    std::mutex m_mutex;
    std::vector<std::unique_ptr<Scratch>> m_idle;
};

} // namespace slopescope::kernels
