// Every device intrinsic that the kernels use, under one name each, so that the same kernels also compile for another
// device: SLOPESCOPE_CUDA_DEVICE then names the header that defines these names (the tests emulate a GPU that way).
// Included by the kernels only.
//
// A kernel is written SLOPESCOPE_KERNEL(threads, blocks) name(parameters) and started with device::launch.
#pragma once

#ifdef SLOPESCOPE_CUDA_DEVICE
#include SLOPESCOPE_CUDA_DEVICE
#else

#include "core/base/error.h"

#include <cuda_runtime.h>

#include <cmath>
#include <cstdint>
#include <string>

#define SLOPESCOPE_BACKEND gpu
#define SLOPESCOPE_DEVICE __device__ __forceinline__
#define SLOPESCOPE_KERNEL(threads, blocks) __global__ void __launch_bounds__(threads, blocks)
#define SLOPESCOPE_UNROLL _Pragma("unroll")
#define SLOPESCOPE_SHARED __shared__

namespace slopescope::kernels::gpu::device {

SLOPESCOPE_DEVICE int threadIndex() { return static_cast<int>(threadIdx.x); }
SLOPESCOPE_DEVICE int threadCount() { return static_cast<int>(blockDim.x); }
SLOPESCOPE_DEVICE std::int64_t blockIndex() { return blockIdx.x; }

SLOPESCOPE_DEVICE unsigned char* sharedMemory() {
    extern __shared__ __align__(128) unsigned char memory[];
    return memory;
}

SLOPESCOPE_DEVICE void synchronize() { __syncthreads(); }
SLOPESCOPE_DEVICE void synchronizeWarp() { __syncwarp(); }

SLOPESCOPE_DEVICE float shuffleXor(float value, int lanes) { return __shfl_xor_sync(0xffffffffu, value, lanes); }

// 2^x to the last bit or two, and as fast as there is, to 2^-22 and with results below 2^-126 as 0.
SLOPESCOPE_DEVICE float exp2Exact(float x) { return exp2f(x); }
SLOPESCOPE_DEVICE float exp2Fast(float x) {
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

SLOPESCOPE_DEVICE float fromBFloat16(std::uint16_t bits) { return __uint_as_float(std::uint32_t(bits) << 16); }
SLOPESCOPE_DEVICE float fromFloat16(std::uint16_t bits) {
    float value;
    asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
    return value;
}
SLOPESCOPE_DEVICE std::uint16_t toFloat16(float value) {
    std::uint16_t bits;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(value));
    return bits;
}
SLOPESCOPE_DEVICE std::uint16_t toBFloat16(float value) {
#if __CUDA_ARCH__ >= 800
    std::uint16_t bits;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits) : "f"(value));
    return bits;
#else
    const std::uint32_t bits = __float_as_uint(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u)
        return 0x7fff; // NaN stays NaN
    return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1)) >> 16);
#endif
}
// Two numbers in one register, the first in the low half.
SLOPESCOPE_DEVICE std::uint32_t packBFloat16(float low, float high) {
#if __CUDA_ARCH__ >= 800
    std::uint32_t both;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
    return both;
#else
    return toBFloat16(low) | std::uint32_t(toBFloat16(high)) << 16;
#endif
}
SLOPESCOPE_DEVICE std::uint32_t packFloat16(float low, float high) {
#if __CUDA_ARCH__ >= 800
    std::uint32_t both;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
    return both;
#else
    return toFloat16(low) | std::uint32_t(toFloat16(high)) << 16;
#endif
}

// 16 bytes from global to shared memory, zeros where !valid, there once waitForCopies has returned for their group.
SLOPESCOPE_DEVICE void copyAsync16(void* shared, const void* global, bool valid) {
#if __CUDA_ARCH__ >= 800
    const auto to = static_cast<std::uint32_t>(__cvta_generic_to_shared(shared));
    const int bytes = valid ? 16 : 0;
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(global), "r"(bytes) : "memory");
#else
    *static_cast<int4*>(shared) = valid ? *static_cast<const int4*>(global) : make_int4(0, 0, 0, 0);
#endif
}
// Ends a group of copies; waitForCopies<N> returns when all but the newest N groups of this thread have landed.
SLOPESCOPE_DEVICE void commitCopies() {
#if __CUDA_ARCH__ >= 800
    asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}
template <int kPending>
SLOPESCOPE_DEVICE void waitForCopies() {
#if __CUDA_ARCH__ >= 800
    asm volatile("cp.async.wait_group %0;" ::"n"(kPending) : "memory");
#endif
}

// Four 8 x 8 matrices of 16-bit numbers from shared memory: lane l brings the address of row l % 8 of matrix l / 8 and
// takes from each the elements (l / 4, 2 (l % 4)) and the one after; of their transposes with loadTransposed.
SLOPESCOPE_DEVICE void loadMatrices(std::uint32_t (&r)[4], const void* row) {
    const auto from = static_cast<std::uint32_t>(__cvta_generic_to_shared(row));
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(from)
                 : "memory");
}
SLOPESCOPE_DEVICE void loadTransposed(std::uint32_t (&r)[4], const void* row) {
    const auto from = static_cast<std::uint32_t>(__cvta_generic_to_shared(row));
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(from)
                 : "memory");
}

// c += a b with a 16 x 16, b 16 x 8, in the layouts of the PTX ISA's mma.m16n8k16. Only where sm_80 or later is compiled.
SLOPESCOPE_DEVICE void multiplyBFloat16(float (&c)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1) {
#if __CUDA_ARCH__ >= 800
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
                 "{%0, %1, %2, %3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#else
    __trap();
#endif
}
SLOPESCOPE_DEVICE void multiplyFloat16(float (&c)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1) {
#if __CUDA_ARCH__ >= 800
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
                 "{%0, %1, %2, %3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#else
    __trap();
#endif
}

SLOPESCOPE_DEVICE void addTo(double* sum, double value) {
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 600
    atomicAdd(sum, value);
#endif
}
SLOPESCOPE_DEVICE void addTo(std::int64_t* sum, std::int64_t value) {
    atomicAdd(reinterpret_cast<unsigned long long*>(sum), static_cast<unsigned long long>(value));
}

// On the host. Every fault that the runtime reports becomes an Error that says what was being done.
inline void check(cudaError_t status, const char* doing) {
    if (status == cudaSuccess)
        return;
    cudaGetLastError(); // a fault of a launch would be reported again by the next call
    throw Error(std::string("The CUDA device failed while ") + doing + ": " + cudaGetErrorString(status) + ".");
}

// Whether the device in use has the tensor-core instructions that this program was compiled for.
inline bool hasTensorCores() {
    int device = 0, major = 0;
    check(cudaGetDevice(&device), "it was being asked which it is");
    check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device), "its abilities were being read");
    return major >= 8;
}

template <class Kernel, class... Arguments>
void launch(Kernel kernel, std::int64_t blocks, int threads, std::int64_t sharedBytes, void* stream,
            const Arguments&... arguments) {
    constexpr std::int64_t kWithoutAsking = 32 << 10; // 48 KiB, of which a kernel's own arrays take some
    if (sharedBytes > kWithoutAsking)
        check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(sharedBytes)),
              "shared memory was being set aside");
    kernel<<<static_cast<unsigned>(blocks), static_cast<unsigned>(threads), static_cast<std::size_t>(sharedBytes),
             static_cast<cudaStream_t>(stream)>>>(arguments...);
    check(cudaGetLastError(), "an attention kernel was being started");
}

inline void clear(void* memory, std::int64_t bytes, void* stream) {
    check(cudaMemsetAsync(memory, 0, static_cast<std::size_t>(bytes), static_cast<cudaStream_t>(stream)),
          "memory was being cleared");
}

inline void copy(void* to, const void* from, std::int64_t bytes, void* stream) {
    check(cudaMemcpyAsync(to, from, static_cast<std::size_t>(bytes), cudaMemcpyDeviceToDevice,
                          static_cast<cudaStream_t>(stream)),
          "memory was being copied");
}

} // namespace slopescope::kernels::gpu::device

#endif
