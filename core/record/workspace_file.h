// Workspace files on the disk. What lies in the file's folder, or below, is named from there ("./model"), so that a
// folder can be moved or sent as a whole. Any thread; both wait for the disk.
#pragma once

#include "core/record/workspace_record.h"

#include <filesystem>

namespace slopescope {

inline constexpr const char* kWorkspaceEnding = ".slopescope";

// Throws Error when the file cannot be read, is too large to be a workspace, or makes no sense.
WorkspaceRecord openWorkspaceFile(const std::filesystem::path& file);

// The whole file or nothing: one that was there stays as it was until the new one is on the disk. Throws Error.
void saveWorkspaceFile(WorkspaceRecord record, const std::filesystem::path& file);

// Whether a file begins as a workspace does, whatever it is called.
bool isWorkspaceFile(const std::filesystem::path& file);

} // namespace slopescope
