// Requests for the numbers themselves, cell by cell, and for one pair of tokens in every head. Plain values; see
// requests.h.
#pragma once

#include "core/study/requests.h"

#include <cstdint>
#include <vector>

namespace slopescope {

// All that attention computes for the queries [queryBegin, queryEnd) of one head.
struct RowsRequest {
    Variant variant;
    std::int64_t length = 0;
    HeadAddress head;
    std::int64_t queryBegin = 0, queryEnd = 0;
    bool operator==(const RowsRequest&) const = default;
};

struct RowsResult {
    RowsRequest of;
    double scale = 0; // of q.k: 1/sqrt(headDim) in most models
    std::int64_t headDim = 0;
    double slope = 0;       // of a linear bias; 0: there is none, or it is a table
    bool fromTable = false; // the bias is a table by distance (T5)
    // [queryEnd - queryBegin][length]. The score of every key, also of those that the mask hides; bias and probability
    // are NaN where a key is masked.
    std::vector<float> scores, biases, probabilities;
    std::vector<double> logSums; // a query: ln of the sum of exp(score + bias) over the keys that it sees
    Freshness freshness = Freshness::Exact;

    std::size_t at(std::int64_t query, std::int64_t key) const {
        return std::size_t(query - of.queryBegin) * std::size_t(of.length) + std::size_t(key);
    }
};

// What a query gives a key, in every head.
struct PairRequest {
    Variant variant;
    std::int64_t length = 0, query = 0, key = 0;
    bool operator==(const PairRequest&) const = default;
};

struct PairResult {
    PairRequest of;
    int layers = 0, heads = 0;
    std::vector<float> probabilities;       // [layers * heads], layer-major; NaN: masked in that head
    Freshness freshness = Freshness::Exact; // of the one from the oldest q and k
};

} // namespace slopescope
