// A variant: a model as it is run. It rides in every request and in every result, so that nothing on screen can be of
// something else. A plain value, usable on any thread; two variants of one model share its weights.
#pragma once

#include "core/positions/position_override.h"
#include "core/positions/position_scheme.h"
#include "core/positions/slopes.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace slopescope {

struct Variant {
    std::string model;          // its key on the shelf: the name of a bundled model, or the path of a folder or GGUF file
    PositionOverride positions; // in place of the model's own
    SlopeTable slopes;          // [layers][heads]; empty: as trained, or none

    bool operator==(const Variant&) const = default;
    bool isAsTrained() const { return positions.isOwn() && slopes.empty(); }
};

// One model with the same positions, though perhaps other slopes: runs of both share weights, and pictures of one may stand in
// for those of the other until they come.
bool sameBesidesSlopes(const Variant& a, const Variant& b);

// 64 bits of its value (FNV-1a over its fields): the same on every machine and in every run.
std::uint64_t digestOf(const Variant& variant);

struct ModelFacts {
    std::string key;  // of the shelf; see Variant::model
    std::string name; // the directory's
    std::filesystem::path directory;
    std::string family; // config.json's model_type
    PositionScheme positions; // methodOf() and describe() say it in short
    std::int64_t parameters = 0;
    std::string precision;      // on disk: "float16"
    int layers = 0, heads = 0, keyHeads = 0, headDim = 0, width = 0, hidden = 0, vocabulary = 0;
    std::int64_t window = 0, sinks = 0; // the widest attention window of its layers, 0: some layer has none; keys seen in spite of it
    std::int64_t trainedLength = 0;            // 0: unknown
    std::optional<std::int64_t> longestLength; // none: any length
    std::optional<std::int64_t> trainedTokens; // from training.json
    std::string trainedOn;                     // from training.json: "20 books, 6.1 M tokens"; may be empty
    std::int64_t bytesInMemory = 0;
    std::uint64_t digest = 0; // of its files (checkpoint/model_digest.h): the same wherever they lie
    SlopeTable slopes; // [layers][heads] in force; empty: it has none
    std::vector<std::string> remarks; // what is notable of how its files were read, a sentence each

    bool hasSlopes() const { return positions.bias == BiasKind::Linear; }
};

// A copy with other slopes: those the model is trained with count as none given, so that equal variants compare equal.
Variant withSlopes(Variant variant, SlopeTable slopes, const ModelFacts& model);

// A variant of `model` from two SPECs of the command line; "own" and "" leave positions and slopes as trained. ALiBi that
// names no slopes has the paper's. Throws Error naming the spec and the fault, among others slopes for a model without any.
Variant parseVariant(const ModelFacts& model, std::string_view positions, std::string_view slopes = {});

// The slopes in force, [layers][heads]; empty: the variant has none.
const SlopeTable& slopesInForce(const Variant& variant, const ModelFacts& model);

// The model as this variant runs it: method, words, slopes in force, window, how far it reaches.
ModelFacts factsOf(const Variant& variant, ModelFacts model);

// What a person calls it beside the model's name: "as trained", "edited slopes", "ALiBi x 0.5 ...": English, for the command
// line and for records; the window has words of its own.
std::string describe(const Variant& variant, const ModelFacts& model);

} // namespace slopescope
