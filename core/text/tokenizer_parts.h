// What a Tokenizer is made of, as its tokenizer.json lists it. Only the Tokenizer sees this.
#pragma once

#include "core/text/added_tokens.h"
#include "core/text/bpe.h"
#include "core/text/decoders.h"
#include "core/text/dialect.h"
#include "core/text/normalizers.h"
#include "core/text/post_processor.h"
#include "core/text/pre_tokenizers.h"
#include "core/text/unigram.h"

#include <string>
#include <variant>
#include <vector>

namespace slopescope::text {

struct TokenizerParts {
    std::string document; // the tokenizer.json itself
    Normalizer normalizer;
    PreTokenizer preTokenizer;
    std::variant<Bpe, Unigram> subwords;
    AddedTokens added;
    Surround surround;
    Decoder decoder;
    std::vector<std::string> tokens = {}; // as the vocabulary writes them, by id; empty where an id is not in use
    std::vector<bool> special = {};       // by id: not part of decoded text
};

// Throws Error beginning with `name`, the file's, and saying which member is faulty or not supported.
TokenizerParts readTokenizer(std::string document, const std::string& name, Dialect dialect = Dialect::HuggingFace);

} // namespace slopescope::text
