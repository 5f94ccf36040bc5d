#include "core/record/enum_names.h"
#include "core/record/json_text.h"
#include "core/record/measured_record.h"
#include "core/record/variant_record.h"
#include "core/record/workspace_record.h"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>

namespace slopescope {
namespace {

using Json = nlohmann::ordered_json; // keys stay in the order in which people would say them

std::string colourText(std::uint32_t colour) {
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "#%06x", colour & 0xffffff);
    return text.data();
}

Json headJson(HeadAddress head) {
    return {{"layer", head.layer}, {"head", head.head}};
}

Json textJson(const TextSource& text, const std::optional<std::uint64_t>& digest) {
    Json json = Json::object();
    if (!text.file.empty())
        json["file"] = text.file;
    if (!text.name.empty())
        json["name"] = text.name;
    if (!text.letters.empty())
        json["letters"] = text.letters;
    if (text.rawLineEnds)
        json["raw line ends"] = true;
    if (digest)
        json["digest"] = digestText(*digest);
    return json;
}

Json rowJson(const WorkspaceVariant& row) {
    Json json{{"id", row.id}, {"model", row.variant.model}};
    if (!row.name.empty())
        json["name"] = row.name;
    json["colour"] = colourText(row.colour);
    json["visible"] = row.visible;
    json.update(variantJson(row.variant));
    return json;
}

Json lookJson(const Look& look) {
    Json heads = Json::array();
    for (const HeadAddress head : look.heads)
        heads.push_back(headJson(head));
    return {{"length", look.length},           {"heads", heads},           {"stage", nameOf(look.stage)},
            {"pooling", nameOf(look.pooling)}, {"map", nameOf(look.mode)}, {"loss on text", look.lossOnText}};
}

Json curvesJson(const CurveLook& curves) {
    Json json{{"unit", nameOf(curves.unit)}, {"axis", nameOf(curves.axis)}};
    if (curves.logarithmic)
        json["logarithmic"] = *curves.logarithmic;
    return json;
}

void addScreen(const Workspace& workspace, Json& json) {
    json["variants"] = Json::array();
    for (const WorkspaceVariant& row : workspace.variants)
        json["variants"].push_back(rowJson(row));
    json["selected"] = workspace.selected;
    if (workspace.pinnedA)
        json["pinned a"] = *workspace.pinnedA;
    if (workspace.against)
        json["b"] = *workspace.against;
    if (workspace.againstHead)
        json["b head"] = headJson(*workspace.againstHead);
    json["last id"] = workspace.lastId;
    json["look"] = lookJson(workspace.look);
    json["curves"] = curvesJson(workspace.curves);
    const Measurement& measurement = workspace.measurement;
    json["measurement"] = {{"protocol", nameOf(measurement.protocol)},
                           {"longest", measurement.longest},
                           {"windows", measurement.windows},
                           {"stride", measurement.stride}};
}

} // namespace

std::string writeWorkspaceRecord(const WorkspaceRecord& record) {
    Json json{{"slopescope", "workspace"}, {"version", kWorkspaceVersion}};
    if (!record.program.empty())
        json["program"] = record.program;
    if (!record.file.empty())
        json["journal"] = {{"file", record.file}, {"edited", record.edited}};
    json["text"] = textJson(record.workspace.text, record.textDigest);
    if (!record.models.empty())
        json["models"] = Json::array();
    for (const auto& [model, digest] : record.models)
        json["models"].push_back({{"model", model}, {"digest", digestText(digest)}});
    addScreen(record.workspace, json);
    if (!record.measured.empty())
        json["measured"] = Json::array();
    for (const MeasuredCurve& curve : record.measured)
        json["measured"].push_back(measuredJson(curve));
    // A path need not be UTF-8; what is not is replaced, and the file then says why it cannot be opened.
    return jsonText(json);
}

std::string writeWorkspace(const Workspace& workspace) {
    WorkspaceRecord record;
    record.workspace = workspace;
    return writeWorkspaceRecord(record);
}

} // namespace slopescope
