// The picture of one head at screen resolution, and its attention by distance. Cells of one tile at a time go through
// shared memory, where every thread adds up runs of a row that are its own: no atomics in the picture, the same bits on
// every run.
#pragma once

#include "core/kernels/cuda/attend.cuh"
#include "core/kernels/visible.h"

namespace slopescope::kernels::SLOPESCOPE_BACKEND {

// The cells of one head: raw pointers, and what turns a score into a weight.
struct CellParameters {
    const void *q = nullptr, *k = nullptr;
    std::int64_t qStride = 0, kStride = 0, queries = 0, keys = 0;
    int headDim = 0;
    Precision precision = Precision::Float32;
    DistanceBias bias;
    SightOf sight{};
    float scale = 1, unit = 1;     // scale is in the unit
    const float* largest = nullptr; // [queries from firstQuery on], in bits, with `total`
    const float* total = nullptr;
    const float* lse = nullptr; // [queries], natural, instead
    std::int64_t firstQuery = 0;
};

SLOPESCOPE_DEVICE std::int64_t lesser(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

// The reference of a row in bits, and what its weights are multiplied by.
SLOPESCOPE_DEVICE void referenceOf(const CellParameters& p, std::int64_t query, float& reference, float& factor) {
    if (p.lse) {
        reference = p.lse[query] * static_cast<float>(kLog2E);
        factor = 1;
    } else {
        reference = p.largest[query - p.firstQuery];
        factor = 1.0f / p.total[query - p.firstQuery];
    }
}

// Cells of a tile, written to shared memory as [row][kKeys + 1].
template <class T>
SLOPESCOPE_DEVICE void storeCells(const float (&s)[T::kM][T::kN][4], float* cells, int warpRow) {
    const int row = warpRow + laneIndex() / 4, column = 2 * (laneIndex() % 4);
    SLOPESCOPE_UNROLL
    for (int m = 0; m < T::kM; ++m)
        SLOPESCOPE_UNROLL
        for (int n = 0; n < T::kN; ++n)
            SLOPESCOPE_UNROLL
            for (int e = 0; e < 4; ++e)
                cells[(row + 16 * m + 8 * (e / 2)) * (T::kKeys + 1) + column + 8 * n + e % 2] = s[m][n][e];
}

struct PoolParameters {
    CellParameters cells;
    Stage stage = Stage::Probability;
    Pooling pooling = Pooling::Mean;
    std::int64_t queryBegin = 0, queryEnd = 0, keyBegin = 0, keyEnd = 0, rows = 0, columns = 0;
    std::int64_t pixelRows = 1, pixelColumns = 1, splits = 1, rowGroups = 0, columnGroups = 0;
    float limit = kNegativeInfinity; // log2 of the tolerance
    const float* keyNorms = nullptr; // [keys / kNormRows]
    const float* ceilings = nullptr;
    float* parts = nullptr; // [splits][rows][columns]
    std::int64_t* visited = nullptr;
};

// Whether no cell of the tile can weigh as much as the tolerance; `norm` is that of the queries, times |scale|.
SLOPESCOPE_DEVICE bool negligible(const PoolParameters& p, const Line& line, float norm, float needed, int position,
                                  int key, int keys) {
    const int last = (key + keys < p.cells.keys ? key + keys : static_cast<int>(p.cells.keys)) - 1;
    float largest = 0;
    for (int group = key / cuda::kNormRows; group <= last / cuda::kNormRows; ++group)
        largest = fmaxf(largest, p.keyNorms[group]);
    const int distance = position > last ? position - last : 0;
    const int farthest = line.tableLength - 1;
    const float bias = p.ceilings ? p.ceilings[distance < farthest ? distance : farthest] : line.at(distance);
    return norm * largest + bias < needed;
}

// The scores of a tile become what the picture shows of them.
template <class T>
SLOPESCOPE_DEVICE void makeCells(const PoolParameters& p, float (&s)[T::kM][T::kN][4], const Line& line, int position,
                                 int key, bool whole, const float (&reference)[T::kM][2],
                                 const float (&factor)[T::kM][2]) {
    float offset[T::kM][2];
    const bool weights = p.stage == Stage::Probability;
    if (p.stage == Stage::Score) {
        SLOPESCOPE_UNROLL
        for (int m = 0; m < T::kM; ++m)
            SLOPESCOPE_UNROLL
            for (int n = 0; n < T::kN; ++n)
                SLOPESCOPE_UNROLL
                for (int e = 0; e < 4; ++e)
                    s[m][n][e] *= line.scale;
    } else {
        addBias<T>(s, offset, line, position, key, T::kTensor && whole && weights);
    }
    if (weights) {
        SLOPESCOPE_UNROLL
        for (int m = 0; m < T::kM; ++m)
            SLOPESCOPE_UNROLL
            for (int half = 0; half < 2; ++half) {
                const float shift = reference[m][half] - offset[m][half];
                SLOPESCOPE_UNROLL
                for (int n = 0; n < T::kN; ++n)
                    SLOPESCOPE_UNROLL
                    for (int c = 0; c < 2; ++c) {
                        float& cell = s[m][n][2 * half + c];
                        cell = T::exp2(cell - shift) * factor[m][half];
                    }
            }
    }
    if (!whole)
        mask<T>(s, p.cells.sight, position, key, weights || p.pooling == Pooling::Mean ? 0.0f : kNegativeInfinity);
}

// A block pools pixelRows x pixelColumns pixels. Its queries come in tiles (one, unless a pixel row is taller), those of
// index split, split + splits, ... being its own.
template <class T>
SLOPESCOPE_KERNEL(T::kWarps * 32, T::kBlocksWanted)
poolKernel(const PoolParameters p) {
    using Stored = typename T::Stored;
    const CellParameters& c = p.cells;
    const int threads = T::kWarps * 32, thread = device::threadIndex();
    const std::int64_t split = device::blockIndex() % p.splits, group = device::blockIndex() / p.splits;
    const std::int64_t columnGroup = group % p.columnGroups, rowGroup = p.rowGroups - 1 - group / p.columnGroups;
    const std::int64_t rowFrom = rowGroup * p.pixelRows, rowTo = lesser(rowFrom + p.pixelRows, p.rows);
    const std::int64_t columnFrom = columnGroup * p.pixelColumns, columnTo = lesser(columnFrom + p.pixelColumns, p.columns);
    const int columns = static_cast<int>(columnTo - columnFrom);
    const std::int64_t shift = c.keys - c.queries; // position of query 0
    const std::int64_t queryFrom = pixelEdge(p.queryBegin, p.queryEnd, p.rows, rowFrom);
    const std::int64_t queryTo = pixelEdge(p.queryBegin, p.queryEnd, p.rows, rowTo);
    const bool weights = p.stage == Stage::Probability, mean = p.pooling == Pooling::Mean;

    Stored* const q = reinterpret_cast<Stored*>(device::sharedMemory());
    Stored* const buffers = q + T::kRows * T::kDepth;
    float* const cells = reinterpret_cast<float*>(buffers + T::kBuffers * T::kKeys * T::kDepth);
    float* const pooled = cells + T::kRows * (T::kKeys + 1); // [column][row]
    SLOPESCOPE_SHARED int edges[cuda::kPoolColumns + 1];
    SLOPESCOPE_SHARED float normOfRow[T::kRows], referenceOfRow[T::kRows];
    for (int i = thread; i <= columns; i += threads)
        edges[i] = static_cast<int>(pixelEdge(p.keyBegin, p.keyEnd, p.columns, columnFrom + i));
    for (int i = thread; i < columns * T::kRows; i += threads)
        pooled[i] = mean || weights ? 0.0f : kNegativeInfinity;
    device::synchronize();
    const int keyFrom = edges[0], keyTo = edges[columns];

    const Line line = lineOf(c.bias, 0, c.scale, c.unit);
    const int warpRow = warpIndex() * 16 * T::kM;
    std::int64_t computed = 0, dense = 0;
    for (std::int64_t tile = split; queryFrom + tile * T::kRows < queryTo; tile += p.splits) {
        const std::int64_t firstQuery = queryFrom + tile * T::kRows;
        const int position = static_cast<int>(firstQuery + shift);
        const int end = static_cast<int>(lesser(firstQuery + T::kRows, queryTo) + shift);
        const RowSource queries{c.q, c.qStride, shift, position > 0 ? position : 0, end, c.headDim, c.precision};
        const RowSource keys{c.k, c.kStride, 0, 0, static_cast<int>(c.keys), c.headDim, c.precision};
        const int keyEnd = keyTo < end ? keyTo : end; // no query sees farther
        if (keyFrom >= keyEnd)
            continue;
        device::synchronize(); // the queries before have been read
        T::template load<T::kRows>(q, queries, position);
        device::commitCopies();
        device::waitForCopies<0>();
        device::synchronize();

        float reference[T::kM][2], factor[T::kM][2];
        float norm = 0, needed = kNegativeInfinity;
        if (weights) {
            SLOPESCOPE_UNROLL
            for (int m = 0; m < T::kM; ++m)
                SLOPESCOPE_UNROLL
                for (int half = 0; half < 2; ++half) {
                    const int row = position + warpRow + 16 * m + 8 * half + laneIndex() / 4;
                    reference[m][half] = 0;
                    factor[m][half] = 0;
                    if (row >= queries.begin && row < end)
                        referenceOf(c, row - shift, reference[m][half], factor[m][half]);
                }
            if (p.limit > kNegativeInfinity) {
                for (int row = thread; row < T::kRows; row += threads) {
                    float squares = 0, known = 0, ignored = 0;
                    for (int x = 0; x < c.headDim; ++x) {
                        const float value = T::element(q, row, x);
                        squares += value * value;
                    }
                    const bool exists = position + row >= queries.begin && position + row < end;
                    if (exists)
                        referenceOf(c, position + row - shift, known, ignored);
                    normOfRow[row] = squares == squares ? sqrtf(squares) * 1.0001f : -kNegativeInfinity;
                    referenceOfRow[row] = exists ? known : -kNegativeInfinity;
                }
                device::synchronize();
                needed = -kNegativeInfinity;
                for (int row = 0; row < T::kRows; ++row) {
                    norm = fmaxf(norm, normOfRow[row]);
                    needed = fminf(needed, referenceOfRow[row]);
                }
                norm *= fabsf(line.scale);
                needed += p.limit;
            }
        }

        // The next tile of keys that must be drawn, from `key` on; keyEnd where there is none.
        const auto nextTile = [&](int key) {
            for (; key < keyEnd; key += T::kKeys) {
                const int from = position > 0 ? position : 0;
                if (c.sight.seesNone(from, end - from, key, T::kKeys))
                    continue;
                if (needed > kNegativeInfinity && negligible(p, line, norm, needed, from, key, T::kKeys))
                    continue;
                return key;
            }
            return keyEnd;
        };
        typename T::Queries kept;
        kept.load(q, warpRow);
        dense += (keyEnd - keyFrom + T::kKeys - 1) / T::kKeys;
        int now = nextTile(keyFrom);
        if (now < keyEnd)
            T::template load<T::kKeys>(buffers, keys, now);
        for (int turn = 0; now < keyEnd; ++turn) {
            const int next = nextTile(now + T::kKeys);
            const int buffer = T::kBuffers == 2 ? turn % 2 : 0;
            device::commitCopies();
            if (T::kBuffers == 2) {
                if (next < keyEnd)
                    T::template load<T::kKeys>(buffers + (1 - buffer) * T::kKeys * T::kDepth, keys, next);
                device::commitCopies();
                device::waitForCopies<1>();
            }
            device::synchronize();
            float s[T::kM][T::kN][4];
            T::scores(kept, q, buffers + buffer * T::kKeys * T::kDepth, warpRow, p.stage == Stage::Bias ? 0 : c.headDim,
                      s);
            if (T::kTensor && p.stage == Stage::Bias) // whose zeros must not be NaN where a score is
                SLOPESCOPE_UNROLL
                for (int m = 0; m < T::kM; ++m)
                    SLOPESCOPE_UNROLL
                    for (int n = 0; n < T::kN; ++n)
                        SLOPESCOPE_UNROLL
                        for (int e = 0; e < 4; ++e)
                            s[m][n][e] = 0;
            const bool whole = c.sight.seesAll(position + warpRow, 16 * T::kM, now, T::kKeys);
            makeCells<T>(p, s, line, position + warpRow, now, whole, reference, factor);
            storeCells<T>(s, cells, warpRow);
            device::synchronize();
            if (T::kBuffers == 1 && next < keyEnd)
                T::template load<T::kKeys>(buffers, keys, next);

            const int tileEnd = now + T::kKeys < keyEnd ? now + T::kKeys : keyEnd;
            int firstColumn = 0;
            while (edges[firstColumn + 1] <= now)
                ++firstColumn;
            const int rowsHere = end - position;
            for (int column = firstColumn; column < columns && edges[column] < tileEnd; ++column) {
                const int from = (edges[column] > now ? edges[column] : now) - now;
                const int to = (edges[column + 1] < tileEnd ? edges[column + 1] : tileEnd) - now;
                // Narrow pixels take turns among the threads, so that none is idle.
                for (int row = (thread + threads - column * T::kRows % threads) % threads; row < rowsHere;
                     row += threads) {
                    float& sum = pooled[column * T::kRows + row];
                    float part = sum;
                    for (int x = from; x < to; ++x) {
                        const float cell = cells[row * (T::kKeys + 1) + x];
                        part = mean ? part + cell : fmaxf(part, cell);
                    }
                    sum = part;
                }
            }
            ++computed;
            device::synchronize();
            now = next;
        }
    }
    device::synchronize();

    const bool tall = p.pixelRows == 1; // all rows of the tiles belong to one row of pixels
    for (std::int64_t i = thread; i < (rowTo - rowFrom) * columns; i += threads) {
        const std::int64_t row = rowFrom + i / columns;
        const int column = static_cast<int>(i % columns);
        int from = 0, to = T::kRows;
        if (!tall) {
            from = static_cast<int>(pixelEdge(p.queryBegin, p.queryEnd, p.rows, row) - queryFrom);
            to = static_cast<int>(pixelEdge(p.queryBegin, p.queryEnd, p.rows, row + 1) - queryFrom);
        }
        float part = pooled[column * T::kRows + from];
        for (int x = from + 1; x < to; ++x)
            part = mean ? part + pooled[column * T::kRows + x] : fmaxf(part, pooled[column * T::kRows + x]);
        p.parts[(split * p.rows + row) * p.columns + columnFrom + column] = part;
    }
    if (p.visited && thread == 0) {
        device::addTo(p.visited, computed);
        device::addTo(p.visited + 1, dense);
    }
}

// Joins the parts of each pixel and divides by its visible cells; NaN where there are none.
struct FinishParameters {
    std::int64_t queries = 0, keys = 0, window = 0, sinks = 0;
    std::int64_t queryBegin = 0, queryEnd = 0, keyBegin = 0, keyEnd = 0, rows = 0, columns = 0, splits = 1;
    Pooling pooling = Pooling::Mean;
    const float* parts = nullptr;
    float* picture = nullptr;
};

SLOPESCOPE_KERNEL(256, 1) finishKernel(const FinishParameters p) {
    const std::int64_t pixel = device::blockIndex() * 256 + device::threadIndex(), pixels = p.rows * p.columns;
    if (pixel >= pixels)
        return;
    const std::int64_t row = pixel / p.columns, column = pixel % p.columns, shift = p.keys - p.queries;
    const auto queryEdge = [&](std::int64_t r) { return pixelEdge(p.queryBegin, p.queryEnd, p.rows, r) + shift; };
    const auto keyEdge = [&](std::int64_t c) { return pixelEdge(p.keyBegin, p.keyEnd, p.columns, c); };
    const Sight sight{p.window, p.sinks};
    const std::int64_t from = queryEdge(row) > 0 ? queryEdge(row) : 0, to = queryEdge(row + 1);
    const std::int64_t cells = from < to ? sight.cells(from, to, keyEdge(column), keyEdge(column + 1)) : 0;
    float value = p.parts[pixel];
    for (std::int64_t split = 1; split < p.splits; ++split) {
        const float part = p.parts[split * pixels + pixel];
        value = p.pooling == Pooling::Mean ? value + part : fmaxf(value, part);
    }
    if (p.pooling == Pooling::Mean)
        value /= static_cast<float>(cells);
    p.picture[pixel] = cells > 0 ? value : __builtin_nanf("");
}

// lse of the viewport's rows from their maxima and sums.
struct LseParameters {
    const float *largest = nullptr, *total = nullptr;
    float* lse = nullptr;
    std::int64_t count = 0, blind = 0; // the first `blind` rows see nothing
};

SLOPESCOPE_KERNEL(256, 1) lseKernel(const LseParameters p) {
    const std::int64_t i = device::blockIndex() * 256 + device::threadIndex();
    if (i < p.count)
        p.lse[i] = i < p.blind ? kNegativeInfinity
                               : static_cast<float>((p.largest[i] + log2(static_cast<double>(p.total[i]))) * kLn2);
}

// Attention by distance: each block takes a tile of queries and some of its tiles of keys, and adds the diagonals of each
// to the sums of the distances.
struct DistanceParameters {
    CellParameters cells;
    int firstPosition = 0, firstTile = 0, keyTiles = 0;
    std::int64_t keyChunks = 1, firstKeys = 0;
    double* sums = nullptr;    // [distance]
    double* entropy = nullptr; // and behind it the attention to the first keys
};

template <class T>
SLOPESCOPE_KERNEL(T::kWarps * 32, T::kBlocksWanted)
distanceKernel(const DistanceParameters p) {
    using Stored = typename T::Stored;
    const CellParameters& c = p.cells;
    const int threads = T::kWarps * 32, thread = device::threadIndex();
    const int chunk = static_cast<int>(device::blockIndex() % p.keyChunks);
    const int position = (p.firstTile + static_cast<int>(device::blockIndex() / p.keyChunks)) * T::kRows;
    const int keys = static_cast<int>(c.keys), warpRow = warpIndex() * 16 * T::kM;
    const std::int64_t shift = c.keys - c.queries;
    const RowSource queries{c.q, c.qStride, shift, p.firstPosition, keys, c.headDim, c.precision};
    const RowSource source{c.k, c.kStride, 0, 0, keys, c.headDim, c.precision};
    Stored* const q = reinterpret_cast<Stored*>(device::sharedMemory());
    Stored* const k = q + T::kRows * T::kDepth;
    float* const cells = reinterpret_cast<float*>(k + T::kKeys * T::kDepth);
    T::template load<T::kRows>(q, queries, position);

    const Line line = lineOf(c.bias, 0, c.scale, c.unit);
    float reference[T::kM][2], factor[T::kM][2], lse[T::kM][2];
    SLOPESCOPE_UNROLL
    for (int m = 0; m < T::kM; ++m)
        SLOPESCOPE_UNROLL
        for (int half = 0; half < 2; ++half) {
            const int row = position + warpRow + 16 * m + 8 * half + laneIndex() / 4;
            reference[m][half] = factor[m][half] = lse[m][half] = 0;
            if (row >= p.firstPosition && row < keys) {
                referenceOf(c, row - shift, reference[m][half], factor[m][half]);
                lse[m][half] = log2f(factor[m][half]);
            }
        }
    double entropy = 0, firstMass = 0;
    for (int tile = chunk; tile < p.keyTiles; tile += static_cast<int>(p.keyChunks)) {
        const int key = tile * T::kKeys, from = position > p.firstPosition ? position : p.firstPosition;
        if (c.sight.seesNone(from, position + T::kRows - from, key, T::kKeys))
            continue;
        T::template load<T::kKeys>(k, source, key);
        device::synchronize();
        typename T::Queries kept;
        kept.load(q, warpRow);
        float s[T::kM][T::kN][4], offset[T::kM][2], entropyHere = 0, firstHere = 0;
        T::scores(kept, q, k, warpRow, c.headDim, s);
        addBias<T>(s, offset, line, position + warpRow, key, false);
        const int row = position + warpRow + laneIndex() / 4, column = key + 2 * (laneIndex() % 4);
        SLOPESCOPE_UNROLL
        for (int m = 0; m < T::kM; ++m)
            SLOPESCOPE_UNROLL
            for (int n = 0; n < T::kN; ++n)
                SLOPESCOPE_UNROLL
                for (int e = 0; e < 4; ++e) {
                    const int half = e / 2, j = column + 8 * n + e % 2;
                    const float bits = s[m][n][e] - reference[m][half];
                    float weight = T::exp2(bits) * factor[m][half];
                    if (factor[m][half] == 0 || !c.sight.sees(row + 16 * m + 8 * half, j))
                        weight = 0;
                    s[m][n][e] = weight;
                    entropyHere -= weight > 0 ? weight * (bits + lse[m][half]) : 0.0f;
                    firstHere += j < p.firstKeys ? weight : 0.0f;
                }
        entropy += entropyHere;
        firstMass += firstHere;
        storeCells<T>(s, cells, warpRow);
        device::synchronize();
        // Diagonal x holds the cells whose row exceeds their column by x - (kKeys - 1).
        for (int x = thread; x < T::kRows + T::kKeys - 1; x += threads) {
            const int lag = x - (T::kKeys - 1), distance = position - key + lag;
            float sum = 0;
            for (int r = lag > 0 ? lag : 0; r < T::kRows && r - lag < T::kKeys; ++r)
                sum += cells[r * (T::kKeys + 1) + r - lag];
            if (distance >= 0 && sum != 0)
                device::addTo(p.sums + distance, static_cast<double>(sum));
        }
        device::synchronize();
    }
    device::addTo(p.entropy, entropy);
    device::addTo(p.entropy + 1, firstMass);
}

} // namespace slopescope::kernels::SLOPESCOPE_BACKEND
