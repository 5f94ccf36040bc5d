// A head's attention to earlier copies of the tokens it reads, on tensors. Called by core/study, on any thread.
#pragma once

#include "core/attention/attention.h"
#include "core/kernels/repeated_tokens.h"

#include <cstdint>
#include <span>

namespace slopescope {

// See kernels::repeatedTokensMass. `previous` is what kernels::previousPositions says of the text; the head's lse must
// be known. A head on a device is copied to the processor first. Throws Error as attentionProfile does.
kernels::RepeatedTokensMass repeatedTokensMass(const HeadView& head, std::span<const std::int64_t> previous,
                                               const Job& job);

} // namespace slopescope
