// Ways to find something in a text: a fixed text, a regular expression, or a kind of character.
//
// A tokenizer.json uses them to split and to replace. Immutable, any thread.
#pragma once

#include "core/base/json.h"
#include "core/text/range.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace slopescope::text {

// A stretch of the text that matched, or that lies between matches.
struct Match {
    Range range;
    bool matched = false;
};

class Pattern {
public:
    virtual ~Pattern() = default;

    // A search over many texts, with its own memory: replaces `matches` by stretches that cover the text from end to
    // end.
    using Search = std::function<void(std::string_view text, std::vector<Match>& matches)>;
    virtual Search search() const = 0;

    void find(std::string_view text, std::vector<Match>& matches) const { search()(text, matches); }
};

using SharedPattern = std::shared_ptr<const Pattern>;

// {"String": ...} or {"Regex": ...}. Throws Error naming the member.
SharedPattern readPattern(const JsonNode& node);

SharedPattern textPattern(const std::string& text);
SharedPattern regexPattern(const std::string& pattern);
SharedPattern characterPattern(std::function<bool(char32_t)> matches); // each such character is a match

} // namespace slopescope::text
