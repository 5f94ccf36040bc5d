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

Surround readTemplate(const JsonNode& node) {
    Surround surround;
    int texts = 0;
    const JsonNode single = node.at("single");
    for (const JsonNode& part : single.elements()) {
        if (part.find("Sequence")) {
            ++texts;
            continue;
        }
        const std::string name = part.at("SpecialToken").at("id").text();
        for (const JsonNode& id : node.at("special_tokens").at(name).at("ids").elements())
            (texts == 0 ? surround.before : surround.after).push_back(readId(id));
    }
    if (texts != 1)
        single.refuse("should hold the text once");
    return surround;
}

// Each processor wraps what the ones before it made.
Surround readSequence(const JsonNode& node) {
    Surround all;
    for (const JsonNode& element : node.at("processors").elements()) {
        const Surround outer = readPostProcessor(element);
        all.before.insert(all.before.begin(), outer.before.begin(), outer.before.end());
        all.after.insert(all.after.end(), outer.after.begin(), outer.after.end());
    }
    return all;
}

} // namespace

Surround readPostProcessor(const JsonNode& node) {
    const std::string type = node.at("type").text();
    if (type == "Sequence")
        return readSequence(node);
    if (type == "TemplateProcessing")
        return readTemplate(node);
    if (type == "BertProcessing" || type == "RobertaProcessing")
        return {{readNamedId(node.at("cls"))}, {readNamedId(node.at("sep"))}};
    if (type == "ByteLevel") // trims the offsets of tokens, which ours keep whole
        return {};
    node.refuse("is the post-processor " + inQuotes(type) + ", which is not supported");
}

} // namespace slopescope::text
