// How a text is continued, and what came of it. Plain values; see requests.h.
#pragma once

#include "core/study/variant.h"

#include <cstdint>
#include <string>
#include <vector>

namespace slopescope {

struct GenerationRequest {
    Variant variant;
    std::vector<std::int32_t> ids; // what is continued; at least one
    std::int64_t tokens = 100;     // new ones
    double temperature = 0;        // 0: always the most probable token
    double topP = 1;               // in (0, 1]; 1: every token may be drawn
    std::uint64_t seed = 0;
};

struct GeneratedToken {
    std::int32_t id = 0;
    float probability = 0; // that the model gave it, at temperature 1 and among all tokens
    std::int64_t end = 0;  // bytes of the new text up to and with it
};

struct GenerationResult {
    Variant variant;
    std::vector<GeneratedToken> tokens;
    std::string text;                     // the new tokens' letters; empty: the model has no tokenizer
    bool full = false;                    // learned positions ended before all tokens were there
    double seconds = 0, firstSeconds = 0; // of all; up to the first new token
};

} // namespace slopescope
