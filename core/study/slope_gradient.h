// Which way the loss pulls each slope: one backward pass through the decoder, whose weights stay as they are, gives the
// gradients of all slopes at once and never stores a length x length matrix. Called through Session; any thread.
#pragma once

#include "core/model/decoder.h"
#include "core/study/head_requests.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace slopescope {

struct SlopeLoss {
    double loss = 0;     // mean over all predictions of the windows, nats per token
    SlopeTable gradient; // [layers][heads]: d loss / d slope; of a model without slopes, at slope 0
};

// Windows of `ids` that start at `starts` and read `length` tokens each, as windowLosses() cuts them. With scores s +
// b(d) the gradient is -sum over the cells of dloss/ds * d, also where b is no straight line: what adding a slope to it
// would do. Throws Error where a window, an id or the length is none of the model's, on a device, and for a model with soft
// caps or sink logits; Cancelled when stopped.
SlopeLoss slopeLoss(const Decoder& decoder, std::span<const std::int32_t> ids, std::span<const std::int64_t> starts,
                    std::int64_t length, const AttentionOverride& change, const Job& job);

// Starts of windows of `length` inputs side by side, in a seeded order. Windows that share no token are independent, as
// the standard errors of gradients and the held-out windows of a fit want them.
std::vector<std::int64_t> separateWindows(std::int64_t tokens, std::int64_t length, std::uint64_t seed);

// One window after the other; `update` gets the state after each but the last. Throws Error when the text has no such
// window.
SlopeGradientResult measureSlopeGradients(const Decoder& decoder, std::span<const std::int32_t> ids,
                                          const SlopeGradientRequest& request, const Job& job,
                                          const std::function<void(const SlopeGradientResult&)>& update);

} // namespace slopescope
