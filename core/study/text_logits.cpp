#include "core/study/text_logits.h"

#include "core/base/error.h"

#include <algorithm>
#include <string>

namespace slopescope {
namespace {

constexpr std::int64_t kBlockValues = 1 << 22; // 16 MiB of logits exist at once

} // namespace

void streamLogits(const Decoder& decoder, std::span<const std::int32_t> ids, const AttentionOverride& change,
                  const Job& job, const std::function<void(std::span<const float>)>& rows) {
    if (ids.empty())
        throw Error("There are no tokens to compute logits of.");
    const std::int64_t tokens = std::ssize(ids), layers = decoder.config().layers;
    at::Tensor residual = decoder.embed(ids, 1, 0, job);
    const auto rotary = decoder.rotaryFor(tokens, 0, job);
    for (std::int64_t layer = 0; layer < layers; ++layer) {
        job.report(double(layer) / double(layers + 1), "Layer " + std::to_string(layer));
        residual = decoder.runLayer(layer, residual, rotary ? &*rotary : nullptr, change, job).residual;
    }
    residual = residual[0];
    const std::int64_t block = std::max<std::int64_t>(1, kBlockValues / decoder.config().vocabulary);
    for (std::int64_t first = 0; first < tokens; first += block) {
        job.check();
        job.report((double(layers) + double(first) / double(tokens)) / double(layers + 1), "Logits");
        const at::Tensor scores =
            decoder.logits(residual.narrow(0, first, std::min(block, tokens - first))).contiguous();
        rows({scores.data_ptr<float>(), std::size_t(scores.numel())});
    }
}

} // namespace slopescope
