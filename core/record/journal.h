// The journal: what a window shows and has measured, kept in the state folder while it runs, so that the next start is
// where the last one was, however that ended.
//
// Every window has a folder of its own, which it holds by a lock that the system lets go of when the process ends. A
// folder that nobody holds is what a window has left behind; a new window takes over the newest of those. Any thread,
// one at a time.
#pragma once

#include "core/record/workspace_record.h"

#include <filesystem>
#include <optional>

namespace slopescope {

// $XDG_STATE_HOME/slopescope, or ~/.local/state/slopescope; empty: the system names neither.
std::filesystem::path stateFolder();

class Journal {
public:
    // A new folder within `state`, which is made where it is missing. Throws Error.
    static Journal begin(const std::filesystem::path& state);
    // The newest that no window holds; nothing: there is none. A folder that cannot be read counts as none.
    static std::optional<Journal> takeOver(const std::filesystem::path& state);

    Journal(Journal&& other) noexcept;
    Journal& operator=(Journal&& other) noexcept;
    ~Journal(); // what it holds stays; the lock goes

    const std::filesystem::path& folder() const { return m_folder; }

    // The workspace, and what was measured of it, are two files: the first changes with every click, the second is
    // large. Each is there whole or as it was. Throw Error.
    void writeWorkspace(const WorkspaceRecord& record) const; // without what was measured
    void writeMeasured(const WorkspaceRecord& record) const;
    WorkspaceRecord readWorkspace() const;
    std::vector<MeasuredCurve> readMeasured() const; // none: no file

    // Nothing is kept of it, and it is held no longer.
    void remove();

private:
    Journal(std::filesystem::path folder, int lock) : m_folder(std::move(folder)), m_lock(lock) {}
    static std::optional<Journal> hold(const std::filesystem::path& folder);
    static void forgetOldest(const std::filesystem::path& state);

    std::filesystem::path m_folder;
    int m_lock = -1; // descriptor
};

} // namespace slopescope
