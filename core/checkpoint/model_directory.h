// A model directory: config.json, weights, tokenizer.json, and for our own models training.json.
// Opened on a worker thread; what is returned is complete and checked.
#pragma once

#include "core/checkpoint/tensor_source.h"
#include "core/base/job.h"
#include "core/model/decoder_weights.h"
#include "core/text/tokenizer.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace slopescope {

// What training.json says, for display. Empty where there is none.
struct TrainingFacts {
    std::optional<std::int64_t> tokensSeen;
    std::string corpus; // "20 books, 6.1 M tokens"
};

// What is known before any weight is read.
struct ModelDescription {
    std::filesystem::path directory;
    DecoderConfig config;
    std::optional<text::Tokenizer> tokenizer; // nothing: there is none that can be used; token ids can be read, text cannot
    std::string tokenizerFault;               // why the one that there is cannot be used; empty if there is none
    std::string precision; // as stored: "float16", "float32", "mixed", "Q4_0", "mostly Q4_1"
    std::int64_t parameters = 0;
    std::int64_t largestTensor = 0; // parameters of it
    std::int64_t packedBytes = 0;   // of memory, once readPacked() has read it
    std::int64_t bytesAside = 0;    // that it takes besides while it reads
    TrainingFacts training;
    std::vector<std::string> remarks; // what is notable of how the files were read, a sentence each
};

struct OpenedModel : ModelDescription {
    DecoderWeights weights; // float32; or packed, all matrices in the form of their file
};

// Opening a model in two steps, so that what it needs is known before it is read: config, tokenizer and the headers of the
// tensor files first, then the weights.
class UnreadModel {
public:
    // `directory` may also be a GGUF file, or hold one and no config.json.
    // Throws Error naming the file, the tensor and the fault; Cancelled when stopped.
    UnreadModel(const std::filesystem::path& directory, const Job& job);

    const ModelDescription& description() const { return m_description; }

    // Throws as above. Reports progress by bytes, with `aside` behind each report: "Reading 1.2 GiB of 26.4 GiB" + aside.
    OpenedModel read(const Job& job, const std::string& aside = {}) &&;

    // The same for a decoder on the processor: reads and packs on all threads, and no matrix becomes float32 on the way.
    OpenedModel readPacked(const Job& job, const std::string& aside = {}) &&;

private:
    void openGguf(const std::filesystem::path& file);
    void openDirectory(const std::filesystem::path& directory, const Job& job);
    void takeOver(TensorSource tensors);
    void readPart(const std::string& name, const std::vector<std::int64_t>& shape, at::Tensor& tensor, Linear* matrix) const;

    ModelDescription m_description;
    std::optional<TensorSource> m_tensors; // under the names of our weights
};

// The tokenizer alone, of a directory with tokenizer.json or of a GGUF file; neither config nor weights are needed. Throws
// Error naming the file and what is faulty, not supported or not there.
text::Tokenizer openTokenizer(const std::filesystem::path& model);

// Both steps at once.
OpenedModel openModelDirectory(const std::filesystem::path& directory, const Job& job);

// Writes config.json, tokenizer.json and model.safetensors (in `type`).
void writeModelDirectory(const std::filesystem::path& directory, const DecoderConfig& config, DecoderWeights& weights,
                         const text::Tokenizer& tokenizer, at::ScalarType type);

// Writes beside `file` and renames, so that a reader sees the old text or the new. Throws Error naming the file.
void writeTextFileAtomically(const std::filesystem::path& file, const std::string& text);

} // namespace slopescope
