// Learning the merges of a byte-level BPE from counted words. Called by Tokenizer::learnByteLevelBpe.
#pragma once

#include "core/base/job.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace slopescope::text {

struct LearnedBpe {
    std::vector<std::string> tokens;                           // raw bytes, by id; 0..255 are the single bytes
    std::vector<std::pair<std::int32_t, std::int32_t>> merges; // in order of rank
};

// `words` counts each piece (raw bytes) of the text. Ids 0..255 follow the byte alphabet's own order. Stops at
// `vocabularySize` tokens or when every word is one token. Ties go to the pair with the smaller ids.
LearnedBpe learnBpe(const std::unordered_map<std::string, std::int64_t>& words, int vocabularySize, const Job& job);

} // namespace slopescope::text
