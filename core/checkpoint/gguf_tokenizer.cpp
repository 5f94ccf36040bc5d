#include "core/checkpoint/gguf_tokenizer.h"

#include "core/checkpoint/gguf_splitting.h"
#include "core/base/code_points.h"
#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/text/limits.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <span>
#include <unordered_set>
#include <vector>

namespace slopescope {
namespace {

using Json = nlohmann::json;

// What a token is for, by number.
enum : std::int64_t { kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4, kUnused = 5, kByte = 6 };

constexpr std::size_t kLongestMerged = 1024;   // bytes; the pieces of SentencePiece have 16 characters at most
constexpr const char* kSpace = "\xE2\x96\x81"; // "▁", which SentencePiece writes for a space

// clang-format off
// What llama.cpp takes for the end of a text or of a turn, or for a mark of code, whatever type a file gives it.
constexpr const char* kAlwaysControl[] = {
    "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<end_of_turn>", "<|endoftext|>", "<|eom_id|>",
    "<EOT>", "_<EOT>", "[EOT]", "[EOS]", "</s>", "<eos>", "<turn|>", "<|tool_response>", "[e~[", "<|end_of_text|>",
    "<end_of_utterance>", "<\uFF5Cend\u2581of\u2581sentence\uFF5C>",
    "<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<\uFF5Cfim\u2581begin\uFF5C>", "<PRE>", "\u2581<PRE>", "<|code_prefix|>",
    "<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>", "<\uFF5Cfim\u2581hole\uFF5C>", "<SUF>", "\u2581<SUF>", "<|code_suffix|>",
    "<|fim_middle|>", "<fim-middle>", "<fim_middle>", "<\uFF5Cfim\u2581end\uFF5C>", "<MID>", "\u2581<MID>", "<|code_middle|>",
    "<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>",
    "<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>", "<|file_sep|>",
};
// And what it always finds in a text.
constexpr const char* kAlwaysFound[] = {"<|channel|>", "<|message|>", "<|start|>", "<|constrain|>"};
// clang-format on
constexpr const char* kPhiKeepsSpace[] = {"<unk>", "<s>", "<|endoftext|>"};

struct Vocab {
    std::vector<std::string> tokens; // by id
    std::vector<std::int64_t> types;
};

bool isOneOf(const std::string& token, std::span<const char* const> list) {
    return std::find(list.begin(), list.end(), token) != list.end();
}

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
        const bool endsByTools =
            std::find(vocab.tokens.begin(), vocab.tokens.end(), "<|tool_response>") != vocab.tokens.end();
        for (std::size_t id = 0; id < vocab.tokens.size(); ++id) {
            if (endsByTools && vocab.tokens[id] == "</s>")
                vocab.types[id] = kNormal;
            else if (isOneOf(vocab.tokens[id], kAlwaysControl))
                vocab.types[id] = kControl;
            if (isOneOf(vocab.tokens[id], kAlwaysFound))
                vocab.types[id] = kUserDefined;
        }
        return vocab;
    }

    // --- The parts of a tokenizer.json ---

    // Tokens by their text, of every type: llama.cpp goes by the text alone when it merges. Those without one are not
    // there.
    Json vocabularyOf(const Vocab& vocab) const {
        Json::object_t entries;
        for (std::size_t id = 0; id < vocab.tokens.size(); ++id)
            if (!vocab.tokens[id].empty() && !entries.emplace(vocab.tokens[id], id).second)
                refuse("tokens", "holds " + inQuotes(vocab.tokens[id]) + " twice");
        return entries;
    }

    // Phi-3's tokens take the white space after them. A file tells that only by the model's name.
    bool takesSpaceAfter(const std::string& token) const {
        const auto name = m_metadata.find("general.name");
        if (name == m_metadata.end() || !name->is_string() || isOneOf(token, kPhiKeepsSpace))
            return false;
        std::string lower = name->get<std::string>();
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        return lower.find("phi-3") != std::string::npos || lower.find("phi3") != std::string::npos;
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
                            {"rstrip", takesSpaceAfter(vocab.tokens[id])},
                            {"normalized", false},
                            {"special", type != kUserDefined}});
        }
        return list;
    }

    // The tokens that are put around a text. llama.cpp has ids of its own where a file does not say.
    Json surround(const Vocab& vocab, bool isSentencePiece) const {
        const auto text = [](const char* name) { return Json{{"Sequence", {{"id", name}, {"type_id", 0}}}}; };
        Json single = Json::array(), special = Json::object();
        const auto append = [&](const char* key, std::uint64_t otherwise) {
            const Json* given = find(key);
            if (given != nullptr && !given->is_number_unsigned())
                refuse(key, "should be the id of a token");
            std::uint64_t id = given != nullptr ? given->get<std::uint64_t>() : otherwise;
            if (id >= vocab.tokens.size())
                id = otherwise;
            if (id >= vocab.tokens.size())
                refuse(key, "should be the id of a token");
            single.push_back(Json{{"SpecialToken", {{"id", key}, {"type_id", 0}}}});
            special[key] = {{"id", key}, {"ids", Json::array({id})}, {"tokens", Json::array({key})}};
        };
        const SplittingRule* const rule = splittingRule(splitting());
        const bool begins = isSentencePiece || (rule != nullptr && rule->beginsText); // where the file does not say
        if (flag("add_bos_token", begins))
            append("bos_token_id", isSentencePiece ? 1 : 11);
        single.push_back(text("A"));
        if (flag("add_eos_token", false))
            append("eos_token_id", isSentencePiece ? 2 : 11);
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
    static Json split(std::string_view regex) {
        return {{"type", "Split"}, {"pattern", {{"Regex", regex}}}, {"behavior", "Isolated"}, {"invert", false}};
    }

    Json preTokenizer(const std::string& name, const SplittingRule* rule) const {
        if (name == "falcon")
            return sequence({{{"type", "Punctuation"}, {"behavior", "Contiguous"}},
                             byteLevelStep(true),
                             {{"type", "Digits"}, {"individual_digits", false}},
                             split("[0-9][0-9][0-9]")});
        if (rule == nullptr)
            refuse("pre", "is " + inQuotes(name) + ", a way to split text that is not supported");
        Json::array_t steps;
        for (const std::string_view step : rule->steps)
            steps.push_back(step == kGpt2Step ? byteLevelStep(true) : split(step));
        if (rule->steps.back() != kGpt2Step)
            steps.push_back(byteLevelStep(false));
        return {{"type", "Sequence"}, {"pretokenizers", std::move(steps)}};
    }

    // "left right", cut at the first space behind the first letter.
    Json textMerges(const Json& merges) const {
        Json list = Json::array();
        if (!merges.is_array())
            refuse("merges", "should be a list");
        for (const Json& merge : merges) {
            if (!merge.is_string())
                refuse("merges", "should hold texts");
            const auto& text = merge.get_ref<const std::string&>();
            const std::size_t space = text.find(' ', 1);
            if (space != std::string::npos)
                list.push_back(Json::array({text.substr(0, space), text.substr(space + 1)}));
        }
        return list;
    }

    Json byteLevel(const Vocab& vocab) const {
        const std::string name = splitting();
        const SplittingRule* const rule = splittingRule(name);
        const Json* merges = find("merges");
        if (merges == nullptr)
            refuse("merges", "is missing");
        Json document{{"pre_tokenizer", preTokenizer(name, rule)}, {"decoder", byteLevelStep(true)}};
        if (rule != nullptr && rule->composes)
            document["normalizer"] = {{"type", "NFC"}};
        document["model"] = {{"type", "BPE"},
                             {"ignore_merges", rule != nullptr && rule->takesWholeWords},
                             {"vocab", vocabularyOf(vocab)},
                             {"merges", textMerges(*merges)}};
        return document;
    }

    // --- SentencePiece ---

    struct Merge {
        double score;
        std::string_view left, right;
    };

    // Every way to cut a token into two parts that may stand side by side: a part is a token or one character.
    static void cut(std::string_view token, double score, const std::unordered_set<std::string_view>& tokens,
                    std::vector<Merge>& merges) {
        const auto mayStand = [&](std::string_view part) {
            return part.size() == codePointAt(part, 0).length || tokens.contains(part);
        };
        for (std::size_t at = 0; at < token.size();) {
            at += codePointAt(token, at).length;
            if (at < token.size() && mayStand(token.substr(0, at)) && mayStand(token.substr(at)))
                merges.push_back({score, token.substr(0, at), token.substr(at)});
        }
    }

    double scoreOf(const Json* scores, std::size_t id) const {
        if (scores == nullptr)
            return 0;
        const Json& score = (*scores)[id];
        if (!score.is_number() || std::isnan(score.get<double>()))
            refuse("scores", "should hold numbers");
        return score.get<double>();
    }

    // SentencePiece joins the two neighbours whose union scores best, and of equal ones the leftmost. As merges, best
    // first; those of one score have one rank.
    void addMerges(const Vocab& vocab, Json& model) const {
        const Json* scores = listOf("scores", vocab.tokens.size());
        const std::unordered_set<std::string_view> tokens(vocab.tokens.begin(), vocab.tokens.end());
        std::vector<Merge> merges;
        for (std::size_t id = 0; id < vocab.tokens.size(); ++id) {
            const std::string& token = vocab.tokens[id];
            if (token.size() > kLongestMerged)
                refuse("tokens", "holds " + inQuotes(token) + ", which is too long for a piece");
            cut(token, scoreOf(scores, id), tokens, merges);
        }
        std::stable_sort(merges.begin(), merges.end(),
                         [](const Merge& a, const Merge& b) { return a.score > b.score; });
        Json list = Json::array(), ranks = Json::array();
        std::int32_t rank = 0;
        for (std::size_t i = 0; i < merges.size(); ++i) {
            if (i > 0 && merges[i].score != merges[i - 1].score)
                ++rank;
            list.push_back(Json::array({merges[i].left, merges[i].right}));
            ranks.push_back(rank);
        }
        model["merges"] = std::move(list);
        model["ranks"] = std::move(ranks);
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
        Json model{{"type", "BPE"}, {"fuse_unk", true}, {"byte_fallback", true}, {"vocab", vocabularyOf(vocab)}};
        addMerges(vocab, model);
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
