// Whose rules a tokenizer's parts follow, where two libraries make different tokens of the same vocabulary.
#pragma once

namespace slopescope::text {

enum class Dialect {
    HuggingFace, // a tokenizer.json
    LlamaCpp,    // a GGUF file's vocabulary, written as a tokenizer.json
};

} // namespace slopescope::text
