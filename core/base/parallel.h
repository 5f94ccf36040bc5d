// One pool of threads for all of our own loops (LibTorch keeps its own for matrix products).
//
// Called from any thread, several at once if need be: the caller works too, so a busy pool delays nobody forever.
#pragma once

#include "core/base/job.h"

#include <cstdint>
#include <functional>

namespace slopescope {

// Runs body(index) once for every index in [0, count), in any order, on up to threadCount() threads, and returns when all
// are done. Denormals are flushed to zero on every thread that runs a body. The first exception of a body is rethrown.
// A stopped job skips the indices that have not begun and throws Cancelled.
void parallelFor(std::int64_t count, const Job& job, const std::function<void(std::int64_t)>& body);

// Threads used by parallelFor and, after setThreadCount, by LibTorch too (core/threads.h). At least 1.
int threadCount();
void setThreadCount(int threads);

} // namespace slopescope
