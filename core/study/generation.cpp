#include "core/study/generation.h"

#include "core/base/error.h"
#include "core/base/one_thread.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

namespace slopescope {
namespace {

constexpr double kWorthSharing = 3e8; // multiplications: some 5 ms of one core

// Of the matrices, roughly.
double weightsOf(const DecoderConfig& config) {
    const auto width = double(config.width), inner = double(config.heads * config.headDim);
    return double(config.layers) * width * (4 * inner + 3 * double(config.hidden)) + width * double(config.vocabulary);
}

// Keys and values of a text that grows, layer by layer.
class GrowingText {
public:
    GrowingText(const Decoder& decoder, AttentionOverride change)
        : m_decoder(decoder), m_change(std::move(change)), m_layers(std::size_t(decoder.config().layers)) {}

    // The scores of the token after `ids`, which begin with those of the call before.
    std::vector<float> scoresAfter(std::span<const std::int32_t> ids, const Job& job) {
        const std::int64_t length = std::ssize(ids);
        // Rows are run in groups as a whole text's are, so that every number has the bits of a forward of the whole
        // text.
        const std::int64_t known =
            m_length > 0 && m_decoder.config().sameAt(m_length, length)
                ? std::min(m_length, length - 1) / kernels::kRowsTogether * kernels::kRowsTogether
                : 0;
        const OneThread alone(double(length - known) * weightsOf(m_decoder.config()) < kWorthSharing);
        at::Tensor residual = m_decoder.embed(ids.subspan(std::size_t(known)), 1, known, job);
        const auto rotary = m_decoder.rotaryFor(length - known, known, job);
        for (std::size_t layer = 0; layer < m_layers.size(); ++layer) {
            Decoder::Past past;
            if (known > 0)
                past = {m_layers[layer].k.narrow(1, 0, known), m_layers[layer].v.narrow(1, 0, known)};
            Decoder::LayerResult result =
                m_decoder.runLayer(std::int64_t(layer), residual, rotary ? &*rotary : nullptr, m_change, job, past);
            m_layers[layer] = {std::move(result.k), std::move(result.v)};
            residual = std::move(result.residual);
        }
        m_length = length;
        const at::Tensor scores = m_decoder.logits(residual[0].narrow(0, residual.size(1) - 1, 1)).contiguous();
        return {scores.data_ptr<float>(), scores.data_ptr<float>() + scores.numel()};
    }

private:
    const Decoder& m_decoder;
    const AttentionOverride m_change;
    std::vector<Decoder::Past> m_layers;
    std::int64_t m_length = 0;
};

// Shares of exp(score / temperature), which sum to 1.
std::vector<double> softmax(std::span<const float> scores, double temperature) {
    const double peak = double(*std::max_element(scores.begin(), scores.end()));
    std::vector<double> shares;
    shares.reserve(scores.size());
    for (const float score : scores)
        shares.push_back(std::exp((double(score) - peak) / temperature));
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    for (double& share : shares)
        share /= sum;
    return shares;
}

} // namespace

TokenChooser::TokenChooser(double temperature, double topP, std::uint64_t seed)
    : m_temperature(temperature), m_topP(topP), m_state(seed) {
    if (!(temperature >= 0) || !std::isfinite(temperature))
        throw Error("The temperature must be a number of at least 0.");
    if (!(topP > 0 && topP <= 1))
        throw Error("Top-p must lie above 0 and be at most 1.");
}

// SplitMix64 (Steele, Lea and Flood 2014): one word of state, the same on every machine.
double TokenChooser::uniform() {
    m_state += 0x9e3779b97f4a7c15U;
    std::uint64_t z = m_state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    z ^= z >> 31;
    return double(z >> 11) * 0x1p-53;
}

std::int32_t TokenChooser::next(std::span<const float> scores) {
    const auto best = std::int32_t(std::max_element(scores.begin(), scores.end()) - scores.begin());
    if (m_temperature == 0)
        return best;
    const std::vector<double> shares = softmax(scores, m_temperature);
    std::vector<std::int32_t> order(scores.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::int32_t a, std::int32_t b) { return shares[std::size_t(a)] > shares[std::size_t(b)]; });
    double kept = 0;
    std::size_t count = 0;
    while (count < order.size() && (count == 0 || kept < m_topP))
        kept += shares[std::size_t(order[count++])];
    double left = uniform() * kept;
    for (std::size_t i = 0; i < count; ++i) {
        left -= shares[std::size_t(order[i])];
        if (left < 0)
            return order[i];
    }
    return best; // what is left is a rounding error
}

std::vector<GeneratedToken> continueText(const Decoder& decoder, std::span<const std::int32_t> ids, std::int64_t tokens,
                                         TokenChooser& chooser, const AttentionOverride& change, const Job& job,
                                         const std::function<void(const GeneratedToken&)>& each) {
    if (ids.empty())
        throw Error("There are no tokens to continue.");
    GrowingText text(decoder, change);
    std::vector<std::int32_t> all(ids.begin(), ids.end());
    std::vector<GeneratedToken> made;
    const std::int64_t longest = decoder.config().longestLength().value_or(std::ssize(all) + tokens);
    if (std::ssize(all) > longest)
        throw Error("This model's learned positions end at " + std::to_string(longest) + " tokens; the text has " +
                    std::to_string(all.size()) + ".");
    while (std::ssize(made) < tokens && std::ssize(all) <= longest) {
        job.check();
        const std::vector<float> scores = text.scoresAfter(all, job);
        const std::int32_t id = chooser.next(scores);
        made.push_back({id, float(softmax(scores, 1)[std::size_t(id)]), 0});
        all.push_back(id);
        if (each)
            each(made.back());
    }
    return made;
}

} // namespace slopescope
