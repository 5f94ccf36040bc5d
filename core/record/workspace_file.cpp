#include "core/record/workspace_file.h"

#include "core/base/atomic_file.h"
#include "core/base/bytes_text.h"
#include "core/base/error.h"

#include <array>
#include <cerrno>
#include <fstream>
#include <functional>
#include <system_error>

namespace slopescope {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargest = std::uintmax_t{1} << 30; // bytes; a thousand curves make a tenth of it

using Rename = std::function<std::string(const std::string&)>;

void renamePaths(WorkspaceRecord& record, const Rename& model, const Rename& text) {
    if (!record.workspace.text.file.empty())
        record.workspace.text.file = text(record.workspace.text.file);
    for (WorkspaceVariant& row : record.workspace.variants)
        row.variant.model = model(row.variant.model);
    for (MeasuredCurve& curve : record.measured)
        curve.variant.model = model(curve.variant.model);
    std::map<std::string, std::uint64_t> models;
    for (const auto& [name, digest] : record.models)
        models[model(name)] = digest;
    record.models = std::move(models);
}

fs::path folderOf(const fs::path& file) {
    std::error_code ignored;
    const fs::path whole = fs::absolute(file, ignored);
    return (whole.empty() ? file : whole).lexically_normal().parent_path();
}

// "./model" for what lies in `folder` or below; else as it is.
std::string seenFrom(const fs::path& folder, const std::string& path) {
    if (!fs::path(path).is_absolute())
        return path; // the name of a bundled model
    const fs::path relative = fs::path(path).lexically_normal().lexically_relative(folder);
    return relative.empty() || relative == "." || *relative.begin() == ".." ? path : "./" + relative.string();
}

std::string within(const fs::path& folder, const std::string& path) {
    return fs::path(path).is_absolute() ? path : (folder / path).lexically_normal().string();
}

} // namespace

WorkspaceRecord openWorkspaceFile(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::error_code fault;
    if (!in || fs::is_directory(file, fault))
        throw Error("Cannot read " + file.string() + ": " +
                    (in ? "it is a folder" : std::generic_category().message(errno)) + ".");
    const std::uintmax_t size = fs::file_size(file, fault);
    if (fault || size > kLargest)
        throw Error(file.string() + " is " +
                    (fault ? "no plain file" : "of " + bytesText(std::int64_t(size)) + ", too large") +
                    " for a workspace.");
    std::string json(std::size_t(size), '\0');
    in.read(json.data(), std::streamsize(size));
    json.resize(std::size_t(in.gcount()));
    WorkspaceRecord record = readWorkspaceRecord(json, file.string());
    const fs::path folder = folderOf(file);
    const auto inFolder = [&](const std::string& path) { return within(folder, path); };
    // A name without a slash is a bundled model's.
    const auto unlessName = [&](const std::string& name) {
        return name.find('/') == name.npos ? name : inFolder(name);
    };
    renamePaths(record, unlessName, inFolder);
    return record;
}

void saveWorkspaceFile(WorkspaceRecord record, const fs::path& file) {
    std::error_code none;
    const fs::path target = fs::is_symlink(file, none) ? fs::weakly_canonical(file, none) : file;
    const fs::path folder = folderOf(target);
    const auto fromFolder = [&](const std::string& path) { return seenFrom(folder, path); };
    renamePaths(record, fromFolder, fromFolder);
    AtomicFile out(target.empty() ? file : target);
    out.write(writeWorkspaceRecord(record));
    out.commit();
}

bool isWorkspaceFile(const fs::path& file) {
    std::array<char, 256> begin{};
    std::error_code ignored;
    if (!fs::is_regular_file(file, ignored))
        return false;
    std::ifstream in(file, std::ios::binary);
    in.read(begin.data(), std::streamsize(begin.size()));
    const std::string_view text(begin.data(), std::size_t(in.gcount()));
    const auto brace = text.find_first_not_of(" \t\r\n");
    return brace != text.npos && text[brace] == '{' && text.find("\"slopescope\"") != text.npos &&
           text.find("\"workspace\"") != text.npos;
}

} // namespace slopescope
