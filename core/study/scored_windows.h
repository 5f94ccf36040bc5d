// How a text is cut into windows, and which predictions of each window count: the protocols of perplexity, as data.
//
// A window reads `inputs` tokens from `start` and predicts the token after each; predictions from .. inputs-1 are
// scored. Sources: the paper's Appendix B (non-overlapping, sliding); transformers' docs/source/en/perplexity.md;
// llama.cpp's perplexity example.
#pragma once

#include "core/study/requests.h"

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace slopescope {

struct ScoredWindow {
    std::int64_t start = 0, inputs = 0, from = 0;
    double weight = 1; // of its mean loss in the total, relative to the number of its scored predictions

    std::int64_t scored() const { return inputs - from; }
    bool operator==(const ScoredWindow&) const = default;
};

// Windows of one-pass measurement: `length` inputs each, a quarter of a window apart so that short contexts are met
// often, in a seeded order that depends on nothing else.
std::vector<ScoredWindow> onePassWindows(std::int64_t tokens, std::int64_t length, std::uint64_t seed);

// A Fisher-Yates of our own: std::shuffle differs between libraries.
template <class Value>
void shuffle(std::vector<Value>& values, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    for (std::size_t i = values.size(); i > 1; --i)
        std::swap(values[i - 1], values[random() % i]);
}

// Side by side over the first `common` predictions of the text, so that every length scores the same tokens: where
// `length` does not divide them, the last window is shorter.
std::vector<ScoredWindow> nonOverlappingWindows(std::int64_t common, std::int64_t length);

// Moved by `stride`; the first window scores all of its predictions, each later one its last `stride`.
std::vector<ScoredWindow> slidingWindows(std::int64_t tokens, std::int64_t length, std::int64_t stride);

// The loop of transformers' documentation, its weights included: a window's mean loss counts for one prediction less
// than it scored, but for the first window.
std::vector<ScoredWindow> huggingFaceWindows(std::int64_t tokens, std::int64_t length, std::int64_t stride);

// llama-perplexity: disjoint windows, the second half of each scored; needs two windows of text.
std::vector<ScoredWindow> llamaCppWindows(std::int64_t tokens, std::int64_t length);

} // namespace slopescope
