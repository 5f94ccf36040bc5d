// The metadata of a GGUF file as the config.json that the model had before it was converted. Any thread.
#pragma once

#include "core/checkpoint/gguf.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace slopescope {

// Always has "model_type" and "tie_word_embeddings". Throws Error naming the file and the entry at fault or not
// supported.
nlohmann::json configOfGguf(const GgufFile& file, const std::string& architecture);

// A Falcon whose layers have a norm for the attention and one for the feed-forward part.
bool hasTwoNorms(const GgufFile& file);

} // namespace slopescope
