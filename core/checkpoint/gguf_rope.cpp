#include "core/checkpoint/gguf_rope.h"

#include "core/base/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <vector>

namespace slopescope {
namespace {

constexpr double kTolerance = 1e-4; // relative; the factors are float32

struct Rule {
    double factor = 1, low = 1, high = 4, length = 8192;

    // By how much a frequency of this wavelength is slowed: not at all where it turns often within the original length,
    // by `factor` where it does not turn once, smoothly in between (transformers, modeling_rope_utils.py).
    double at(double wavelength) const {
        if (wavelength < length / high)
            return 1;
        if (wavelength > length / low)
            return factor;
        const double smooth = (length / wavelength - low) / (high - low);
        return 1 / ((1 - smooth) / factor + smooth);
    }
};

std::vector<double> wavelengthsOf(RopeShape rope) {
    std::vector<double> wavelengths;
    for (std::int64_t i = 0; i < rope.dims; i += 2)
        wavelengths.push_back(2 * std::numbers::pi * std::pow(rope.base, double(i) / double(rope.dims)));
    return wavelengths;
}

bool fits(const Rule& rule, std::span<const float> factors, const std::vector<double>& wavelengths) {
    for (std::size_t i = 0; i < factors.size(); ++i)
        if (!(std::abs(double(factors[i]) - rule.at(wavelengths[i])) <= kTolerance * double(factors[i])))
            return false;
    return true;
}

// Where 1 < factor < the largest, the inverse lies on a line in 1 / wavelength: from two of them come its slope and its
// offset, and with the usual distance of high and low the rule.
std::optional<Rule> solve(double largest, std::span<const float> factors, const std::vector<double>& wavelengths) {
    std::vector<std::pair<double, double>> points; // 1 / wavelength, share of the unchanged frequency
    for (std::size_t i = 0; i < factors.size(); ++i) {
        const double share = (1 / double(factors[i]) - 1 / largest) / (1 - 1 / largest);
        if (share > kTolerance && share < 1 - kTolerance)
            points.emplace_back(1 / wavelengths[i], share);
    }
    if (points.size() < 2)
        return std::nullopt;
    const auto [x0, y0] = points.front();
    const auto [x1, y1] = points.back();
    const double slope = (y1 - y0) / (x1 - x0); // length / (high - low)
    const double offset = slope * x0 - y0;      // low / (high - low)
    Rule rule{largest, 3 * offset, 3 * offset + 3, std::round(3 * slope)};
    if (!(slope > 0 && offset > 0 && rule.length >= 1 && rule.length < 1e9))
        return std::nullopt;
    return rule;
}

} // namespace

nlohmann::json llama3ScalingOf(std::span<const float> factors, RopeShape rope, const std::string& file) {
    const auto refuse = [&] {
        throw Error(file + ": the tensor \"rope_freqs.weight\" does not scale positions as Llama 3 does, and no other "
                           "rule is known.");
    };
    // The head size is whatever the file claims: nothing is made of it before the factors agree.
    if (factors.empty() || rope.dims < 1 || factors.size() != (std::uint64_t(rope.dims) + 1) / 2 ||
        std::any_of(factors.begin(), factors.end(), [](float factor) { return !(factor >= 1 && factor < 1e6F); }))
        refuse();
    const std::vector<double> wavelengths = wavelengthsOf(rope);
    Rule rule;
    rule.factor = double(*std::max_element(factors.begin(), factors.end()));
    if (!fits(rule, factors, wavelengths)) {
        const auto other = solve(rule.factor, factors, wavelengths);
        if (!other || !fits(*other, factors, wavelengths))
            refuse();
        rule = *other;
    }
    return {{"rope_type", "llama3"},
            {"factor", rule.factor},
            {"low_freq_factor", rule.low},
            {"high_freq_factor", rule.high},
            {"original_max_position_embeddings", std::int64_t(rule.length)}};
}

} // namespace slopescope
