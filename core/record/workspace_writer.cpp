#include "core/record/enum_names.h"
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

Json textJson(const TextSource& text) {
    Json json = Json::object();
    if (!text.file.empty())
        json["file"] = text.file;
    if (!text.name.empty())
        json["name"] = text.name;
    if (!text.letters.empty())
        json["letters"] = text.letters;
    return json;
}

// The parts that differ from the model's own.
Json positionsJson(const PositionOverride& p) {
    const PositionOverride own;
    Json json = Json::object();
    if (p.keepsEmbedding != own.keepsEmbedding)
        json["keeps embedding"] = p.keepsEmbedding;
    if (p.keepsRotary != own.keepsRotary)
        json["keeps rotary"] = p.keepsRotary;
    if (p.bias != own.bias)
        json["bias"] = nameOf(p.bias);
    if (p.scaling != own.scaling)
        json["scaling"] = nameOf(p.scaling);
    if (p.factor != own.factor)
        json["factor"] = p.factor;
    if (p.window != own.window)
        json["window"] = p.window;
    if (p.sinks != own.sinks)
        json["sinks"] = p.sinks;
    return json;
}

Json variantJson(const WorkspaceVariant& row) {
    Json json{{"id", row.id}, {"model", row.variant.model}};
    if (!row.name.empty())
        json["name"] = row.name;
    json["colour"] = colourText(row.colour);
    json["visible"] = row.visible;
    if (!row.variant.positions.isOwn())
        json["positions"] = positionsJson(row.variant.positions);
    if (!row.variant.slopes.empty())
        json["slopes"] = row.variant.slopes;
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

} // namespace

std::string writeWorkspace(const Workspace& workspace) {
    Json json{{"slopescope", "workspace"}, {"version", 1}, {"text", textJson(workspace.text)}};
    json["variants"] = Json::array();
    for (const WorkspaceVariant& row : workspace.variants)
        json["variants"].push_back(variantJson(row));
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
    // A path need not be UTF-8; what is not is replaced, and the file then says why it cannot be opened.
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace slopescope
