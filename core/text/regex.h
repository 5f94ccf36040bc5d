// Regular expressions over UTF-8, by Oniguruma, which Hugging Face's library uses too: what a tokenizer.json writes is
// matched as it is there. The Unicode tables are those of the installed Oniguruma (6.9.8: Unicode 14).
//
// A Regex is immutable and may serve any number of threads; each search owns a Scan.
#pragma once

#include "core/text/range.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace slopescope::text {

class Regex {
public:
    // `pattern` in Oniguruma's own syntax. Throws Error naming the pattern and the fault.
    explicit Regex(const std::string& pattern);

    const std::string& pattern() const { return m_pattern; }

private:
    friend class RegexScan;
    std::string m_pattern;
    std::shared_ptr<void> m_code; // Oniguruma's; searching does not change it
};

// The matches of one expression in a text, from left to right, then in another. A text must be valid UTF-8 and outlive
// its scan.
class RegexScan {
public:
    explicit RegexScan(const Regex& regex);
    ~RegexScan();
    RegexScan(const RegexScan&) = delete;
    RegexScan& operator=(const RegexScan&) = delete;

    void begin(std::string_view text);

    // The next match. It may be empty, but not where the one before ended. Throws Error naming the pattern when
    // matching takes absurdly long.
    std::optional<Range> next();

private:
    const Regex& m_regex;
    std::string_view m_text;
    std::size_t m_at = 0;
    std::optional<std::size_t> m_lastEnd;
    struct Memory;
    std::unique_ptr<Memory> m_memory;
};

} // namespace slopescope::text
