#include "core/text/tokenizer.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/base/utf8.h"
#include "core/text/bpe_learner.h"
#include "core/text/byte_alphabet.h"
#include "core/text/gpt2_pieces.h"
#include "core/text/limits.h"
#include "core/text/pattern.h"
#include "core/text/piece_encoder.h"
#include "core/text/tokenizer_parts.h"

#include <nlohmann/json.hpp>

#include <unordered_map>

namespace slopescope::text {
namespace {

void requireText(std::string_view text) {
    if (text.size() >= kMostTextBytes)
        throw Error("The text is too long: a tokenizer takes less than 2 GiB at once.");
    if (const auto at = firstInvalidUtf8(text))
        throw Error("The text is not UTF-8: the byte at offset " + std::to_string(*at) + " is malformed.");
}

// A tokenizer.json for what was learned.
std::string documentOf(const LearnedBpe& learned) {
    using OrderedJson = nlohmann::ordered_json;
    OrderedJson vocabulary = OrderedJson::object(), merges = OrderedJson::array();
    const auto written = [&](std::int32_t id) { return toByteAlphabet(learned.tokens[static_cast<std::size_t>(id)]); };
    for (std::int32_t id = 0; id < static_cast<std::int32_t>(learned.tokens.size()); ++id)
        vocabulary[written(id)] = id;
    for (const auto& [left, right] : learned.merges)
        merges.push_back({written(left), written(right)});
    const OrderedJson byteLevel = {
        {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}};
    const OrderedJson document = {{"version", "1.0"},
                                  {"truncation", nullptr},
                                  {"padding", nullptr},
                                  {"added_tokens", OrderedJson::array()},
                                  {"normalizer", nullptr},
                                  {"pre_tokenizer", byteLevel},
                                  {"post_processor", nullptr},
                                  {"decoder", byteLevel},
                                  {"model",
                                   {{"type", "BPE"},
                                    {"dropout", nullptr},
                                    {"unk_token", nullptr},
                                    {"continuing_subword_prefix", nullptr},
                                    {"end_of_word_suffix", nullptr},
                                    {"fuse_unk", false},
                                    {"byte_fallback", false},
                                    {"ignore_merges", false},
                                    {"vocab", vocabulary},
                                    {"merges", merges}}}};
    return document.dump(1) + "\n";
}

} // namespace

struct Tokenizer::Model : TokenizerParts {
    explicit Model(TokenizerParts parts) : TokenizerParts(std::move(parts)) {}

    // Encodes `part` of the text, in which no added token is sought before normalization.
    void encode(std::string_view text, Range part, Specials specials, PieceEncoder& encoder, const Job& job) const {
        Pieces pieces{AlignedText(part.of(text), part.begin), {}};
        if (normalizer)
            pieces.text = normalizer(std::move(pieces.text));
        pieces.list = added.findIn(pieces.text.text(), true, specials);
        for (const auto& step : preTokenizer.steps)
            step(pieces, job);
        encoder.encode(pieces, job);
    }
};

Tokenizer::Tokenizer(std::unique_ptr<const Model> model) : m_model(std::move(model)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Tokenizer Tokenizer::load(const std::filesystem::path& file) {
    return parse(readTextFile(file), file.string());
}

Tokenizer Tokenizer::parse(std::string document, const std::string& name, Dialect dialect) {
    return Tokenizer(std::make_unique<const Model>(readTokenizer(std::move(document), name, dialect)));
}

Tokenizer Tokenizer::learnByteLevelBpe(std::span<const std::string> texts, int vocabularySize, const Job& job) {
    if (vocabularySize < 256 || vocabularySize > kMostTokens)
        throw Error("A byte-level vocabulary has 256 to " + std::to_string(kMostTokens) + " tokens, not " +
                    std::to_string(vocabularySize) + ".");
    std::unordered_map<std::string, std::int64_t> words;
    const auto pieces = regexPattern(kGpt2Pieces);
    std::vector<Match> matches;
    for (const std::string& text : texts) {
        requireText(text);
        job.check();
        pieces->find(text, matches);
        for (const Match& match : matches)
            ++words[text.substr(match.range.begin, match.range.size())];
    }
    const LearnedBpe learned = learnBpe(words, vocabularySize, job);
    return Tokenizer(std::make_unique<const Model>(readTokenizer(documentOf(learned), "The learned tokenizer")));
}

void Tokenizer::save(const std::filesystem::path& file) const {
    AtomicFile out(file);
    out.write(m_model->document);
    out.commit();
}

std::vector<Token> Tokenizer::encode(std::string_view text, const Job& job, Specials specials) const {
    requireText(text);
    PieceEncoder encoder(m_model->subwords);
    for (const std::int32_t id : m_model->surround.before)
        encoder.append(id, {0, 0});
    for (const Piece& part : m_model->added.findIn(text, false, specials)) {
        if (part.token == kNoToken)
            m_model->encode(text, part.range, specials, encoder, job);
        else
            encoder.append(part.token, part.range);
    }
    for (const std::int32_t id : m_model->surround.after)
        encoder.append(id, {text.size(), text.size()});
    std::vector<Token> tokens = encoder.takeTokens();
    requireKnown(tokens);
    return tokens;
}

void Tokenizer::requireKnown(std::span<const Token> tokens) const {
    for (const Token& token : tokens) {
        if (token.id < m_modelVocabulary)
            continue;
        const std::string name = inQuotes(m_model->tokens[static_cast<std::size_t>(token.id)]);
        const std::string what = "the token " + name + " (" + std::to_string(token.id) +
                                 "), but the model knows only " + std::to_string(m_modelVocabulary) + " tokens.";
        if (token.begin == token.end)
            throw Error("The tokenizer puts around every text " + what);
        throw Error("At byte " + std::to_string(token.begin) + " the text spells " + what);
    }
}

std::string Tokenizer::decode(std::span<const std::int32_t> ids) const {
    std::vector<std::string> tokens;
    for (const std::int32_t id : ids) {
        const std::string& token = m_model->tokens[checked(id)];
        if (!token.empty() && !m_model->special[static_cast<std::size_t>(id)])
            tokens.push_back(token);
    }
    return m_model->decoder.text(std::move(tokens));
}

int Tokenizer::vocabularySize() const {
    return static_cast<int>(m_model->tokens.size());
}

std::string Tokenizer::tokenText(std::int32_t id) const {
    return m_model->decoder.bytes(m_model->tokens[checked(id)]);
}

std::size_t Tokenizer::checked(std::int32_t id) const {
    if (id < 0 || id >= vocabularySize())
        throw Error("The id " + std::to_string(id) + " is outside the vocabulary, which has " +
                    std::to_string(vocabularySize()) + " tokens.");
    return static_cast<std::size_t>(id);
}

} // namespace slopescope::text
