// Regular expressions over UTF-8, by PCRE2 with Unicode properties.
//
// A Regex is immutable and may serve any number of threads; each search owns a Scan.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace slopescope {

struct Range {
    std::size_t begin = 0, end = 0;
    std::size_t size() const { return end - begin; }
    bool operator==(const Range&) const = default;
};

class Regex {
public:
    // `pattern` in PCRE2's syntax. Throws Error naming the pattern and the fault.
    explicit Regex(const std::string& pattern);

    const std::string& pattern() const { return m_pattern; }

private:
    friend class RegexScan;
    std::string m_pattern;
    std::shared_ptr<const void> m_code;
};

// The matches of one expression in one text, from left to right. The text must be valid UTF-8 and outlive the scan.
class RegexScan {
public:
    RegexScan(const Regex& regex, std::string_view text);
    ~RegexScan();
    RegexScan(const RegexScan&) = delete;
    RegexScan& operator=(const RegexScan&) = delete;

    // The next match that is not empty. Throws Error naming the pattern when matching takes absurdly long.
    std::optional<Range> next();

private:
    const Regex& m_regex;
    std::string_view m_text;
    std::size_t m_at = 0;
    struct Memory;
    std::unique_ptr<Memory> m_memory;
};

} // namespace slopescope
