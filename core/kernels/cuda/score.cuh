// What happens to a tile of dot products: bias, mask, and one step of the online softmax; and which tiles of keys matter.
// Positions are 32-bit here; the plan refuses longer texts.
#pragma once

#include "core/kernels/cuda/tile.cuh"

namespace slopescope::kernels::SLOPESCOPE_BACKEND {

inline constexpr double kLog2E = 1.4426950408889634074, kLn2 = 0.69314718055994530942;

// scale and bias of one head, in the unit of the scores: bits for weights, the model's own for pictures of scores.
struct Line {
    float scale = 1, slope = 0, unit = 1; // slope is in the unit already, the table is not
    const float* table = nullptr;         // of this head
    int tableLength = 0;

    SLOPESCOPE_DEVICE float at(int distance) const {
        if (!table)
            return -slope * static_cast<float>(distance);
        const int last = tableLength - 1;
        return table[distance < 0 ? 0 : distance < last ? distance : last] * unit;
    }
};

// Window and sinks; no window is one as long as the text.
struct SightOf {
    int window, sinks;

    SLOPESCOPE_DEVICE bool sees(int position, int key) const {
        return key <= position && (position - key < window || key < sinks);
    }
    // Whether every query of [position, position + rows) sees every key of [key, key + keys).
    SLOPESCOPE_DEVICE bool seesAll(int position, int rows, int key, int keys) const {
        return key + keys - 1 <= position && (position + rows - 1 - key < window || key + keys <= sinks);
    }
    SLOPESCOPE_DEVICE bool seesNone(int position, int rows, int key, int keys) const {
        return key > position + rows - 1 || (position - (key + keys - 1) >= window && key >= sinks);
    }
};

// Turns dot products into scores, up to a constant of each row that `offset` gets: score = s + offset. On tiles that are
// `far` from the diagonal only the keys' part of a linear bias is added to each element, anchored at the tile's first key,
// which costs one fused multiply-add; near it, and where exactness counts, the distance itself is multiplied.
template <class T>
SLOPESCOPE_DEVICE void addBias(float (&s)[T::kM][T::kN][4], float (&offset)[T::kM][2], const Line& line, int position,
                               int key, bool far) {
    const int distance = position + laneIndex() / 4 - key, column = 2 * (laneIndex() % 4);
    const float nearest = static_cast<float>(distance - column), anchor = line.slope * static_cast<float>(column);
    SLOPESCOPE_UNROLL
    for (int m = 0; m < T::kM; ++m)
        SLOPESCOPE_UNROLL
        for (int half = 0; half < 2; ++half)
            offset[m][half] =
                far && !line.table ? -line.slope * static_cast<float>(distance + 16 * m + 8 * half) : 0.0f;
    if (line.table) {
        SLOPESCOPE_UNROLL
        for (int m = 0; m < T::kM; ++m)
            SLOPESCOPE_UNROLL
            for (int n = 0; n < T::kN; ++n)
                SLOPESCOPE_UNROLL
                for (int e = 0; e < 4; ++e) {
                    const int d = distance + 16 * m + 8 * (e / 2) - (column + 8 * n + e % 2);
                    s[m][n][e] = fmaf(s[m][n][e], line.scale, line.at(d));
                }
    } else if (far) {
        SLOPESCOPE_UNROLL
        for (int n = 0; n < T::kN; ++n)
            SLOPESCOPE_UNROLL
            for (int c = 0; c < 2; ++c) {
                const float bias = fmaf(line.slope, static_cast<float>(8 * n + c), anchor);
                SLOPESCOPE_UNROLL
                for (int m = 0; m < T::kM; ++m)
                    SLOPESCOPE_UNROLL
                    for (int half = 0; half < 2; ++half)
                        s[m][n][2 * half + c] = fmaf(s[m][n][2 * half + c], line.scale, bias);
            }
    } else {
        SLOPESCOPE_UNROLL
        for (int m = 0; m < T::kM; ++m)
            SLOPESCOPE_UNROLL
            for (int n = 0; n < T::kN; ++n)
                SLOPESCOPE_UNROLL
                for (int e = 0; e < 4; ++e) {
                    const float d = nearest + static_cast<float>(16 * m + 8 * (e / 2) - 8 * n - e % 2);
                    s[m][n][e] = fmaf(-line.slope, d, s[m][n][e] * line.scale);
                }
    }
}

template <class T>
SLOPESCOPE_DEVICE void mask(float (&s)[T::kM][T::kN][4], const SightOf& sight, int position, int key, float masked) {
    const int row = position + laneIndex() / 4, column = key + 2 * (laneIndex() % 4);
    SLOPESCOPE_UNROLL
    for (int m = 0; m < T::kM; ++m)
        SLOPESCOPE_UNROLL
        for (int n = 0; n < T::kN; ++n)
            SLOPESCOPE_UNROLL
            for (int e = 0; e < 4; ++e)
                if (!sight.sees(row + 16 * m + 8 * (e / 2), column + 8 * n + e % 2))
                    s[m][n][e] = masked;
}

// One step of the online softmax: scores become weights 2^(score - largest); `largest` and this lane's part of `total`
// follow, and `factor` says by what the sums so far shrink.
template <class T>
SLOPESCOPE_DEVICE void soften(float (&s)[T::kM][T::kN][4], const float (&offset)[T::kM][2], float (&largest)[T::kM][2],
                              float (&total)[T::kM][2], float (&factor)[T::kM][2]) {
    SLOPESCOPE_UNROLL
    for (int m = 0; m < T::kM; ++m)
        SLOPESCOPE_UNROLL
        for (int half = 0; half < 2; ++half) {
            float found = kNegativeInfinity;
            SLOPESCOPE_UNROLL
            for (int n = 0; n < T::kN; ++n)
                SLOPESCOPE_UNROLL
                for (int c = 0; c < 2; ++c)
                    found = fmaxf(found, s[m][n][2 * half + c]);
            const float now = fmaxf(largest[m][half], maxOfRow(found) + offset[m][half]);
            // A row that has seen no key yet has only masked scores, which must stay at weight 0.
            const float reference = now == kNegativeInfinity ? 0.0f : now;
            factor[m][half] = T::exp2(largest[m][half] - reference);
            largest[m][half] = now;
            const float shift = reference - offset[m][half];
            float sum = 0;
            SLOPESCOPE_UNROLL
            for (int n = 0; n < T::kN; ++n)
                SLOPESCOPE_UNROLL
                for (int c = 0; c < 2; ++c) {
                    const float weight = T::exp2(s[m][n][2 * half + c] - shift);
                    s[m][n][2 * half + c] = weight;
                    sum += weight;
                }
            total[m][half] = fmaf(total[m][half], factor[m][half], sum);
        }
}

// Which tiles of keys a tile of queries must visit, from the diagonal outwards. A tile is left out where no key is
// visible, and where no score can reach what the rows have found already by more than the tolerance.
struct KeyTiles {
    SightOf sight;
    int position;           // of the first query
    int keys;               // of a tile
    float limit;            // log2 of the tolerance; -infinity: nothing is skipped
    float norm;             // largest norm of a query, times |scale|
    const float* norms;     // of the keys of each tile
    const float* outer;     // of the keys of each tile and those before it
    const float* ceilings;  // [table length]: the largest bias at this distance or farther; null: linear
    Line line;

    SLOPESCOPE_DEVICE float ceiling(int tile) const {
        const int nearest = position - ((tile + 1) * keys - 1), distance = nearest > 0 ? nearest : 0;
        return ceilings ? ceilings[distance < line.tableLength - 1 ? distance : line.tableLength - 1]
                        : line.at(distance);
    }

    // The next tile below `tile`, -1 where there is none; `least` is the smallest running maximum of the queries.
    SLOPESCOPE_DEVICE int next(int tile, float least) const {
        const float needed = least + limit;
        for (--tile; tile >= 0; --tile) {
            if (position - ((tile + 1) * keys - 1) >= sight.window && tile * keys >= sight.sinks) {
                const int sinkTile = (sight.sinks + keys - 1) / keys - 1; // -1: there are no sinks
                if (sinkTile < tile)
                    tile = sinkTile;
                if (tile < 0)
                    return -1;
            }
            // Comparisons are false for NaN, which is therefore visited.
            if (!(needed > kNegativeInfinity))
                return tile;
            const float bias = ceiling(tile);
            if (norm * outer[tile] + bias < needed)
                return -1;
            if (!(norm * norms[tile] + bias < needed))
                return tile;
        }
        return -1;
    }
};

} // namespace slopescope::kernels::SLOPESCOPE_BACKEND
