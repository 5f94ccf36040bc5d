// Compiles the kernels once a SIMD target and lists them as rows of the kernel table.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/simd.cpp"
// SSSE3 adds nothing over the baseline; scalable vectors do not fit in arrays of registers.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#include "hwy/foreach_target.h"

#include "core/kernels/rows.h"

#include "core/kernels/attend-inl.h"
#include "core/kernels/map-inl.h"
#include "core/kernels/profile-inl.h"

#if HWY_ONCE

#include <array>

namespace slopescope::kernels {
namespace {

template <std::int64_t target>
bool runsHere() {
    return (hwy::SupportedTargets() & target) != 0;
}

#define SLOPESCOPE_ROW(name, target, space)                                                                            \
    Kernel {                                                                                                           \
        name, runsHere<target>, space::supports, space::attend, space::map, space::profile                             \
    }

const auto& rows() {
    static const std::vector<Kernel> instance {
#if HWY_TARGETS & HWY_AVX3
        SLOPESCOPE_ROW("avx3", HWY_AVX3, N_AVX3),
#endif
#if HWY_TARGETS & HWY_AVX2
            SLOPESCOPE_ROW("avx2", HWY_AVX2, N_AVX2),
#endif
#if HWY_TARGETS & HWY_SSE4
            SLOPESCOPE_ROW("sse4", HWY_SSE4, N_SSE4),
#endif
#if HWY_TARGETS & HWY_NEON
            SLOPESCOPE_ROW("neon", HWY_NEON, N_NEON),
#endif
    };
    return instance;
}

} // namespace

std::span<const Kernel> simdKernels() {
    return rows();
}

} // namespace slopescope::kernels

#endif
