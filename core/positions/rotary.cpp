#include "core/positions/rotary.h"

#include "core/base/parallel.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace slopescope {
namespace {

// The k whose frequency makes so many turns over the original length.
double indexOfTurns(const Rotary& r, double turns) {
    return double(r.dims) * std::log(double(r.originalLength) / (turns * 2 * std::numbers::pi)) /
           (2 * std::log(r.base));
}

// How much of frequency k YaRN leaves as it was, and the rest it interpolates.
double yarnKept(const Rotary& r, std::int64_t k) {
    double low = indexOfTurns(r, r.betaFast), high = indexOfTurns(r, r.betaSlow);
    if (r.wholeBounds) {
        low = std::floor(low);
        high = std::ceil(high);
    }
    low = std::max(low, 0.0);
    high = std::min(high, double(r.dims - 1));
    if (low == high)
        high += 0.001;
    return 1 - std::clamp((double(k) - low) / (high - low), 0.0, 1.0);
}

double llama3Kept(const Rotary& r, double theta) {
    const double turns = double(r.originalLength) * theta / (2 * std::numbers::pi);
    if (turns < r.lowFrequency)
        return 0;
    if (turns > r.highFrequency)
        return 1;
    return (turns - r.lowFrequency) / (r.highFrequency - r.lowFrequency);
}

double scaledBase(const Rotary& r, std::int64_t length) {
    double factor = 1;
    if (r.scaling == RotaryScaling::Ntk)
        factor = r.factor;
    else if (r.scaling == RotaryScaling::Dynamic)
        factor = r.factor * double(std::max(length, r.originalLength)) / double(r.originalLength) - (r.factor - 1);
    return factor == 1 ? r.base : r.base * std::pow(factor, double(r.dims) / double(r.dims - 2));
}

} // namespace

std::vector<double> rotaryFrequencies(const Rotary& rotary, std::int64_t length) {
    const double base = scaledBase(rotary, length);
    const std::vector<double>& divisors = length > rotary.originalLength ? rotary.longDivisors : rotary.shortDivisors;
    std::vector<double> frequencies;
    for (std::int64_t k = 0; k < rotary.dims / 2; ++k) {
        const double theta = std::pow(base, -2.0 * double(k) / double(rotary.dims));
        const double kept = rotary.scaling == RotaryScaling::Linear   ? 0
                            : rotary.scaling == RotaryScaling::Yarn   ? yarnKept(rotary, k)
                            : rotary.scaling == RotaryScaling::Llama3 ? llama3Kept(rotary, theta)
                                                                      : 1;
        if (rotary.scaling == RotaryScaling::LongRope)
            frequencies.push_back(theta / divisors.at(std::size_t(k)));
        else
            frequencies.push_back(theta * kept + theta / rotary.factor * (1 - kept));
    }
    return frequencies;
}

bool sameFrequencies(const Rotary& rotary, std::int64_t shorter, std::int64_t longer) {
    if (rotary.scaling == RotaryScaling::LongRope)
        return (shorter > rotary.originalLength) == (longer > rotary.originalLength);
    return rotary.scaling != RotaryScaling::Dynamic || shorter == longer ||
           std::max(shorter, longer) <= rotary.originalLength;
}

double yarnAttentionFactor(double factor, double weight) {
    return factor <= 1 ? 1 : 0.1 * weight * std::log(factor) + 1;
}

double longRopeAttentionFactor(double factor, std::int64_t originalLength) {
    return factor <= 1 || originalLength < 2 ? 1 : std::sqrt(1 + std::log(factor) / std::log(double(originalLength)));
}

RotaryTable rotaryTable(const Rotary& rotary, std::int64_t first, std::int64_t length, const Job& job) {
    constexpr std::int64_t kAtOnce = 1024; // positions: a millisecond or two
    const std::int64_t half = rotary.dims / 2;
    RotaryTable table{at::empty({length, half}, at::kFloat), at::empty({length, half}, at::kFloat)};
    float* const allCos = table.cos.data_ptr<float>();
    float* const allSin = table.sin.data_ptr<float>();
    const std::vector<double> frequencies = rotaryFrequencies(rotary, first + length);
    parallelFor((length + kAtOnce - 1) / kAtOnce, job, [&](std::int64_t block) {
        const std::int64_t end = std::min(length, (block + 1) * kAtOnce);
        for (std::int64_t p = block * kAtOnce; p < end; ++p) {
            float *cos = allCos + p * half, *sin = allSin + p * half;
            for (std::int64_t k = 0; k < half; ++k) {
                // In double: at position 100,000 a float32 angle is already wrong in its third digit.
                const double angle = double(first + p) * frequencies[std::size_t(k)];
                cos[k] = static_cast<float>(std::cos(angle) * rotary.attentionFactor);
                sin[k] = static_cast<float>(std::sin(rotary.backwards ? -angle : angle) * rotary.attentionFactor);
            }
        }
    });
    return table;
}

at::Tensor rotate(const at::Tensor& x, const Rotary& rotary, const RotaryTable& table) {
    const std::int64_t half = rotary.dims / 2;
    const at::Tensor cos = table.cos.unsqueeze(1), sin = table.sin.unsqueeze(1); // [length, 1, half]
    at::Tensor a, b;                                                             // the two coordinates of each pair
    if (rotary.interleaved) {
        a = x.slice(-1, 0, rotary.dims, 2);
        b = x.slice(-1, 1, rotary.dims, 2);
    } else {
        a = x.slice(-1, 0, half);
        b = x.slice(-1, half, rotary.dims);
    }
    const at::Tensor turnedA = a * cos - b * sin, turnedB = b * cos + a * sin;
    at::Tensor turned =
        rotary.interleaved ? at::stack({turnedA, turnedB}, -1).flatten(-2) : at::cat({turnedA, turnedB}, -1);
    if (rotary.dims < x.size(-1))
        turned = at::cat({turned, x.slice(-1, rotary.dims)}, -1);
    return turned;
}

} // namespace slopescope
