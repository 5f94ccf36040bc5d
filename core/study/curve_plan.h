// What is measured where a person has not said: the one policy for lengths, windows and error, shared by the window and the
// command line, so that the same model and text give the same curve through both doors. Pure functions, any thread.
#pragma once

#include "core/study/requests.h"

#include <cstdint>
#include <span>
#include <vector>

namespace slopescope {

inline constexpr std::int64_t kShortestLength = 32;

// Doublings from the shortest length to `longest`, itself the last.
std::vector<std::int64_t> lengthsTo(std::int64_t longest);

// The longest power of two, from the shortest length on, that is at most `wanted` and that a text of so many tokens can serve.
std::int64_t longestWithin(std::int64_t wanted, std::int64_t tokens);

// How far the curve of a model as it is run reaches: sixteen times the length of training (4,096 where that is unknown), at
// most what the text has, a power of two.
std::int64_t usualLongest(const ModelFacts& model, std::int64_t tokens);

// One pass over 12 windows of the longest length (more where those are short), then filled up until every standard error of
// nll is below 0.01, which is 1 % of the perplexity.
CurvePlan usualPlan(std::vector<std::int64_t> lengths);

// Throws Error for a plan that makes no sense: no lengths, unsorted ones, a stride of 0 where one is needed, negative numbers.
void checkPlan(const CurvePlan& plan);

} // namespace slopescope
