#include "core/model/decoder.h"

#include "core/attention/device_attention.h"
#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/kernels/matmul.h"
#include "core/kernels/rowwise.h"
#include "core/model/layer_math.h"
#include "core/positions/distance_bias.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/tensor.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace slopescope {
namespace {

std::int32_t checkedId(const DecoderConfig& config, std::int32_t id) {
    if (id < 0 || id >= config.vocabulary)
        throw Error("Token id " + std::to_string(id) + " lies outside the vocabulary of " +
                    std::to_string(config.vocabulary) + ".");
    return id;
}

std::int64_t sizeOf(const Linear& part) {
    return part.packed ? part.packed->outputs() * part.packed->inputs() : 0;
}

// A new tensor that begins with `past` [batch, before, ...], if there is one, and has room for `length` rows more.
at::Tensor grown(const at::Tensor& past, std::int64_t batch, std::int64_t length, std::int64_t heads,
                 std::int64_t headDim, const at::TensorOptions& options) {
    const std::int64_t before = past.defined() ? past.size(1) : 0;
    at::Tensor whole = at::empty({batch, before + length, heads, headDim}, options);
    if (before > 0 && whole.is_cpu() && past.stride(1) == heads * headDim) // without waking LibTorch's threads for every new token
        for (std::int64_t text = 0; text < batch; ++text)
            std::copy_n(past.data_ptr<float>() + text * past.stride(0), before * heads * headDim,
                        whole.data_ptr<float>() + text * whole.stride(0));
    else if (before > 0)
        whole.narrow(1, 0, before).copy_(past);
    return whole;
}

} // namespace

Decoder::Decoder(DecoderConfig config, DecoderWeights weights, Placement placement) try
    : m_config(std::move(config)), m_weights(std::move(weights)), m_placement(placement) {
    if (!m_placement.onProcessor() && (m_config.scoreCap > 0 || m_config.sinkLogits))
        throw Error("Attention with soft caps or sink logits is computed on the processor only; choose the device cpu for this "
                    "model.");
    place(m_config, m_weights, m_placement);
    if (m_config.positions.bias == BiasKind::T5Buckets) {
        const auto buckets = t5BucketTable(m_config.positions.buckets, m_config.positions.maxDistance);
        m_biasTable = m_weights.relativeBias.cpu()
                          .index_select(0, at::tensor(at::ArrayRef<std::int64_t>(buckets), at::kLong))
                          .t()
                          .contiguous();
    }
    if (m_config.positions.bias == BiasKind::Curve)
        m_curves = std::make_shared<CurveTables>(m_config.positions.curve, m_config.heads);
} catch (const c10::Error& fault) {
    rethrow(placement.device, fault);
}

Decoder Decoder::withPositions(const PositionOverride& change, const RelativeBias& bias) const {
    DecoderConfig config = slopescope::withPositions(m_config, change);
    DecoderWeights weights = m_weights;
    if (change.bias == BiasChange::T5) {
        if (!bias.weights.defined())
            throw Error("The T5 bias of " + inQuotes(change.biasModel) + " has not been read.");
        if (bias.weights.size(1) != config.heads)
            throw Error("The T5 bias of " + inQuotes(change.biasModel) + " is for " + std::to_string(bias.weights.size(1)) +
                        " heads; this model has " + std::to_string(config.heads) + ".");
        config.positions.buckets = bias.buckets;
        config.positions.maxDistance = bias.maxDistance;
        weights.relativeBias = bias.weights.to(m_placement.device);
    }
    return {std::move(config), std::move(weights), m_placement};
}

RelativeBias Decoder::relativeBias() const {
    if (m_config.positions.bias != BiasKind::T5Buckets)
        return {};
    return {m_weights.relativeBias, m_config.positions.buckets, m_config.positions.maxDistance};
}

at::Tensor Decoder::embed(std::span<const std::int32_t> ids, std::int64_t batch, std::int64_t first,
                          const Job& job) const try {
    const at::NoGradGuard noGradient;
    const std::int64_t length = static_cast<std::int64_t>(ids.size()) / batch;
    if (const auto longest = m_config.longestLength(); longest && first + length > *longest)
        throw Error("This model's learned positions end at " + std::to_string(*longest) + " tokens; " +
                    std::to_string(first + length) + " were asked for.");
    at::Tensor index = at::empty({batch, length}, at::kLong);
    std::int64_t* out = index.data_ptr<std::int64_t>();
    for (const std::int32_t id : ids)
        *out++ = checkedId(m_config, id);
    const at::Tensor there = index.to(m_placement.device);
    at::Tensor residual = at::empty({batch, length, m_config.width}, m_placement.floats());
    const std::int64_t met = sizeOf(m_weights.embeddingIn) + m_config.width;
    overRows(m_placement, batch, length, met, job, [&](const RowBlock& block) {
        block.put(slopescope::embed(m_config, m_weights, block.of(there), first + block.first), residual);
    });
    return residual;
} catch (const c10::Error& fault) {
    rethrow(m_placement.device, fault);
}

std::optional<Decoder::RotaryTables> Decoder::rotaryFor(std::int64_t length, std::int64_t first, const Job& job) const {
    RotaryTables tables;
    for (const Rotary* rotary : m_config.positions.rotaryKinds())
        tables.push_back(rotaryTable(*rotary, first, length, job).to(m_placement.device));
    return tables.empty() ? std::nullopt : std::optional(std::move(tables));
}

AttentionSettings Decoder::settings(std::int64_t layer, const AttentionOverride& change, std::int64_t length) const {
    AttentionSettings settings;
    settings.scale = m_config.scaleAt(layer);
    settings.window = m_config.windowAt(layer);
    settings.sinks = settings.window > 0 ? m_config.sinks : 0;
    settings.tolerance = change.tolerance;
    settings.softCap = m_config.scoreCap;
    settings.sinkLogits = m_weights.layers.at(static_cast<std::size_t>(layer)).sinkLogits;
    if (m_config.positions.bias == BiasKind::Linear) {
        const SlopeSet slopes =
            change.slopes.empty() ? m_config.slopesAt(layer, length) : change.slopes.at(static_cast<std::size_t>(layer));
        settings.bias.slopes = at::tensor(at::ArrayRef<double>(slopes), at::kDouble).to(at::kFloat);
        settings.bias.clip = m_config.positions.clip;
    } else if (m_curves) {
        settings.bias.table = m_curves->table(layer, length);
    } else if (m_config.positions.bias == BiasKind::T5Buckets) {
        settings.bias.table = m_biasTable;
    }
    return settings;
}

Decoder::LayerResult Decoder::runLayer(std::int64_t layer, const at::Tensor& residual, const RotaryTables* rotary,
                                       const AttentionOverride& change, const Job& job, const Past& past) const try {
    const at::NoGradGuard noGradient;
    job.check();
    const LayerWeights& weights = m_weights.layers.at(static_cast<std::size_t>(layer));
    const std::int64_t batch = residual.size(0), length = residual.size(1);
    const std::int64_t before = past.k.defined() ? past.k.size(1) : 0;
    LayerResult result;
    const at::TensorOptions options = m_placement.products();
    result.q = at::empty({batch, length, m_config.heads, m_config.headDim}, options);
    result.k = grown(past.k, batch, length, m_config.keyHeads, m_config.headDim, options);
    result.v = grown(past.v, batch, length, m_config.keyHeads, m_config.headDim, options);
    const Rotary* const rule = rotary ? m_config.positions.rotaryAt(layer) : nullptr;
    overRows(m_placement, batch, length, sizeOf(weights.qkv), job, [&](const RowBlock& block) {
        LayerRotary turned{rule};
        if (rule) {
            const RotaryTable& table = rotary->at(static_cast<std::size_t>(m_config.positions.rotaryKindAt(layer)));
            turned.table = {table.cos.narrow(0, block.first, block.rows), table.sin.narrow(0, block.first, block.rows)};
        }
        const QueryKeyValue part = projectAttention(m_config, weights, block.of(residual), turned,
                                                    queryFactors(m_config, layer, before + block.first, block.rows));
        block.put(part.q, result.q);
        block.put(part.k, result.k, before);
        block.put(part.v, result.v, before);
    });
    job.check();
    AttendResult attended = attend(result.q, result.k, result.v, settings(layer, change, before + length), job);
    job.check();
    result.lse = std::move(attended.lse);
    result.visited = attended.visited;
    result.residual = at::empty_like(residual, at::MemoryFormat::Contiguous);
    const std::int64_t met =
        sizeOf(weights.output) + sizeOf(weights.gate) + sizeOf(weights.up) + sizeOf(weights.down);
    overRows(m_placement, batch, length, met, job, [&](const RowBlock& block) {
        block.put(finishLayer(m_config, weights, block.of(residual), block.of(attended.out)), result.residual);
    });
    return result;
} catch (const c10::Error& fault) {
    rethrow(m_placement.device, fault);
}

at::Tensor Decoder::losses(const at::Tensor& residual, std::span<const std::int32_t> targets, const Job& job) const try {
    for (const std::int32_t target : targets)
        checkedId(m_config, target);
    const Linear& output = outputProjection(m_weights);
    const at::Tensor rows = residual.unsqueeze(0);
    at::Tensor losses = at::empty({residual.size(0)}, at::kFloat);
    if (!m_placement.onProcessor()) {
        lossesThere(rows, targets, job, losses);
        return losses;
    }
    forRowBlocks(1, rows.size(1), sizeOf(output), job, [&](const RowBlock& block) {
        const at::Tensor last = finalNorm(m_config, m_weights, block.of(rows)).contiguous();
        kernels::crossEntropy(*output.packed, output.bias.defined() ? output.bias.data_ptr<float>() : nullptr,
                              last.data_ptr<float>(), block.rows, targets.data() + block.first,
                              losses.data_ptr<float>() + block.first, static_cast<float>(m_config.logitCap));
    });
    return losses;
} catch (const c10::Error& fault) {
    rethrow(m_placement.device, fault);
}

// `rows` [1, rows, width] on the device, a few at a time, so that all logits never exist.
void Decoder::lossesThere(const at::Tensor& rows, std::span<const std::int32_t> targets, const Job& job,
                          const at::Tensor& losses) const {
    const at::NoGradGuard noGradient;
    constexpr std::int64_t kLogits = 1 << 27; // of these twice, in float32: 1 GiB
    const std::int64_t count = rows.size(1), atOnce = std::max<std::int64_t>(1, kLogits / m_config.vocabulary);
    const at::Tensor expected =
        at::tensor(at::ArrayRef<std::int32_t>(targets.data(), targets.size()), at::kInt).to(at::kLong).to(m_placement.device);
    for (std::int64_t first = 0; first < count; first += atOnce) {
        job.check();
        const std::int64_t here = std::min(atOnce, count - first);
        const at::Tensor scores = slopescope::logits(m_config, m_weights, rows.narrow(1, first, here)[0]).to(at::kFloat);
        const at::Tensor chosen = scores.gather(1, expected.narrow(0, first, here).unsqueeze(1)).squeeze(1);
        losses.narrow(0, first, here).copy_(at::logsumexp(scores, {1}) - chosen);
    }
}

at::Tensor Decoder::logits(const at::Tensor& residual) const try {
    const at::Tensor rows = residual.unsqueeze(0);
    at::Tensor scores = at::empty({1, rows.size(1), m_config.vocabulary}, at::kFloat);
    overRows(m_placement, 1, rows.size(1), sizeOf(outputProjection(m_weights)), Job(), [&](const RowBlock& block) {
        block.put(slopescope::logits(m_config, m_weights, block.of(rows)), scores);
    });
    return scores[0];
} catch (const c10::Error& fault) {
    rethrow(m_placement.device, fault);
}

} // namespace slopescope
