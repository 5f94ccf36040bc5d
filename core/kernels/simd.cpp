#include "core/kernels/rows.h"

namespace slopescope::kernels {

std::span<const Kernel> simdKernels() {
    return {};
}

} // namespace slopescope::kernels
