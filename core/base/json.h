// JSON from files of strangers: one root value, no key twice in an object, nesting bounded, and every step checked.
//
// Used by the readers of tokenizer.json, safetensors headers, configurations and slope files, on any thread.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slopescope {

// Throws Error beginning with `source` (the file's name) when `text` is not such JSON.
nlohmann::json parseJson(std::string_view text, const std::string& source);

// JSON as Python's json module writes and reads it: NaN, Infinity and numbers too large for a double are JSON too. They become
// the texts "NaN", "Infinity" and "-Infinity", so that whoever needs a number there says that it is none.
nlohmann::json parsePythonJson(std::string_view text, const std::string& source);

// A value and the way to it, for the Error when it is not what it should be. The document must outlive its nodes.
class JsonNode {
public:
    JsonNode(const nlohmann::json& value, std::string path) : m_value(&value), m_path(std::move(path)) {}

    const nlohmann::json& value() const { return *m_value; }
    const std::string& path() const { return m_path; }
    [[noreturn]] void refuse(const std::string& why) const; // Error: the path, why, and a full stop

    JsonNode at(const std::string& key) const;                  // an object's member; Error if absent
    std::optional<JsonNode> find(const std::string& key) const; // nothing if absent or null
    std::vector<JsonNode> elements() const;                     // of an array

    std::string text() const;
    bool flag() const;
    std::int64_t integer(std::int64_t least, std::int64_t most) const;
    double number() const;
    char32_t character() const; // a text of one code point

    std::string textOr(const std::string& key, const std::string& otherwise) const;
    bool flagOr(const std::string& key, bool otherwise) const;

private:
    const nlohmann::json* m_value;
    std::string m_path;
};

} // namespace slopescope
