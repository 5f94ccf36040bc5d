#include "core/record/journal.h"

#include "core/base/error.h"
#include "core/record/workspace_file.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slopescope {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostLeftBehind = 16; // of windows that ended; the oldest go
constexpr std::chrono::minutes kNew{1};
constexpr const char *kLock = "lock", *kWorkspace = "workspace.slopescope", *kMeasured = "measured.slopescope";

fs::path fromEnvironment(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? fs::path() : fs::path(value);
}

fs::file_time_type timeOf(const fs::path& journal) {
    std::error_code missing;
    const auto time = fs::last_write_time(journal / kWorkspace, missing);
    return missing ? fs::file_time_type::min() : time;
}

// Newest first.
std::vector<fs::path> journalsIn(const fs::path& state) {
    std::vector<std::pair<fs::file_time_type, fs::path>> found;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(state, ignored))
        if (fs::exists(entry.path() / kLock, ignored))
            found.emplace_back(timeOf(entry.path()), entry.path());
    std::sort(found.rbegin(), found.rend());
    std::vector<fs::path> journals;
    for (auto& [time, journal] : found)
        journals.push_back(std::move(journal));
    return journals;
}

// Files that were being written when a window ended.
void removeHalfFiles(const fs::path& journal) {
    std::error_code ignored;
    std::vector<fs::path> half;
    for (const auto& entry : fs::directory_iterator(journal, ignored))
        if (entry.path().extension() == ".part")
            half.push_back(entry.path());
    for (const fs::path& file : half)
        fs::remove(file, ignored);
}

} // namespace

fs::path stateFolder() {
    if (const fs::path state = fromEnvironment("XDG_STATE_HOME"); state.is_absolute())
        return state / "slopescope";
    const fs::path home = fromEnvironment("HOME");
    return home.empty() ? fs::path() : home / ".local" / "state" / "slopescope";
}

// Nothing: another window holds it, or it is gone.
std::optional<Journal> Journal::hold(const fs::path& folder) {
    const fs::path file = folder / kLock;
    const int lock = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
    if (lock < 0)
        return {};
    struct stat held {
    }, named{};
    const bool taken = ::flock(lock, LOCK_EX | LOCK_NB) == 0 && ::fstat(lock, &held) == 0 &&
                       ::stat(file.c_str(), &named) == 0 &&
                       held.st_ino == named.st_ino; // else it was removed in between
    if (!taken) {
        ::close(lock);
        return {};
    }
    return Journal(folder, lock);
}

Journal Journal::begin(const fs::path& state) {
    static std::atomic<unsigned> s_count{0};
    const auto now = std::chrono::system_clock::now().time_since_epoch().count();
    const fs::path folder =
        state / ("window-" + std::to_string(now) + "-" + std::to_string(::getpid()) + "-" + std::to_string(++s_count));
    std::error_code fault;
    fs::create_directories(folder, fault);
    const auto refuse = [&](int code) {
        throw Error("Cannot keep a journal in " + state.string() + ": " + std::generic_category().message(code) + ".");
    };
    if (fault)
        refuse(fault.value());
    fs::permissions(folder, fs::perms::owner_all, fault); // texts may be nobody else's business
    const int lock = ::open((folder / kLock).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0 || ::flock(lock, LOCK_EX) != 0) { // another window that clears up may hold it for a moment
        const int code = errno;
        if (lock >= 0)
            ::close(lock);
        refuse(code);
    }
    Journal journal(folder, lock);
    forgetOldest(state);
    return journal;
}

std::optional<Journal> Journal::takeOver(const fs::path& state) {
    for (const fs::path& folder : journalsIn(state)) {
        std::error_code ignored;
        if (!fs::exists(folder / kWorkspace, ignored))
            continue;
        if (auto journal = hold(folder)) {
            removeHalfFiles(folder);
            return journal;
        }
    }
    return {};
}

// And those in which nothing was ever written, unless they are just being made.
void Journal::forgetOldest(const fs::path& state) {
    std::size_t kept = 0;
    for (const fs::path& folder : journalsIn(state)) {
        std::error_code ignored;
        auto left = hold(folder);
        if (!left)
            continue;
        const bool isNew = fs::file_time_type::clock::now() - fs::last_write_time(folder / kLock, ignored) < kNew;
        const bool isEmpty = !fs::exists(folder / kWorkspace, ignored);
        if (isEmpty ? !isNew : ++kept > kMostLeftBehind)
            left->remove();
    }
}

Journal::Journal(Journal&& other) noexcept
    : m_folder(std::move(other.m_folder)), m_lock(std::exchange(other.m_lock, -1)) {}

Journal& Journal::operator=(Journal&& other) noexcept {
    std::swap(m_folder, other.m_folder);
    std::swap(m_lock, other.m_lock);
    return *this;
}

Journal::~Journal() {
    if (m_lock >= 0)
        ::close(m_lock);
}

void Journal::writeWorkspace(const WorkspaceRecord& record) const {
    saveWorkspaceFile(record, m_folder / kWorkspace);
}

void Journal::writeMeasured(const WorkspaceRecord& record) const {
    saveWorkspaceFile(record, m_folder / kMeasured);
}

WorkspaceRecord Journal::readWorkspace() const {
    return openWorkspaceFile(m_folder / kWorkspace);
}

std::vector<MeasuredCurve> Journal::readMeasured() const {
    std::error_code ignored;
    if (!fs::exists(m_folder / kMeasured, ignored))
        return {};
    return openWorkspaceFile(m_folder / kMeasured).measured;
}

void Journal::remove() {
    std::error_code ignored;
    for (const char* const file : {kWorkspace, kMeasured})
        fs::remove(m_folder / file, ignored);
    removeHalfFiles(m_folder);
    fs::remove(m_folder / kLock, ignored);
    fs::remove(m_folder, ignored);
    if (m_lock >= 0)
        ::close(std::exchange(m_lock, -1));
}

} // namespace slopescope
