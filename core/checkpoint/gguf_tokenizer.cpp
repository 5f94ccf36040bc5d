#include "core/checkpoint/gguf_tokenizer.h"

#include "core/base/error.h"
#include "core/base/code_points.h"
#include "core/base/in_quotes.h"
#include "core/text/limits.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace slopescope {
namespace {

using Json = nlohmann::json;

// What a token is for, by number.
enum : std::int64_t { kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4, kUnused = 5, kByte = 6 };

constexpr std::size_t kLongestMerged = 1024;   // bytes; the pieces of SentencePiece have 16 characters at most
constexpr const char* kSpace = "\xE2\x96\x81"; // "▁", which SentencePiece writes for a space

struct Vocab {
    std::vector<std::string> tokens; // by id
    std::vector<std::int64_t> types;
};

class Reader {
public:
    Reader(const Json& metadata, const std::string& architecture, const std::string& file)
        : m_metadata(metadata), m_architecture(architecture), m_file(file) {}

    std::optional<std::string> document() const {
        const std::string model = text("model", "none");
        if (model == "none" || model == "no_vocab")
            return std::nullopt;
        if (model != "gpt2" && model != "llama")
            refuse("model", "is " + inQuotes(model) + ", a tokenizer that is not supported");
        const Vocab vocab = readVocab();
        Json document = model == "gpt2" ? byteLevel(vocab) : sentencePiece(vocab);
        document["version"] = "1.0";
        document["added_tokens"] = addedTokens(vocab);
        document["post_processor"] = surround(vocab, model == "llama");
        return document.dump();
    }

private:
    // --- Entries of the metadata ---

    [[noreturn]] void refuse(const std::string& key, const std::string& why) const {
        throw Error(m_file + ": \"tokenizer.ggml." + key + "\" " + why + ".");
    }
    const Json* find(const std::string& key) const {
        const auto found = m_metadata.find("tokenizer.ggml." + key);
        return found == m_metadata.end() ? nullptr : &*found;
    }
    std::string text(const std::string& key, const std::string& otherwise) const {
        const Json* value = find(key);
        if (value != nullptr && !value->is_string())
            refuse(key, "should be text");
        return value == nullptr ? otherwise : value->get<std::string>();
    }
    bool flag(const std::string& key, bool otherwise) const {
        const Json* value = find(key);
        if (value != nullptr && !value->is_boolean())
            refuse(key, "should be true or false");
        return value == nullptr ? otherwise : value->get<bool>();
    }
    // A list of one entry for each token, or nothing.
    const Json* listOf(const std::string& key, std::size_t tokens) const {
        const Json* list = find(key);
        if (list != nullptr && (!list->is_array() || list->size() != tokens))
            refuse(key, "should be a list of " + std::to_string(tokens) + " entries, one for each token");
        return list;
    }

    Vocab readVocab() const {
        const Json* list = find("tokens");
        if (list == nullptr || !list->is_array() || list->empty() || list->size() > std::size_t{text::kMostTokens})
            refuse("tokens", "should be a list of 1 to " + std::to_string(text::kMostTokens) + " tokens");
        Vocab vocab;
        for (const Json& token : *list) {
            if (!token.is_string())
                refuse("tokens", "should hold texts");
            vocab.tokens.push_back(token.get<std::string>());
        }
        vocab.types.assign(vocab.tokens.size(), kNormal);
        if (const Json* types = listOf("token_type", vocab.tokens.size()))
            for (std::size_t id = 0; id < types->size(); ++id) {
                if (!(*types)[id].is_number_integer())
                    refuse("token_type", "should hold whole numbers");
                vocab.types[id] = (*types)[id].get<std::int64_t>();
            }
        return vocab;
    }

    // --- The parts of a tokenizer.json ---

    // Tokens by their text; those of the kinds to leave out, and those without a text, are not there.
    Json vocabularyOf(const Vocab& vocab, std::initializer_list<std::int64_t> without) const {
        Json::object_t entries;
        for (std::size_t id = 0; id < vocab.tokens.size(); ++id) {
            const bool left = std::find(without.begin(), without.end(), vocab.types[id]) != without.end();
            if (left || vocab.tokens[id].empty())
                continue;
            if (!entries.emplace(vocab.tokens[id], id).second)
                refuse("tokens", "holds " + inQuotes(vocab.tokens[id]) + " twice");
        }
        return entries;
    }

    Json addedTokens(const Vocab& vocab) const {
        Json list = Json::array();
        for (std::size_t id = 0; id < vocab.tokens.size(); ++id) {
            const std::int64_t type = vocab.types[id];
            if (vocab.tokens[id].empty() || (type != kUnknown && type != kControl && type != kUserDefined))
                continue;
            list.push_back({{"id", id},
                            {"content", vocab.tokens[id]},
                            {"single_word", false},
                            {"lstrip", false},
                            {"rstrip", false},
                            {"normalized", false},
                            {"special", type != kUserDefined}});
        }
        return list;
    }

    // The tokens that are put around a text.
    Json surround(const Vocab& vocab, bool isSentencePiece) const {
        const auto text = [](const char* name) { return Json{{"Sequence", {{"id", name}, {"type_id", 0}}}}; };
        Json single = Json::array(), special = Json::object();
        const auto append = [&](const char* key) {
            const Json* id = find(key);
            if (id == nullptr || !id->is_number_unsigned() || id->get<std::uint64_t>() >= vocab.tokens.size())
                refuse(key, "should be the id of a token");
            single.push_back(Json{{"SpecialToken", {{"id", key}, {"type_id", 0}}}});
            special[key] = {{"id", key}, {"ids", Json::array({*id})}, {"tokens", Json::array({key})}};
        };
        const bool begins = isSentencePiece || splitting() == "llama-bpe"; // where the file does not say
        if (flag("add_bos_token", begins))
            append("bos_token_id");
        single.push_back(text("A"));
        if (flag("add_eos_token", false))
            append("eos_token_id");
        return {{"type", "TemplateProcessing"},
                {"single", std::move(single)},
                {"pair", Json::array({text("A"), text("B")})},
                {"special_tokens", std::move(special)}};
    }

    // --- Byte-level BPE ---

    // By which rule text is split, in the name of a model family. Older files do not say.
    std::string splitting() const {
        const std::string rule = text("pre", "default");
        if (rule != "default")
            return rule;
        return m_architecture == "bloom" || m_architecture == "mpt" || m_architecture == "falcon" ? m_architecture
                                                                                                  : rule;
    }

    static Json byteLevelStep(bool regex) {
        return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", regex}};
    }
    static Json sequence(std::initializer_list<Json> steps) {
        return {{"type", "Sequence"}, {"pretokenizers", Json::array_t(steps)}};
    }
    static Json split(const char* regex) {
        return {{"type", "Split"}, {"pattern", {{"Regex", regex}}}, {"behavior", "Isolated"}, {"invert", false}};
    }

    Json preTokenizer(const std::string& rule) const {
        const auto isOne = [&](std::initializer_list<const char*> names) {
            return std::find(names.begin(), names.end(), rule) != names.end();
        };
        if (isOne({"gpt-2", "mpt", "olmo", "phi-2", "jina-es", "jina-de", "exaone4"}))
            return byteLevelStep(true);
        if (isOne({"bloom", "poro-chat"}))
            return sequence({split(" ?[^(\\s|[.,!?\xE2\x80\xA6\xE3\x80\x82\xEF\xBC\x8C\xE3\x80\x81\xE0\xA5\xA4\xDB\x94"
                                   "\xD8\x8C])]+"),
                             byteLevelStep(false)});
        if (rule == "falcon")
            return sequence({{{"type", "Punctuation"}, {"behavior", "Contiguous"}},
                             byteLevelStep(true),
                             {{"type", "Digits"}, {"individual_digits", false}},
                             split("[0-9][0-9][0-9]")});
        // The two differ in how many digits may stand together.
        const std::string digits = isOne({"llama-bpe", "llama3", "llama-v3"}) ? "{1,3}" : "";
        if (digits.empty() && !isOne({"qwen2", "deepseek-r1-qwen"}))
            refuse("pre", "is " + inQuotes(rule) + ", a way to split text that is not supported");
        return sequence({split(("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}" + digits +
                                "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+")
                                   .c_str()),
                         byteLevelStep(false)});
    }

    Json byteLevel(const Vocab& vocab) const {
        const std::string rule = splitting();
        const Json* merges = find("merges");
        if (merges == nullptr)
            refuse("merges", "is missing");
        Json document{{"pre_tokenizer", preTokenizer(rule)}, {"decoder", byteLevelStep(true)}};
        if (rule == "mpt" || rule == "qwen2" || rule == "deepseek-r1-qwen")
            document["normalizer"] = {{"type", "NFC"}};
        document["model"] = {{"type", "BPE"},
                             {"ignore_merges", rule == "llama-bpe" || rule == "llama3" || rule == "llama-v3"},
                             {"vocab", vocabularyOf(vocab, {kControl, kUserDefined, kUnused})},
                             {"merges", *merges}};
        return document;
    }

    // --- SentencePiece ---

    // SentencePiece joins the two neighbours whose union scores best. As merges, best first: every way to cut a piece
    // into two others.
    Json mergesOf(const Vocab& vocab) const {
        const Json* scores = listOf("scores", vocab.tokens.size());
        if (scores == nullptr)
            refuse("scores", "is missing");
        struct Merge {
            double score;
            std::string_view left, right;
        };
        const auto isPiece = [&](std::size_t id) {
            return vocab.types[id] == kNormal || vocab.types[id] == kUserDefined || vocab.types[id] == kByte;
        };
        std::unordered_map<std::string_view, std::size_t> pieces;
        for (std::size_t id = 0; id < vocab.tokens.size(); ++id)
            if (isPiece(id))
                pieces.emplace(vocab.tokens[id], id);
        std::vector<Merge> merges;
        for (std::size_t id = 0; id < vocab.tokens.size(); ++id) {
            const std::string_view token = vocab.tokens[id];
            if (!(*scores)[id].is_number())
                refuse("scores", "should hold numbers");
            if (vocab.types[id] != kNormal)
                continue;
            if (token.size() > kLongestMerged)
                refuse("tokens", "holds " + inQuotes(token) + ", which is too long for a piece");
            for (std::size_t at = 0; at < token.size();) {
                at += codePointAt(token, at).length;
                if (at < token.size() && pieces.contains(token.substr(0, at)) && pieces.contains(token.substr(at)))
                    merges.push_back({(*scores)[id].get<double>(), token.substr(0, at), token.substr(at)});
            }
        }
        std::stable_sort(merges.begin(), merges.end(), [](const Merge& a, const Merge& b) {
            return std::make_tuple(-a.score, -std::ptrdiff_t(a.left.size()), -std::ptrdiff_t(a.right.size())) <
                   std::make_tuple(-b.score, -std::ptrdiff_t(b.left.size()), -std::ptrdiff_t(b.right.size()));
        });
        Json list = Json::array();
        for (const Merge& merge : merges)
            list.push_back(Json::array({merge.left, merge.right}));
        return list;
    }

    Json sentencePiece(const Vocab& vocab) const {
        if (flag("remove_extra_whitespaces", false))
            refuse("remove_extra_whitespaces", "is set, which is not supported");
        const Json space{{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", kSpace}};
        const Json back{{"type", "Replace"}, {"pattern", {{"String", kSpace}}}, {"content", " "}};
        Json before = Json::array(), after = Json::array({back, {{"type", "ByteFallback"}}, {{"type", "Fuse"}}});
        if (flag("add_space_prefix", true)) {
            before.push_back({{"type", "Prepend"}, {"prepend", kSpace}});
            after.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
        }
        before.push_back(space);
        Json model{{"type", "BPE"},
                   {"fuse_unk", true},
                   {"byte_fallback", true},
                   {"vocab", vocabularyOf(vocab, {kUnused})},
                   {"merges", mergesOf(vocab)}};
        const auto unknown = std::find(vocab.types.begin(), vocab.types.end(), kUnknown);
        if (unknown != vocab.types.end())
            model["unk_token"] = vocab.tokens[static_cast<std::size_t>(unknown - vocab.types.begin())];
        return {{"normalizer", {{"type", "Sequence"}, {"normalizers", std::move(before)}}},
                {"decoder", {{"type", "Sequence"}, {"decoders", std::move(after)}}},
                {"model", std::move(model)}};
    }

    const Json& m_metadata;
    const std::string& m_architecture;
    const std::string& m_file;
};

} // namespace

std::optional<std::string> tokenizerOfGguf(const nlohmann::json& metadata, const std::string& architecture,
                                           const std::string& file) {
    return Reader(metadata, architecture, file).document();
}

} // namespace slopescope
