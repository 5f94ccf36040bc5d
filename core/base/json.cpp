#include "core/base/json.h"

#include "core/base/error.h"
#include "core/base/code_points.h"
#include "core/base/in_quotes.h"

#include <cmath>
#include <cstdlib>
#include <unordered_set>

namespace slopescope {
namespace {

constexpr int kMaxDepth = 64; // a tokenizer.json nests less than ten deep

// The text that stands for a value that JSON has no number for; nothing if `word` is none.
std::optional<std::string> notFinite(const std::string& word) {
    if (word == "NaN" || word == "Infinity" || word == "-Infinity")
        return word;
    const bool isNumber = word.find_first_not_of("0123456789+-.eE") == std::string::npos &&
                          word.find_first_of("0123456789") != std::string::npos;
    if (!isNumber || std::isfinite(std::strtod(word.c_str(), nullptr)))
        return std::nullopt;
    return word[0] == '-' ? "-Infinity" : "Infinity";
}

std::string withNotFiniteQuoted(std::string_view text) {
    constexpr std::string_view kEndsOfWords = " \t\r\n,:[]{}\"";
    std::string result;
    bool isInText = false;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        if (isInText || kEndsOfWords.find(c) != std::string_view::npos) {
            const std::size_t count = isInText && c == '\\' ? 2 : 1;
            isInText = isInText != (c == '"');
            result += text.substr(at, count);
            at += count;
            continue;
        }
        const std::string word(text.substr(at, text.find_first_of(kEndsOfWords, at) - at));
        const auto special = notFinite(word);
        result += special ? '"' + *special + '"' : word;
        at += word.size();
    }
    return result;
}

} // namespace

nlohmann::json parseJson(std::string_view text, const std::string& source) {
    std::vector<std::unordered_set<std::string>> keys; // of the objects that are open, outermost first
    const auto watch = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& value) {
        using Event = nlohmann::json::parse_event_t;
        if (depth > kMaxDepth)
            throw Error(source + " nests its JSON more than " + std::to_string(kMaxDepth) + " deep.");
        if (event == Event::object_start)
            keys.emplace_back();
        else if (event == Event::object_end)
            keys.pop_back();
        else if (event == Event::key && !keys.back().insert(value.get_ref<const std::string&>()).second)
            throw Error(source + " has the key " + inQuotes(value.get<std::string>()) + " twice in one JSON object.");
        return true;
    };
    try {
        return nlohmann::json::parse(text.begin(), text.end(), watch);
    } catch (const nlohmann::json::parse_error& fault) {
        throw Error(source + " is not valid JSON: the fault is near byte " + std::to_string(fault.byte) + ".");
    } catch (const nlohmann::json::exception&) {
        throw Error(source + " is not valid JSON: a number in it is out of range.");
    }
}

nlohmann::json parsePythonJson(std::string_view text, const std::string& source) {
    return parseJson(withNotFiniteQuoted(text), source);
}

void JsonNode::refuse(const std::string& why) const {
    throw Error(m_path + " " + why + ".");
}

JsonNode JsonNode::at(const std::string& key) const {
    if (auto found = find(key))
        return *found;
    refuse("has no " + inQuotes(key));
}

std::optional<JsonNode> JsonNode::find(const std::string& key) const {
    if (!m_value->is_object())
        refuse("should be a JSON object");
    const auto found = m_value->find(key);
    if (found == m_value->end() || found->is_null())
        return std::nullopt;
    return JsonNode(*found, m_path + (m_path.ends_with(':') ? " " : ".") + key);
}

std::vector<JsonNode> JsonNode::elements() const {
    if (!m_value->is_array())
        refuse("should be a list");
    std::vector<JsonNode> nodes;
    for (std::size_t i = 0; i < m_value->size(); ++i)
        nodes.emplace_back((*m_value)[i], m_path + "[" + std::to_string(i) + "]");
    return nodes;
}

std::string JsonNode::text() const {
    if (!m_value->is_string())
        refuse("should be text");
    return m_value->get<std::string>();
}

bool JsonNode::flag() const {
    if (!m_value->is_boolean())
        refuse("should be true or false");
    return m_value->get<bool>();
}

std::int64_t JsonNode::integer(std::int64_t least, std::int64_t most) const {
    const bool fits = m_value->is_number_integer() &&
                      !(m_value->is_number_unsigned() && m_value->get<std::uint64_t>() > std::uint64_t{INT64_MAX});
    const std::int64_t number = fits ? m_value->get<std::int64_t>() : 0;
    if (!fits || number < least || number > most)
        refuse("should be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return number;
}

double JsonNode::number() const {
    if (!m_value->is_number())
        refuse("should be a number");
    return m_value->get<double>();
}

char32_t JsonNode::character() const {
    const std::string written = text();
    if (written.empty() || codePointAt(written, 0).length != written.size())
        refuse("should be one character");
    return codePointAt(written, 0).value;
}

std::string JsonNode::textOr(const std::string& key, const std::string& otherwise) const {
    const auto found = find(key);
    return found ? found->text() : otherwise;
}

bool JsonNode::flagOr(const std::string& key, bool otherwise) const {
    const auto found = find(key);
    return found ? found->flag() : otherwise;
}

} // namespace slopescope
