#include "core/text/decoders.h"

#include "core/base/code_points.h"
#include "core/base/in_quotes.h"
#include "core/base/utf8.h"
#include "core/text/byte_alphabet.h"
#include "core/text/pattern.h"

#include <charconv>
#include <optional>

namespace slopescope::text {
namespace {

using Tokens = std::vector<std::string>;
constexpr const char* kReplacement = "\uFFFD";

std::string join(const Tokens& tokens, const char* between = "") {
    std::string text;
    for (std::size_t i = 0; i < tokens.size(); ++i)
        text += (i > 0 ? between : "") + tokens[i];
    return text;
}

std::string alphabetToBytes(const std::string& token) {
    return fromByteAlphabet(token).value_or(token);
}

void decodeByteLevel(Tokens& tokens) {
    std::string bytes;
    for (const std::string& token : tokens)
        bytes += alphabetToBytes(token);
    tokens = {withoutInvalidUtf8(bytes)};
}

// The byte of a token like <0x0A>.
std::optional<char> byteOf(const std::string& token) {
    if (token.size() != 6 || !token.starts_with("<0x") || !token.ends_with('>'))
        return std::nullopt;
    unsigned value = 0;
    const auto [end, fault] = std::from_chars(token.data() + 3, token.data() + 5, value, 16);
    if (fault != std::errc() || end != token.data() + 5)
        return std::nullopt;
    return static_cast<char>(value);
}

// A run of bytes that is no text becomes as many U+FFFD.
void decodeByteFallback(Tokens& tokens) {
    Tokens result;
    std::string run;
    const auto flush = [&] {
        if (run.empty())
            return;
        if (firstInvalidUtf8(run))
            result.insert(result.end(), run.size(), kReplacement);
        else
            result.push_back(run);
        run.clear();
    };
    for (std::string& token : tokens) {
        if (const auto byte = byteOf(token)) {
            run += *byte;
            continue;
        }
        flush();
        result.push_back(std::move(token));
    }
    flush();
    tokens = std::move(result);
}

std::string replaceAll(const Pattern& pattern, const std::string& content, const std::string& token) {
    std::vector<Match> matches;
    pattern.find(token, matches);
    std::string text;
    for (const Match& match : matches)
        text += match.matched ? content : std::string(match.range.of(token));
    return text;
}

void strip(std::string& token, const std::string& content, std::int64_t start, std::int64_t stop) {
    for (; start > 0 && token.starts_with(content); --start)
        token.erase(0, content.size());
    for (; stop > 0 && token.ends_with(content); --stop)
        token.resize(token.size() - content.size());
}

std::string characterText(const JsonNode& node) {
    std::string text;
    appendCodePoint(text, node.character());
    return text;
}

bool prepends(const JsonNode& metaspace) {
    const auto scheme = metaspace.find("prepend_scheme");
    return scheme ? scheme->text() != "never" : metaspace.flagOr("add_prefix_space", true);
}

} // namespace

Decoder::Decoder(const JsonNode& node) {
    read(node);
}

void Decoder::read(const JsonNode& node) {
    const std::string type = node.at("type").text();
    const auto unchanged = [](std::string token) { return token; };
    const auto eachBy = [](std::function<std::string(std::string)> one) -> Step {
        return {[one](Tokens& tokens) {
                    for (std::string& token : tokens)
                        token = one(std::move(token));
                },
                one};
    };
    if (type == "Sequence") {
        for (const JsonNode& element : node.at("decoders").elements())
            read(element);
    } else if (type == "ByteLevel") {
        m_steps.push_back({decodeByteLevel, alphabetToBytes});
    } else if (type == "ByteFallback") {
        m_steps.push_back({decodeByteFallback, [](std::string token) {
                               const auto byte = byteOf(token);
                               return byte ? std::string(1, *byte) : token;
                           }});
    } else if (type == "Fuse") {
        m_steps.push_back({[](Tokens& tokens) { tokens = {join(tokens)}; }, unchanged});
    } else if (type == "Replace") {
        m_steps.push_back(eachBy([pattern = readPattern(node.at("pattern")), content = node.at("content").text()](
                                     const std::string& token) { return replaceAll(*pattern, content, token); }));
    } else if (type == "Strip") {
        m_steps.push_back({[content = characterText(node.at("content")), start = node.at("start").integer(0, INT32_MAX),
                            stop = node.at("stop").integer(0, INT32_MAX)](Tokens& tokens) {
                               for (std::string& token : tokens)
                                   strip(token, content, start, stop);
                           },
                           unchanged});
    } else if (type == "Metaspace") {
        const auto mark = textPattern(characterText(node.at("replacement")));
        m_steps.push_back({[mark, prepended = prepends(node)](Tokens& tokens) {
                               for (std::size_t i = 0; i < tokens.size(); ++i)
                                   tokens[i] = replaceAll(*mark, i == 0 && prepended ? "" : " ", tokens[i]);
                           },
                           [mark](const std::string& token) { return replaceAll(*mark, " ", token); }});
    } else {
        node.refuse("is the decoder " + inQuotes(type) + ", which is not supported");
    }
}

std::string Decoder::text(Tokens tokens) const {
    if (m_steps.empty())
        return join(tokens, " ");
    for (const Step& step : m_steps)
        step.all(tokens);
    return join(tokens);
}

std::string Decoder::bytes(std::string token) const {
    for (const Step& step : m_steps)
        token = step.one(std::move(token));
    return token;
}

} // namespace slopescope::text
