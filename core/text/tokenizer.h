// Text to token ids and back, as a tokenizer.json of the Hugging Face format describes it.
//
// Not changed by use, so any thread may use one. No Torch, no Qt.
#pragma once

#include "core/base/job.h"
#include "core/text/dialect.h"
#include "core/text/specials.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slopescope::text {

// One token of an encoded text, and the bytes of that text it stands for: text.substr(begin, end - begin). Tokens that
// the post-processor adds have begin == end.
struct Token {
    std::int32_t id = 0;
    std::int64_t begin = 0, end = 0;
};

class Tokenizer {
public:
    // Reads a tokenizer.json. Throws Error naming the file and the fault.
    static Tokenizer load(const std::filesystem::path& file);

    // The same from the text of one; `name` is what an Error names.
    static Tokenizer parse(std::string document, const std::string& name, Dialect dialect = Dialect::HuggingFace);

    // Learns a byte-level BPE with GPT-2's pre-tokenization from `texts`. The 256 bytes are always in the vocabulary,
    // so every text can be encoded. Deterministic: ties go to the pair with the smaller ids.
    static Tokenizer learnByteLevelBpe(std::span<const std::string> texts, int vocabularySize, const Job& job = {});

    void save(const std::filesystem::path& file) const; // tokenizer.json, readable by Hugging Face's tokenizers

    // `text` must be valid UTF-8 (see text/utf8.h) and less than 2 GiB. Tokens come in the text's order, with those of
    // the post-processor around them. Throws Error naming the offset of a malformed byte, or the token that the model
    // does not know, and Cancelled when stopped.
    std::vector<Token> encode(std::string_view text, const Job& job = {}, Specials specials = Specials::Tokens) const;

    // The model that this is for knows the ids below `count`. A tokenizer may have more, as long as no text needs them:
    // encode() then throws an Error that says which token stands where.
    void setModelVocabulary(std::int64_t count) { m_modelVocabulary = count; }

    // Valid UTF-8: bytes that are no text show as U+FFFD. Special tokens are left out, so that what encode() added is
    // gone. Throws Error on an id outside the vocabulary.
    std::string decode(std::span<const std::int32_t> ids) const;

    int vocabularySize() const;                   // ids are in [0, vocabularySize)
    std::string tokenText(std::int32_t id) const; // the token's own bytes, which need not be whole UTF-8 characters

    Tokenizer(Tokenizer&&) noexcept;
    Tokenizer& operator=(Tokenizer&&) noexcept;
    ~Tokenizer();

private:
    struct Model;
    std::size_t checked(std::int32_t id) const; // throws Error on an id outside the vocabulary
    explicit Tokenizer(std::unique_ptr<const Model> model);
    void requireKnown(std::span<const Token> tokens) const;
    std::unique_ptr<const Model> m_model;
    std::int64_t m_modelVocabulary = INT64_MAX;
};

} // namespace slopescope::text
