#include "core/base/available_memory.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace slopescope {
namespace {

namespace fs = std::filesystem;

// The number behind `name` in a file of lines "name number"; without a name, the number that the file holds. Nothing if there is
// none ("max").
std::optional<std::int64_t> numberIn(const fs::path& file, const std::string& name = {}) {
    std::ifstream in(file);
    std::int64_t number = 0;
    if (name.empty())
        return in >> number ? std::optional(number) : std::nullopt;
    for (std::string word; in >> word; in.ignore(std::numeric_limits<std::streamsize>::max(), '\n'))
        if (word == name)
            return in >> number ? std::optional(number) : std::nullopt;
    return std::nullopt;
}

// "/user.slice/job" of the line "0::/user.slice/job".
fs::path controlGroup(const fs::path& root) {
    std::ifstream groups(root / "proc/self/cgroup");
    for (std::string line; std::getline(groups, line);)
        if (line.starts_with("0::/"))
            return line.substr(4);
    return {};
}

// What a limit of this process's address space leaves (ulimit -v).
std::int64_t leftOfAddressSpace(const fs::path& root) {
    rlimit limit{};
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return std::numeric_limits<std::int64_t>::max();
    const std::int64_t pages = numberIn(root / "proc/self/statm").value_or(0);
    return std::int64_t(limit.rlim_cur) - pages * sysconf(_SC_PAGESIZE);
}

} // namespace

std::int64_t availableMemory(const fs::path& root) {
    const std::optional<std::int64_t> kibibytes = numberIn(root / "proc/meminfo", "MemAvailable:");
    std::int64_t left = kibibytes ? *kibibytes * 1024 : sysconf(_SC_PAGESIZE) * sysconf(_SC_AVPHYS_PAGES);
    left = std::min(left, leftOfAddressSpace(root));
    for (fs::path group = controlGroup(root);; group = group.parent_path()) { // each may limit those within it
        const fs::path folder = root / "sys/fs/cgroup" / group;
        const auto granted = numberIn(folder / "memory.max"), taken = numberIn(folder / "memory.current");
        if (granted && taken)
            left = std::min(left, *granted - *taken + numberIn(folder / "memory.stat", "inactive_file").value_or(0));
        if (group.empty())
            return std::max<std::int64_t>(left, 0);
    }
}

} // namespace slopescope
