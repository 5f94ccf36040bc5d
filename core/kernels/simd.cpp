// Compiles the kernels once a SIMD target and lists them as rows of the kernel table.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/simd.cpp"
// SSSE3 adds nothing over the baseline; scalable vectors do not fit in arrays of registers.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#include "hwy/foreach_target.h"

#include "core/kernels/rows.h"

#include "hwy/highway.h"

// Where there are no vectors the reference serves; compiling tiles for one lane would only cost time.
#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
#include "core/kernels/attend-inl.h"
#include "core/kernels/backward-inl.h"
#include "core/kernels/map-inl.h"
#include "core/kernels/matmul-inl.h"
#include "core/kernels/profile-inl.h"
#include "core/kernels/rowwise-inl.h"
#endif

#if HWY_ONCE

#include <vector>

namespace slopescope::kernels {
namespace {

template <std::int64_t target>
bool runsHere() {
    return (hwy::SupportedTargets() & target) != 0;
}

// One line a target: the macro's argument names the target three ways.
#if HWY_TARGETS & HWY_AVX3
#define SLOPESCOPE_AVX3(ROW) ROW("avx3", HWY_AVX3, N_AVX3),
#else
#define SLOPESCOPE_AVX3(ROW)
#endif
#if HWY_TARGETS & HWY_AVX2
#define SLOPESCOPE_AVX2(ROW) ROW("avx2", HWY_AVX2, N_AVX2),
#else
#define SLOPESCOPE_AVX2(ROW)
#endif
#if HWY_TARGETS & HWY_SSE4
#define SLOPESCOPE_SSE4(ROW) ROW("sse4", HWY_SSE4, N_SSE4),
#else
#define SLOPESCOPE_SSE4(ROW)
#endif
#if HWY_TARGETS & HWY_NEON
#define SLOPESCOPE_NEON(ROW) ROW("neon", HWY_NEON, N_NEON),
#else
#define SLOPESCOPE_NEON(ROW)
#endif
#define SLOPESCOPE_EVERY_TARGET(ROW) SLOPESCOPE_AVX3(ROW) SLOPESCOPE_AVX2(ROW) SLOPESCOPE_SSE4(ROW) SLOPESCOPE_NEON(ROW)

#define SLOPESCOPE_KERNEL_ROW(name, target, space)                                                                     \
    Kernel {                                                                                                           \
        name, runsHere<target>, space::supports, space::attend, space::map, space::profile, space::attendBackward      \
    }
#define SLOPESCOPE_MATMUL_ROW(name, target, space)                                                                     \
    MatmulKernel {                                                                                                     \
        name, space::kPanel, space::kRows, space::matrixPanelBytes, space::packMatrixPanel, space::widenPanel,         \
            space::multiplyBlock                                                                                       \
    }
#define SLOPESCOPE_ROWWISE_ROW(name, target, space)                                                                    \
    RowwiseKernel {                                                                                                    \
        name, space::normaliseRows, space::activateWith, space::joinLogits, space::capSoftly                                             \
    }

} // namespace

std::span<const Kernel> simdKernels() {
    static const std::vector<Kernel> rows{SLOPESCOPE_EVERY_TARGET(SLOPESCOPE_KERNEL_ROW)};
    return rows;
}

std::span<const MatmulKernel> simdMatmuls() {
    static const std::vector<MatmulKernel> rows{SLOPESCOPE_EVERY_TARGET(SLOPESCOPE_MATMUL_ROW)};
    return rows;
}

std::span<const RowwiseKernel> simdRowwise() {
    static const std::vector<RowwiseKernel> rows{SLOPESCOPE_EVERY_TARGET(SLOPESCOPE_ROWWISE_ROW)};
    return rows;
}

} // namespace slopescope::kernels

#endif
