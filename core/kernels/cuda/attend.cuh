// Fused causal attention with online softmax, one block a tile of queries; and the norms that tell which tiles of keys
// may be skipped. Without values it leaves what a later pass over the same rows needs: their maximum and their sum.
#pragma once

#include "core/kernels/cuda/score.cuh"

namespace slopescope::kernels::SLOPESCOPE_BACKEND {

struct AttendParameters {
    cuda::DeviceAttention problem;
    void* out = nullptr;
    std::int64_t outBatchStride = 0, outHeadStride = 0, outRowStride = 0;
    float* lse = nullptr;     // [batch, heads, queries]
    float* largest = nullptr; // [batch, heads, queries], in bits
    float* total = nullptr;   // [batch, heads, queries], relative to `largest`
    std::int64_t* visited = nullptr;
    SightOf sight{};
    int firstPosition = 0, firstTile = 0, queryTiles = 0, keyTiles = 0;
    float scale = 1, limit = kNegativeInfinity; // in bits
    const float *queryNorms = nullptr, *keyNorms = nullptr, *outerNorms = nullptr, *ceilings = nullptr;
};

SLOPESCOPE_DEVICE Line lineOf(const DistanceBias& bias, int head, float scale, float unit) {
    Line line;
    line.scale = scale;
    line.unit = unit;
    line.slope = bias.slopes ? bias.slopes[head] * unit : 0.0f;
    line.table = bias.table ? bias.table + head * bias.tableLength : nullptr;
    line.tableLength = static_cast<int>(bias.tableLength);
    return line;
}

SLOPESCOPE_DEVICE RowSource sourceOf(const cuda::DeviceRows& rows, const cuda::DeviceAttention& a, std::int64_t batch,
                                     std::int64_t head, std::int64_t shift, int begin) {
    const void* data = rows.data ? atElement(rows.data, batch * rows.batchStride + head * rows.headStride, a.precision)
                                 : nullptr;
    return {data, rows.rowStride, shift, begin, static_cast<int>(a.keys), static_cast<int>(a.headDim), a.precision};
}

// The running state of the rows that a lane shares.
template <class T>
struct RunningRows {
    float largest[T::kM][2], total[T::kM][2];

    SLOPESCOPE_DEVICE RunningRows() {
        SLOPESCOPE_UNROLL
        for (int m = 0; m < T::kM; ++m)
            SLOPESCOPE_UNROLL
            for (int half = 0; half < 2; ++half) {
                largest[m][half] = kNegativeInfinity;
                total[m][half] = 0;
            }
    }

    // The smallest maximum of the warp's rows; those outside [begin, end) do not count.
    SLOPESCOPE_DEVICE float least(int position, int begin, int end) const {
        float result = -kNegativeInfinity;
        SLOPESCOPE_UNROLL
        for (int m = 0; m < T::kM; ++m)
            SLOPESCOPE_UNROLL
            for (int half = 0; half < 2; ++half) {
                const int p = position + 16 * m + 8 * half + laneIndex() / 4;
                if (p >= begin && p < end)
                    result = fminf(result, largest[m][half]);
            }
        for (int lanes = 4; lanes < 32; lanes *= 2)
            result = fminf(result, device::shuffleXor(result, lanes));
        return result;
    }
};

template <class T>
SLOPESCOPE_DEVICE void writeRows(const AttendParameters& p, std::int64_t batch, std::int64_t head, int position,
                                 const RunningRows<T>& rows, const float (&sums)[T::kM][T::kDepth / 8][4]) {
    const cuda::DeviceAttention& a = p.problem;
    const int headDim = static_cast<int>(a.headDim), column = 2 * (laneIndex() % 4);
    SLOPESCOPE_UNROLL
    for (int m = 0; m < T::kM; ++m)
        SLOPESCOPE_UNROLL
        for (int half = 0; half < 2; ++half) {
            const float total = sumOfRow(rows.total[m][half]);
            const int row = position + 16 * m + 8 * half + laneIndex() / 4;
            if (row < p.firstPosition || row >= a.keys)
                continue;
            const std::int64_t query = row - (a.keys - a.queries), index = (batch * a.heads + head) * a.queries + query;
            if (column == 0) {
                if (p.lse)
                    p.lse[index] =
                        static_cast<float>((rows.largest[m][half] + log2(static_cast<double>(total))) * kLn2);
                if (p.largest) {
                    p.largest[index] = rows.largest[m][half];
                    p.total[index] = total;
                }
            }
            if (!p.out)
                continue;
            const std::int64_t at = batch * p.outBatchStride + head * p.outHeadStride + query * p.outRowStride;
            const float factor = 1.0f / total;
            SLOPESCOPE_UNROLL
            for (int d = 0; d < T::kDepth / 8; ++d) {
                const float first = sums[m][d][2 * half] * factor, second = sums[m][d][2 * half + 1] * factor;
                const int x = 8 * d + column;
                if (x >= headDim)
                    continue;
                if constexpr (T::kTensor) // rows begin at 16-byte boundaries and hold a multiple of 8
                    *reinterpret_cast<std::uint32_t*>(static_cast<std::uint16_t*>(p.out) + at + x) =
                        T::pack(first, second);
                else {
                    storeElement(p.out, at + x, first, a.precision);
                    if (x + 1 < headDim)
                        storeElement(p.out, at + x + 1, second, a.precision);
                }
            }
        }
}

template <class T>
SLOPESCOPE_KERNEL(T::kWarps * 32, T::kBlocksWanted)
attendKernel(const AttendParameters p) {
    using Stored = typename T::Stored;
    const cuda::DeviceAttention& a = p.problem;
    // The longest tiles of queries first, all heads side by side, so that the multiprocessors end together.
    const std::int64_t heads = a.batch * a.heads, member = device::blockIndex() % heads;
    const int tile = p.queryTiles - 1 - static_cast<int>(device::blockIndex() / heads);
    const std::int64_t batch = member / a.heads, head = member % a.heads, keyHead = head / (a.heads / a.keyHeads);
    const int position = (p.firstTile + tile) * T::kRows, warpRow = warpIndex() * 16 * T::kM;
    const int warpPosition = position + warpRow, headDim = static_cast<int>(a.headDim), keys = static_cast<int>(a.keys);
    const bool values = a.v.data != nullptr;

    Stored* const q = reinterpret_cast<Stored*>(device::sharedMemory());
    constexpr int kKeyTile = T::kKeys * T::kDepth; // elements; a buffer holds keys, then values
    Stored* const buffers = q + T::kRows * T::kDepth;
    SLOPESCOPE_SHARED float leastOfWarp[T::kWarps];

    const RowSource queries = sourceOf(a.q, a, batch, head, a.keys - a.queries, p.firstPosition);
    const RowSource keySource = sourceOf(a.k, a, batch, keyHead, 0, 0);
    const RowSource valueSource = sourceOf(a.v, a, batch, keyHead, 0, 0);
    const auto load = [&](int keyTile, int buffer) {
        Stored* const to = buffers + buffer * 2 * kKeyTile;
        T::template load<T::kKeys>(to, keySource, std::int64_t(keyTile) * T::kKeys);
        if (values)
            T::template load<T::kKeys>(to + kKeyTile, valueSource, std::int64_t(keyTile) * T::kKeys);
    };

    KeyTiles tiles{p.sight,   position > p.firstPosition ? position : p.firstPosition,
                   T::kKeys,  p.limit,
                   0,         nullptr,
                   nullptr,   nullptr,
                   lineOf(a.bias, static_cast<int>(head), p.scale, static_cast<float>(kLog2E))};
    const bool skipping = p.limit > kNegativeInfinity;
    if (skipping) {
        tiles.norm = p.queryNorms[(batch * a.heads + head) * p.queryTiles + tile] * fabsf(p.scale);
        tiles.norms = p.keyNorms + (batch * a.keyHeads + keyHead) * p.keyTiles;
        tiles.outer = p.outerNorms + (batch * a.keyHeads + keyHead) * p.keyTiles;
        tiles.ceilings = p.ceilings ? p.ceilings + head * a.bias.tableLength : nullptr;
    }

    RunningRows<T> rows;
    float sums[T::kM][T::kDepth / 8][4] = {};
    typename T::Queries kept;
    const int last = (position + T::kRows < keys ? position + T::kRows : keys) - 1;
    float least = kNegativeInfinity;
    int now = last / T::kKeys, visited = 0;
    bool first = true;
    T::template load<T::kRows>(q, queries, position);
    load(now, 0);
    for (int turn = 0; now >= 0; ++turn) {
        const int next = tiles.next(now, least);
        const int buffer = T::kBuffers == 2 ? turn % 2 : 0;
        device::commitCopies();
        if (T::kBuffers == 2 && next >= 0)
            load(next, 1 - buffer);
        if (T::kBuffers == 2) {
            device::commitCopies();
            device::waitForCopies<1>();
        }
        device::synchronize();
        if (first)
            kept.load(q, warpRow);
        first = false;
        ++visited;

        const int key = now * T::kKeys;
        const Stored* const k = buffers + buffer * 2 * kKeyTile;
        // A warp whose rows all end before the tile, or begin past their window, has nothing to add.
        const bool idle = p.sight.seesNone(warpPosition, 16 * T::kM, key, T::kKeys);
        const bool whole = p.sight.seesAll(warpPosition, 16 * T::kM, key, T::kKeys);
        float s[T::kM][T::kN][4];
        if (!idle) {
            T::scores(kept, q, k, warpRow, headDim, s);
            float offset[T::kM][2], factor[T::kM][2];
            addBias<T>(s, offset, tiles.line, warpPosition, key, T::kTensor && whole);
            if (!whole)
                mask<T>(s, p.sight, warpPosition, key, kNegativeInfinity);
            soften<T>(s, offset, rows.largest, rows.total, factor);
            SLOPESCOPE_UNROLL
            for (int m = 0; m < T::kM; ++m)
                SLOPESCOPE_UNROLL
                for (int d = 0; d < T::kDepth / 8; ++d)
                    SLOPESCOPE_UNROLL
                    for (int e = 0; e < 4; ++e)
                        sums[m][d][e] *= factor[m][e / 2];
        }
        if (!T::kTensor)
            device::synchronize(); // the keys have been read: their place takes the weights
        if (!idle && values)
            T::weigh(s, k + kKeyTile, reinterpret_cast<float*>(buffers), warpRow, headDim, whole, sums);
        if (skipping) {
            const float mine = rows.least(warpPosition, p.firstPosition, keys);
            if (laneIndex() == 0)
                leastOfWarp[warpIndex()] = mine;
        }
        device::synchronize();
        if (skipping) {
            least = leastOfWarp[0];
            SLOPESCOPE_UNROLL
            for (int warp = 1; warp < T::kWarps; ++warp)
                least = fminf(least, leastOfWarp[warp]);
        }
        if (T::kBuffers == 1 && next >= 0)
            load(next, 0);
        now = next;
    }
    writeRows<T>(p, batch, head, warpPosition, rows, sums);
    if (p.visited && device::threadIndex() == 0) {
        device::addTo(p.visited, std::int64_t(visited));
        device::addTo(p.visited + 1, std::int64_t(last / T::kKeys + 1));
    }
}

// The largest norm of each group of rows. NaN counts as infinite, so that it is never skipped.
struct NormParameters {
    cuda::DeviceRows rows;
    Precision precision = Precision::Float32;
    std::int64_t heads = 1, shift = 0; // heads of one batch entry; the row of position p is row p - shift
    int begin = 0, end = 0;            // positions that exist
    int headDim = 0, firstGroup = 0, groups = 0, rowsOfGroup = 0;
    float* norms = nullptr; // [batch * heads][groups]
};

SLOPESCOPE_KERNEL(128, 4) normKernel(const NormParameters p) {
    SLOPESCOPE_SHARED float largestOfWarp[4];
    const std::int64_t member = device::blockIndex() / p.groups, group = device::blockIndex() % p.groups;
    const std::int64_t start = member / p.heads * p.rows.batchStride + member % p.heads * p.rows.headStride;
    float largest = 0;
    for (int row = warpIndex(); row < p.rowsOfGroup; row += 4) {
        const std::int64_t position = (p.firstGroup + group) * p.rowsOfGroup + row;
        if (position < p.begin || position >= p.end)
            continue;
        const std::int64_t at = start + (position - p.shift) * p.rows.rowStride;
        float squares = 0;
        for (int x = laneIndex(); x < p.headDim; x += 32) {
            const float value = elementAt(p.rows.data, at + x, p.precision);
            squares += value * value;
        }
        for (int lanes = 1; lanes < 32; lanes *= 2)
            squares += device::shuffleXor(squares, lanes);
        largest = squares <= largest ? largest : squares == squares ? squares : -kNegativeInfinity;
    }
    if (laneIndex() == 0)
        largestOfWarp[warpIndex()] = largest;
    device::synchronize();
    if (device::threadIndex() != 0)
        return;
    for (int warp = 1; warp < 4; ++warp)
        largest = fmaxf(largest, largestOfWarp[warp]);
    constexpr float kRoundingUp = 1.0001f; // sums of up to 256 squares, and the root, are off by less
    p.norms[member * p.groups + group] = sqrtf(largest) * kRoundingUp;
}

// to[i] = factor * the largest of from[0..i], or of from[i..count) when reversed; one block a line.
struct ScanParameters {
    const float* from = nullptr;
    float* to = nullptr;
    std::int64_t count = 0;
    bool reversed = false;
    float factor = 1;
};

SLOPESCOPE_KERNEL(256, 1) scanKernel(const ScanParameters p) {
    SLOPESCOPE_SHARED float largestOfThread[256];
    const int thread = device::threadIndex();
    const std::int64_t line = device::blockIndex() * p.count, each = (p.count + 255) / 256;
    const std::int64_t begin = thread * each, end = begin + each < p.count ? begin + each : p.count;
    const auto at = [&](std::int64_t i) { return line + (p.reversed ? p.count - 1 - i : i); };
    float largest = kNegativeInfinity;
    for (std::int64_t i = begin; i < end; ++i)
        largest = fmaxf(largest, p.from[at(i)]);
    largestOfThread[thread] = largest;
    device::synchronize();
    largest = kNegativeInfinity;
    for (int before = 0; before < thread; ++before)
        largest = fmaxf(largest, largestOfThread[before]);
    for (std::int64_t i = begin; i < end; ++i) {
        largest = fmaxf(largest, p.from[at(i)]);
        p.to[at(i)] = largest * p.factor;
    }
}

// Rows that stand before the first key see nothing.
struct BlindParameters {
    cuda::DeviceAttention problem;
    void* out = nullptr;
    std::int64_t outBatchStride = 0, outHeadStride = 0, outRowStride = 0;
    float* lse = nullptr;
    std::int64_t blind = 0;
};

SLOPESCOPE_KERNEL(128, 1) blindKernel(const BlindParameters p) {
    const cuda::DeviceAttention& a = p.problem;
    const std::int64_t member = device::blockIndex() / p.blind, query = device::blockIndex() % p.blind;
    const std::int64_t batch = member / a.heads, head = member % a.heads;
    for (int x = device::threadIndex(); p.out && x < a.headDim; x += 128)
        storeElement(p.out, batch * p.outBatchStride + head * p.outHeadStride + query * p.outRowStride + x, 0,
                     a.precision);
    if (p.lse && device::threadIndex() == 0)
        p.lse[member * a.queries + query] = kNegativeInfinity;
}

} // namespace slopescope::kernels::SLOPESCOPE_BACKEND
