// The other meaning of core/kernels/cuda/device.cuh: a block of a kernel runs on the processor, one fiber a thread, so that
// the kernels' own source is tested where there is no GPU. Fibers change only where threads must wait for each other: at a
// barrier and in what a warp does together. The layouts of ldmatrix and mma are written from the PTX ISA's tables, not from
// the kernels.
//
// Meant to make mistakes visible rather than to be fast: shared memory starts as NaN, an asynchronous copy lands only when
// it is waited for, threads between two barriers run one after the other in an order that a test may reverse, and reads of
// a warp that would collide in a bank of shared memory are counted. One block at a time, on one thread of the processor.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <vector>

#define SLOPESCOPE_BACKEND emulated
#define SLOPESCOPE_DEVICE inline
#define SLOPESCOPE_KERNEL(threads, blocks) inline void
#define SLOPESCOPE_UNROLL
#define SLOPESCOPE_SHARED static

namespace slopescope::test {

// What a test may ask of the emulation, and what it has seen.
struct Emulation {
    bool reversed = false;       // threads run last to first between two barriers
    std::int64_t collisions = 0; // 16-byte reads of a matrix that met another in its bank
    std::int64_t blocks = 0;
};
Emulation& emulation();

// Runs `kernel` as every thread of every block. Aborts with a sentence where threads wait for each other forever.
void runBlocks(std::int64_t blocks, int threads, std::int64_t sharedBytes, const std::function<void()>& kernel);

int currentThread();
int currentThreads();
std::int64_t currentBlock();
unsigned char* currentShared();
void barrier();

// All 32 lanes bring a request; the last one calls serve with all of them, lane by lane, before any goes on.
void together(void* request, void (*serve)(void* const* requests));

void asyncCopy(void* to, const void* from, bool valid);
void commitCopies();
void waitForCopies(int pending);

} // namespace slopescope::test

namespace slopescope::kernels::emulated::device {

inline int threadIndex() { return test::currentThread(); }
inline int threadCount() { return test::currentThreads(); }
inline std::int64_t blockIndex() { return test::currentBlock(); }
inline unsigned char* sharedMemory() { return test::currentShared(); }
inline void synchronize() { test::barrier(); }

inline void synchronizeWarp() {
    int nothing = 0;
    test::together(&nothing, [](void* const*) {});
}

inline float shuffleXor(float value, int lanes) {
    struct Request {
        float in, out;
        int lanes;
    } request{value, 0, lanes};
    test::together(&request, [](void* const* all) {
        for (int lane = 0; lane < 32; ++lane) {
            auto* mine = static_cast<Request*>(all[lane]);
            mine->out = static_cast<Request*>(all[lane ^ mine->lanes])->in;
        }
    });
    return request.out;
}

inline float exp2Exact(float x) { return std::exp2(x); }
inline float exp2Fast(float x) {
    const float y = std::exp2(x);
    return y < 0x1p-126f ? 0.0f : y;
}

inline float fromBFloat16(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t(bits) << 16); }
inline std::uint16_t toBFloat16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if (std::isnan(value))
        return 0x7fff;
    return static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

inline float fromFloat16(std::uint16_t bits) {
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    float value;
    if (exponent == 31)
        value = fraction ? __builtin_nanf("") : __builtin_inff();
    else
        value = exponent ? std::ldexp(1024.0f + static_cast<float>(fraction), exponent - 25)
                         : std::ldexp(static_cast<float>(fraction), -24);
    return bits & 0x8000 ? -value : value;
}
inline std::uint16_t toFloat16(float value) {
    const std::uint16_t sign = std::signbit(value) ? 0x8000 : 0;
    const float size = std::fabs(value);
    if (std::isnan(value))
        return sign | 0x7e00;
    if (size == 0)
        return sign;
    if (size >= 65520.0f) // half a step past the largest
        return sign | 0x7c00;
    int exponent;
    std::frexp(size, &exponent);
    const int unit = std::max(exponent - 11, -24); // of the last place
    const auto steps = static_cast<std::uint32_t>(std::nearbyint(std::ldexp(size, -unit)));
    // Steps carry into the exponent by themselves.
    return static_cast<std::uint16_t>(sign | (static_cast<std::uint32_t>(unit + 24) * 1024 + steps));
}

inline std::uint32_t packBFloat16(float low, float high) {
    return toBFloat16(low) | std::uint32_t(toBFloat16(high)) << 16;
}
inline std::uint32_t packFloat16(float low, float high) {
    return toFloat16(low) | std::uint32_t(toFloat16(high)) << 16;
}

inline void copyAsync16(void* shared, const void* global, bool valid) { test::asyncCopy(shared, global, valid); }
inline void commitCopies() { test::commitCopies(); }
template <int kPending>
void waitForCopies() {
    test::waitForCopies(kPending);
}

struct MatrixRequest {
    const std::uint16_t* row;
    std::uint32_t r[4];
    bool transposed;
};

// PTX ISA, ldmatrix .x4: threads 8 i to 8 i + 7 hold the addresses of the rows of matrix i; of each matrix thread t gets
// elements 2 (t % 4) and 2 (t % 4) + 1 of row t / 4.
inline void serveMatrices(void* const* all) {
    std::uint16_t matrix[4][8][8];
    for (int i = 0; i < 4; ++i) {
        unsigned banks = 0;
        for (int row = 0; row < 8; ++row) {
            const std::uint16_t* from = static_cast<MatrixRequest*>(all[8 * i + row])->row;
            std::memcpy(matrix[i][row], from, 16);
            const unsigned bank = 1u << (reinterpret_cast<std::uintptr_t>(from) / 16 % 8);
            test::emulation().collisions += (banks & bank) != 0;
            banks |= bank;
        }
    }
    for (int t = 0; t < 32; ++t) {
        auto* request = static_cast<MatrixRequest*>(all[t]);
        for (int i = 0; i < 4; ++i) {
            const int a = t / 4, b = 2 * (t % 4);
            const std::uint16_t low = request->transposed ? matrix[i][b][a] : matrix[i][a][b];
            const std::uint16_t high = request->transposed ? matrix[i][b + 1][a] : matrix[i][a][b + 1];
            request->r[i] = low | std::uint32_t(high) << 16;
        }
    }
}

inline void loadMatrices(std::uint32_t (&r)[4], const void* row) {
    MatrixRequest request{static_cast<const std::uint16_t*>(row), {}, false};
    test::together(&request, serveMatrices);
    std::copy_n(request.r, 4, r);
}
inline void loadTransposed(std::uint32_t (&r)[4], const void* row) {
    MatrixRequest request{static_cast<const std::uint16_t*>(row), {}, true};
    test::together(&request, serveMatrices);
    std::copy_n(request.r, 4, r);
}

struct ProductRequest {
    float* c;
    const std::uint32_t* a;
    std::uint32_t b[2];
};

// PTX ISA, mma.m16n8k16 with 16-bit operands, groupID = t / 4 and threadID_in_group = t % 4:
//   A element i: row = groupID, + 8 for i in {2, 3, 6, 7}; col = 2 threadID_in_group + i % 2, + 8 for i >= 4
//   B element i: row = 2 threadID_in_group + i % 2, + 8 for i >= 2; col = groupID
//   C element i: row = groupID, + 8 for i >= 2; col = 2 threadID_in_group + i % 2
template <float (*decode)(std::uint16_t)>
void serveProduct(void* const* all) {
    float a[16][16], b[8][16]; // b by column
    for (int t = 0; t < 32; ++t) {
        const auto* request = static_cast<ProductRequest*>(all[t]);
        for (int i = 0; i < 8; ++i) {
            const int row = t / 4 + (i == 2 || i == 3 || i == 6 || i == 7 ? 8 : 0);
            const int column = 2 * (t % 4) + i % 2 + (i >= 4 ? 8 : 0);
            a[row][column] = decode(static_cast<std::uint16_t>(request->a[i / 2] >> (16 * (i % 2))));
        }
        for (int i = 0; i < 4; ++i)
            b[t / 4][2 * (t % 4) + i % 2 + (i >= 2 ? 8 : 0)] =
                decode(static_cast<std::uint16_t>(request->b[i / 2] >> (16 * (i % 2))));
    }
    for (int t = 0; t < 32; ++t) {
        float* c = static_cast<ProductRequest*>(all[t])->c;
        for (int i = 0; i < 4; ++i) {
            const float *left = a[t / 4 + (i >= 2 ? 8 : 0)], *right = b[2 * (t % 4) + i % 2];
            float sum = 0;
            for (int x = 0; x < 16; ++x)
                sum += left[x] * right[x];
            c[i] += sum;
        }
    }
}

inline void multiplyBFloat16(float (&c)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1) {
    ProductRequest request{c, a, {b0, b1}};
    test::together(&request, serveProduct<fromBFloat16>);
}
inline void multiplyFloat16(float (&c)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1) {
    ProductRequest request{c, a, {b0, b1}};
    test::together(&request, serveProduct<fromFloat16>);
}

inline void addTo(double* sum, double value) { *sum += value; }
inline void addTo(std::int64_t* sum, std::int64_t value) { *sum += value; }

inline bool hasTensorCores() { return true; }

template <class Kernel, class... Arguments>
void launch(Kernel kernel, std::int64_t blocks, int threads, std::int64_t sharedBytes, void*,
            const Arguments&... arguments) {
    test::runBlocks(blocks, threads, sharedBytes, [&] { kernel(arguments...); });
}

inline void clear(void* memory, std::int64_t bytes, void*) { std::memset(memory, 0, static_cast<std::size_t>(bytes)); }
inline void copy(void* to, const void* from, std::int64_t bytes, void*) {
    std::memcpy(to, from, static_cast<std::size_t>(bytes));
}

} // namespace slopescope::kernels::emulated::device
