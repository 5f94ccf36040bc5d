#include "core/study/curve_plan.h"

#include "core/base/error.h"
#include "core/base/numbers.h"

#include <algorithm>
#include <utility>

namespace slopescope {
namespace {

constexpr std::int64_t kUsualLongest = 4096;
constexpr std::int64_t kWindows = 12, kFewestTokens = 16384; // of the first pass
constexpr double kError = 0.01;
constexpr std::int64_t kLongestLength = std::int64_t(1) << 40; // past any text; sums of two stay far from overflow

} // namespace

std::vector<std::int64_t> lengthsTo(std::int64_t longest) {
    std::vector<std::int64_t> lengths;
    for (std::int64_t length = kShortestLength; length < longest; length *= 2)
        lengths.push_back(length);
    lengths.push_back(longest);
    return lengths;
}

std::int64_t longestWithin(std::int64_t wanted, std::int64_t tokens) {
    std::int64_t longest = kShortestLength;
    while (2 * longest <= wanted && 2 * longest < tokens)
        longest *= 2;
    return longest;
}

std::int64_t usualLongest(const ModelFacts& model, std::int64_t tokens) {
    return longestWithin(model.trainedLength > 0 ? 16 * model.trainedLength : kUsualLongest, tokens);
}

CurvePlan usualPlan(std::vector<std::int64_t> lengths) {
    CurvePlan plan;
    const std::int64_t longest = lengths.empty() ? 1 : std::max<std::int64_t>(1, lengths.back());
    plan.lengths = std::move(lengths);
    plan.windows = std::max(kWindows, (kFewestTokens + longest - 1) / longest);
    plan.error = kError;
    return plan;
}

void checkPlan(const CurvePlan& plan) {
    if (plan.lengths.empty())
        throw Error("A curve needs at least one length.");
    if (plan.lengths.front() < 1 || !std::is_sorted(plan.lengths.begin(), plan.lengths.end()) ||
        std::adjacent_find(plan.lengths.begin(), plan.lengths.end()) != plan.lengths.end())
        throw Error("The lengths of a curve must be different, ascending and at least 1.");
    if (plan.lengths.back() > kLongestLength)
        throw Error("The lengths of a curve end at " + grouped(kLongestLength) + ".");
    if ((plan.protocol == Protocol::Sliding || plan.protocol == Protocol::HuggingFace) && plan.stride < 1)
        throw Error("This protocol needs a stride of at least 1.");
    if (plan.windows < 0 || plan.maxTokens < 0)
        throw Error("A number of windows or tokens cannot be negative.");
    if (!(plan.error >= 0))
        throw Error("The standard error of a curve cannot be negative.");
}

} // namespace slopescope
