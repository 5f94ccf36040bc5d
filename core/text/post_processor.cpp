#include "core/text/post_processor.h"

#include "core/base/in_quotes.h"
#include "core/text/limits.h"

namespace slopescope::text {
namespace {

std::int32_t readId(const JsonNode& node) {
    return static_cast<std::int32_t>(node.integer(0, kMostTokens - 1));
}

// ["</s>", 2]
std::int32_t readNamedId(const JsonNode& node) {
    const auto parts = node.elements();
    if (parts.size() != 2)
        node.refuse("should hold a token and its id");
    return readId(parts[1]);
}

constexpr std::int32_t kText = -1;      // where the text goes
using Part = std::vector<std::int32_t>; // ids, and kText

// Parts side by side: a template makes one of each of its members, and what comes after it sees them one by one.
std::vector<Part> applyTemplate(const JsonNode& node, const std::vector<Part>& parts) {
    if (parts.size() > 2)
        node.refuse("follows a template of more than two parts, which is not supported");
    const JsonNode single = node.at(parts.size() == 1 ? "single" : "pair");
    std::vector<Part> result;
    for (const JsonNode& member : single.elements()) {
        if (const auto sequence = member.find("Sequence")) {
            const std::string name = sequence->textOr("id", "A");
            if (name != "A" && (name != "B" || parts.size() == 1))
                sequence->refuse("is " + inQuotes(name) + ", of which there is none");
            result.push_back(parts[name == "A" ? 0 : 1]);
            continue;
        }
        const std::string name = member.at("SpecialToken").at("id").text();
        Part& ids = result.emplace_back();
        for (const JsonNode& id : node.at("special_tokens").at(name).at("ids").elements())
            ids.push_back(readId(id));
    }
    if (result.empty())
        single.refuse("should hold the text once");
    return result;
}

// [CLS] A [SEP], and B [SEP] for every further part; RoBERTa has a [SEP] before it too.
std::vector<Part> applyBert(const JsonNode& node, std::vector<Part> parts, bool separatesTwice) {
    const std::int32_t begin = readNamedId(node.at("cls")), end = readNamedId(node.at("sep"));
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i == 0)
            parts[i].insert(parts[i].begin(), begin);
        else if (separatesTwice)
            parts[i].insert(parts[i].begin(), end);
        parts[i].push_back(end);
    }
    return parts;
}

std::vector<Part> apply(const JsonNode& node, std::vector<Part> parts) {
    const std::string type = node.at("type").text();
    if (type == "TemplateProcessing")
        return applyTemplate(node, parts);
    if (type == "BertProcessing" || type == "RobertaProcessing")
        return applyBert(node, std::move(parts), type == "RobertaProcessing");
    if (type == "ByteLevel") // trims the offsets of tokens, which ours keep whole
        return parts;
    if (type != "Sequence")
        node.refuse("is the post-processor " + inQuotes(type) + ", which is not supported");
    for (const JsonNode& element : node.at("processors").elements())
        parts = apply(element, std::move(parts));
    return parts;
}

} // namespace

Surround readPostProcessor(const JsonNode& node) {
    Surround surround;
    int texts = 0;
    for (const Part& part : apply(node, {{kText}}))
        for (const std::int32_t id : part) {
            if (id == kText)
                ++texts;
            else
                (texts == 0 ? surround.before : surround.after).push_back(id);
        }
    if (texts != 1)
        node.refuse("should hold the text once");
    return surround;
}

} // namespace slopescope::text
