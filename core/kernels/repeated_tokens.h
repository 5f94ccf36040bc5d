// How one head attends to earlier copies of the token that it reads, and to the tokens that followed those copies: the
// duplicate-token and induction scores of a head (Olsson et al., 2022). Only these cells are computed, from the
// log-sum-exps at hand. Called by core/attention with pointers it has checked; brings no threads of its own.
#pragma once

#include "core/kernels/problems.h"

#include <cstdint>
#include <span>
#include <vector>

namespace slopescope::kernels {

struct RepeatedTokens {
    const float *q = nullptr, *k = nullptr; // [tokens, headDim], rows qStride and kStride floats apart
    std::int64_t qStride = 0, kStride = 0, tokens = 0, headDim = 0;
    float scale = 1;
    DistanceBias bias; // of this head alone
    std::int64_t window = 0, sinks = 0;
    float softCap = 0; // of the products, as in problems.h
    const float* lse = nullptr;             // [tokens]
    const std::int64_t* previous = nullptr; // [tokens]: where the token stood last before; below 0: nowhere
};

// Means over the queries whose token stood somewhere before; both 0 where there is none.
struct RepeatedTokensMass {
    double duplicate = 0; // probability of all earlier copies of the query's token
    double induction = 0; // probability of the tokens right behind those copies
    std::int64_t queries = 0;
};

// For each position, the one before it where the same token stood; -1: none.
std::vector<std::int64_t> previousPositions(std::span<const std::int32_t> ids);

RepeatedTokensMass repeatedTokensMass(const RepeatedTokens& problem, const ParallelFor& parallelFor);

} // namespace slopescope::kernels
