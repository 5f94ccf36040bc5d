// Slopes fitted to a text, weights frozen: Adam (Kingma and Ba, 2015) on the logarithms of the slopes. Windows that are
// held out are never fitted. Called through Session; any thread.
#pragma once

#include "core/model/decoder.h"
#include "core/study/head_requests.h"

#include <cstdint>
#include <functional>
#include <span>

namespace slopescope {

// `update` is called after every step. A stopped fit returns what it has, not complete. Throws Error for a request that
// makes no sense, a model without slopes, and a text that has no window to hold out.
SlopeFitResult fitSlopes(const Decoder& decoder, std::span<const std::int32_t> ids, const SlopeFitRequest& request,
                         const Job& job, const std::function<void(const SlopeFitResult&)>& update);

} // namespace slopescope
