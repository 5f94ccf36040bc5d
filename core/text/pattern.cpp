#include "core/text/pattern.h"

#include "core/base/code_points.h"
#include "core/base/error.h"
#include "core/text/regex.h"

#include <utility>

namespace slopescope::text {
namespace {

class TextPattern : public Pattern {
public:
    explicit TextPattern(std::string text) : m_text(std::move(text)) {}

    Search search() const override {
        return [this](std::string_view text, std::vector<Match>& matches) {
            matches.clear();
            std::size_t done = 0;
            for (std::size_t at; !m_text.empty() && (at = text.find(m_text, done)) != std::string_view::npos;) {
                if (at > done)
                    matches.push_back({{done, at}, false});
                done = at + m_text.size();
                matches.push_back({{at, done}, true});
            }
            if (done < text.size())
                matches.push_back({{done, text.size()}, false});
        };
    }

private:
    std::string m_text;
};

class RegexPattern : public Pattern {
public:
    explicit RegexPattern(const std::string& pattern) : m_regex(pattern) {}

    Search search() const override {
        return [scan = std::make_shared<RegexScan>(m_regex)](std::string_view text, std::vector<Match>& matches) {
            matches.clear();
            std::size_t done = 0;
            scan->begin(text);
            while (const auto found = scan->next()) {
                if (found->begin > done)
                    matches.push_back({{done, found->begin}, false});
                matches.push_back({*found, true});
                done = found->end;
            }
            if (done < text.size())
                matches.push_back({{done, text.size()}, false});
        };
    }

private:
    Regex m_regex;
};

class CharacterPattern : public Pattern {
public:
    explicit CharacterPattern(std::function<bool(char32_t)> matches) : m_matches(std::move(matches)) {}

    Search search() const override {
        return [this](std::string_view text, std::vector<Match>& matches) {
            matches.clear();
            std::size_t done = 0;
            for (std::size_t at = 0; at < text.size();) {
                const CodePoint point = codePointAt(text, at);
                const std::size_t next = at + point.length;
                if (m_matches(point.value)) {
                    if (at > done)
                        matches.push_back({{done, at}, false});
                    matches.push_back({{at, next}, true});
                    done = next;
                }
                at = next;
            }
            if (done < text.size())
                matches.push_back({{done, text.size()}, false});
        };
    }

private:
    std::function<bool(char32_t)> m_matches;
};

} // namespace

SharedPattern textPattern(const std::string& text) {
    return std::make_shared<const TextPattern>(text);
}

SharedPattern regexPattern(const std::string& pattern) {
    return std::make_shared<const RegexPattern>(pattern);
}

SharedPattern characterPattern(std::function<bool(char32_t)> matches) {
    return std::make_shared<const CharacterPattern>(std::move(matches));
}

SharedPattern readPattern(const JsonNode& node) {
    if (const auto text = node.find("String"))
        return textPattern(text->text());
    const JsonNode expression = node.at("Regex");
    try {
        return regexPattern(expression.text());
    } catch (const Error& fault) {
        throw Error(expression.path() + ": " + fault.what());
    }
}

} // namespace slopescope::text
