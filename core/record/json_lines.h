// Files of JSON, one value a line, that several programs write and a crash may cut off: sweeps' jobs and results.
//
// A line counts once its line end is on the disk; what stands behind the last one was torn off and is passed over. Any
// thread; all wait for the disk.
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace slopescope {

struct JsonLine {
    nlohmann::json json;
    std::string text;   // as written, without the line end
    std::string source; // "part.jsonl, line 3": for sentences
};

// The whole lines of a file; empty ones are passed over. Throws Error naming the file, and the line that is no JSON.
std::vector<JsonLine> readJsonLines(const std::filesystem::path& file);

// Appends to a file that nobody else appends to meanwhile. Every call below throws Error naming the file when the disk
// refuses.
class JsonLinesWriter {
public:
    // Makes the file where there is none, holds a lock on it, and cuts off what a crash has torn. Throws Error also
    // when another process holds it.
    explicit JsonLinesWriter(const std::filesystem::path& file);
    ~JsonLinesWriter();
    JsonLinesWriter(const JsonLinesWriter&) = delete;
    JsonLinesWriter& operator=(const JsonLinesWriter&) = delete;

    // The line is on the disk when this returns.
    void append(const nlohmann::ordered_json& json);

private:
    [[noreturn]] void refuse() const; // says errno
    void cutTornLine();

    std::filesystem::path m_file;
    int m_descriptor = -1;
};

} // namespace slopescope
