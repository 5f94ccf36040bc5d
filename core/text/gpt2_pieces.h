// GPT-2's pieces, which byte-level tokenizers share.
#pragma once

namespace slopescope::text {

// An English contraction; runs of letters, of digits, of marks, each with one space before; then white space.
inline constexpr const char* kGpt2Pieces =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

} // namespace slopescope::text
