// How many threads compute: ours (core/base/parallel.h) and LibTorch's, set together. Call before other threads compute.
#pragma once

#include <memory>
#include <string>

namespace slopescope {

// Held by a thread that computes: numbers too small for their format count as 0 there, as in every thread of the pool.
class ComputingThread {
public:
    ComputingThread();
    ~ComputingThread();
    ComputingThread(const ComputingThread&) = delete;
    ComputingThread& operator=(const ComputingThread&) = delete;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

std::string kernelOfProcessor(); // the widest instructions that attention uses here: "avx3"

void useThreads(int threads); // 0: as many as the machine has

} // namespace slopescope
