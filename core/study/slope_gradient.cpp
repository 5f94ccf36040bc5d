#include "core/study/slope_gradient.h"

#include "core/attention/fused_attention.h"
#include "core/base/error.h"
#include "core/model/gradients.h"
#include "core/model/layer_math.h"
#include "core/study/scored_windows.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <tuple>
#include <utility>

namespace slopescope {
namespace {

constexpr std::int64_t kGraphBytes = std::int64_t(1) << 30; // of activations that a backward pass may keep

// A layer with what its gradients need.
struct LayerGraph {
    at::Tensor input, bias, output;
};

// The bias as a leaf: slopes, at 0 where the layer has no bias, or a table that has an entry for every distance.
at::Tensor biasLeaf(LayerBias& bias, std::int64_t heads, std::int64_t length) {
    if (bias.table.defined()) {
        const at::Tensor last = bias.table.narrow(1, bias.table.size(1) - 1, 1);
        const std::int64_t known = std::min(bias.table.size(1), length);
        at::Tensor table = last.expand({heads, length}).clone();
        table.narrow(1, 0, known).copy_(bias.table.narrow(1, 0, known));
        return bias.table = table.requires_grad_(true);
    }
    const at::Tensor slopes = bias.slopes.defined() ? bias.slopes.clone() : at::zeros({heads}, at::kFloat);
    return bias.slopes = slopes.requires_grad_(true);
}

// A slope m adds -m d to what stands at distance d.
SlopeSet slopeGradientOf(const LayerGraph& graph) {
    at::Tensor gradient = graph.bias.grad();
    if (gradient.dim() == 2)
        gradient = -(gradient.to(at::kDouble) * at::arange(gradient.size(1), at::kDouble)).sum(1);
    gradient = gradient.to(at::kDouble).contiguous();
    return {gradient.data_ptr<double>(), gradient.data_ptr<double>() + gradient.numel()};
}

class Backward {
public:
    Backward(const Decoder& decoder, std::int64_t batch, std::int64_t length, const AttentionOverride& change,
             const Job& job)
        : m_decoder(decoder), m_config(decoder.config()), m_length(length), m_change(change), m_job(job),
          m_rotary(decoder.rotaryFor(length, 0, job)) {
        // Residual, norms, queries, keys, values and what the activation sees, each with a copy or two.
        const std::int64_t floats = 8 * m_config.width + 6 * m_config.heads * m_config.headDim + 5 * m_config.hidden;
        m_keepsGraphs = batch * length * floats * std::int64_t(sizeof(float)) * m_config.layers <= kGraphBytes;
    }

    // The residual leaving the last layer.
    at::Tensor forwards(at::Tensor residual) {
        for (std::int64_t layer = 0; layer < m_config.layers; ++layer) {
            m_job.check();
            if (m_keepsGraphs) {
                m_graphs.push_back(run(layer, residual));
                residual = m_graphs.back().output.detach();
            } else {
                m_graphs.push_back({residual, {}, {}});
                residual = m_decoder.runLayer(layer, residual, rotary(), m_change, m_job).residual;
            }
        }
        return residual;
    }

    // From the gradient of that residual to those of all slopes.
    SlopeTable backwards(at::Tensor gradient) {
        SlopeTable slopes(m_graphs.size());
        for (std::int64_t layer = m_config.layers - 1; layer >= 0; --layer) {
            m_job.check();
            LayerGraph graph = std::move(m_graphs.back()); // and let it go once it is used
            m_graphs.pop_back();
            if (!m_keepsGraphs)
                graph = run(layer, graph.input);
            graph.output.backward(gradient);
            slopes[std::size_t(layer)] = slopeGradientOf(graph);
            gradient = graph.input.grad();
        }
        return slopes;
    }

private:
    const Decoder::RotaryTables* rotary() const { return m_rotary ? &*m_rotary : nullptr; }

    LayerRotary rotaryAt(std::int64_t layer) const {
        const Rotary* const rule = m_config.positions.rotaryAt(layer);
        return rule ? LayerRotary{rule, m_rotary->at(std::size_t(m_config.positions.rotaryKindAt(layer)))} : LayerRotary();
    }

    LayerGraph run(std::int64_t layer, const at::Tensor& residual) const {
        const at::AutoGradMode recorded(true);
        const LayerWeights& weights = m_decoder.weights().layers.at(std::size_t(layer));
        LayerGraph graph;
        graph.input = residual.detach().requires_grad_(layer > 0); // nothing below the lowest layer is asked for
        AttentionSettings settings = m_decoder.settings(layer, m_change, m_length);
        graph.bias = biasLeaf(settings.bias, m_config.heads, m_length);
        const QueryKeyValue part = projectAttention(m_config, weights, graph.input, rotaryAt(layer),
                                                    queryFactors(m_config, layer, 0, m_length));
        graph.output = finishLayer(m_config, weights, graph.input, fusedAttention(part.q, part.k, part.v, settings));
        return graph;
    }

    const Decoder& m_decoder;
    const DecoderConfig& m_config;
    const std::int64_t m_length;
    const AttentionOverride& m_change;
    const Job& m_job;
    const std::optional<Decoder::RotaryTables> m_rotary;
    bool m_keepsGraphs = true; // else only the residuals, and each layer runs a second time
    std::vector<LayerGraph> m_graphs;
};

void requireGradients(const Decoder& decoder) {
    if (!decoder.placement().onProcessor())
        throw Error("Gradients of slopes are computed on the processor alone; choose it as the device.");
    const DecoderConfig& config = decoder.config();
    if (config.scoreCap > 0 || config.logitCap > 0 || config.sinkLogits)
        throw Error("Gradients of slopes are not computed through soft caps and sink logits, which this model has.");
    if (!hasFusedGradients(at::kCPU, decoder.config().headDim))
        throw Error("Gradients of slopes need heads whose size is a multiple of 8 and at most 256; this model's is " +
                    std::to_string(decoder.config().headDim) + ".");
}

// Mean and standard error of a column of window values.
std::pair<double, double> meanAndError(const std::vector<double>& values) {
    const double count = double(values.size());
    double sum = 0, squares = 0;
    for (const double value : values)
        sum += value;
    for (const double value : values)
        squares += (value - sum / count) * (value - sum / count);
    return {sum / count,
            values.size() < 2 ? std::numeric_limits<double>::quiet_NaN() : std::sqrt(squares / (count - 1) / count)};
}

// The gradients of window after window, and what they say together.
class Gathered {
public:
    Gathered(const Decoder& decoder, const SlopeGradientRequest& request)
        : m_request(request), m_layers(decoder.config().layers), m_heads(decoder.config().heads),
          m_columns(std::size_t(m_layers * m_heads)), m_shared(std::size_t(m_heads)) {
        const DecoderConfig& config = decoder.config();
        for (std::int64_t layer = 0; layer < m_layers; ++layer)
            m_slopes.push_back(config.positions.bias != BiasKind::Linear ? SlopeSet(std::size_t(m_heads), 0.0)
                               : request.variant.slopes.empty()          ? config.slopesAt(layer, request.length)
                                                                         : request.variant.slopes[std::size_t(layer)]);
    }

    std::int64_t windows() const { return std::ssize(m_losses); }

    void add(const SlopeLoss& window) {
        m_losses.push_back(window.loss);
        for (std::size_t head = 0; head < m_shared.size(); ++head) {
            double together = 0;
            for (std::size_t layer = 0; layer < m_slopes.size(); ++layer) {
                const double gradient = window.gradient[layer][head];
                m_columns[layer * m_shared.size() + head].push_back(gradient);
                together += gradient * m_slopes[layer][head] * std::numbers::ln2;
            }
            m_shared[head].push_back(together);
        }
    }

    SlopeGradientResult result(std::int64_t windowsTotal) const {
        SlopeGradientResult result;
        result.variant = m_request.variant;
        result.length = m_request.length;
        result.windows = windows();
        result.windowsTotal = windowsTotal;
        result.complete = result.windows == windowsTotal;
        std::tie(result.loss, result.lossError) = meanAndError(m_losses);
        for (std::size_t i = 0; i < m_columns.size(); ++i) {
            const std::size_t layer = i / m_shared.size(), head = i % m_shared.size();
            SlopeGradient gradient{.head = {int(layer), int(head)}, .slope = m_slopes[layer][head]};
            std::tie(gradient.perSlope, gradient.error) = meanAndError(m_columns[i]);
            result.heads.push_back(gradient);
        }
        for (const std::vector<double>& column : m_shared) {
            const auto [mean, error] = meanAndError(column);
            result.allLayers.push_back({mean, error});
        }
        return result;
    }

private:
    const SlopeGradientRequest& m_request;
    const std::int64_t m_layers, m_heads;
    SlopeTable m_slopes; // in force; 0 where there are none
    std::vector<double> m_losses;
    std::vector<std::vector<double>> m_columns; // [layer][head][window]: by the slope
    std::vector<std::vector<double>> m_shared;  // [head][window]: by doublings, in all layers
};

} // namespace

SlopeLoss slopeLoss(const Decoder& decoder, std::span<const std::int32_t> ids, std::span<const std::int64_t> starts,
                    std::int64_t length, const AttentionOverride& change, const Job& job) {
    requireGradients(decoder);
    std::vector<std::int32_t> input, target;
    for (const std::int64_t start : starts) {
        const auto begin = ids.begin() + start;
        input.insert(input.end(), begin, begin + length);
        target.insert(target.end(), begin + 1, begin + 1 + length);
    }
    const DecoderConfig& config = decoder.config();
    Backward pass(decoder, std::ssize(starts), length, change, job);
    const at::Tensor top = pass.forwards(decoder.embed(input, std::ssize(starts), 0, job)).requires_grad_(true);
    LossGradient loss;
    {
        const at::AutoGradMode recorded(true);
        const at::Tensor last = finalNorm(config, decoder.weights(), top);
        loss = lossGradient(last.detach().flatten(0, 1).contiguous(), outputProjection(decoder.weights()), target, job);
        last.backward(loss.ofRows.view(last.sizes()));
    }
    return {loss.loss, pass.backwards(top.grad())};
}

std::vector<std::int64_t> separateWindows(std::int64_t tokens, std::int64_t length, std::uint64_t seed) {
    std::vector<std::int64_t> starts;
    for (std::int64_t start = 0; start + length < tokens; start += length)
        starts.push_back(start);
    shuffle(starts, seed);
    return starts;
}

SlopeGradientResult measureSlopeGradients(const Decoder& decoder, std::span<const std::int32_t> ids,
                                          const SlopeGradientRequest& r, const Job& job,
                                          const std::function<void(const SlopeGradientResult&)>& update) {
    if (r.length < 2 || r.windows < 0)
        throw Error("Gradients of slopes need a length of at least 2.");
    std::vector<std::int64_t> starts = separateWindows(std::ssize(ids), r.length, r.seed);
    if (starts.empty())
        throw Error("The text has " + std::to_string(ids.size()) + " tokens; a window of " + std::to_string(r.length) +
                    " needs one more than that.");
    if (r.windows > 0 && std::ssize(starts) > r.windows)
        starts.resize(std::size_t(r.windows));
    AttentionOverride change;
    change.slopes = r.variant.slopes;
    Gathered gathered(decoder, r);
    for (const std::int64_t start : starts) {
        const std::int64_t done = gathered.windows();
        job.report(double(done) / double(starts.size()),
                   "Slope gradients, window " + std::to_string(done + 1) + " of " + std::to_string(starts.size()));
        gathered.add(slopeLoss(decoder, ids, {&start, 1}, r.length, change, job));
        if (update && gathered.windows() < std::ssize(starts))
            update(gathered.result(std::ssize(starts)));
    }
    return gathered.result(std::ssize(starts));
}

} // namespace slopescope
