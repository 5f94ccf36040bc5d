// A workspace as JSON, both ways: what session files, lessons and the state of the last run are. Any thread.
//
//   {"slopescope": "workspace", "version": 1, "text": {...}, "variants": [...], "selected": 3, "look": {...}, ...}
//
// What a file leaves out is as in a new Workspace, and keys that are unknown are passed over. The rest of a file is
// checked, since it may come from anybody.
#pragma once

#include "core/workspace.h"

#include <string>
#include <string_view>

namespace slopescope {

// Indented for people to read. Numbers are written so that they are read back as they are.
std::string writeWorkspace(const Workspace& workspace);

// Throws Error with one sentence that begins with `source`, the file's name, and says where in it the fault is.
Workspace readWorkspace(std::string_view json, const std::string& source);

} // namespace slopescope
