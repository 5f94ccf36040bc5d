// What most verbs are told: a model, a text or ids, and how the model is run. Called by the verbs, on the main thread.
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

// How a model is run, as a person writes it.
struct VariantSpec {
    std::string positions = "own";
    std::optional<std::string> slopes; // nothing: as trained, or those that the positions bring
    std::int64_t window = 0;           // --window W is another way to say the positions "window:W"; 0: not said

    // The positions with the window: "own", "rotary-ntk:4+window:512".
    std::string allPositions() const;
};

// MODEL, and exactly one of --text FILE and --ids FILE.json.
struct Input {
    std::string model;
    std::filesystem::path text, ids;
    TextFileOptions textFile; // how the text is read

    const std::filesystem::path& file() const { return ids.empty() ? text : ids; }
};

// "book.txt (12 line ends read as LF)"
std::string titleOf(const TextFacts& text);

void addModel(CLI::App& verb, std::string& model);
void addRawLineEnds(CLI::App& verb, TextFileOptions& textFile);
void addInput(CLI::App& verb, Input& input);
void addVariant(CLI::App& verb, VariantSpec& spec); // --slopes and --positions
void addLengths(CLI::App& verb, std::vector<std::int64_t>& lengths, const std::string& help);

// The folder of a bundled model, or MODEL itself where it is a folder. Throws Error with the names of those bundled.
std::filesystem::path modelDirectory(const Session& session, const std::string& model);

// Opens model and text; each model reads the text when it is first asked to.
ModelFacts open(Session& session, const Input& input, Context& context);

// Throws Error naming the layers and heads that there are.
void requireHead(const ModelFacts& model, HeadAddress address);

// What the spec makes of a model. Throws Error naming the fault, among others slopes for positions that have none.
Variant variantOf(const VariantSpec& spec, const ModelFacts& model);

// Other positions, and that the model was not trained with them: ", positions zero in place of its own (...)". Empty
// for its own.
std::string positionsText(const VariantSpec& spec, const Variant& variant);

// "slopes as trained", "slopes ntk:4", "no slopes".
std::string slopesText(const VariantSpec& spec, const Variant& variant, const ModelFacts& model);

// The slopes in force, as a slope file holds them: one list where all layers share it, else a list a layer; null: none.
nlohmann::ordered_json slopesJson(const Variant& variant, const ModelFacts& model);
nlohmann::ordered_json slopesJson(const SlopeTable& table);

// Whose numbers they are: "directory" of the model, "text", "text_path", "text_digest" (of the token ids, hexadecimal),
// "remarks" on the model's files where there are any, "version".
void addSourcesJson(const Input& input, std::uint64_t digest, const ModelFacts& model, nlohmann::ordered_json& json);

// "positions" and "off_training_distribution".
void addPositionsJson(const Variant& variant, nlohmann::ordered_json& json);

} // namespace slopescope::cli
