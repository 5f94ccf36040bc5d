// A sweep as a workspace: a row a variant, with what was measured of it, for the window to open. Pure function, any
// thread.
#pragma once

#include "core/record/job_result.h"
#include "core/record/workspace_file.h"

#include <span>
#include <string>

namespace slopescope {

// Of the curves of one text: a workspace shows one. `text` is its path or its name, and may be empty where there is one
// only. Throws Error where that does not say which, where curves differ in how they were measured, and where there are
// more variants than a workspace holds.
WorkspaceRecord sweptWorkspace(std::span<const SweptCurve> curves, const std::string& text, const std::string& program);

} // namespace slopescope
