// What every head of a model does on the text on view, a row a head: one pass over a head's attention gives all that
// depends on distance, and the cells of repeated tokens give the rest. Called through Session, which has run the text.
#pragma once

#include "core/study/head_requests.h"
#include "core/study/text_forward.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace slopescope {

// `ids` are those of the text. `update` gets the rows so far after every layer but the last. Throws Cancelled when
// stopped.
HeadTableResult measureHeads(const TextForward& forward, std::span<const std::int32_t> ids,
                             const HeadTableRequest& request, const Job& job,
                             const std::function<void(const HeadTableResult&)>& update);

// Random tokens of a vocabulary, none twice, and the same once more: 2 * period ids. The same on every machine.
std::vector<std::int32_t> repeatedRandomTokens(std::int64_t vocabulary, std::int64_t period, std::uint64_t seed);

} // namespace slopescope
