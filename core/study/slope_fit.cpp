#include "core/study/slope_fit.h"

#include "core/base/error.h"
#include "core/study/slope_gradient.h"
#include "core/study/window_losses.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <numeric>
#include <string>
#include <vector>

namespace slopescope {
namespace {

constexpr double kGentlest = 1e-8;         // a fitted slope stays above this
constexpr std::int64_t kStepTokens = 2048; // of a step, where the request does not say how many windows it has
constexpr std::int64_t kMostHeldOut = 16;

// Adam on a table of numbers, the same rate for all.
class TableAdam {
public:
    explicit TableAdam(const SlopeTable& shape) : m_first(shape), m_second(shape) {
        for (SlopeTable* table : {&m_first, &m_second})
            for (SlopeSet& layer : *table)
                std::fill(layer.begin(), layer.end(), 0.0);
    }

    void step(SlopeTable& values, const SlopeTable& gradient, double rate) {
        constexpr double kBeta1 = 0.9, kBeta2 = 0.98, kEpsilon = 1e-12;
        ++m_steps;
        const double first = 1 - std::pow(kBeta1, m_steps), second = 1 - std::pow(kBeta2, m_steps);
        for (std::size_t l = 0; l < values.size(); ++l)
            for (std::size_t h = 0; h < values[l].size(); ++h) {
                const double g = gradient[l][h];
                m_first[l][h] = kBeta1 * m_first[l][h] + (1 - kBeta1) * g;
                m_second[l][h] = kBeta2 * m_second[l][h] + (1 - kBeta2) * g * g;
                values[l][h] -= rate * (m_first[l][h] / first) / (std::sqrt(m_second[l][h] / second) + kEpsilon);
            }
    }

private:
    SlopeTable m_first, m_second;
    double m_steps = 0;
};

// Of each window, the mean loss of its predictions.
std::vector<double> meanLosses(const Decoder& decoder, std::span<const std::int32_t> ids,
                               std::span<const std::int64_t> starts, std::int64_t length, const SlopeTable& slopes,
                               const Job& job) {
    AttentionOverride change;
    change.slopes = slopes;
    std::vector<double> means;
    for (const std::int64_t start : starts) {
        const std::vector<float> losses = windowLosses(decoder, ids, {&start, 1}, length, change, job);
        means.push_back(std::accumulate(losses.begin(), losses.end(), 0.0) / double(losses.size()));
    }
    return means;
}

double meanOf(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / double(values.size());
}

double errorOf(const std::vector<double>& values) {
    const double mean = meanOf(values), count = double(values.size());
    double squares = 0;
    for (const double value : values)
        squares += (value - mean) * (value - mean);
    return values.size() < 2 ? std::numeric_limits<double>::quiet_NaN() : std::sqrt(squares / (count - 1) / count);
}

void checkRequest(const Decoder& decoder, const SlopeFitRequest& r) {
    if (decoder.config().positions.bias != BiasKind::Linear)
        throw Error("This model's positions are " + describe(decoder.config().positions) +
                    "; it has no slopes to fit. The positions own+alibi add some.");
    if (r.length < 2 || r.steps < 1 || r.batch < 0)
        throw Error(
            "A fit of slopes needs a length of at least 2, a number of steps of at least 1, and no negative batch.");
    if (!(r.rate > 0 && r.rate <= 10))
        throw Error("The rate of a fit must be above 0 and at most 10.");
}

// A slope of 0 has no logarithm and stays.
void setFrom(const SlopeTable& logarithms, SlopeTable& slopes) {
    for (std::size_t l = 0; l < slopes.size(); ++l)
        for (std::size_t h = 0; h < slopes[l].size(); ++h)
            if (slopes[l][h] > 0)
                slopes[l][h] = std::clamp(std::exp(logarithms[l][h]), kGentlest, kSteepestSlope);
}

SlopeTable logarithmsOf(const SlopeTable& slopes) {
    SlopeTable logarithms = slopes;
    for (SlopeSet& layer : logarithms)
        for (double& slope : layer)
            slope = slope > 0 ? std::log(slope) : 0;
    return logarithms;
}

// Of the slopes' logarithms; where the layers share one set, each layer has the sum over all.
SlopeTable gradientOfLogarithms(SlopeTable gradient, const SlopeTable& slopes, bool shared) {
    for (std::size_t l = 0; l < gradient.size(); ++l)
        for (std::size_t h = 0; h < gradient[l].size(); ++h)
            gradient[l][h] *= slopes[l][h];
    if (!shared)
        return gradient;
    SlopeSet sum(gradient.front().size(), 0.0);
    for (const SlopeSet& layer : gradient)
        std::transform(sum.begin(), sum.end(), layer.begin(), sum.begin(), std::plus<>());
    return SlopeTable(gradient.size(), sum);
}

class Fit {
public:
    Fit(const Decoder& decoder, std::span<const std::int32_t> ids, const SlopeFitRequest& r)
        : m_decoder(decoder), m_ids(ids), m_request(r) {
        const DecoderConfig& config = decoder.config();
        m_result.variant = r.variant;
        m_result.length = r.length;
        m_result.steps = r.steps;
        m_result.slopes = r.variant.slopes;
        if (m_result.slopes.empty())
            for (std::int64_t layer = 0; layer < config.layers; ++layer)
                m_result.slopes.push_back(config.slopesAt(layer, r.length));
        if (r.shared && !layersShare(m_result.slopes))
            throw Error("The layers of this model have slopes of their own; one set for all cannot begin from them.");
        m_fitted = separateWindows(std::ssize(ids), r.length, r.seed);
        if (m_fitted.size() < 2)
            throw Error("The text has " + std::to_string(ids.size()) + " tokens; fitting at " +
                        std::to_string(r.length) + " needs two windows of that length, one of them held out.");
        const std::int64_t held = std::clamp<std::int64_t>(std::ssize(m_fitted) / 4, 1, kMostHeldOut);
        m_heldOut.assign(m_fitted.end() - held, m_fitted.end());
        m_fitted.resize(m_fitted.size() - std::size_t(held));
        m_result.fittedWindows = std::ssize(m_fitted);
        m_result.heldOutWindows = held;
    }

    SlopeFitResult run(const Job& job, const std::function<void(const SlopeFitResult&)>& update) {
        try {
            m_before = meanLosses(m_decoder, m_ids, m_heldOut, m_request.length, m_result.slopes, job);
            m_result.heldOutBefore = meanOf(m_before);
            m_result.heldOutBeforeError = errorOf(m_before);
            SlopeTable logarithms = logarithmsOf(m_result.slopes);
            TableAdam adam(logarithms);
            const std::int64_t between = std::max<std::int64_t>(1, m_request.steps / 5);
            while (m_result.step < m_request.steps) {
                job.report(double(m_result.step) / double(m_request.steps),
                           "Fitting slopes, step " + std::to_string(m_result.step + 1) + " of " +
                               std::to_string(m_request.steps));
                step(adam, logarithms, job);
                if (m_result.step % between == 0 || m_result.step == m_request.steps)
                    compare(job);
                m_result.complete = m_result.step == m_request.steps;
                if (update && !m_result.complete)
                    update(m_result);
            }
        } catch (const Cancelled&) { // what there is, is kept
        }
        return m_result;
    }

private:
    void step(TableAdam& adam, SlopeTable& logarithms, const Job& job) {
        const std::int64_t count = std::ssize(m_fitted);
        const std::int64_t wanted =
            m_request.batch ? m_request.batch : std::max<std::int64_t>(1, kStepTokens / m_request.length);
        std::vector<std::int64_t> starts;
        for (std::int64_t i = 0; i < std::min(wanted, count); ++i)
            starts.push_back(m_fitted[std::size_t(m_next++ % count)]);
        AttentionOverride change;
        change.slopes = m_result.slopes;
        const SlopeLoss found = slopeLoss(m_decoder, m_ids, starts, m_request.length, change, job);
        const double share = double(m_result.step) / double(m_request.steps);
        const double rate = m_request.rate * (0.05 + 0.95 * 0.5 * (1 + std::cos(std::numbers::pi * share)));
        adam.step(logarithms, gradientOfLogarithms(found.gradient, m_result.slopes, m_request.shared), rate);
        setFrom(logarithms, m_result.slopes);
        m_result.fittedLoss = found.loss;
        ++m_result.step;
    }

    // On the windows held out.
    void compare(const Job& job) {
        std::vector<double> after = meanLosses(m_decoder, m_ids, m_heldOut, m_request.length, m_result.slopes, job);
        m_result.heldOutAfter = meanOf(after);
        std::transform(after.begin(), after.end(), m_before.begin(), after.begin(), std::minus<>());
        m_result.heldOutDifference = meanOf(after);
        m_result.heldOutDifferenceError = errorOf(after);
        m_result.heldOutStep = m_result.step;
    }

    const Decoder& m_decoder;
    const std::span<const std::int32_t> m_ids;
    const SlopeFitRequest& m_request;
    SlopeFitResult m_result;
    std::vector<std::int64_t> m_fitted, m_heldOut;
    std::vector<double> m_before; // of each window held out
    std::int64_t m_next = 0;      // window to fit
};

} // namespace

SlopeFitResult fitSlopes(const Decoder& decoder, std::span<const std::int32_t> ids, const SlopeFitRequest& request,
                         const Job& job, const std::function<void(const SlopeFitResult&)>& update) {
    checkRequest(decoder, request);
    return Fit(decoder, ids, request).run(job, update);
}

} // namespace slopescope
