// Perplexity by length: the curve the project is about.
//
// Runs on whichever thread asks (the sweep's, in the window), holds no state, works on a decoder and ids that nobody changes.
#pragma once

#include "core/model/decoder.h"
#include "core/session.h"

#include <functional>
#include <span>

namespace slopescope {

// Measures `request` over `ids`. `update` gets every new state of the curve. Lengths that the model or the text cannot serve
// come back as points that say why. Throws Error when the request makes no sense (no lengths, unsorted, a stride of 0 where one
// is needed) or when no length can be served; Cancelled when stopped.
CurveResult measureCurve(const Decoder& decoder, std::span<const std::int32_t> ids, const CurveRequest& request,
                         const Job& job, const std::function<void(const CurveResult&)>& update);

// -log p of every prediction of a batch of windows that start at `starts` and read `inputs` tokens each:
// [window][position] row by row, in nats.
std::vector<float> windowLosses(const Decoder& decoder, std::span<const std::int32_t> ids,
                                std::span<const std::int64_t> starts, std::int64_t inputs,
                                const AttentionOverride& change, const Job& job);

} // namespace slopescope
