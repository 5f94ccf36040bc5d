// Cutting pieces where a pattern matches, in the five ways a tokenizer.json knows.
#pragma once

#include "core/base/job.h"
#include "core/base/json.h"
#include "core/text/pattern.h"
#include "core/text/pre_tokenizers.h"

namespace slopescope::text {

enum class SplitBehavior {
    removed,            // matches vanish
    isolated,           // each match is a piece
    contiguous,         // neighbouring matches are one piece
    mergedWithPrevious, // a match ends the piece before it
    mergedWithNext      // a match begins the piece after it
};

SplitBehavior readBehavior(const JsonNode& node);

// With `invert`, what lies between the matches is what matches.
void splitPieces(Pieces& pieces, const Pattern& pattern, SplitBehavior behavior, bool invert, const Job& job);

} // namespace slopescope::text
