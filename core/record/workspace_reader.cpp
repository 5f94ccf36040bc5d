#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/base/json.h"
#include "core/record/enum_names.h"
#include "core/record/workspace_record.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace slopescope {
namespace {

constexpr int kVersion = 1;
constexpr std::size_t kMostVariants = 1000, kMostLayers = 1000, kMostHeads = 4096;
constexpr std::int64_t kLargestId = 1'000'000'000;
constexpr std::int64_t kMostTokens = std::int64_t(1) << 40; // past any text
constexpr std::int64_t kWidestWindow = 1 << 24;             // as parsePositions
constexpr double kLargestFactor = 1e6, kSteepest = 1e6;

std::vector<JsonNode> list(const JsonNode& node, std::size_t most) {
    if (node.value().is_array() && node.value().size() > most)
        node.refuse("has " + std::to_string(node.value().size()) + " entries; at most " + std::to_string(most) +
                    " make sense");
    return node.elements();
}

template <class Enum>
void take(const JsonNode& object, const char* key, Enum& into) requires std::is_enum_v<Enum> {
    if (const auto node = object.find(key)) {
        const std::string name = node->text();
        const auto value = valueNamed<Enum>(name);
        if (!value)
            node->refuse("is " + inQuotes(name) + "; it should be " + allNames<Enum>());
        into = *value;
    }
}

void take(const JsonNode& object, const char* key, bool& into) {
    if (const auto node = object.find(key))
        into = node->flag();
}

void take(const JsonNode& object, const char* key, std::int64_t& into, std::int64_t least, std::int64_t most) {
    if (const auto node = object.find(key))
        into = node->integer(least, most);
}

double number(const JsonNode& node, double least, double most, const char* shouldBe) {
    const double value = node.number();
    if (!(value >= least && value <= most)) // NaN is neither
        node.refuse(std::string("should be ") + shouldBe);
    return value;
}

// Text that names a file, a model or a variant.
std::string words(const JsonNode& node, std::size_t most) {
    std::string text = node.text();
    if (text.size() > most)
        node.refuse("is longer than " + std::to_string(most) + " bytes");
    if (text.find('\0') != std::string::npos)
        node.refuse("has a zero byte in it");
    return text;
}

HeadAddress readHead(const JsonNode& node) {
    return {int(node.at("layer").integer(0, std::int64_t(kMostLayers) - 1)),
            int(node.at("head").integer(0, std::int64_t(kMostHeads) - 1))};
}

TextSource readText(const JsonNode& node) {
    constexpr std::size_t kLongestName = 4096;
    TextSource text;
    if (const auto file = node.find("file"))
        text.file = words(*file, kLongestName);
    if (const auto name = node.find("name"))
        text.name = words(*name, kLongestName);
    text.letters = node.textOr("letters", {});
    return text;
}

PositionOverride readPositions(const JsonNode& node) {
    PositionOverride p;
    take(node, "keeps embedding", p.keepsEmbedding);
    take(node, "keeps rotary", p.keepsRotary);
    take(node, "bias", p.bias);
    take(node, "scaling", p.scaling);
    if (const auto factor = node.find("factor"))
        p.factor = number(*factor, 1, kLargestFactor, "a number from 1 to 1,000,000");
    take(node, "window", p.window, 0, kWidestWindow);
    take(node, "sinks", p.sinks, 0, kWidestWindow);
    if (p.scaling != RotaryScaling::None && !p.keepsRotary)
        node.refuse("scale the rotary part and take it away");
    return p;
}

SlopeTable readSlopes(const JsonNode& node) {
    SlopeTable table;
    for (const JsonNode& layer : list(node, kMostLayers)) {
        SlopeSet& set = table.emplace_back();
        for (const JsonNode& slope : list(layer, kMostHeads))
            set.push_back(number(slope, 0, kSteepest, "a slope from 0 to 1,000,000"));
        if (set.empty() || set.size() != table.front().size())
            layer.refuse("has " + std::to_string(set.size()) +
                         " slopes; every layer should have as many as the first, at "
                         "least one");
    }
    return table;
}

std::uint32_t readColour(const JsonNode& node) {
    const std::string text = node.text();
    const bool fits =
        text.size() == 7 && text[0] == '#' && text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string::npos;
    if (!fits)
        node.refuse("should be a colour such as \"#2067dd\"");
    return std::uint32_t(std::stoul(text.substr(1), nullptr, 16));
}

WorkspaceVariant readVariant(const JsonNode& node) {
    WorkspaceVariant row;
    row.id = VariantId(node.at("id").integer(1, kLargestId));
    const JsonNode model = node.at("model");
    row.variant.model = words(model, 4096);
    if (row.variant.model.empty())
        model.refuse("should name a model");
    if (const auto name = node.find("name"))
        row.name = words(*name, 1000);
    if (const auto colour = node.find("colour"))
        row.colour = readColour(*colour);
    take(node, "visible", row.visible);
    if (const auto positions = node.find("positions"))
        row.variant.positions = readPositions(*positions);
    if (const auto slopes = node.find("slopes"))
        row.variant.slopes = readSlopes(*slopes);
    if (row.variant.positions.bias == BiasChange::Linear && row.variant.slopes.empty())
        node.refuse("has a linear bias and no slopes for it");
    if (row.variant.positions.bias == BiasChange::None && !row.variant.slopes.empty())
        node.refuse("has slopes and no bias to use them");
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
    if (const std::int64_t number = version.integer(1, INT64_MAX); number > kVersion)
        throw Error(root.path() + " a newer Slopescope wrote this workspace (version " + std::to_string(number) +
                    "; this one reads version " + std::to_string(kVersion) + ").");
}

void readVariants(const JsonNode& node, Workspace& workspace) {
    std::set<VariantId> ids;
    for (const JsonNode& one : list(node, kMostVariants)) {
        workspace.variants.push_back(readVariant(one));
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

} // namespace

Workspace readWorkspace(std::string_view json, const std::string& source) {
    const nlohmann::json document = parseJson(json, source);
    const JsonNode root(document, source + ":");
    checkHeader(root);
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

} // namespace slopescope
