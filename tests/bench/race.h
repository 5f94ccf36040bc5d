// Ratios measured side by side in one process, for the benchmarks of this folder: everything compared takes turns, round by
// round, because machines drift, and the multiply-add peak is measured in the same rounds.
#pragma once

#include "core/base/parallel.h"

#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace slopescope::bench {

double multiplyAdds(std::int64_t rounds, float* sink); // attention_peak.cpp

struct Times {
    double wall = std::numeric_limits<double>::infinity(), processor = wall; // seconds

    void keepLeast(const Times& other) {
        wall = std::min(wall, other.wall);
        processor = std::min(processor, other.processor);
    }
};

inline Times measure(const std::function<void()>& work) {
    const std::clock_t processor = std::clock(); // of all threads together
    const auto start = std::chrono::steady_clock::now();
    work();
    return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
            static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC};
}

inline void onThreads(std::int64_t count, const std::function<void(std::int64_t)>& body) {
    parallelFor(count, Job(), body);
}

// Every thread at its peak for some milliseconds. Returns the operations done.
inline double saturate() {
    constexpr std::int64_t kRounds = 1 << 20;
    std::vector<float> sinks(threadCount() * 64, 0.5f);
    std::vector<double> done(threadCount());
    onThreads(threadCount(), [&](std::int64_t thread) { done[thread] = multiplyAdds(kRounds, &sinks[thread * 64]); });
    return done[0] * threadCount();
}

struct Contender {
    std::string name;
    std::function<void()> work;
    std::function<std::string()> note = {}; // asked after the last round
    Times best = {};
};

inline void race(const std::string& title, double operations, std::vector<Contender> contenders, int rounds) {
    Times full;
    const double fullOperations = saturate();
    for (int round = 0; round < rounds; ++round) {
        full.keepLeast(measure([] { saturate(); }));
        for (Contender& contender : contenders)
            contender.best.keepLeast(measure(contender.work));
    }
    std::printf("%s   (multiply-add peak %.0f GFLOP/s, %.0f a processor second; %d threads)\n", title.c_str(),
                fullOperations / full.wall * 1e-9, fullOperations / full.processor * 1e-9, threadCount());
    for (const Contender& contender : contenders) {
        const auto share = [&](double time, double fullTime) {
            return 100 * operations / time / (fullOperations / fullTime);
        };
        std::printf("  %-28s %10.3f ms  %6.2fx  %6.1f %% of peak, by processor time %6.1f %%  %s\n",
                    contender.name.c_str(), contender.best.wall * 1e3,
                    contenders.front().best.wall / contender.best.wall, share(contender.best.wall, full.wall),
                    share(contender.best.processor, full.processor), contender.note ? contender.note().c_str() : "");
    }
    std::fflush(stdout);
}

inline std::vector<float> normal(std::int64_t count) {
    static std::mt19937 generator(1);
    std::normal_distribution<float> distribution;
    std::vector<float> values(count);
    for (float& value : values)
        value = distribution(generator);
    return values;
}

// The distribution's BLAS, if it is there, as LibTorch would call it. Its processor guess is part of the result.
struct Blas {
    using Sgemm = void (*)(int, int, int, int, int, int, float, const float*, int, const float*, int, float, float*,
                           int);
    Sgemm sgemm = nullptr;
    std::string core;

    Blas() {
        void* library = dlopen("libopenblas.so.0", RTLD_NOW);
        if (!library)
            return;
        sgemm = reinterpret_cast<Sgemm>(dlsym(library, "cblas_sgemm"));
        if (const auto name = reinterpret_cast<char* (*)()>(dlsym(library, "openblas_get_corename")))
            core = name();
        if (const auto threads = reinterpret_cast<void (*)(int)>(dlsym(library, "openblas_set_num_threads")))
            threads(threadCount());
    }
};

} // namespace slopescope::bench
