// A model directory: config.json, weights, tokenizer.json, and for our own models training.json.
// Opened on a worker thread; what is returned is complete and checked.
#pragma once

#include "core/job.h"
#include "core/model/decoder_weights.h"
#include "core/text/tokenizer.h"

#include <filesystem>
#include <optional>
#include <string>

namespace slopescope {

// What training.json says, for display. Empty where there is none.
struct TrainingFacts {
    std::optional<std::int64_t> tokensSeen;
    std::string corpus; // "20 books, 6.1 M tokens"
};

struct OpenedModel {
    std::filesystem::path directory;
    DecoderConfig config;
    DecoderWeights weights; // float32
    std::optional<Tokenizer> tokenizer; // nothing: no tokenizer.json; token ids can be read, text cannot
    std::string precision; // as stored: "float16", "float32", "mixed"
    std::int64_t parameters = 0;
    TrainingFacts training;
};

// `directory` may also be a GGUF file, or hold one and no config.json.
// Throws Error naming the file, the tensor and the fault; Cancelled when stopped. Reports progress by tensor.
OpenedModel openModelDirectory(const std::filesystem::path& directory, const Job& job);

// Writes config.json, tokenizer.json and model.safetensors (in `type`).
void writeModelDirectory(const std::filesystem::path& directory, const DecoderConfig& config, DecoderWeights& weights,
                         const Tokenizer& tokenizer, at::ScalarType type);

// Writes beside `file` and renames, so that a reader sees the old text or the new. Throws Error naming the file.
void writeTextFileAtomically(const std::filesystem::path& file, const std::string& text);

} // namespace slopescope
