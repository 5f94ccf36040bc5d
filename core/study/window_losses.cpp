#include "core/study/window_losses.h"

namespace slopescope {

std::vector<float> windowLosses(const Decoder& decoder, std::span<const std::int32_t> ids,
                                std::span<const std::int64_t> starts, std::int64_t inputs,
                                const AttentionOverride& change, const Job& job, std::int32_t first) {
    std::vector<std::int32_t> input, target;
    for (const std::int64_t start : starts) {
        const auto begin = ids.begin() + start;
        const std::size_t row = input.size();
        input.insert(input.end(), begin, begin + inputs);
        target.insert(target.end(), begin + 1, begin + 1 + inputs);
        if (first >= 0)
            input[row] = first;
    }
    at::Tensor residual = decoder.embed(input, std::ssize(starts), 0, job);
    const auto rotary = decoder.rotaryFor(inputs, 0, job);
    for (std::int64_t layer = 0; layer < decoder.config().layers; ++layer)
        residual = decoder.runLayer(layer, residual, rotary ? &*rotary : nullptr, change, job).residual;
    const at::Tensor loss = decoder.losses(residual.flatten(0, 1), target, job);
    const float* values = loss.data_ptr<float>();
    return {values, values + loss.numel()};
}

} // namespace slopescope
