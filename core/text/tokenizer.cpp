#include "core/text/tokenizer.h"

#include "core/error.h"
#include "core/text/atomic_file.h"
#include "core/text/bpe.h"
#include "core/text/bpe_learner.h"
#include "core/text/byte_alphabet.h"
#include "core/text/json.h"
#include "core/text/regex.h"
#include "core/text/utf8.h"

#include <unordered_map>

namespace slopescope {
namespace {

using Json = nlohmann::json;

// GPT-2's pieces: an English contraction, then runs of letters, digits or marks with one space before, then white
// space.
constexpr const char* kGpt2Pieces = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

constexpr std::size_t kBytesBetweenChecks = 1 << 20;

void requireUtf8(std::string_view text) {
    if (const auto at = firstInvalidUtf8(text))
        throw Error("The text is not UTF-8: the byte at offset " + std::to_string(*at) + " is malformed.");
}

// Calls use(range) for every piece of the text, checking the job now and then.
template <typename Use>
void forEachPiece(const Regex& pieces, std::string_view text, const Job& job, Use use) {
    RegexScan scan(pieces, text);
    std::size_t checkAt = 0;
    while (const auto piece = scan.next()) {
        if (piece->begin >= checkAt) {
            job.check();
            checkAt = piece->begin + kBytesBetweenChecks;
        }
        use(*piece);
    }
}

} // namespace

struct Tokenizer::Model {
    std::string document; // the tokenizer.json this was made from
    Regex pieces{kGpt2Pieces};
    Bpe bpe;
    std::vector<std::string> tokens; // bytes, by id

    Model(const Json& json, std::string text) : document(std::move(text)), bpe(readBpe(json)) {
        for (const auto& [token, id] : bpe.vocabulary()) {
            if (static_cast<std::size_t>(id) >= tokens.size())
                tokens.resize(static_cast<std::size_t>(id) + 1);
            tokens[static_cast<std::size_t>(id)] = fromByteAlphabet(token).value_or(token);
        }
    }

    static Bpe readBpe(const Json& json) {
        const Json& model = json.at("model");
        Vocabulary vocabulary;
        for (const auto& [token, id] : model.at("vocab").items())
            vocabulary[token] = id.get<std::int32_t>();
        std::vector<Bpe::Merge> merges;
        for (const auto& merge : model.at("merges"))
            merges.emplace_back(merge.at(0).get<std::string>(), merge.at(1).get<std::string>());
        return Bpe(std::move(vocabulary), merges, {});
    }
};

Tokenizer::Tokenizer(std::unique_ptr<const Model> model) : m_model(std::move(model)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Tokenizer Tokenizer::load(const std::filesystem::path& file) {
    std::string text = readTextFile(file);
    const Json json = parseJson(text, file.string());
    return Tokenizer(std::make_unique<const Model>(json, std::move(text)));
}

Tokenizer Tokenizer::learnByteLevelBpe(std::span<const std::string> texts, int vocabularySize, const Job& job) {
    if (vocabularySize < 256)
        throw Error("A byte-level vocabulary needs at least 256 tokens, not " + std::to_string(vocabularySize) + ".");
    std::unordered_map<std::string, std::int64_t> words;
    const Regex pieces(kGpt2Pieces);
    for (const std::string& text : texts) {
        requireUtf8(text);
        forEachPiece(pieces, text, job, [&](Range piece) { ++words[text.substr(piece.begin, piece.size())]; });
    }
    const LearnedBpe learned = learnBpe(words, vocabularySize, job);

    nlohmann::ordered_json vocabulary, merges = nlohmann::ordered_json::array();
    for (std::size_t id = 0; id < learned.tokens.size(); ++id)
        vocabulary[toByteAlphabet(learned.tokens[id])] = id;
    const auto written = [&](std::int32_t id) { return toByteAlphabet(learned.tokens[static_cast<std::size_t>(id)]); };
    for (const auto& [left, right] : learned.merges)
        merges.push_back({written(left), written(right)});
    const nlohmann::ordered_json byteLevel = {
        {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}};
    const nlohmann::ordered_json document = {{"version", "1.0"},
                                             {"truncation", nullptr},
                                             {"padding", nullptr},
                                             {"added_tokens", nlohmann::ordered_json::array()},
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
    std::string text = document.dump(1) + "\n";
    const Json json = parseJson(text, "The learned tokenizer");
    return Tokenizer(std::make_unique<const Model>(json, std::move(text)));
}

void Tokenizer::save(const std::filesystem::path& file) const {
    AtomicFile out(file);
    out.write(m_model->document);
    out.commit();
}

std::vector<Token> Tokenizer::encode(std::string_view text, const Job& job) const {
    requireUtf8(text);
    struct Known {
        std::size_t begin, count;
    };
    std::unordered_map<std::string_view, Known> known; // pieces of `text` already merged
    std::vector<Symbol> symbols;
    std::vector<Token> tokens;
    Bpe::Scratch scratch;
    forEachPiece(m_model->pieces, text, job, [&](Range piece) {
        const std::string_view bytes = text.substr(piece.begin, piece.size());
        auto [found, isNew] = known.try_emplace(bytes, Known{symbols.size(), 0});
        if (isNew) {
            m_model->bpe.encode(bytes, true, scratch, symbols);
            found->second.count = symbols.size() - found->second.begin;
        }
        for (std::size_t i = 0; i < found->second.count; ++i) {
            const Symbol& symbol = symbols[found->second.begin + i];
            tokens.push_back({symbol.id, static_cast<std::int64_t>(piece.begin + symbol.begin),
                              static_cast<std::int64_t>(piece.begin + symbol.end)});
        }
    });
    return tokens;
}

std::string Tokenizer::decode(std::span<const std::int32_t> ids) const {
    std::string text;
    for (const std::int32_t id : ids)
        text += tokenText(id);
    return text;
}

int Tokenizer::vocabularySize() const {
    return static_cast<int>(m_model->tokens.size());
}

std::string Tokenizer::tokenText(std::int32_t id) const {
    if (id < 0 || id >= vocabularySize())
        throw Error("The id " + std::to_string(id) + " is outside the vocabulary, which has " +
                    std::to_string(vocabularySize()) + " tokens.");
    return m_model->tokens[static_cast<std::size_t>(id)];
}

} // namespace slopescope
