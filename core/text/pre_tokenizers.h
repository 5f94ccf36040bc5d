// The pre-tokenizers of a tokenizer.json: they cut a normalized text into the pieces that tokens never cross.
#pragma once

#include "core/base/job.h"
#include "core/base/json.h"
#include "core/text/aligned_text.h"
#include "core/text/symbol.h"

#include <functional>
#include <vector>

namespace slopescope::text {

struct Piece {
    Range range;
    std::int32_t token = kNoToken; // an added token that was found here: no longer text, and left alone
};

// A text and its pieces, in order.
struct Pieces {
    AlignedText text;
    std::vector<Piece> list;
};

// Immutable, any thread.
struct PreTokenizer {
    std::vector<std::function<void(Pieces&, const Job&)>> steps;
    bool bytes = false; // the pieces are raw bytes that the vocabulary writes in GPT-2's byte alphabet

    void writeBytes(); // the same pieces, written in that alphabet
};

// Throws Error naming the file and the member when the pre-tokenizer is faulty or not one we reproduce.
PreTokenizer readPreTokenizer(const JsonNode& node);

} // namespace slopescope::text
