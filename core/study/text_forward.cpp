#include "core/study/text_forward.h"

#include "core/base/error.h"

#include <ATen/ops/cat.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <string>
#include <utility>

namespace slopescope {
namespace {

// The first `known` rows of `before`, and `added` behind them, along a dimension.
at::Tensor behind(const at::Tensor& before, std::int64_t known, const at::Tensor& added, std::int64_t dimension) {
    return known > 0 ? at::cat({before.narrow(dimension, 0, known), added}, dimension) : added;
}

std::uint64_t nextRevision() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

} // namespace

TextForward::TextForward(std::shared_ptr<const Decoder> decoder, std::shared_ptr<const std::vector<std::int32_t>> ids)
    : m_decoder(std::move(decoder)), m_ids(std::move(ids)) {}

const SlopeSet& TextForward::slopesOf(std::int64_t layer, const SlopeTable& slopes) const {
    static const SlopeSet none;
    const SlopeTable& table = slopes.empty() ? m_decoder->config().slopes : slopes;
    return table.empty() ? none : table.at(static_cast<std::size_t>(layer));
}

std::int64_t TextForward::resume(const SlopeTable& slopes) const {
    std::int64_t layer = 0;
    while (layer < std::ssize(m_layers) && m_layers[std::size_t(layer)].slopes == slopesOf(layer, slopes))
        ++layer;
    return layer;
}

std::int64_t TextForward::layersToRun(const SlopeTable& slopes, std::int64_t length) const {
    return m_decoder->config().layers - (covers(length) ? resume(slopes) : 0);
}

void TextForward::checkLength(std::int64_t length) const {
    if (length < 1 || length > tokens())
        throw Error("The text on view has " + std::to_string(tokens()) + " tokens; " + std::to_string(length) +
                    " cannot be shown.");
}

void TextForward::run(const SlopeTable& slopes, std::int64_t length, const Job& job) {
    checkLength(length);
    const std::int64_t count = m_decoder->config().layers;
    if (layersToRun(slopes, length) == 0)
        return; // the longer text is kept: its prefix serves every shorter length
    const std::int64_t lowest = resume(slopes);
    std::vector<Layer> layers = m_layers;
    layers.resize(std::size_t(count));

    AttentionOverride change;
    change.slopes = slopes;
    std::int64_t layer = 0, known = 0; // rows before `known` need not run again in this layer
    at::Tensor residual;
    if (covers(length)) {
        layer = lowest;
        residual = layers[std::size_t(layer)].input.narrow(1, 0, length);
    } else {
        known = lowest > 0 && m_decoder->config().sameAt(m_length, length) ? lasting() : 0;
        residual =
            m_decoder->embed(std::span(*m_ids).subspan(std::size_t(known), std::size_t(length - known)), 1, known, job);
    }
    auto rotary = m_decoder->rotaryFor(length - known, known, job);
    const std::int64_t knownAtTop = lowest == count ? known : 0;
    for (const std::int64_t first = layer; layer < count; ++layer) {
        job.report(double(layer - first) / double(count - first), "Layer " + std::to_string(layer));
        Layer& kept = layers[std::size_t(layer)];
        if (known > 0 && layer == lowest) {
            residual = behind(kept.input, known, residual, 1);
            known = 0;
            rotary = m_decoder->rotaryFor(length, 0, job);
        }
        Decoder::Past past;
        if (known > 0)
            past = {kept.k.narrow(1, 0, known), kept.v.narrow(1, 0, known)};
        Decoder::LayerResult result =
            m_decoder->runLayer(layer, residual, rotary ? &*rotary : nullptr, change, job, past);
        kept = {behind(kept.input, known, residual, 1), behind(kept.q, known, result.q, 1), std::move(result.k),
                std::move(result.v), behind(kept.lse, known, result.lse, 2), slopesOf(layer, slopes),
                nextRevision()};
        residual = std::move(result.residual);
    }
    m_top = behind(m_top, knownAtTop, residual, 1);
    m_layers = std::move(layers);
    m_length = length;
}

std::vector<float> TextForward::losses(std::int64_t length, const Job& job) const {
    std::vector<float> nll(static_cast<std::size_t>(length), std::numeric_limits<float>::quiet_NaN());
    if (length < 2)
        return nll;
    const std::span<const std::int32_t> targets = std::span(*m_ids).subspan(1, static_cast<std::size_t>(length - 1));
    const at::Tensor loss = m_decoder->losses(m_top[0].narrow(0, 0, length - 1), targets, job);
    std::copy_n(loss.data_ptr<float>(), length - 1, nll.begin() + 1);
    return nll;
}

std::int64_t TextForward::bytes() const {
    std::int64_t bytes = 0;
    const auto add = [&](const at::Tensor& tensor) { bytes += tensor.defined() ? static_cast<std::int64_t>(tensor.nbytes()) : 0; };
    for (const Layer& layer : m_layers)
        for (const at::Tensor& tensor : {layer.input, layer.q, layer.k, layer.v, layer.lse})
            add(tensor);
    add(m_top);
    return bytes;
}

bool TextForward::exactAt(std::int64_t layer, const SlopeTable& slopes) const {
    for (std::int64_t below = 0; below < layer; ++below)
        if (m_layers.at(std::size_t(below)).slopes != slopesOf(below, slopes))
            return false;
    return true;
}

HeadView TextForward::head(std::int64_t layer, std::int64_t head, const SlopeTable& slopes, std::int64_t length) const {
    const Layer& from = m_layers.at(std::size_t(layer));
    const DecoderConfig& config = m_decoder->config();
    AttentionOverride change;
    change.slopes = slopes;
    HeadView view;
    view.settings = m_decoder->settings(layer, change, length);
    LayerBias& bias = view.settings.bias;
    if (bias.slopes.defined())
        bias.slopes = bias.slopes.narrow(0, head, 1);
    if (bias.table.defined())
        bias.table = bias.table.narrow(0, head, 1);
    if (at::Tensor& sinks = view.settings.sinkLogits; sinks.defined())
        sinks = sinks.narrow(0, head, 1);
    view.q = from.q[0].narrow(0, 0, length).select(1, head);
    view.k = from.k[0].narrow(0, 0, length).select(1, head / (config.heads / config.keyHeads));
    const SlopeSet& now = slopesOf(layer, slopes);
    if (now.empty() || now[std::size_t(head)] == from.slopes[std::size_t(head)])
        view.lse = from.lse[0][head].narrow(0, 0, length);
    return view;
}

} // namespace slopescope
