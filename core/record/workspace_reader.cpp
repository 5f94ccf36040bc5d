#include "core/base/error.h"
#include "core/base/json.h"
#include "core/record/json_fields.h"
#include "core/record/measured_record.h"
#include "core/record/variant_record.h"
#include "core/record/workspace_record.h"

#include <set>
#include <utility>

namespace slopescope {
namespace {

constexpr std::int64_t kLargestId = 1'000'000'000;
constexpr std::size_t kMostMeasured = 10'000;
constexpr std::size_t kLongestPath = 4096;

HeadAddress readHead(const JsonNode& node) {
    return {int(node.at("layer").integer(0, std::int64_t(kMostLayers) - 1)),
            int(node.at("head").integer(0, std::int64_t(kMostHeads) - 1))};
}

TextSource readText(const JsonNode& node) {
    TextSource text;
    if (const auto file = node.find("file"))
        text.file = words(*file, kLongestPath);
    if (const auto name = node.find("name"))
        text.name = words(*name, kLongestPath);
    text.letters = node.textOr("letters", {});
    take(node, "raw line ends", text.rawLineEnds);
    return text;
}

std::uint32_t readColour(const JsonNode& node) {
    const std::string text = node.text();
    const bool fits =
        text.size() == 7 && text[0] == '#' && text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string::npos;
    if (!fits)
        node.refuse("should be a colour such as \"#2067dd\"");
    return std::uint32_t(std::stoul(text.substr(1), nullptr, 16));
}

WorkspaceVariant readRow(const JsonNode& node) {
    WorkspaceVariant row;
    row.id = VariantId(node.at("id").integer(1, kLargestId));
    row.variant = readVariant(node);
    if (const auto name = node.find("name"))
        row.name = words(*name, 1000);
    if (const auto colour = node.find("colour"))
        row.colour = readColour(*colour);
    take(node, "visible", row.visible);
    return row;
}

Look readLook(const JsonNode& node) {
    Look look;
    take(node, "length", look.length, 1, kMostTokens);
    if (const auto heads = node.find("heads")) {
        look.heads.clear();
        for (const JsonNode& head : list(*heads, kMostLayers * kMostHeads))
            look.heads.push_back(readHead(head));
        if (look.heads.empty())
            heads->refuse("should name at least one head");
    }
    take(node, "stage", look.stage);
    take(node, "pooling", look.pooling);
    take(node, "map", look.mode);
    take(node, "loss on text", look.lossOnText);
    return look;
}

CurveLook readCurves(const JsonNode& node) {
    CurveLook curves;
    take(node, "unit", curves.unit);
    take(node, "axis", curves.axis);
    if (const auto logarithmic = node.find("logarithmic"))
        curves.logarithmic = logarithmic->flag();
    return curves;
}

Measurement readMeasurement(const JsonNode& node) {
    Measurement measurement;
    take(node, "protocol", measurement.protocol);
    take(node, "longest", measurement.longest, 1, kMostTokens);
    take(node, "windows", measurement.windows, 0, kMostTokens);
    take(node, "stride", measurement.stride, 0, kMostTokens);
    return measurement;
}

void checkHeader(const JsonNode& root) {
    const auto kind = root.find("slopescope");
    if (!kind || !kind->value().is_string() || kind->text() != "workspace")
        throw Error(root.path() +
                    " this is no workspace of Slopescope; one begins with \"slopescope\": \"workspace\".");
    const JsonNode version = root.at("version");
    if (const std::int64_t number = version.integer(1, INT64_MAX); number > kWorkspaceVersion)
        throw Error(root.path() + " a newer Slopescope wrote this workspace (version " + std::to_string(number) +
                    "; this one reads version " + std::to_string(kWorkspaceVersion) + " and older).");
}

void readVariants(const JsonNode& node, Workspace& workspace) {
    std::set<VariantId> ids;
    for (const JsonNode& one : list(node, kMostVariants)) {
        workspace.variants.push_back(readRow(one));
        const VariantId id = workspace.variants.back().id;
        if (!ids.insert(id).second)
            one.at("id").refuse("is " + std::to_string(id) + ", which another variant has");
    }
    if (!ids.empty())
        workspace.lastId = *ids.rbegin();
}

// An id of a variant that is on the list.
std::optional<VariantId> readId(const JsonNode& root, const char* key, const Workspace& workspace) {
    const auto node = root.find(key);
    if (!node)
        return std::nullopt;
    const auto id = VariantId(node->integer(0, kLargestId));
    if (id == 0 && workspace.variants.empty() && std::string_view(key) == "selected")
        return id;
    if (workspace.find(id) == nullptr)
        node->refuse("is " + std::to_string(id) + ", which no variant has for its id");
    return id;
}

Workspace readScreen(const JsonNode& root) {
    Workspace workspace;
    if (const auto text = root.find("text"))
        workspace.text = readText(*text);
    if (const auto variants = root.find("variants"))
        readVariants(*variants, workspace);
    workspace.selected =
        readId(root, "selected", workspace).value_or(workspace.variants.empty() ? 0 : workspace.variants.front().id);
    workspace.pinnedA = readId(root, "pinned a", workspace);
    workspace.against = readId(root, "b", workspace);
    if (const auto head = root.find("b head"))
        workspace.againstHead = readHead(*head);
    if (const auto last = root.find("last id"))
        workspace.lastId = VariantId(last->integer(workspace.lastId, kLargestId));
    if (const auto look = root.find("look"))
        workspace.look = readLook(*look);
    if (const auto curves = root.find("curves"))
        workspace.curves = readCurves(*curves);
    if (const auto measurement = root.find("measurement"))
        workspace.measurement = readMeasurement(*measurement);
    return workspace;
}

void readModels(const JsonNode& node, std::map<std::string, std::uint64_t>& models) {
    for (const JsonNode& one : list(node, kMostVariants))
        models[words(one.at("model"), kLongestPath)] = readDigest(one.at("digest"));
}

} // namespace

WorkspaceRecord readWorkspaceRecord(std::string_view json, const std::string& source) {
    const nlohmann::json document = parseJson(json, source);
    const JsonNode root(document, source + ":");
    checkHeader(root);
    WorkspaceRecord record;
    record.workspace = readScreen(root);
    record.program = root.textOr("program", {});
    if (const auto text = root.find("text"))
        if (const auto digest = text->find("digest"))
            record.textDigest = readDigest(*digest);
    if (const auto models = root.find("models"))
        readModels(*models, record.models);
    if (const auto journal = root.find("journal")) {
        record.file = words(journal->at("file"), kLongestPath);
        record.edited = journal->flagOr("edited", false);
    }
    if (const auto measured = root.find("measured"))
        for (const JsonNode& one : list(*measured, kMostMeasured))
            record.measured.push_back(readMeasured(one));
    return record;
}

Workspace readWorkspace(std::string_view json, const std::string& source) {
    return readWorkspaceRecord(json, source).workspace;
}

} // namespace slopescope
