#include "core/text/regex.h"

#include "core/base/code_points.h"
#include "core/base/error.h"
#include "core/base/in_quotes.h"

#include <oniguruma.h>

namespace slopescope::text {
namespace {

constexpr unsigned kDeepest = 250;               // groups within groups
constexpr unsigned long kMostSteps = 50'000'000; // of one search; ordinary pieces need a few dozen

const UChar* bytesOf(std::string_view text) {
    return reinterpret_cast<const UChar*>(text.data());
}

void initialize() {
    static const int done = [] {
        OnigEncoding encodings[] = {ONIG_ENCODING_UTF8};
        onig_set_parse_depth_limit(kDeepest);
        return onig_initialize(encodings, 1);
    }();
    if (done != ONIG_NORMAL)
        throw Error("The library for regular expressions does not start.");
}

// Since 6.9.9 a class's [:punct:] has symbols too. Written out, it means the same to older versions.
std::string withPunctuation(std::string pattern) {
    const auto replace = [&](const std::string& name, const std::string& items) {
        for (std::size_t at = 0; (at = pattern.find(name, at)) != std::string::npos; at += items.size())
            pattern.replace(at, name.size(), items);
    };
    replace("[:punct:]", R"(\p{P}\p{S})");
    replace("[:^punct:]", R"([^\p{P}\p{S}])");
    return pattern;
}

std::string message(int code, OnigErrorInfo* details = nullptr) {
    UChar text[ONIG_MAX_ERROR_MESSAGE_LEN];
    const int length = onig_error_code_to_str(text, code, details);
    return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(length)};
}

} // namespace

Regex::Regex(const std::string& pattern) : m_pattern(pattern) {
    initialize();
    const std::string written = withPunctuation(pattern);
    OnigRegex code = nullptr;
    OnigErrorInfo details;
    const int fault = onig_new(&code, bytesOf(written), bytesOf(written) + written.size(), ONIG_OPTION_NONE,
                               ONIG_ENCODING_UTF8, ONIG_SYNTAX_ONIGURUMA, &details);
    if (fault != ONIG_NORMAL)
        throw Error("The regular expression " + inQuotes(pattern) + " is faulty: " + message(fault, &details) + ".");
    m_code.reset(code, [](OnigRegex owned) { onig_free(owned); });
}

struct RegexScan::Memory {
    Memory() : region(onig_region_new()), limits(onig_new_match_param()) {
        onig_initialize_match_param(limits);
        onig_set_retry_limit_in_search_of_match_param(limits, kMostSteps);
    }
    ~Memory() {
        onig_free_match_param(limits);
        onig_region_free(region, 1);
    }
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

    OnigRegion* region;
    OnigMatchParam* limits;
};

RegexScan::RegexScan(const Regex& regex) : m_regex(regex), m_memory(std::make_unique<Memory>()) {}

RegexScan::~RegexScan() = default;

void RegexScan::begin(std::string_view text) {
    m_text = text;
    m_at = 0;
    m_lastEnd.reset();
}

std::optional<Range> RegexScan::next() {
    const auto code = static_cast<OnigRegex>(m_regex.m_code.get());
    const UChar *begin = bytesOf(m_text), *end = begin + m_text.size();
    while (m_at <= m_text.size()) {
        const int found = onig_search_with_param(code, begin, end, begin + m_at, end, m_memory->region,
                                                 ONIG_OPTION_NONE, m_memory->limits);
        if (found == ONIG_MISMATCH)
            break;
        if (found < 0)
            throw Error("The regular expression " + inQuotes(m_regex.m_pattern) +
                        " cannot be matched: " + message(found) + ".");
        const Range match{static_cast<std::size_t>(m_memory->region->beg[0]),
                          static_cast<std::size_t>(m_memory->region->end[0])};
        if (match.end < match.begin || match.begin < m_at) // \K in a lookahead can do this
            throw Error("The regular expression " + inQuotes(m_regex.m_pattern) + " matches backwards.");
        if (match.size() == 0 && m_lastEnd == match.end) {
            m_at += m_at < m_text.size() ? codePointAt(m_text, m_at).length : 1;
            continue;
        }
        m_at = match.end;
        m_lastEnd = match.end;
        return match;
    }
    m_at = m_text.size() + 1;
    return std::nullopt;
}

} // namespace slopescope::text
