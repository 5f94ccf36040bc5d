#include "ui/document/changed_files.h"

#include "ui/lab/lab.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

namespace slopescope::ui {
namespace {

using What = ChangedFile::What;

QString tr(const char* text) {
    return QCoreApplication::translate("slopescope::ui", text);
}

bool isThere(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

bool isBundled(const std::string& model, const Lab& lab) {
    const auto& bundled = lab.bundledModels();
    return std::any_of(bundled.begin(), bundled.end(), [&](const BundledModel& one) { return one.name == model; });
}

QString nameOf(const ChangedFile& change) {
    const bool isModel = change.what == What::ModelGone || change.what == What::ModelChanged;
    return (isModel ? tr("the model %1") : tr("the text %1")).arg(QString::fromStdString(change.path));
}

} // namespace

std::vector<ChangedFile> changedFiles(const WorkspaceRecord& saved, const Lab& lab) {
    std::vector<ChangedFile> changes;
    std::set<std::string> models;
    for (const WorkspaceVariant& row : lab.workspace().variants)
        models.insert(row.variant.model);
    for (const std::string& model : models) {
        const auto digest = saved.models.find(model);
        const ModelFacts* const open = lab.library().model(model);
        if (open == nullptr && lab.library().faults.contains(model) && !isThere(model) && !isBundled(model, lab))
            changes.push_back({What::ModelGone, model});
        else if (open != nullptr && digest != saved.models.end() && digest->second != open->digest)
            changes.push_back({What::ModelChanged, model});
    }
    const TextSource& text = lab.workspace().text;
    if (text != saved.workspace.text || text.file.empty())
        return changes;
    const auto digest = lab.record().textDigest;
    if (!digest && !isThere(text.file))
        changes.push_back({What::TextGone, text.file});
    else if (digest && saved.textDigest && digest != saved.textDigest)
        changes.push_back({What::TextChanged, text.file});
    return changes;
}

QString sentenceOf(const std::vector<ChangedFile>& changes) {
    QStringList gone, other;
    for (const ChangedFile& change : changes)
        (change.isGone() ? gone : other) += nameOf(change);
    QStringList sentences;
    if (!gone.isEmpty())
        sentences +=
            tr("Not found: %1. Everything else is open, and curves are shown as they were saved.").arg(gone.join(", "));
    if (!other.isEmpty())
        sentences += tr("Changed since the workspace was saved: %1. Curves are measured anew.").arg(other.join(", "));
    return sentences.join(QLatin1Char(' '));
}

} // namespace slopescope::ui
