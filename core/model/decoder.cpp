#include "core/model/decoder.h"

#include "core/error.h"
#include "core/model/layer_math.h"
#include "core/model/layer_parts.h"
#include "core/positions/distance_bias.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace slopescope {
namespace {

constexpr std::int64_t kLossRows = 512; // logits of so many rows exist at once

std::int32_t checkedId(const DecoderConfig& config, std::int32_t id) {
    if (id < 0 || id >= config.vocabulary)
        throw Error("Token id " + std::to_string(id) + " lies outside the vocabulary of " +
                    std::to_string(config.vocabulary) + ".");
    return id;
}

} // namespace

Decoder::Decoder(DecoderConfig config, DecoderWeights weights)
    : m_config(std::move(config)), m_weights(std::move(weights)) {
    forEachMatrix(m_weights, pack);
    if (m_config.positions.bias == BiasKind::T5Buckets) {
        const auto buckets = t5BucketTable(m_config.positions.buckets, m_config.positions.maxDistance);
        m_biasTable = m_weights.relativeBias.index_select(0, at::tensor(at::ArrayRef<std::int64_t>(buckets), at::kLong))
                          .t()
                          .contiguous();
    }
}

at::Tensor Decoder::embed(std::span<const std::int32_t> ids, std::int64_t batch) const {
    const at::NoGradGuard noGradient;
    const std::int64_t length = static_cast<std::int64_t>(ids.size()) / batch;
    if (const auto longest = m_config.longestLength(); longest && length > *longest)
        throw Error("This model's learned positions end at " + std::to_string(*longest) + " tokens; " +
                    std::to_string(length) + " were asked for.");
    at::Tensor index = at::empty({batch, length}, at::kLong);
    std::int64_t* out = index.data_ptr<std::int64_t>();
    for (const std::int32_t id : ids)
        *out++ = checkedId(m_config, id);
    return slopescope::embed(m_config, m_weights, index, 0);
}

std::optional<RotaryTable> Decoder::rotaryFor(std::int64_t length) const {
    if (!m_config.positions.rotary)
        return std::nullopt;
    return rotaryTable(*m_config.positions.rotary, 0, length);
}

AttentionSettings Decoder::settings(std::int64_t layer, const AttentionOverride& change, std::int64_t length) const {
    AttentionSettings settings;
    settings.scale = m_config.scaleAt(layer);
    const std::int64_t own = m_config.windowAt(layer);
    settings.window = own > 0 && change.window > 0 ? std::min(own, change.window) : std::max(own, change.window);
    settings.sinks = change.sinks;
    settings.tolerance = change.tolerance;
    if (m_config.positions.bias == BiasKind::Linear) {
        const SlopeSet slopes =
            change.slopes.empty() ? m_config.slopesAt(length) : change.slopes.at(static_cast<std::size_t>(layer));
        settings.bias.slopes = at::tensor(at::ArrayRef<double>(slopes), at::kDouble).to(at::kFloat);
    } else if (m_config.positions.bias == BiasKind::T5Buckets) {
        settings.bias.table = m_biasTable;
    }
    return settings;
}

Decoder::LayerResult Decoder::runLayer(std::int64_t layer, const at::Tensor& residual, const RotaryTable* rotary,
                                       const AttentionOverride& change, const Job& job) const {
    const at::NoGradGuard noGradient;
    job.check();
    const LayerWeights& weights = m_weights.layers.at(static_cast<std::size_t>(layer));
    QueryKeyValue qkv = projectAttention(m_config, weights, residual, rotary);
    job.check();
    AttendResult attended = attend(qkv.q, qkv.k, qkv.v, settings(layer, change, residual.size(1)), job);
    job.check();
    return {finishLayer(m_config, weights, residual, attended.out), std::move(qkv.q), std::move(qkv.k),
            std::move(attended.lse), attended.visited};
}

at::Tensor Decoder::losses(const at::Tensor& residual, std::span<const std::int32_t> targets, const Job& job) const {
    const at::NoGradGuard noGradient;
    const std::int64_t rows = residual.size(0);
    at::Tensor losses = at::empty({rows}, at::kFloat);
    float* out = losses.data_ptr<float>();
    for (std::int64_t first = 0; first < rows; first += kLossRows) {
        job.check();
        const std::int64_t count = std::min(kLossRows, rows - first);
        const at::Tensor scores = at::log_softmax(logits(residual.narrow(0, first, count)), -1);
        const float* row = scores.data_ptr<float>();
        for (std::int64_t i = 0; i < count; ++i, row += m_config.vocabulary)
            out[first + i] = -row[checkedId(m_config, targets[static_cast<std::size_t>(first + i)])];
    }
    return losses;
}

at::Tensor Decoder::logits(const at::Tensor& residual) const {
    const at::NoGradGuard noGradient;
    return slopescope::logits(m_config, m_weights, residual);
}

} // namespace slopescope
