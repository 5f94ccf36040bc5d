// Tiles of queries, keys and values: how they reach shared memory, and the two ways to multiply them. A warp's scores and
// sums live in registers in the layout of mma.m16n8k16, whichever way they were made, so that everything after the
// product (bias, mask, softmax, pooling) is written once:
//
//     element [m][n][2 half + c] of lane l is row 16 m + 8 half + l / 4, column 8 n + 2 (l % 4) + c.
#pragma once

#include "core/kernels/cuda/device.cuh"
#include "core/kernels/cuda/plan.h"

namespace slopescope::kernels::SLOPESCOPE_BACKEND {

using cuda::Path;
using cuda::Precision;
using cuda::TileShape;

inline constexpr float kNegativeInfinity = -__builtin_huge_valf();

// Rows of one head as a kernel finds them. The row of position p is at data + (p - shift) * stride; the rows of the
// positions [begin, end) exist, all others are zero.
struct RowSource {
    const void* data;
    std::int64_t stride; // elements
    std::int64_t shift;
    int begin, end;
    int headDim;
    Precision precision;
};

SLOPESCOPE_DEVICE const void* atElement(const void* data, std::int64_t index, Precision precision) {
    return static_cast<const char*>(data) + index * (precision == Precision::Float32 ? 4 : 2);
}

SLOPESCOPE_DEVICE float elementAt(const void* data, std::int64_t index, Precision precision) {
    if (precision == Precision::Float32)
        return static_cast<const float*>(data)[index];
    const std::uint16_t bits = static_cast<const std::uint16_t*>(data)[index];
    return precision == Precision::BFloat16 ? device::fromBFloat16(bits) : device::fromFloat16(bits);
}

SLOPESCOPE_DEVICE void storeElement(void* data, std::int64_t index, float value, Precision precision) {
    if (precision == Precision::Float32)
        static_cast<float*>(data)[index] = value;
    else
        static_cast<std::uint16_t*>(data)[index] =
            precision == Precision::BFloat16 ? device::toBFloat16(value) : device::toFloat16(value);
}

// Where the 16-byte chunk of a row lies, in chunks: neighbouring rows start in different banks, so that eight rows read
// at the same column do not wait for each other.
template <int kChunks>
SLOPESCOPE_DEVICE int chunkAt(int row, int chunk) {
    static_assert((kChunks & (kChunks - 1)) == 0);
    if (kChunks >= 8)
        return row * kChunks + (chunk ^ (row & 7));
    constexpr int kMask = kChunks >= 8 ? 7 : kChunks - 1;
    return row * kChunks + (chunk ^ ((row * kChunks / 8) & kMask));
}

// What is read and written at once.
struct alignas(16) Four {
    float v[4];
};
struct alignas(8) Two {
    float v[2];
};

SLOPESCOPE_DEVICE int laneIndex() { return device::threadIndex() % 32; }
SLOPESCOPE_DEVICE int warpIndex() { return device::threadIndex() / 32; }

// A sum or a maximum over the four lanes that share a row.
SLOPESCOPE_DEVICE float sumOfRow(float x) {
    x += device::shuffleXor(x, 1);
    return x + device::shuffleXor(x, 2);
}
SLOPESCOPE_DEVICE float maxOfRow(float x) {
    x = fmaxf(x, device::shuffleXor(x, 1));
    return fmaxf(x, device::shuffleXor(x, 2));
}

template <int kShape>
struct PlainTile {
    static constexpr TileShape kTile = cuda::kPlainShapes[kShape];
    static constexpr int kDepth = kTile.headDim, kRows = kTile.rows, kKeys = kTile.keys, kWarps = kTile.warps;
    static constexpr int kM = kRows / kWarps / 16, kN = kKeys / 8, kBuffers = 1, kBlocksWanted = 1;
    static constexpr bool kTensor = false;
    static_assert(kM * 16 * kWarps == kRows);
    using Stored = float;

    SLOPESCOPE_DEVICE static float exp2(float x) { return device::exp2Exact(x); }

    // Brings kCount rows from position `first` on. All threads take part; the caller synchronises.
    template <int kCount>
    SLOPESCOPE_DEVICE static void load(Stored* to, const RowSource& s, std::int64_t first) {
        constexpr int kChunks = kDepth / 4;
        const bool wide = s.precision == Precision::Float32 && s.stride % 4 == 0 && s.headDim % 4 == 0 &&
                          reinterpret_cast<std::uintptr_t>(s.data) % 16 == 0;
        for (int i = device::threadIndex(); i < kCount * kChunks; i += kWarps * 32) {
            const int row = i / kChunks, chunk = i % kChunks;
            const std::int64_t position = first + row;
            Four four = {{0, 0, 0, 0}};
            if (position >= s.begin && position < s.end) {
                const std::int64_t at = (position - s.shift) * s.stride + chunk * 4;
                if (wide && chunk * 4 < s.headDim)
                    four = *reinterpret_cast<const Four*>(static_cast<const float*>(s.data) + at);
                else
                    for (int x = 0; x < 4; ++x)
                        if (chunk * 4 + x < s.headDim)
                            four.v[x] = elementAt(s.data, at + x, s.precision);
            }
            reinterpret_cast<Four*>(to)[chunkAt<kChunks>(row, chunk)] = four;
        }
    }

    SLOPESCOPE_DEVICE static float element(const Stored* tile, int row, int x) {
        return tile[chunkAt<kDepth / 4>(row, x / 4) * 4 + x % 4];
    }

    // Dot products of the warp's queries, rows warpRow.. of q, with the keys of a tile.
    struct Queries {
        SLOPESCOPE_DEVICE void load(const Stored*, int) {}
    };
    SLOPESCOPE_DEVICE static void scores(const Queries&, const Stored* q, const Stored* k, int warpRow, int headDim,
                                         float (&s)[kM][kN][4]) {
        constexpr int kChunks = kDepth / 4;
        const int row = warpRow + laneIndex() / 4, column = 2 * (laneIndex() % 4);
        SLOPESCOPE_UNROLL
        for (int m = 0; m < kM; ++m)
            SLOPESCOPE_UNROLL
            for (int n = 0; n < kN; ++n)
                SLOPESCOPE_UNROLL
                for (int e = 0; e < 4; ++e)
                    s[m][n][e] = 0;
        for (int chunk = 0; chunk < (headDim + 3) / 4; ++chunk) {
            Four a[kM][2];
            SLOPESCOPE_UNROLL
            for (int m = 0; m < kM; ++m)
                SLOPESCOPE_UNROLL
                for (int half = 0; half < 2; ++half)
                    a[m][half] = reinterpret_cast<const Four*>(q)[chunkAt<kChunks>(row + 16 * m + 8 * half, chunk)];
            SLOPESCOPE_UNROLL
            for (int n = 0; n < kN; ++n)
                SLOPESCOPE_UNROLL
                for (int c = 0; c < 2; ++c) {
                    const Four b = reinterpret_cast<const Four*>(k)[chunkAt<kChunks>(8 * n + column + c, chunk)];
                    SLOPESCOPE_UNROLL
                    for (int m = 0; m < kM; ++m)
                        SLOPESCOPE_UNROLL
                        for (int half = 0; half < 2; ++half)
                            SLOPESCOPE_UNROLL
                            for (int x = 0; x < 4; ++x)
                                s[m][n][2 * half + c] += a[m][half].v[x] * b.v[x];
                }
        }
    }

    // sums += weights * values. The weights change lanes through `exchange`, [kRows][kKeys], which must be free. On a
    // tile that is not `whole` a weight of 0 keeps out a value that is not finite.
    SLOPESCOPE_DEVICE static void weigh(const float (&p)[kM][kN][4], const Stored* v, float* exchange, int warpRow,
                                        int headDim, bool whole, float (&sums)[kM][kDepth / 8][4]) {
        constexpr int kWeightChunks = kKeys / 4;
        const int row = warpRow + laneIndex() / 4, column = 2 * (laneIndex() % 4);
        SLOPESCOPE_UNROLL
        for (int m = 0; m < kM; ++m)
            SLOPESCOPE_UNROLL
            for (int n = 0; n < kN; ++n)
                SLOPESCOPE_UNROLL
                for (int half = 0; half < 2; ++half) {
                    const int at = chunkAt<kWeightChunks>(row + 16 * m + 8 * half, 2 * n + column / 4) * 4 + column % 4;
                    *reinterpret_cast<Two*>(exchange + at) = {{p[m][n][2 * half], p[m][n][2 * half + 1]}};
                }
        device::synchronizeWarp();
        for (int chunk = 0; chunk < kWeightChunks; ++chunk) {
            Four a[kM][2];
            SLOPESCOPE_UNROLL
            for (int m = 0; m < kM; ++m)
                SLOPESCOPE_UNROLL
                for (int half = 0; half < 2; ++half)
                    a[m][half] =
                        reinterpret_cast<const Four*>(exchange)[chunkAt<kWeightChunks>(row + 16 * m + 8 * half, chunk)];
            SLOPESCOPE_UNROLL
            for (int x = 0; x < 4; ++x)
                SLOPESCOPE_UNROLL
                for (int d = 0; d < kDepth / 8; ++d) {
                    if (d * 8 >= headDim)
                        continue;
                    const int key = 4 * chunk + x;
                    const Two b = *reinterpret_cast<const Two*>(
                        v + chunkAt<kDepth / 4>(key, 2 * d + column / 4) * 4 + column % 4);
                    SLOPESCOPE_UNROLL
                    for (int m = 0; m < kM; ++m)
                        SLOPESCOPE_UNROLL
                        for (int e = 0; e < 4; ++e)
                            if (whole || a[m][e / 2].v[x] != 0)
                                sums[m][d][e] += a[m][e / 2].v[x] * b.v[e % 2];
                }
        }
        device::synchronizeWarp();
    }
};

template <int kShape, Precision kPrecision>
struct TensorTile {
    static constexpr TileShape kTile = cuda::kTensorShapes[kShape];
    static constexpr int kDepth = kTile.headDim, kRows = kTile.rows, kKeys = kTile.keys, kWarps = kTile.warps;
    static constexpr int kM = kRows / kWarps / 16, kN = kKeys / 8, kBuffers = cuda::kStages;
    static constexpr int kBlocksWanted = kDepth <= 128 ? 2 : 1;
    static constexpr bool kTensor = true;
    static constexpr bool kKeepQueries = kDepth <= 64; // in registers, where there is room
    static_assert(kM * 16 * kWarps == kRows && kPrecision != Precision::Float32);
    using Stored = std::uint16_t;

    SLOPESCOPE_DEVICE static float exp2(float x) { return device::exp2Fast(x); }

    template <int kCount>
    SLOPESCOPE_DEVICE static void load(Stored* to, const RowSource& s, std::int64_t first) {
        constexpr int kChunks = kDepth / 8;
        static_assert(kCount * kChunks % (kWarps * 32) == 0);
        SLOPESCOPE_UNROLL
        for (int step = 0; step < kCount * kChunks / (kWarps * 32); ++step) {
            const int i = step * kWarps * 32 + device::threadIndex();
            const int row = i / kChunks, chunk = i % kChunks;
            const std::int64_t position = first + row;
            const bool valid = position >= s.begin && position < s.end && chunk * 8 < s.headDim;
            const std::int64_t at = valid ? (position - s.shift) * s.stride + chunk * 8 : 0;
            device::copyAsync16(to + chunkAt<kChunks>(row, chunk) * 8, static_cast<const Stored*>(s.data) + at, valid);
        }
    }

    SLOPESCOPE_DEVICE static float element(const Stored* tile, int row, int x) {
        const std::uint16_t bits = tile[chunkAt<kDepth / 8>(row, x / 8) * 8 + x % 8];
        return kPrecision == Precision::BFloat16 ? device::fromBFloat16(bits) : device::fromFloat16(bits);
    }

    SLOPESCOPE_DEVICE static void multiply(float (&c)[4], const std::uint32_t (&a)[4], std::uint32_t b0,
                                           std::uint32_t b1) {
        if (kPrecision == Precision::BFloat16)
            device::multiplyBFloat16(c, a, b0, b1);
        else
            device::multiplyFloat16(c, a, b0, b1);
    }
    SLOPESCOPE_DEVICE static std::uint32_t pack(float low, float high) {
        return kPrecision == Precision::BFloat16 ? device::packBFloat16(low, high) : device::packFloat16(low, high);
    }

    // The warp's queries as the left operand: step t covers the head's numbers 16 t to 16 t + 15.
    SLOPESCOPE_DEVICE static void loadQueries(std::uint32_t (&a)[4], const Stored* q, int warpRow, int m, int step) {
        const int l = laneIndex();
        device::loadMatrices(a, q + chunkAt<kDepth / 8>(warpRow + 16 * m + l % 16, 2 * step + l / 16) * 8);
    }
    struct Queries {
        std::uint32_t a[kKeepQueries ? kM : 1][kKeepQueries ? kDepth / 16 : 1][4];
        SLOPESCOPE_DEVICE void load(const Stored* q, int warpRow) {
            if constexpr (kKeepQueries) {
                SLOPESCOPE_UNROLL
                for (int m = 0; m < kM; ++m)
                    SLOPESCOPE_UNROLL
                    for (int step = 0; step < kDepth / 16; ++step)
                        loadQueries(a[m][step], q, warpRow, m, step);
            }
        }
    };

    SLOPESCOPE_DEVICE static void scores(const Queries& queries, const Stored* q, const Stored* k, int warpRow, int,
                                         float (&s)[kM][kN][4]) {
        const int l = laneIndex();
        SLOPESCOPE_UNROLL
        for (int m = 0; m < kM; ++m)
            SLOPESCOPE_UNROLL
            for (int n = 0; n < kN; ++n)
                SLOPESCOPE_UNROLL
                for (int e = 0; e < 4; ++e)
                    s[m][n][e] = 0;
        SLOPESCOPE_UNROLL
        for (int step = 0; step < kDepth / 16; ++step) {
            std::uint32_t a[kM][4];
            SLOPESCOPE_UNROLL
            for (int m = 0; m < kM; ++m)
                if constexpr (kKeepQueries) {
                    SLOPESCOPE_UNROLL
                    for (int r = 0; r < 4; ++r)
                        a[m][r] = queries.a[m][step][r];
                } else {
                    loadQueries(a[m], q, warpRow, m, step);
                }
            SLOPESCOPE_UNROLL
            for (int n = 0; n < kN; n += 2) {
                std::uint32_t b[4];
                const int key = 8 * n + 8 * (l / 16) + l % 8;
                device::loadMatrices(b, k + chunkAt<kDepth / 8>(key, 2 * step + l / 8 % 2) * 8);
                SLOPESCOPE_UNROLL
                for (int m = 0; m < kM; ++m) {
                    multiply(s[m][n], a[m], b[0], b[1]);
                    multiply(s[m][n + 1], a[m], b[2], b[3]);
                }
            }
        }
    }

    SLOPESCOPE_DEVICE static void weigh(const float (&p)[kM][kN][4], const Stored* v, float*, int, int, bool,
                                        float (&sums)[kM][kDepth / 8][4]) {
        const int l = laneIndex();
        SLOPESCOPE_UNROLL
        for (int step = 0; step < kKeys / 16; ++step) {
            std::uint32_t a[kM][4];
            SLOPESCOPE_UNROLL
            for (int m = 0; m < kM; ++m)
                SLOPESCOPE_UNROLL
                for (int r = 0; r < 4; ++r)
                    a[m][r] = pack(p[m][2 * step + r / 2][2 * (r % 2)], p[m][2 * step + r / 2][2 * (r % 2) + 1]);
            SLOPESCOPE_UNROLL
            for (int d = 0; d < kDepth / 8; d += 2) {
                std::uint32_t b[4];
                const int key = 16 * step + l % 16;
                device::loadTransposed(b, v + chunkAt<kDepth / 8>(key, d + l / 16) * 8);
                SLOPESCOPE_UNROLL
                for (int m = 0; m < kM; ++m) {
                    multiply(sums[m][d], a[m], b[0], b[1]);
                    multiply(sums[m][d + 1], a[m], b[2], b[3]);
                }
            }
        }
    }
};

} // namespace slopescope::kernels::SLOPESCOPE_BACKEND
