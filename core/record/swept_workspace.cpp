#include "core/record/swept_workspace.h"

#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/record/json_fields.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <vector>

namespace slopescope {
namespace {

// Of the window's plots (ui/lab/names.cpp), and lighter and darker ones of them: rows that come later begin anew.
constexpr std::array<std::uint32_t, 12> kColours{0x2067dd, 0xd58d03, 0x287d53, 0xc0392b, 0x9a4f9a, 0x8a7f4a,
                                                 0x6fa3f5, 0xf0b84d, 0x63b58c, 0xe07b70, 0xc68bc6, 0xbdb27d};

bool isNamed(const std::string& path, const std::string& name) {
    return path == name || std::filesystem::path(path).filename() == name ||
           std::filesystem::path(path) == std::filesystem::absolute(name).lexically_normal();
}

std::vector<const SweptCurve*> ofOneText(std::span<const SweptCurve> curves, const std::string& text) {
    std::vector<const SweptCurve*> chosen;
    std::set<std::string> texts;
    for (const SweptCurve& curve : curves)
        if (text.empty() || isNamed(curve.job.text, text)) {
            chosen.push_back(&curve);
            texts.insert(curve.job.text);
        }
    if (chosen.empty())
        throw Error(text.empty() ? std::string("There is no curve for a workspace.")
                                 : "No curve is of the text " + inQuotes(text) + ".");
    std::string names;
    for (const std::string& one : texts)
        names += (names.empty() ? "" : ", ") + one;
    if (texts.size() > 1)
        throw Error("A workspace has one text, and these curves are of several (" + names +
                    "): say which with --text.");
    return chosen;
}

std::string nameOfRow(const SweepJob& job) {
    std::string name = std::filesystem::path(job.variant.model).filename().string();
    if (job.positions != "own")
        name += " " + job.positions;
    return job.slopes == "as-trained" ? name : name + " " + job.slopes;
}

} // namespace

WorkspaceRecord sweptWorkspace(std::span<const SweptCurve> curves, const std::string& text,
                               const std::string& program) {
    const std::vector<const SweptCurve*> chosen = ofOneText(curves, text);
    const SweepJob& first = chosen.front()->job;
    WorkspaceRecord record;
    record.program = program;
    record.textDigest = first.textDigest;
    Workspace& workspace = record.workspace;
    workspace.text.file = first.text;
    workspace.text.rawLineEnds = first.rawLineEnds;
    Measurement& measurement = workspace.measurement;
    measurement.protocol = first.plan.protocol;
    measurement.stride = first.plan.stride;
    measurement.windows = first.plan.windows;
    measurement.longest = 0;
    for (const SweptCurve* const curve : chosen) {
        if (curve->job.plan.protocol != first.plan.protocol || curve->job.plan.stride != first.plan.stride)
            throw Error("These curves were measured by different protocols, and a workspace has one.");
        const Variant& variant = curve->measured.variant;
        measurement.longest = std::max(measurement.longest, curve->job.plan.lengths.back());
        record.measured.push_back(curve->measured);
        record.models[variant.model] = curve->measured.modelDigest;
        if (workspace.find(variant) == nullptr)
            workspace.add(variant, nameOfRow(curve->job), kColours[workspace.variants.size() % kColours.size()]);
    }
    if (workspace.variants.size() > kMostVariants)
        throw Error("A workspace holds " + std::to_string(kMostVariants) + " variants, and these are " +
                    std::to_string(workspace.variants.size()) + ".");
    putInOrder(workspace);
    return record;
}

} // namespace slopescope
