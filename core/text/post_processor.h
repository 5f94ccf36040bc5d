// The post-processor of a tokenizer.json: the tokens it puts around a text, such as a mark for its beginning.
#pragma once

#include "core/base/json.h"

#include <cstdint>
#include <vector>

namespace slopescope::text {

struct Surround {
    std::vector<std::int32_t> before, after;
};

// Throws Error naming the member that is faulty or not supported.
Surround readPostProcessor(const JsonNode& node);

} // namespace slopescope::text
