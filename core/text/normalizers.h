// The normalizers of a tokenizer.json: what happens to a text before it is cut into pieces.
#pragma once

#include "core/text/aligned_text.h"
#include "core/base/json.h"

#include <functional>

namespace slopescope::text {

// Immutable, any thread. An empty one leaves the text as it is.
using Normalizer = std::function<AlignedText(AlignedText)>;

// Throws Error naming the file and the member when the normalizer is faulty or not one we reproduce.
Normalizer readNormalizer(const JsonNode& node);

} // namespace slopescope::text
