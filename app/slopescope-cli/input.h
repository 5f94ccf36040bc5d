// What most verbs are told: a model, a text or ids, slopes. Called by the verbs, on the main thread.
#pragma once

#include "app/slopescope-cli/verbs.h"
#include "core/session.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace slopescope::cli {

using SlopeSpec = std::optional<std::string>; // nothing: as trained

// Positions in place of the model's own, as a person writes them; "own" where nothing is said.
struct PositionSpec {
    std::string text = "own";
    PositionOverride positions; // once read

    bool offDistribution() const { return positions.change != PositionChange::Own; }
};

// MODEL, and exactly one of --text FILE and --ids FILE.json.
struct Input {
    std::string model;
    std::filesystem::path text, ids;
    TextFileOptions textFile; // how the text is read

    const std::filesystem::path& file() const { return ids.empty() ? text : ids; }

    std::string changes; // what reading the text changed, once it is open

    // "book.txt (12 line ends read as LF)"
    std::string title() const;
};

void addModel(CLI::App& verb, std::string& model);
void addInput(CLI::App& verb, Input& input);
void addSlopes(CLI::App& verb, SlopeSpec& spec);
void addPositions(CLI::App& verb, PositionSpec& spec);
void addLengths(CLI::App& verb, std::vector<std::int64_t>& lengths, const std::string& help);

// The folder of a bundled model, or MODEL itself where it is a folder. Throws Error with the names of those bundled.
std::filesystem::path modelDirectory(const Session& session, const std::string& model);

// Opens model and text.
ModelFacts open(Session& session, Input& input, Context& context);

// Throws Error naming the layers and heads that there are.
void requireHead(const ModelFacts& model, HeadAddress address);

// A list of token ids, or what `tokenize --json` prints. Throws Error naming the file and the first entry that is no
// id.
std::vector<std::int32_t> readIds(const std::filesystem::path& file);

// Reads the spec for a model.
PositionSpec positionsOf(const PositionSpec& spec, const ModelFacts& model);

// Other positions, and that the model was not trained with them: ", positions zero in place of its own (...)". Empty for its own.
std::string positionsText(const PositionSpec& spec);

// "positions" and "off_training_distribution".
void addPositionsJson(const PositionSpec& spec, nlohmann::ordered_json& json);

// The slopes of a SPEC; empty when there is none. Throws Error when the model, with these positions, has no slopes.
SlopeTable slopesOf(const SlopeSpec& spec, const ModelFacts& model, const PositionSpec& positions);

// The slopes in force, as a slope file holds them: one list where all layers share it, else a list a layer; null for a
// model without slopes.
nlohmann::ordered_json slopesJson(const SlopeTable& slopes, const ModelFacts& model, const PositionSpec& positions);

// "slopes as trained", "slopes ntk:4", "no slopes".
std::string slopesText(const SlopeSpec& spec, const ModelFacts& model, const PositionSpec& positions);

} // namespace slopescope::cli
