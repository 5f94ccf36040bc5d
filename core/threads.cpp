#include "core/threads.h"

#include "core/base/parallel.h"
#include "core/base/denormals.h"
#include "core/kernels/problems.h"

#include <ATen/Parallel.h>

namespace slopescope {

struct ComputingThread::State {
    FlushDenormals flush;
};

ComputingThread::ComputingThread() : m_state(std::make_unique<State>()) {}
ComputingThread::~ComputingThread() = default;

std::string kernelOfProcessor() {
    for (const kernels::Kernel& kernel : kernels::kernelTable())
        if (kernel.runsHere())
            return kernel.name;
    return {};
}

void useThreads(int threads) {
    if (threads > 0)
        setThreadCount(threads);
    at::set_num_threads(threadCount());
}

} // namespace slopescope
