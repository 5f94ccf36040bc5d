#include "core/text/regex.h"

#include "core/base/error.h"
#include "core/base/code_points.h"
#include "core/base/in_quotes.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace slopescope::text {
namespace {

constexpr std::size_t kJitStackStart = 32 * 1024, kJitStackMost = 4 * 1024 * 1024;
constexpr std::uint32_t kMatchLimit = 50'000'000; // steps; ordinary pieces need a few dozen

std::string message(int code) {
    PCRE2_UCHAR text[256];
    pcre2_get_error_message(code, text, sizeof text);
    return reinterpret_cast<const char*>(text);
}

} // namespace

Regex::Regex(const std::string& pattern) : m_pattern(pattern) {
    int fault = 0;
    std::size_t at = 0;
    // As Oniguruma's Ruby syntax has it, ^ and $ mean lines.
    pcre2_compile_context* context = pcre2_compile_context_create(nullptr);
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    pcre2_code* code =
        pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                      PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C, &fault, &at, context);
    pcre2_compile_context_free(context);
    if (code == nullptr)
        throw Error("The regular expression " + inQuotes(pattern) + " is faulty at byte " + std::to_string(at) + ": " +
                    message(fault) + ".");
    m_code.reset(code, [](pcre2_code* owned) { pcre2_code_free(owned); });
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); // without it, matching is only slower
}

struct RegexScan::Memory {
    explicit Memory(const pcre2_code* code)
        : data(pcre2_match_data_create_from_pattern(code, nullptr)), context(pcre2_match_context_create(nullptr)),
          stack(pcre2_jit_stack_create(kJitStackStart, kJitStackMost, nullptr)) {
        pcre2_set_match_limit(context, kMatchLimit);
        if (stack != nullptr)
            pcre2_jit_stack_assign(context, nullptr, stack);
    }
    ~Memory() {
        pcre2_jit_stack_free(stack);
        pcre2_match_context_free(context);
        pcre2_match_data_free(data);
    }
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

    pcre2_match_data* data;
    pcre2_match_context* context;
    pcre2_jit_stack* stack;
};

RegexScan::RegexScan(const Regex& regex)
    : m_regex(regex), m_memory(std::make_unique<Memory>(static_cast<const pcre2_code*>(regex.m_code.get()))) {}

RegexScan::~RegexScan() = default;

void RegexScan::begin(std::string_view text) {
    m_text = text;
    m_at = 0;
    m_lastEnd.reset();
}

std::optional<Range> RegexScan::next() {
    const auto* code = static_cast<const pcre2_code*>(m_regex.m_code.get());
    while (m_at <= m_text.size()) {
        const int found = pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(m_text.data()), m_text.size(), m_at,
                                      PCRE2_NO_UTF_CHECK, m_memory->data, m_memory->context);
        if (found == PCRE2_ERROR_NOMATCH)
            break;
        if (found < 0)
            throw Error("The regular expression " + inQuotes(m_regex.m_pattern) +
                        " cannot be matched: " + message(found) + ".");
        const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(m_memory->data);
        const Range match{ends[0], ends[1]};
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
