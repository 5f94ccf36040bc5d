#include "core/threads.h"

#include "core/base/parallel.h"

#include <ATen/Parallel.h>

namespace slopescope {

void useThreads(int threads) {
    if (threads > 0)
        setThreadCount(threads);
    at::set_num_threads(threadCount());
}

} // namespace slopescope
