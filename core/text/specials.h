// How special tokens are read where a text spells them.
#pragma once

namespace slopescope::text {

enum class Specials {
    Tokens, // "</s>" in a text is the token that ends texts
    Letters // it is four letters, as llama-perplexity reads a corpus; added tokens that are not special are still found
};

} // namespace slopescope::text
