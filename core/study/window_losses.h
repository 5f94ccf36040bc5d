// The losses of windows of a text: what every curve is made of. Holds no state; any thread.
#pragma once

#include "core/model/decoder.h"

#include <cstdint>
#include <span>
#include <vector>

namespace slopescope {

// -log p of every prediction of a batch of windows that start at `starts` and read `inputs` tokens each: [window][position]
// row by row, in nats. `first`: a token that is read in the place of every window's first one (llama.cpp's BOS); below 0: none.
// Throws Error when an id or the length is none of the model's, Cancelled when stopped.
std::vector<float> windowLosses(const Decoder& decoder, std::span<const std::int32_t> ids,
                                std::span<const std::int64_t> starts, std::int64_t inputs,
                                const AttentionOverride& change, const Job& job, std::int32_t first = -1);

} // namespace slopescope
