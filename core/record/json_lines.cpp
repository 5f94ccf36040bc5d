#include "core/record/json_lines.h"

#include "core/base/error.h"
#include "core/base/json.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slopescope {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuseToRead(const fs::path& file, const std::string& why) {
    throw Error("Cannot read " + file.string() + ": " + why + ".");
}

std::string wholeLinesOf(const fs::path& file) {
    std::error_code ignored;
    if (fs::is_directory(file, ignored))
        refuseToRead(file, "it is a folder");
    std::ifstream in(file, std::ios::binary);
    if (!in)
        refuseToRead(file, std::generic_category().message(errno));
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (in.bad())
        refuseToRead(file, "the disk failed");
    const auto end = text.rfind('\n');
    text.resize(end == text.npos ? 0 : end + 1);
    return text;
}

} // namespace

std::vector<JsonLine> readJsonLines(const fs::path& file) {
    const std::string text = wholeLinesOf(file);
    std::vector<JsonLine> lines;
    std::size_t number = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        std::string line = text.substr(at, end - at);
        at = end + 1;
        ++number;
        if (line.find_first_not_of(" \t\r") == line.npos)
            continue;
        const std::string source = file.string() + ", line " + std::to_string(number);
        nlohmann::json json = parseJson(line, source);
        lines.push_back({std::move(json), std::move(line), source});
    }
    return lines;
}

JsonLinesWriter::JsonLinesWriter(const fs::path& file) : m_file(file) {
    m_descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (m_descriptor < 0)
        refuse();
    try {
        // Some network disks have no locks; there the person sees to it that each process has a file of its own.
        if (::flock(m_descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
            throw Error("Another process is writing " + file.string() + ": each needs a file of its own.");
        cutTornLine();
    } catch (...) {
        ::close(m_descriptor);
        throw;
    }
    const int folder =
        ::open(file.has_parent_path() ? file.parent_path().c_str() : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) { // the file's name, too, is to be on the disk
        ::fsync(folder);
        ::close(folder);
    }
}

JsonLinesWriter::~JsonLinesWriter() {
    ::close(m_descriptor);
}

void JsonLinesWriter::refuse() const {
    throw Error("Cannot write " + m_file.string() + ": " + std::generic_category().message(errno) + ".");
}

void JsonLinesWriter::cutTornLine() {
    struct stat facts {};
    if (::fstat(m_descriptor, &facts) != 0)
        refuse();
    if (!S_ISREG(facts.st_mode))
        throw Error("Cannot write " + m_file.string() + ": it is no plain file.");
    if (facts.st_size == 0)
        return;
    const auto whole = static_cast<off_t>(wholeLinesOf(m_file).size());
    if (whole < facts.st_size && ::ftruncate(m_descriptor, whole) != 0)
        refuse();
}

void JsonLinesWriter::append(const nlohmann::ordered_json& json) {
    const std::string line = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    for (std::string_view rest = line; !rest.empty();) {
        const ssize_t written = ::write(m_descriptor, rest.data(), rest.size());
        if (written < 0 && errno != EINTR)
            refuse();
        rest.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    if (::fsync(m_descriptor) != 0)
        refuse();
}

} // namespace slopescope
