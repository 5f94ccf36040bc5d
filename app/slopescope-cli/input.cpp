#include "app/slopescope-cli/input.h"

#include "app/slopescope-cli/output.h"
#include "core/base/error.h"
#include "core/base/id_list.h"
#include "core/base/in_quotes.h"
#include "core/record/measured_record.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>

namespace slopescope::cli {

namespace fs = std::filesystem;

std::string VariantSpec::allPositions() const {
    if (window == 0)
        return positions;
    const std::string part = "window:" + std::to_string(window);
    return positions == "own" ? part : positions + "+" + part;
}

void addModel(CLI::App& verb, std::string& model) {
    verb.add_option("MODEL", model, "A model's folder, or the name of a bundled model")->required()->type_name("");
}

void addRawLineEnds(CLI::App& verb, TextFileOptions& textFile) {
    verb.add_flag("--raw-line-ends", textFile.rawLineEnds,
                  "Read the text's bytes as they are: CRLF and CR do not become LF,\n"
                  "a byte order mark stays");
}

void addInput(CLI::App& verb, Input& input) {
    addModel(verb, input.model);
    verb.add_option("--text", input.text, "UTF-8 text to read")->type_name("FILE");
    addRawLineEnds(verb, input.textFile);
    verb.add_option("--ids", input.ids, "Token ids to read instead: a JSON list")->type_name("FILE.json");
    verb.parse_complete_callback([&input] {
        if (input.text.empty() == input.ids.empty())
            throw Error("Say what to read: --text FILE or --ids FILE.json, one of the two.");
    });
}

void addVariant(CLI::App& verb, VariantSpec& spec) {
    verb.add_option("--slopes", spec.slopes,
                    "Default: as trained. paper, bias-max:B, geometric:START,RATIO,\n"
                    "scale:F, ntk:A (both of the trained ones), uniform:S, random:SEED,\n"
                    "zero, S,S,... (one a head), or FILE.json ([head] or [layer][head])")
        ->type_name("SPEC");
    verb.add_option("--positions", spec.positions,
                    "Other positions than those of training: alibi, alibi:SLOPES,\n"
                    "zero (ALiBi with slopes of 0), none, rotary-linear:F, rotary-ntk:F,\n"
                    "rotary-yarn:F, window:W, sinks:K (the first K keys are seen past a\n"
                    "window), or several of these joined by +. alibi, zero and none stand\n"
                    "in place of all parts that are not named; own+alibi keeps them.\n"
                    "Other biases: alibi-clip:D, kerple-log:R1,R2, kerple-power:R1,R2,\n"
                    "sandwich, t5:MODEL, table:FILE.json ([distance], [head][distance]).\n"
                    "Scores: temperature:T and ssmax:S, one number or one a head")
        ->type_name("SPEC");
}

void addLengths(CLI::App& verb, std::vector<std::int64_t>& lengths, const std::string& help) {
    verb.add_option("--lengths", lengths, help)
        ->delimiter(',')
        ->allow_extra_args(false) // one word: what follows may be MODEL
        ->expected(1, 1 << 28)    // the words of a list without end, but for "..." in the help
        // CLI11 reads what is past 64 bits as the largest number there is; nothing near it is meant.
        ->check(CLI::Range(std::numeric_limits<std::int64_t>::min(), std::int64_t(1) << 40).description(""))
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

std::string titleOf(const TextFacts& text) {
    return text.name + (text.changes.empty() ? "" : " (" + text.changes + ")");
}

ModelFacts open(Session& session, const Input& input, Context& context) {
    session.useDevice(deviceNamed(context.device), context.job);
    const ModelFacts model = session.openModel(modelDirectory(session, input.model).string(), context.job);
    if (input.ids.empty())
        session.openText(input.text, context.job, input.textFile);
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

Variant variantOf(const VariantSpec& spec, const ModelFacts& model) {
    if (spec.window < 0)
        throw Error("--window cannot be negative.");
    // To parseVariant an empty word means that nothing was said; a person who typed one gets told that it is no SPEC.
    if (spec.positions.empty())
        parsePositions(spec.positions, model.slopes);
    if (spec.slopes && spec.slopes->empty())
        parseSlopes(*spec.slopes, SlopeTable(std::size_t(model.layers), paperSlopes(model.heads)));
    return parseVariant(model, spec.allPositions(), spec.slopes.value_or(""));
}

std::string positionsText(const VariantSpec& spec, const Variant& variant) {
    if (variant.positions.isOwn())
        return {};
    return ", positions " + spec.allPositions() + " in place of its own (off its training distribution)";
}

std::string slopesText(const VariantSpec& spec, const Variant& variant, const ModelFacts& model) {
    if (slopesInForce(variant, model).empty())
        return "no slopes";
    if (spec.slopes)
        return "slopes " + *spec.slopes;
    return variant.positions.bias == BiasChange::Linear ? "the slopes of these positions" : "slopes as trained";
}

nlohmann::ordered_json slopesJson(const Variant& variant, const ModelFacts& model) {
    return slopesJson(slopesInForce(variant, model));
}

nlohmann::ordered_json slopesJson(const SlopeTable& table) {
    if (table.empty())
        return nullptr;
    return layersShare(table) ? nlohmann::ordered_json(table[0]) : nlohmann::ordered_json(table);
}

void addSourcesJson(const Input& input, std::uint64_t digest, const ModelFacts& model, nlohmann::ordered_json& json) {
    json["directory"] = model.directory.string();
    json["text"] = input.file().filename().string();
    json["text_path"] = input.file().string();
    json["text_digest"] = digestText(digest);
    if (!model.remarks.empty())
        json["remarks"] = model.remarks;
    json["version"] = SLOPESCOPE_VERSION;
}

void addPositionsJson(const Variant& variant, nlohmann::ordered_json& json) {
    json["positions"] = specOf(variant.positions);
    json["off_training_distribution"] = !variant.positions.isOwn();
}

} // namespace slopescope::cli
