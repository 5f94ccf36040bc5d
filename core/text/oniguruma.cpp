#include "core/text/oniguruma.h"

#include "core/base/error.h"
#include "core/base/in_quotes.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace slopescope::text {
namespace {

// The classes that differ, as items of PCRE2's: its \s has U+180E, which is no White_Space, and its POSIX names mean
// ASCII or other properties.
struct Class {
    const char* name;
    const char* items;
};
constexpr Class kClasses[] = {
    {"space", R"(\t-\r\x20\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000})"},
    {"word", R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc})"},
    {"alpha", R"(\p{Alphabetic})"},
    {"alnum", R"(\p{Alphabetic}\p{Nd})"},
    {"upper", R"(\p{Uppercase})"},
    {"lower", R"(\p{Lowercase})"},
    {"digit", R"(\p{Nd})"},
    {"xdigit", "0-9A-Fa-f"},
    {"punct", R"(\p{P}\p{S})"},
};
// Outside a class Oniguruma's \w takes Latin-1's superscripts and fractions too.
constexpr const char* kLatinNumbers = R"(\xB2\xB3\xB9\xBC-\xBE)";

class Rewriter {
public:
    explicit Rewriter(const std::string& pattern) : m_in(pattern) {}

    std::string run() {
        while (m_at < m_in.size()) {
            const char c = m_in[m_at];
            if (c == '\\')
                escape(false);
            else if (c == '[')
                characterClass();
            else if (m_in.compare(m_at, 2, "(?") == 0)
                group();
            else if (c == '{')
                repeat();
            else
                m_out += m_in[m_at++];
        }
        return m_out;
    }

private:
    [[noreturn]] void refuse(const std::string& what) const {
        throw Error("The regular expression " + inQuotes(m_in) + " " + what + ".");
    }

    char peek(std::size_t ahead) const { return m_at + ahead < m_in.size() ? m_in[m_at + ahead] : '\0'; }

    static const char* itemsOf(char letter) {
        const std::string name = letter == 's' ? "space" : letter == 'w' ? "word" : letter == 'h' ? "xdigit" : "digit";
        return std::string_view("swhd").find(letter) == std::string_view::npos ? nullptr : itemsOf(name);
    }

    static const char* itemsOf(const std::string& name) {
        const auto found = std::find_if(std::begin(kClasses), std::end(kClasses),
                                        [&](const Class& candidate) { return name == candidate.name; });
        return found == std::end(kClasses) ? nullptr : found->items;
    }

    void escape(bool inClass) {
        const char letter = peek(1);
        if (letter == '\0')
            refuse("ends in a backslash");
        const char lower = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
        m_at += 2;
        if (const char* items = itemsOf(lower)) {
            const bool negated = letter != lower;
            if (!inClass)
                m_out += std::string(negated ? "[^" : "[") + items + (lower == 'w' ? kLatinNumbers : "") + "]";
            else if (!negated)
                m_out += items;
            else if (letter == 'S')
                m_out += R"(\S\x{180E})";
            else
                refuse("has a negated class within a class, which is not supported");
        } else if (letter == 'v') {
            m_out += "\\x0B";
        } else if (letter == 'u') {
            m_out += "\\x{" + m_in.substr(m_at, 4) + "}";
            m_at += 4;
        } else {
            m_out += '\\';
            m_out += letter;
        }
    }

    // One level of PCRE2's classes holds what is spread over several of Oniguruma's.
    void characterClass() {
        m_out += m_in[m_at++];
        if (peek(0) == '^')
            m_out += m_in[m_at++];
        if (peek(0) == ']') {
            m_out += "\\]";
            ++m_at;
        }
        classItems();
        m_out += ']';
    }

    void classItems() {
        for (int depth = 1; depth > 0;) {
            if (m_at >= m_in.size())
                refuse("has a class without an end");
            const char c = m_in[m_at];
            if (c == ']') {
                --depth;
                ++m_at;
            } else if (c == '\\') {
                escape(true);
            } else if (c == '[' && peek(1) == ':') {
                const std::size_t end = m_in.find(":]", m_at);
                if (end == std::string::npos)
                    refuse("has a class without an end");
                const char* items = itemsOf(m_in.substr(m_at + 2, end - m_at - 2));
                if (items == nullptr)
                    refuse("has the class " + inQuotes(m_in.substr(m_at, end + 2 - m_at)) + ", which is not supported");
                m_out += items;
                m_at = end + 2;
            } else if (c == '[') {
                if (peek(1) == '^')
                    refuse("has a negated class within a class, which is not supported");
                ++depth;
                ++m_at;
            } else if (m_in.compare(m_at, 2, "&&") == 0) {
                refuse("has an intersection of classes, which is not supported");
            } else {
                m_out += m_in[m_at++];
            }
        }
    }

    // (?flags) and (?flags:...): Oniguruma's m is PCRE2's s. All other groups are the same in both.
    void group() {
        m_out += "(?";
        m_at += 2;
        while (std::isalpha(static_cast<unsigned char>(peek(0))) != 0 || peek(0) == '-') {
            const char flag = m_in[m_at++];
            if (flag != 'i' && flag != 'x' && flag != 'm' && flag != '-')
                refuse("has the flag " + inQuotes(std::string(1, flag)) + ", which is not supported");
            m_out += flag == 'm' ? 's' : flag;
        }
    }

    void repeat() {
        std::size_t end = m_at + 1;
        while (end < m_in.size() && (std::isdigit(static_cast<unsigned char>(m_in[end])) != 0 || m_in[end] == ','))
            ++end;
        if (end >= m_in.size() || m_in[end] != '}' || end == m_at + 1) {
            m_out += m_in[m_at++]; // a brace that stands for itself
            return;
        }
        if (end + 1 < m_in.size() && m_in[end + 1] == '+')
            refuse("repeats a repetition, which is not supported");
        const std::string count = m_in.substr(m_at + 1, end - m_at - 1);
        m_out += "{" + (count[0] == ',' ? "0" + count : count) + "}";
        m_at = end + 1;
    }

    const std::string& m_in;
    std::size_t m_at = 0;
    std::string m_out;
};

} // namespace

std::string fromOniguruma(const std::string& pattern) {
    return Rewriter(pattern).run();
}

} // namespace slopescope::text
