#include "tests/structure/arrows.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

namespace slopescope::structure {
namespace {

namespace fs = std::filesystem;

// Folders, and single files, of core; what each may include beside itself.
const std::map<std::string, std::vector<std::string>> kCore{
    {"core/base", {}},
    {"core/text", {"core/base"}},
    {"core/kernels", {"core/base"}},
    {"core/positions", {"core/base", "core/kernels"}},
    {"core/attention", {"core/base", "core/kernels", "core/positions"}},
    {"core/device", {"core/base", "core/kernels"}},
    {"core/threads", {"core/base", "core/kernels"}},
    {"core/model", {"core/base", "core/kernels", "core/positions", "core/attention", "core/device"}},
    {"core/checkpoint", {"core/base", "core/text", "core/positions", "core/kernels", "core/model", "core/device"}},
    {"core/study", {"core/base", "core/kernels", "core/positions", "core/attention", "core/model", "core/device"}},
    {"core/training",
     {"core/base", "core/text", "core/kernels", "core/positions", "core/attention", "core/model", "core/checkpoint",
      "core/device"}},
    {"core/workspace", {"core/base", "core/positions", "core/study"}},
    {"core/record", {"core/base", "core/positions", "core/study", "core/workspace", "core/device"}},
    {"core/shelf",
     {"core/base", "core/text", "core/positions", "core/model", "core/checkpoint", "core/study", "core/device"}},
    {"core/session",
     {"core/base", "core/text", "core/positions", "core/model", "core/checkpoint", "core/study", "core/training",
      "core/device", "core/shelf"}},
};

// What the window must not see of core: it speaks with the session in plain values.
const std::vector<std::string> kHiddenFromUi{"core/kernels", "core/attention", "core/model"};

bool isSource(const fs::path& file) {
    static const std::vector<std::string> kEndings{".h", ".cpp", ".cu", ".cuh"};
    return std::count(kEndings.begin(), kEndings.end(), file.extension().string()) > 0;
}

bool isHeader(const std::string& file) {
    return file.ends_with(".h") || file.ends_with(".cuh");
}

std::vector<std::string> partsOf(const std::string& path) {
    std::vector<std::string> parts;
    std::istringstream stream(path);
    for (std::string part; std::getline(stream, part, '/');)
        parts.push_back(part);
    return parts;
}

// "core/study" of core/study/variant.h, "core/session" of core/session.cpp, "ui/lab" of ui/lab/lab.h.
std::string placeOf(const std::string& path) {
    const std::vector<std::string> parts = partsOf(path);
    if (parts.size() < 2)
        return path;
    return parts[0] + "/" + (parts.size() == 2 ? parts[1].substr(0, parts[1].find('.')) : parts[1]);
}

std::vector<std::string> includesOf(const std::string& text) {
    static const std::regex kInclude(R"(^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"])");
    std::vector<std::string> includes;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (std::smatch match; line.find("include") != line.npos && std::regex_search(line, match, kInclude))
            includes.push_back(match[1]);
    return includes;
}

bool isQt(const std::string& include) {
    static const std::regex kQt(R"(^(Q[A-Z]\w*|Qt\w+/.*|qcustomplot\.h)$)");
    return std::regex_match(include, kQt);
}

// Why a file must not include this; empty: it may.
std::string whyNot(const std::string& file, const std::string& include) {
    if (include.starts_with("tests/"))
        return "what is shipped includes nothing of tests/";
    const std::string from = placeOf(file), to = placeOf(include);
    if (file.starts_with("core/")) {
        if (isQt(include))
            return "core knows no Qt";
        if (include.starts_with("ui/") || include.starts_with("app/"))
            return "core knows nothing of ui and app";
        if (!include.starts_with("core/") || from == to)
            return {};
        const auto row = kCore.find(from);
        if (row == kCore.end())
            return "no row of the table in tests/structure/arrows.cpp says what " + from + " may include";
        return std::count(row->second.begin(), row->second.end(), to) > 0 ? "" : from + " must not know " + to;
    }
    if (file.starts_with("ui/")) {
        if (include.starts_with("app/"))
            return "ui knows nothing of app";
        if (std::count(kHiddenFromUi.begin(), kHiddenFromUi.end(), to) > 0)
            return "ui must not know " + to;
    }
    return {};
}

} // namespace

Sources readSources(const fs::path& root) {
    Sources sources;
    for (const char* top : {"app", "core", "ui"})
        for (const auto& entry : fs::recursive_directory_iterator(root / top))
            if (entry.is_regular_file() && isSource(entry.path())) {
                std::ifstream stream(entry.path(), std::ios::binary);
                sources[fs::relative(entry.path(), root).generic_string()] = {std::istreambuf_iterator<char>(stream),
                                                                              {}};
            }
    return sources;
}

std::vector<std::string> faultsOf(const Sources& sources) {
    std::vector<std::string> faults;
    std::map<std::string, std::string> headers; // by name
    for (const auto& [file, text] : sources) {
        for (const std::string& include : includesOf(text))
            if (const std::string why = whyNot(file, include); !why.empty())
                faults.push_back(file + " includes " + include + ": " + why + ".");
        if (!isHeader(file) || file.starts_with("app/"))
            continue;
        const std::string name = partsOf(file).back();
        if (const auto [known, added] = headers.try_emplace(name, file); !added)
            faults.push_back(file + " and " + known->second + " have one name.");
    }
    return faults;
}

} // namespace slopescope::structure
