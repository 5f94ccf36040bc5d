// How text is split before the tokens of a byte-level vocabulary are joined, under the names that llama.cpp has for it
// ("tokenizer.ggml.pre" of a GGUF file). Any thread.
#pragma once

#include <string_view>
#include <vector>

namespace slopescope {

struct SplittingRule {
    std::vector<const char*> names;
    std::vector<std::string_view> steps; // regular expressions, each applied to the pieces that the one before left
    bool takesWholeWords = false;   // a piece that is a token is not put together from smaller ones
    bool beginsText = false;        // a token goes before the text, unless the file says otherwise
    bool composes = false;          // letters and their accents are composed first (NFC)
};

// GPT-2's own expression: a step of this name is a tokenizer.json's "ByteLevel" with "use_regex".
inline constexpr std::string_view kGpt2Step = "GPT-2";

// Null for a name that is not known.
const SplittingRule* splittingRule(std::string_view name);

} // namespace slopescope
