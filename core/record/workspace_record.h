// A workspace as JSON, both ways: what workspace files, the journal and lessons are. Any thread.
//
//   {"slopescope": "workspace", "version": 2, "program": "0.1.0", "text": {...}, "models": [{"model": "alibi",
//   "digest": "..."}],
//    "variants": [...], "selected": 3, "look": {...}, ..., "measured": [...]}
//
// What a file leaves out is as in a new Workspace, and keys that are unknown are passed over. The rest of a file is
// checked, since it may come from anybody. Version 1 had neither digests nor measured curves.
#pragma once

#include "core/study/measured_curve.h"
#include "core/workspace.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slopescope {

inline constexpr int kWorkspaceVersion = 2;

// A workspace with what it needs to be shown again elsewhere, or before its models are read.
struct WorkspaceRecord {
    Workspace workspace;
    std::string program;                     // the version that wrote it; empty: not said
    std::optional<std::uint64_t> textDigest; // of the letters, as Session::textDigest(); none: not known
    std::map<std::string, std::uint64_t>
        models;                          // digests (ModelFacts::digest) by Variant::model, as far as they are known
    std::vector<MeasuredCurve> measured; // of the variants

    // Of a journal: the file that the workspace was opened from or saved to, and whether it differs from that file.
    std::string file;
    bool edited = false;

    bool operator==(const WorkspaceRecord&) const = default;
};

// Indented for people to read. Numbers are written so that they are read back as they are.
std::string writeWorkspaceRecord(const WorkspaceRecord& record);
std::string writeWorkspace(const Workspace& workspace);

// Throw Error with one sentence that begins with `source`, the file's name, and says where in it the fault is.
WorkspaceRecord readWorkspaceRecord(std::string_view json, const std::string& source);
Workspace readWorkspace(std::string_view json, const std::string& source);

} // namespace slopescope
