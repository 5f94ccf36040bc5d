// What every program of ours does first, before LibTorch does anything: settings that must be in place before the first
// matrix product or the first thread. Called at the top of main(), on the main thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace slopescope {

// Flushes denormals on this thread and every thread it starts. Then, if the loaded OpenBLAS has mistaken this processor for
// an older one (0.3.21 takes recent Intel processors for a Prescott and runs 4x slower), starts the program anew, once, with
// OPENBLAS_CORETYPE set: the library reads it only while it is loaded. A value that the user has set is left alone.
void prepareProcess(int argc, char** argv);

// The instruction sets that matter to OpenBLAS's choice of a core.
struct ProcessorFeatures {
    bool avx2 = false;   // with FMA
    bool avx512 = false; // F, BW, DQ and VL
};

// The OPENBLAS_CORETYPE to run with instead of `loadedCore` (what openblas_get_corename() says); nothing if that one is fit.
std::optional<std::string> betterBlasCore(std::string_view loadedCore, const ProcessorFeatures& processor);

} // namespace slopescope
