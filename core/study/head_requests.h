// Requests and results about heads: what each does on a text, which way the loss pulls its slope, and slopes fitted to
// a text. Plain values, as those of requests.h.
#pragma once

#include "core/study/requests.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace slopescope {

inline constexpr std::array<std::int64_t, 4> kNearDistances{1, 8, 64, 512};

struct HeadTableRequest {
    Variant variant;
    std::int64_t length = 0; // tokens of the text on view, from its start
};

// What one head does: means over the queries of the text, shares of attention from 0 to 1. NaN: it has no such number.
struct HeadRow {
    static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

    HeadAddress head;
    double slope = kNone;
    double entropyBits = kNone, meanDistance = kNone, medianDistance = kNone;
    std::array<double, kNearDistances.size()> within{kNone, kNone, kNone, kNone}; // at distances up to kNearDistances
    double previousToken = kNone;                                                 // mean over the queries that have one
    double firstKey = kNone, self = kNone;
    // Attention to earlier copies of the query's token, and to the tokens right behind them; means over the queries
    // with a copy.
    double duplicate = kNone, induction = kNone;
    // The same on random tokens that are said twice: all that a head can know there is the repetition.
    double probeDuplicate = kNone, probeInduction = kNone;
    double skipped = kNone; // share of its blocks of keys that need not be computed
};

struct HeadTableResult {
    Variant variant;
    std::int64_t length = 0;
    std::int64_t probePeriod = 0; // random tokens before they are repeated; 0: the model is too short for a probe
    int layers = 0, heads = 0;
    std::vector<HeadRow> rows; // layer by layer; those of the layers that are done
    bool complete = false;
};

// Which way the loss pulls the slope of every head, over windows of the text that share no token.
struct SlopeGradientRequest {
    Variant variant;
    std::int64_t length = 0;  // tokens that each window reads
    std::int64_t windows = 8; // at most; 0: all that the text has
    std::uint64_t seed = 1;   // which ones, and their order
};

struct SlopeGradient {
    HeadAddress head;
    double slope = 0;              // in force; 0 for a model without slopes
    double perSlope = 0;           // mean of d loss / d slope, nats per token
    double error = HeadRow::kNone; // of that, from the spread between windows; NaN: one window

    // The loss's change for a slope twice as large, to first order; 0 at slope 0, where perSlope says what a slope
    // would do.
    double perDoubling() const { return perSlope * slope * 0.6931471805599453; }
    double perDoublingError() const { return error * slope * 0.6931471805599453; }
    bool isSure() const { return std::abs(perSlope) > error; } // above its own standard error
};

// The slopes of one head in all layers, twice as large together: change of the loss to first order, nats per token.
struct SharedSlopeGradient {
    double perDoubling = 0, error = HeadRow::kNone;
    bool isSure() const { return std::abs(perDoubling) > error; }
};

struct SlopeGradientResult {
    Variant variant;
    std::int64_t length = 0;
    std::int64_t windows = 0, windowsTotal = 0;  // measured, and to measure
    double loss = 0, lossError = HeadRow::kNone; // nats per token over these windows
    std::vector<SlopeGradient> heads;            // layer by layer
    std::vector<SharedSlopeGradient> allLayers;  // [heads]
    bool complete = false;
};

// Slopes fitted to the text, weights frozen. A quarter of the windows, at least one and at most 16, is held out.
struct SlopeFitRequest {
    Variant variant; // whose slopes it begins with
    std::int64_t length = 0;
    std::int64_t steps = 100;
    double rate = 0.05;     // of Adam, on the logarithms of the slopes; falls to a twentieth along half a cosine
    std::int64_t batch = 0; // windows a step; 0: as many as make 2,048 tokens
    bool shared = false;    // one set for all layers
    std::uint64_t seed = 1; // of which windows are held out, and the order of the others
};

struct SlopeFitResult {
    Variant variant; // that the fit began with
    std::int64_t length = 0;
    SlopeTable slopes; // [layers][heads], as fitted so far
    std::int64_t step = 0, steps = 0;
    std::int64_t fittedWindows = 0, heldOutWindows = 0;
    double fittedLoss = HeadRow::kNone; // of the last step's windows, before the step
    double heldOutBefore = HeadRow::kNone, heldOutBeforeError = HeadRow::kNone; // nats per token
    double heldOutAfter = HeadRow::kNone;
    double heldOutDifference = HeadRow::kNone,
           heldOutDifferenceError = HeadRow::kNone; // after - before, window by window
    std::int64_t heldOutStep = 0;                   // after how many steps that is
    bool complete = false;                          // every step is done
};

} // namespace slopescope
