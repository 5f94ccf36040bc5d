#include "core/study/text_forward.h"

#include "core/error.h"

#include <string>
#include <utility>

namespace slopescope {

TextForward::TextForward(std::shared_ptr<const Decoder> decoder, std::vector<std::int32_t> ids)
    : m_decoder(std::move(decoder)), m_ids(std::move(ids)) {}

const SlopeSet& TextForward::slopesOf(std::int64_t layer, const SlopeTable& slopes) const {
    return slopes.empty() ? m_decoder->config().slopes : slopes.at(static_cast<std::size_t>(layer));
}

void TextForward::run(const SlopeTable& slopes, std::int64_t length, const Job& job) {
    if (length < 1 || length > tokens())
        throw Error("The text on view has " + std::to_string(tokens()) + " tokens; " + std::to_string(length) +
                    " cannot be shown.");
    const std::int64_t count = m_decoder->config().layers;
    std::vector<Layer> layers(static_cast<std::size_t>(count));
    std::int64_t resume = 0;
    at::Tensor residual;
    if (covers(length)) {
        layers = m_layers;
        while (resume < count && layers[std::size_t(resume)].slopes == slopesOf(resume, slopes))
            ++resume;
        if (resume == count)
            return; // the longer text is kept: its prefix serves every shorter length
        residual = layers[std::size_t(resume)].input.narrow(1, 0, length);
    } else {
        residual = m_decoder->embed(std::span(m_ids).first(static_cast<std::size_t>(length)), 1);
    }

    const auto rotary = m_decoder->rotaryFor(length);
    AttentionOverride change;
    change.slopes = slopes;
    for (std::int64_t layer = resume; layer < count; ++layer) {
        job.report(double(layer - resume) / double(count - resume), "Layer " + std::to_string(layer));
        Decoder::LayerResult result = m_decoder->runLayer(layer, residual, rotary ? &*rotary : nullptr, change, job);
        layers[std::size_t(layer)] = {residual, std::move(result.q), std::move(result.k), std::move(result.lse),
                                      slopesOf(layer, slopes)};
        residual = std::move(result.residual);
    }
    m_layers = std::move(layers);
    m_length = length;
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
    view.q = from.q[0].narrow(0, 0, length).select(1, head);
    view.k = from.k[0].narrow(0, 0, length).select(1, head / (config.heads / config.keyHeads));
    const SlopeSet& now = slopesOf(layer, slopes);
    if (now.empty() || now[std::size_t(head)] == from.slopes[std::size_t(head)])
        view.lse = from.lse[0][head].narrow(0, 0, length);
    return view;
}

} // namespace slopescope
