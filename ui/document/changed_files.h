// What has become of the models and the text of a workspace since it was saved: gone, or another. Pure functions,
// window's thread.
#pragma once

#include "core/record/workspace_record.h"

#include <QString>

#include <string>
#include <vector>

namespace slopescope::ui {

class Lab;

struct ChangedFile {
    enum class What { ModelGone, ModelChanged, TextGone, TextChanged };
    What what = What::ModelGone;
    std::string path; // of the file or folder, or a bundled model's name
    bool isGone() const { return what == What::ModelGone || what == What::TextGone; }
    bool operator==(const ChangedFile&) const = default;
};

// Compared with what the record says. A model that is there and cannot be opened is not among them: the lab says why.
// Of what is still being opened nothing is said yet.
std::vector<ChangedFile> changedFiles(const WorkspaceRecord& saved, const Lab& lab);

QString sentenceOf(const std::vector<ChangedFile>& changes); // empty: none

} // namespace slopescope::ui
