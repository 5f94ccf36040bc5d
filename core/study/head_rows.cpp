#include "core/study/head_rows.h"

#include "core/base/error.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/matmul.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace slopescope {
namespace {

constexpr float kMasked = std::numeric_limits<float>::quiet_NaN();

void requireWithin(std::int64_t token, std::int64_t length) {
    if (token < 0 || token >= length)
        throw Error("Token " + std::to_string(token) + " lies outside the " + std::to_string(length) +
                    " tokens on view.");
}

// Row by row; masked cells are NaN.
std::vector<float> biasesOf(const HeadView& head, std::int64_t queryBegin, std::int64_t queryEnd, std::int64_t keys,
                            const Job& job) {
    return attentionMap(head,
                        {queryBegin, queryEnd, 0, keys, queryEnd - queryBegin, keys, kernels::Stage::Bias,
                         kernels::Pooling::Mean, 1},
                        job)
        .values;
}

// scale * q.k of some queries and all keys, the masked ones too.
std::vector<float> scoresOf(const HeadView& head, std::int64_t queryBegin, std::int64_t queryEnd, std::int64_t keys) {
    const at::NoGradGuard noGradient;
    const at::Tensor q = head.q.narrow(0, queryBegin, queryEnd - queryBegin).cpu().to(at::kDouble);
    const at::Tensor k = head.k.narrow(0, 0, keys).cpu().to(at::kDouble);
    const at::Tensor scores = at::matmul(q, k.t()).contiguous();
    std::vector<float> values(std::size_t(scores.numel()));
    std::transform(scores.data_ptr<double>(), scores.data_ptr<double>() + scores.numel(), values.begin(),
                   [&](double product) { return float(head.settings.scale * product); });
    return values;
}

// ln of the sum over the keys that are seen; every query sees itself at least.
double logSum(const float* scores, const float* biases, std::int64_t keys) {
    double peak = -std::numeric_limits<double>::infinity(), sum = 0;
    for (std::int64_t key = 0; key < keys; ++key)
        if (!std::isnan(biases[key]))
            peak = std::max(peak, double(scores[key]) + double(biases[key]));
    for (std::int64_t key = 0; key < keys; ++key)
        if (!std::isnan(biases[key]))
            sum += std::exp(double(scores[key]) + double(biases[key]) - peak);
    return peak + std::log(sum);
}

} // namespace

RowsResult readRows(const TextForward& forward, const RowsRequest& r, const Job& job) {
    requireWithin(r.queryBegin, r.length);
    requireWithin(r.queryEnd - 1, r.length);
    if (r.queryEnd <= r.queryBegin)
        throw Error("There are no queries to show.");
    const HeadView head = forward.head(r.head.layer, r.head.head, r.variant.slopes, r.length);
    const LayerBias& bias = head.settings.bias;
    RowsResult result;
    result.of = r;
    result.scale = head.settings.scale;
    result.headDim = head.q.size(1);
    result.slope = bias.slopes.defined() ? double(bias.slopes.data_ptr<float>()[0]) : 0;
    result.fromTable = bias.table.defined();
    result.freshness = forward.exactAt(r.head.layer, r.variant.slopes) ? Freshness::Exact : Freshness::Preview;
    result.scores = scoresOf(head, r.queryBegin, r.queryEnd, r.length);
    result.biases = biasesOf(head, r.queryBegin, r.queryEnd, r.length, job);
    result.probabilities.assign(result.scores.size(), kMasked);
    for (std::int64_t query = r.queryBegin; query < r.queryEnd; ++query) {
        const std::size_t row = result.at(query, 0);
        result.logSums.push_back(logSum(&result.scores[row], &result.biases[row], r.length));
        for (std::size_t cell = row; cell < row + std::size_t(r.length); ++cell)
            if (!std::isnan(result.biases[cell]))
                result.probabilities[cell] =
                    float(std::exp(double(result.scores[cell]) + double(result.biases[cell]) - result.logSums.back()));
    }
    return result;
}

PairResult readPair(const TextForward& forward, const PairRequest& r, const Job& job) {
    requireWithin(r.query, r.length);
    requireWithin(r.key, r.length);
    const DecoderConfig& config = forward.decoder().config();
    PairResult result;
    result.of = r;
    result.layers = int(config.layers);
    result.heads = int(config.heads);
    result.freshness = forward.exactAt(config.layers - 1, r.variant.slopes) ? Freshness::Exact : Freshness::Preview;
    for (std::int64_t layer = 0; layer < config.layers; ++layer)
        for (std::int64_t number = 0; number < config.heads; ++number) {
            job.check();
            if (r.key > r.query) {
                result.probabilities.push_back(kMasked);
                continue;
            }
            const HeadView head = forward.head(layer, number, r.variant.slopes, r.length);
            const std::vector<float> scores = scoresOf(head, r.query, r.query + 1, r.query + 1);
            const std::vector<float> biases = biasesOf(head, r.query, r.query + 1, r.query + 1, job);
            const auto key = std::size_t(r.key);
            const double own = double(scores[key]) + double(biases[key]); // NaN: outside the window
            result.probabilities.push_back(float(std::exp(own - logSum(scores.data(), biases.data(), r.query + 1))));
        }
    return result;
}

} // namespace slopescope
