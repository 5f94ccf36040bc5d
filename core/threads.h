// How many threads compute: ours (core/base/parallel.h) and LibTorch's, set together. Call before other threads compute.
#pragma once

namespace slopescope {

void useThreads(int threads); // 0: as many as the machine has

} // namespace slopescope
