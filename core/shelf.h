// The models that are open and the text on view, as each model reads it: what a Session's calls take a snapshot of.
//
// Values behind shared_ptr<const>, replaced as a whole, so that a sweep can hold on to what it began with. Any thread.
#pragma once

#include "core/base/job.h"
#include "core/device.h"
#include "core/model/decoder.h"
#include "core/study/requests.h"
#include "core/text/tokenizer.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace slopescope {

struct ShelvedModel {
    ModelFacts facts;
    std::shared_ptr<const Decoder> decoder;
    std::shared_ptr<const text::Tokenizer> tokenizer; // null: the model has none that can be used
    std::string tokenizerFault;                       // why, where it has one
    std::int64_t packedBytes = 0;                     // of its weights on the processor, wherever they are now
};

// The text as one model reads it.
struct EncodedText {
    std::shared_ptr<const TextFacts> facts;
    std::shared_ptr<const std::vector<std::int32_t>> ids;
    std::shared_ptr<const std::vector<std::int64_t>> ends; // the byte behind each token; empty: no letters
};

// Reads a model for a device. Throws Error, also when memory is short: `others` are those on the shelf, of which one could go.
std::shared_ptr<const ShelvedModel> loadModel(const std::string& key, const std::filesystem::path& directory, const Device& device,
                                              const std::vector<ModelFacts>& others, const Job& job);

// What a model is, and will take on a device, from the headers of its files.
ModelFacts describeModel(const std::string& key, const std::filesystem::path& directory, const Device& device, const Job& job);

// The T5 bias of a model's files. Throws Error when it has none.
RelativeBias readRelativeBias(const std::string& key, const std::filesystem::path& directory, const Job& job);

// The token that a tokenizer puts before every text, if it does.
std::optional<std::int32_t> beginToken(const text::Tokenizer& tokenizer);

ModelShape shapeOf(const ShelvedModel& model, const Device& device);

class Shelf {
public:
    void put(std::shared_ptr<const ShelvedModel> model); // in the place of one with its key
    void remove(const std::string& key);
    std::vector<ModelFacts> models() const;
    std::vector<std::shared_ptr<const ShelvedModel>> all() const;
    std::shared_ptr<const ShelvedModel> find(const std::string& key) const; // null: it is not here
    std::shared_ptr<const ShelvedModel> model(const std::string& key) const; // throws Error if it is not here

    // The decoder of a model with other positions; kept, since runs and sweeps share it. `biasOf` reads the T5 bias of
    // another model. Throws Error.
    std::shared_ptr<const Decoder> decoder(const Variant& variant, const std::function<RelativeBias(const std::string& key)>& biasOf);

    void setText(std::string name, std::string letters, std::string changes); // changes: see TextFacts
    void setIds(std::string name, std::vector<std::int32_t> ids);
    void closeText();
    bool hasText() const;
    std::uint64_t textDigest() const; // of the letters, or of the token ids that were opened; 0: no text is open
    // Throws Error; see Session::text.
    EncodedText text(const ShelvedModel& model, const Job& job, text::Specials specials = text::Specials::Tokens);

private:
    struct Text {
        std::string name, letters, changes;
        std::vector<std::int32_t> ids;
        std::uint64_t digest = 0;
    };
    struct Positioned {
        std::shared_ptr<const Decoder> own, with;
        PositionOverride positions;
    };

    EncodedText encode(const Text& text, const ShelvedModel& model, text::Specials specials, const Job& job) const;
    void forgetEncoded(const std::string& key); // with m_mutex held

    mutable std::mutex m_mutex; // guards all below
    std::vector<std::shared_ptr<const ShelvedModel>> m_models;
    std::vector<Positioned> m_positioned; // newest use last
    std::shared_ptr<const Text> m_text;
    std::map<std::pair<std::string, text::Specials>, EncodedText> m_encoded; // by model
};

} // namespace slopescope
