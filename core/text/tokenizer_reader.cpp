#include "core/text/tokenizer_parts.h"

#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/base/json.h"
#include "core/text/limits.h"

#include <cmath>
#include <unordered_set>

namespace slopescope::text {
namespace {

Vocabulary readVocabulary(const JsonNode& node) {
    if (!node.value().is_object())
        node.refuse("should be a JSON object");
    Vocabulary vocabulary;
    std::unordered_set<std::int32_t> ids;
    for (const auto& [token, value] : node.value().items()) {
        if (token.empty())
            node.refuse("has an empty token");
        const JsonNode entry(value, node.path() + ": the id of " + inQuotes(token));
        const auto id = static_cast<std::int32_t>(entry.integer(0, kMostTokens - 1));
        if (!ids.insert(id).second)
            node.refuse("gives the id " + std::to_string(id) + " to two tokens");
        vocabulary[token] = id;
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
    Bpe::Merge pair;
    if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
        pair = {merge[0].get<std::string>(), merge[1].get<std::string>()};
    } else if (merge.is_string()) { // older files write "left right"
        const std::string text = merge.get<std::string>();
        const std::size_t space = text.find(' ');
        if (space == std::string::npos || text.find(' ', space + 1) != std::string::npos)
            refuse("should hold two tokens with a space between");
        pair = {text.substr(0, space), text.substr(space + 1)};
    } else {
        refuse("should hold two tokens");
    }
    if (pair.first.empty() || pair.second.empty())
        refuse("merges an empty token");
    return pair;
}

Bpe readBpe(const JsonNode& node, bool bytes) {
    Vocabulary vocabulary = readVocabulary(node.at("vocab"));
    if (const auto dropout = node.find("dropout"); dropout && dropout->number() != 0)
        dropout->refuse("makes every encoding another one, which is not supported");
    BpeOptions options;
    options.bytes = bytes;
    if (const auto unknown = node.find("unk_token")) {
        options.unknown = idOf(vocabulary, unknown->text());
        if (*options.unknown == kNoToken)
            unknown->refuse("is " + inQuotes(unknown->text()) + ", which is not in the vocabulary");
    }
    options.fuseUnknown = node.flagOr("fuse_unk", false);
    options.byteFallback = node.flagOr("byte_fallback", false);
    options.ignoreMerges = node.flagOr("ignore_merges", false);
    options.continuingPrefix = node.textOr("continuing_subword_prefix", "");
    options.endSuffix = node.textOr("end_of_word_suffix", "");

    const JsonNode list = node.at("merges");
    std::vector<Bpe::Merge> merges;
    if (!list.value().is_array())
        list.refuse("should be a list");
    for (std::size_t rank = 0; rank < list.value().size(); ++rank)
        merges.push_back(readMerge(list, rank));
    try {
        return Bpe(std::move(vocabulary), merges, std::move(options));
    } catch (const Error& fault) {
        throw Error(list.path() + fault.what());
    }
}

Unigram readUnigram(const JsonNode& node) {
    const JsonNode list = node.at("vocab");
    std::vector<std::pair<std::string, double>> tokens;
    for (const JsonNode& entry : list.elements()) {
        const auto parts = entry.elements();
        if (parts.size() != 2)
            entry.refuse("should hold a token and its score");
        tokens.emplace_back(parts[0].text(), parts[1].number());
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

std::variant<Bpe, Unigram> readSubwords(const JsonNode& node, bool bytes) {
    // The oldest files do not name the type of a BPE model.
    const std::string type = node.textOr("type", node.find("merges") ? "BPE" : "");
    if (type == "BPE")
        return readBpe(node, bytes);
    if (type != "Unigram")
        node.refuse("is of the type " + inQuotes(type) + ", which is not supported");
    if (bytes)
        node.refuse("is a Unigram model over bytes, which is not supported");
    return readUnigram(node);
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
    for (const AddedToken& token : parts.added.all())
        name(token.id, token.content);
    parts.special.resize(parts.tokens.size());
    for (const AddedToken& token : parts.added.all())
        if (token.special)
            parts.special[static_cast<std::size_t>(token.id)] = true;
    for (const auto* ids : {&parts.surround.before, &parts.surround.after})
        for (const std::int32_t id : *ids)
            if (id >= static_cast<std::int32_t>(parts.tokens.size()))
                root.at("post_processor").refuse("adds the id " + std::to_string(id) + ", which is no token");
}

} // namespace

TokenizerParts readTokenizer(std::string document, const std::string& name) {
    const nlohmann::json json = parseJson(document, name);
    const JsonNode root(json, name + ":");
    const auto normalizer = root.find("normalizer");
    const auto preTokenizer = root.find("pre_tokenizer");
    const auto postProcessor = root.find("post_processor");
    const auto decoder = root.find("decoder");
    const auto added = root.find("added_tokens");

    const Normalizer normalize = normalizer ? readNormalizer(*normalizer) : Normalizer();
    PreTokenizer pieces = preTokenizer ? readPreTokenizer(*preTokenizer) : PreTokenizer();
    auto subwords = readSubwords(root.at("model"), pieces.bytes);
    const Vocabulary& vocabulary =
        std::visit([](const auto& model) -> const Vocabulary& { return model.vocabulary(); }, subwords);
    AddedTokens addedTokens = added ? AddedTokens(*added, vocabulary, normalize) : AddedTokens();
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
