// The regular expressions of tokenizer.json are Oniguruma's; PCRE2 runs ours. This rewrites one for the other.
#pragma once

#include <string>

namespace slopescope::text {

// What differs: the white space and word classes, classes within classes, \h, \v, \u, {,n}, and (?m). Throws Error
// naming the pattern for what has no counterpart.
std::string fromOniguruma(const std::string& pattern);

} // namespace slopescope::text
