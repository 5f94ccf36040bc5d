#include "core/text/json.h"

#include "core/error.h"

#include <unordered_set>
#include <vector>

namespace slopescope {
namespace {

constexpr int kMaxDepth = 64; // a tokenizer.json nests less than ten deep

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
            throw Error(source + " has the key \"" + value.get<std::string>() + "\" twice in one JSON object.");
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

} // namespace slopescope
