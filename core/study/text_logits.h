// Logits of a text, streamed: for files and other programs; what we measure ourselves never needs them whole.
//
// Called through Session on any thread; holds no state.
#pragma once

#include "core/model/decoder.h"

#include <functional>
#include <span>

namespace slopescope {

// Runs `ids` through the model, then hands the scores of the token after each to `rows`, a block of [count, vocabulary]
// at a time, first to last: beside the residual no more than one block exists. Throws Error when there are no ids or
// one lies outside the vocabulary, Cancelled when stopped; what `rows` throws passes through.
void streamLogits(const Decoder& decoder, std::span<const std::int32_t> ids, const AttentionOverride& change,
                  const Job& job, const std::function<void(std::span<const float>)>& rows);

} // namespace slopescope
