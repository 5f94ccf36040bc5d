// The decoders of a tokenizer.json: from tokens, as the vocabulary writes them, back to text.
#pragma once

#include "core/base/json.h"

#include <functional>
#include <string>
#include <vector>

namespace slopescope::text {

// Immutable, any thread. Without steps, tokens are written with spaces between.
class Decoder {
public:
    Decoder() = default;
    explicit Decoder(const JsonNode& node); // throws Error naming the member that is faulty or not supported

    // The text of a row of tokens. Bytes that are not UTF-8 show as U+FFFD.
    std::string text(std::vector<std::string> tokens) const;

    // What one token stands for, wherever it stands: bytes, not always whole characters.
    std::string bytes(std::string token) const;

private:
    struct Step {
        std::function<void(std::vector<std::string>&)> all;
        std::function<std::string(std::string)> one;
    };
    void read(const JsonNode& node);

    std::vector<Step> m_steps;
};

} // namespace slopescope::text
