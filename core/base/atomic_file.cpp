#include "core/base/atomic_file.h"

#include "core/base/error.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace slopescope {
namespace {

constexpr std::size_t kMostAtOnce = std::size_t{1} << 30; // write(2) takes less than 2 GiB

// Where the rename itself is kept; a disk that cannot do this has still renamed.
void flushFolder(const std::filesystem::path& folder) {
    const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    ::fsync(descriptor);
    ::close(descriptor);
}

} // namespace

AtomicFile::AtomicFile(const std::filesystem::path& file) : m_file(file) {
    static std::atomic<unsigned> s_count{0};
    m_temporary = file;
    m_temporary += "." + std::to_string(::getpid()) + "-" + std::to_string(++s_count) + ".part";
    m_descriptor = ::open(m_temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (m_descriptor < 0)
        refuse(errno);
}

AtomicFile::~AtomicFile() {
    if (m_descriptor < 0)
        return;
    ::close(m_descriptor);
    ::unlink(m_temporary.c_str());
}

void AtomicFile::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(m_descriptor, bytes.data(), std::min(bytes.size(), kMostAtOnce));
        if (written < 0 && errno != EINTR)
            refuse(errno);
        bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
}

void AtomicFile::commit() {
    if (::fsync(m_descriptor) != 0)
        refuse(errno);
    if (::rename(m_temporary.c_str(), m_file.c_str()) != 0)
        refuse(errno);
    ::close(m_descriptor);
    m_descriptor = -1;
    flushFolder(m_file.parent_path());
}

void AtomicFile::refuse(int fault) const {
    throw Error("Cannot write " + m_file.string() + ": " + std::generic_category().message(fault) + ".");
}

} // namespace slopescope
