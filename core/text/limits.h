// How much a tokenizer may ask for.
#pragma once

#include <cstdint>

namespace slopescope::text {

inline constexpr std::int64_t kMostTokens = 1 << 22;      // the largest vocabularies in use have 2^18
inline constexpr std::uint64_t kMostTextBytes = 1u << 31; // offsets within a text have 32 bits

} // namespace slopescope::text
