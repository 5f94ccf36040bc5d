#include "core/record/json_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace slopescope {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShort = 100; // characters of an object on one line

template <class Number>
void appendNumber(Number number, std::string& out) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    const std::string_view text(digits.data(), std::size_t(end - digits.data()));
    out += text;
    if (std::is_floating_point_v<Number> && text.find_first_of(".e") == std::string_view::npos)
        out += ".0"; // a minus before a whole 0 would be lost
}

bool isPlain(const Json& json) {
    return !json.is_structured();
}

void appendPlain(const Json& json, std::string& out) {
    if (json.is_number_float())
        appendNumber(json.get<double>(), out);
    else if (json.is_number_unsigned())
        appendNumber(json.get<std::uint64_t>(), out);
    else if (json.is_number_integer())
        appendNumber(json.get<std::int64_t>(), out);
    else
        out += json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string keyText(const std::string& key) {
    return Json(key).dump(-1, ' ', false, Json::error_handler_t::replace) + ": ";
}

// A list of plain values, or an object of few: nothing where it does not fit on one line.
bool appendOnOneLine(const Json& json, std::string& out) {
    if (!std::all_of(json.begin(), json.end(), isPlain))
        return false;
    const std::size_t before = out.size();
    out += json.is_array() ? "[" : "{";
    const char* separator = "";
    for (auto one = json.begin(); one != json.end(); ++one) {
        out += separator;
        separator = ", ";
        if (json.is_object())
            out += keyText(one.key());
        appendPlain(*one, out);
    }
    out += json.is_array() ? "]" : "}";
    if (json.is_array() || out.size() - before <= kShort)
        return true;
    out.resize(before);
    return false;
}

void append(const Json& json, std::size_t indent, std::string& out) {
    if (isPlain(json))
        return appendPlain(json, out);
    if (appendOnOneLine(json, out))
        return;
    out += json.is_array() ? "[" : "{";
    const char* separator = "\n";
    for (auto one = json.begin(); one != json.end(); ++one) {
        out += separator;
        separator = ",\n";
        out.append(indent + 2, ' ');
        if (json.is_object())
            out += keyText(one.key());
        append(*one, indent + 2, out);
    }
    out += '\n';
    out.append(indent, ' ');
    out += json.is_array() ? "]" : "}";
}

} // namespace

std::string jsonText(const nlohmann::ordered_json& json) {
    std::string out;
    append(json, 0, out);
    out += '\n';
    return out;
}

} // namespace slopescope
