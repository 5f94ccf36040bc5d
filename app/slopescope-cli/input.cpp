#include "app/slopescope-cli/input.h"

#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/base/json.h"
#include "core/base/utf8.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <limits>

namespace slopescope::cli {

namespace fs = std::filesystem;

namespace {

// Of these positions, before anything is changed; empty where they have none.
SlopeTable ownSlopes(const ModelFacts& model, const PositionSpec& positions) {
    return withPositions(model, positions.positions).slopes;
}

} // namespace

void addModel(CLI::App& verb, std::string& model) {
    verb.add_option("MODEL", model, "A model's folder, or the name of a bundled model")->required()->type_name("");
}

void addInput(CLI::App& verb, Input& input) {
    addModel(verb, input.model);
    verb.add_option("--text", input.text, "UTF-8 text to read")->type_name("FILE");
    verb.add_flag("--raw-line-ends", input.textFile.rawLineEnds,
                  "Read the text's bytes as they are: CRLF and CR do not become LF,\n"
                  "a byte order mark stays");
    verb.add_option("--ids", input.ids, "Token ids to read instead: a JSON list")->type_name("FILE.json");
    verb.parse_complete_callback([&input] {
        if (input.text.empty() == input.ids.empty())
            throw Error("Say what to read: --text FILE or --ids FILE.json, one of the two.");
    });
}

void addSlopes(CLI::App& verb, SlopeSpec& spec) {
    verb.add_option("--slopes", spec,
                    "Default: as trained. paper, bias-max:B, geometric:START,RATIO,\n"
                    "scale:F, ntk:A (both of the trained ones), uniform:S, random:SEED,\n"
                    "zero, S,S,... (one a head), or FILE.json ([head] or [layer][head])")
        ->type_name("SPEC");
}

void addPositions(CLI::App& verb, PositionSpec& spec) {
    verb.add_option("--positions", spec.text,
                    "Other positions than those of training: alibi, alibi:SLOPES,\n"
                    "zero (ALiBi with slopes of 0), none, window:W, rotary-linear:F,\n"
                    "rotary-ntk:F, rotary-yarn:F")
        ->type_name("SPEC");
}

void addLengths(CLI::App& verb, std::vector<std::int64_t>& lengths, const std::string& help) {
    verb.add_option("--lengths", lengths, help)
        ->delimiter(',')
        ->allow_extra_args(false) // one word: what follows may be MODEL
        ->expected(1, 1 << 28)    // the words of a list without end, but for "..." in the help
        // CLI11 reads what is past 64 bits as the largest number there is; nothing near it is meant.
        ->check(CLI::Range(std::numeric_limits<std::int64_t>::min(), std::int64_t(1) << 40))
        ->type_name("L,L,...");
}

fs::path modelDirectory(const Session& session, const std::string& model) {
    std::string names;
    for (const BundledModel& bundled : session.bundledModels()) {
        if (bundled.name == model)
            return bundled.directory;
        names += (names.empty() ? "" : ", ") + bundled.name;
    }
    std::error_code ignored;
    if (!fs::exists(model, ignored))
        throw Error("There is no folder " + inQuotes(model) + " and no bundled model of that name" +
                    (names.empty() ? "." : " (those are " + names + ")."));
    return model;
}

std::string Input::title() const {
    return file().filename().string() + (changes.empty() ? "" : " (" + changes + ")");
}

ModelFacts open(Session& session, Input& input, Context& context) {
    session.useDevice(deviceNamed(context.device), context.job);
    const ModelFacts model = session.openModel(modelDirectory(session, input.model).string(), context.job);
    if (input.ids.empty())
        input.changes = session.openText(input.text, context.job, input.textFile).changes;
    else
        session.openIds(input.ids.string(), readIds(input.ids));
    return model;
}

void requireHead(const ModelFacts& model, HeadAddress address) {
    if (address.layer < 0 || address.layer >= model.layers)
        throw Error("The model has no layer " + std::to_string(address.layer) + "; its layers are 0 to " +
                    std::to_string(model.layers - 1) + ".");
    if (address.head < 0 || address.head >= model.heads)
        throw Error("The model has no head " + std::to_string(address.head) + "; its heads are 0 to " +
                    std::to_string(model.heads - 1) + ".");
}

std::vector<std::int32_t> readIds(const fs::path& file) {
    nlohmann::json json = parseJson(readTextFile(file), "The id file " + file.string());
    if (json.is_object() && json.contains("ids"))
        json = nlohmann::json(std::move(json["ids"]));
    if (!json.is_array())
        throw Error("The id file " + file.string() + " must hold a list of token ids.");
    std::vector<std::int32_t> ids;
    for (const auto& entry : json) {
        const bool fits = entry.is_number_integer() && entry.get<double>() >= 0 &&
                          entry.get<double>() <= double(std::numeric_limits<std::int32_t>::max());
        if (!fits)
            throw Error("The id file " + file.string() + " holds " + inQuotes(entry.dump()) + " at place " +
                        std::to_string(ids.size()) + ", which is not a token id.");
        ids.push_back(entry.get<std::int32_t>());
    }
    return ids;
}

PositionSpec positionsOf(const PositionSpec& spec, const ModelFacts& model) {
    return {spec.text, parsePositions(spec.text, model)};
}

std::string positionsText(const PositionSpec& spec) {
    return spec.offDistribution() ? ", positions " + spec.text + " in place of its own (off its training distribution)" : "";
}

void addPositionsJson(const PositionSpec& spec, nlohmann::ordered_json& json) {
    json["positions"] = spec.text;
    json["off_training_distribution"] = spec.offDistribution();
}

SlopeTable slopesOf(const SlopeSpec& spec, const ModelFacts& model, const PositionSpec& positions) {
    if (!spec)
        return {};
    const SlopeTable own = ownSlopes(model, positions);
    if (own.empty())
        throw Error("This model's positions are " +
                    (positions.offDistribution() ? positions.text : model.positions) + "; it has no slopes to change.");
    return parseSlopes(*spec, own);
}

nlohmann::ordered_json slopesJson(const SlopeTable& slopes, const ModelFacts& model, const PositionSpec& positions) {
    const SlopeTable table = slopes.empty() ? ownSlopes(model, positions) : slopes;
    if (table.empty())
        return nullptr;
    const bool shared = std::all_of(table.begin(), table.end(), [&](const SlopeSet& set) { return set == table[0]; });
    return shared ? nlohmann::ordered_json(table[0]) : nlohmann::ordered_json(table);
}

std::string slopesText(const SlopeSpec& spec, const ModelFacts& model, const PositionSpec& positions) {
    if (ownSlopes(model, positions).empty())
        return "no slopes";
    if (spec)
        return "slopes " + *spec;
    return positions.positions.change == PositionChange::Alibi ? "their slopes" : "slopes as trained";
}

} // namespace slopescope::cli
