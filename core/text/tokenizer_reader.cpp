#include "core/text/tokenizer_parts.h"

#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/base/json.h"
#include "core/text/limits.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <unordered_set>

namespace slopescope::text {
namespace {

// Two tokens may share an id, and a token may be empty: the library takes both.
Vocabulary readVocabulary(const JsonNode& node) {
    if (!node.value().is_object())
        node.refuse("should be a JSON object");
    Vocabulary vocabulary;
    for (const auto& [token, value] : node.value().items()) {
        const JsonNode entry(value, node.path() + ": the id of " + inQuotes(token));
        vocabulary[token] = static_cast<std::int32_t>(entry.integer(0, kMostTokens - 1));
    }
    if (vocabulary.empty())
        node.refuse("is empty");
    return vocabulary;
}

Bpe::Merge readMerge(const JsonNode& list, std::size_t rank) {
    const nlohmann::json& merge = list.value()[rank];
    const auto refuse = [&](const char* why) {
        JsonNode(merge, list.path() + "[" + std::to_string(rank) + "]").refuse(why);
    };
    if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string())
        return {merge[0].get<std::string>(), merge[1].get<std::string>()};
    if (!merge.is_string()) // older files write "left right"
        refuse("should hold two tokens");
    const std::string text = merge.get<std::string>();
    const std::size_t space = text.find(' ');
    if (space == std::string::npos || text.find(' ', space + 1) != std::string::npos)
        refuse("should hold two tokens with a space between");
    return {text.substr(0, space), text.substr(space + 1)};
}

// In order of rank, unless "ranks" says otherwise, which only what was read from a GGUF file has. Lines of older files
// may hold the first line of merges.txt, "#version: 0.2".
std::vector<Bpe::Merge> readMerges(const JsonNode& model, const JsonNode& list, Dialect dialect) {
    if (!list.value().is_array())
        list.refuse("should be a list");
    const auto ranks = dialect == Dialect::LlamaCpp ? model.find("ranks") : std::nullopt;
    std::vector<Bpe::Merge> merges;
    for (std::size_t at = 0; at < list.value().size(); ++at) {
        const nlohmann::json& merge = list.value()[at];
        if (merge.is_string() && merge.get_ref<const std::string&>().starts_with("#version"))
            continue;
        merges.push_back(readMerge(list, at));
        merges.back().rank = ranks ? ranks->value().at(at).get<std::int32_t>() : static_cast<std::int32_t>(at);
    }
    return merges;
}

BpeOptions readBpeOptions(const JsonNode& node, Dialect dialect) {
    if (const auto dropout = node.find("dropout"); dropout && dropout->number() != 0)
        dropout->refuse("makes every encoding another one, which is not supported");
    BpeOptions options;
    if (const auto unknown = node.find("unk_token"))
        options.unknown = unknown->text();
    options.fuseUnknown = node.flagOr("fuse_unk", false);
    options.byteFallback = node.flagOr("byte_fallback", false);
    options.ignoreMerges = node.flagOr("ignore_merges", false);
    options.continuingPrefix = node.textOr("continuing_subword_prefix", "");
    options.endSuffix = node.textOr("end_of_word_suffix", "");
    options.mergesOfText = dialect == Dialect::LlamaCpp;
    return options;
}

// Raw bytes are the quick way through a byte-level vocabulary; what is written around its letters needs the letters.
Bpe readBpe(const JsonNode& node, PreTokenizer& pieces, Dialect dialect) {
    Vocabulary vocabulary = readVocabulary(node.at("vocab"));
    BpeOptions options = readBpeOptions(node, dialect);
    if (!options.continuingPrefix.empty() || !options.endSuffix.empty() || options.byteFallback)
        pieces.writeBytes();
    options.bytes = pieces.bytes;
    const JsonNode list = node.at("merges");
    const std::vector<Bpe::Merge> merges = readMerges(node, list, dialect);
    try {
        return Bpe(std::move(vocabulary), merges, std::move(options));
    } catch (const Error& fault) {
        throw Error(list.path() + fault.what());
    }
}

// The library's reader of numbers divides the digits by a power of ten, which can be off in the last bit. That decides
// which of two ways to cut a text scores higher where they are as good.
double asTheLibraryReads(double number) {
    char text[40];
    const char* end = std::to_chars(text, text + sizeof text, number, std::chars_format::scientific).ptr;
    std::uint64_t digits = 0;
    int exponent = 0;
    const char* at = text;
    for (bool fraction = false; at < end && *at != 'e'; ++at) {
        if (*at == '.')
            fraction = true;
        if (*at < '0' || *at > '9')
            continue;
        digits = digits * 10 + static_cast<std::uint64_t>(*at - '0');
        exponent -= fraction ? 1 : 0;
    }
    if (at == end)
        return number; // not finite
    int written = 0;
    std::from_chars(at + (at[1] == '+' ? 2 : 1), end, written);
    exponent += written;
    if (exponent < -300 || exponent > 300)
        return number;
    const double power = std::strtod(("1e" + std::to_string(std::abs(exponent))).c_str(), nullptr);
    const double value = exponent < 0 ? static_cast<double>(digits) / power : static_cast<double>(digits) * power;
    return std::signbit(number) ? -value : value;
}

Unigram readUnigram(const JsonNode& node) {
    const JsonNode list = node.at("vocab");
    std::vector<std::pair<std::string, double>> tokens;
    for (const JsonNode& entry : list.elements()) {
        const auto parts = entry.elements();
        if (parts.size() != 2)
            entry.refuse("should hold a token and its score");
        tokens.emplace_back(parts[0].text(), asTheLibraryReads(parts[1].number()));
        if (!std::isfinite(tokens.back().second))
            parts[1].refuse("should be finite");
    }
    if (tokens.empty() || tokens.size() > static_cast<std::size_t>(kMostTokens))
        list.refuse("should hold 1 to " + std::to_string(kMostTokens) + " tokens");
    std::optional<std::int32_t> unknown;
    if (const auto id = node.find("unk_id"))
        unknown = static_cast<std::int32_t>(id->integer(0, static_cast<std::int64_t>(tokens.size()) - 1));
    return Unigram(std::move(tokens), unknown, node.flagOr("byte_fallback", false));
}

std::variant<Bpe, Unigram> readSubwords(const JsonNode& node, PreTokenizer& pieces, Dialect dialect) {
    // The oldest files do not name the type of a BPE model.
    const std::string type = node.textOr("type", node.find("merges") ? "BPE" : "");
    if (type == "BPE")
        return readBpe(node, pieces, dialect);
    if (type != "Unigram")
        node.refuse("is of the type " + inQuotes(type) + ", which is not supported");
    pieces.writeBytes();
    return readUnigram(node);
}

std::size_t
sizeOf(const std::variant<Bpe, Unigram>& subwords) { // entries of the list, of which two may be the same token
    const auto* unigram = std::get_if<Unigram>(&subwords);
    return unigram != nullptr ? unigram->size() : std::get<Bpe>(subwords).vocabulary().size();
}

void nameTokens(TokenizerParts& parts, const JsonNode& root) {
    const auto name = [&](std::int32_t id, const std::string& token) {
        const auto index = static_cast<std::size_t>(id);
        if (index >= parts.tokens.size())
            parts.tokens.resize(index + 1);
        parts.tokens[index] = token;
    };
    for (const auto& [token, id] :
         std::visit([](const auto& model) -> const Vocabulary& { return model.vocabulary(); }, parts.subwords))
        name(id, token);
    std::unordered_set<std::string_view> special;
    for (const AddedToken& token : parts.added.all()) {
        name(token.id, token.written);
        if (token.special)
            special.insert(token.content);
    }
    // The library goes by what a token is decoded to.
    for (const std::string& token : parts.tokens)
        parts.special.push_back(special.contains(token));
    for (const auto* ids : {&parts.surround.before, &parts.surround.after})
        for (const std::int32_t id : *ids)
            if (id >= static_cast<std::int32_t>(parts.tokens.size()))
                root.at("post_processor").refuse("adds the id " + std::to_string(id) + ", which is no token");
}

} // namespace

TokenizerParts readTokenizer(std::string document, const std::string& name, Dialect dialect) {
    const nlohmann::json json = parseJson(document, name);
    const JsonNode root(json, name + ":");
    const auto normalizer = root.find("normalizer");
    const auto preTokenizer = root.find("pre_tokenizer");
    const auto postProcessor = root.find("post_processor");
    const auto decoder = root.find("decoder");
    const auto added = root.find("added_tokens");

    const Normalizer normalize = normalizer ? readNormalizer(*normalizer) : Normalizer();
    PreTokenizer pieces = preTokenizer ? readPreTokenizer(*preTokenizer) : PreTokenizer();
    auto subwords = readSubwords(root.at("model"), pieces, dialect);
    const Vocabulary& vocabulary =
        std::visit([](const auto& model) -> const Vocabulary& { return model.vocabulary(); }, subwords);
    AddedTokens addedTokens =
        added ? AddedTokens(*added, vocabulary, sizeOf(subwords), normalize, dialect) : AddedTokens();
    TokenizerParts parts{std::move(document),
                         normalize,
                         std::move(pieces),
                         std::move(subwords),
                         std::move(addedTokens),
                         postProcessor ? readPostProcessor(*postProcessor) : Surround(),
                         decoder ? Decoder(*decoder) : Decoder()};
    nameTokens(parts, root);
    return parts;
}

} // namespace slopescope::text
