#include "core/text/normalizers.h"

#include "core/base/code_points.h"
#include "core/base/in_quotes.h"
#include "core/text/byte_alphabet.h"
#include "core/text/pattern.h"
#include "core/text/precompiled.h"
#include "core/text/unicode.h"

#include <algorithm>
#include <memory>

namespace slopescope::text {
namespace {

bool isAscii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char byte) { return static_cast<signed char>(byte) >= 0; });
}

// Rewrites a text character by character: change(builder, character, its range).
template <typename Change>
AlignedText eachCharacter(const AlignedText& text, Change change) {
    AlignedTextBuilder builder(text);
    for (std::size_t at = 0; at < text.text().size();) {
        const CodePoint point = codePointAt(text.text(), at);
        change(builder, point.value, Range{at, at + point.length});
        at += point.length;
    }
    return std::move(builder).finish();
}

AlignedText normalForm(AlignedText text, NormalForm form) {
    const std::string_view bytes = text.text();
    if (isAscii(bytes))
        return text;
    AlignedTextBuilder builder(text);
    for (std::size_t at = 0; at < bytes.size();) {
        const Range run{at, normalizationRunEnd(bytes, at)};
        at = run.end;
        const std::string_view old = run.of(bytes);
        const std::string changed = isAscii(old) ? std::string(old) : normalized(old, form);
        if (changed == old)
            builder.keep(run);
        else
            builder.put(changed, run);
    }
    return std::move(builder).finish();
}

AlignedText lowerCase(const AlignedText& text) {
    return eachCharacter(text, [](AlignedTextBuilder& builder, char32_t c, Range range) {
        std::string lower;
        appendLower(lower, c);
        builder.put(lower, range);
    });
}

AlignedText withoutMarks(const AlignedText& text) {
    return eachCharacter(text, [](AlignedTextBuilder& builder, char32_t c, Range range) {
        if (!isMark(c))
            builder.keep(range);
    });
}

AlignedText inByteAlphabet(const AlignedText& text) {
    AlignedTextBuilder builder(text);
    for (std::size_t at = 0; at < text.text().size(); ++at)
        builder.put(toByteAlphabet(text.text().substr(at, 1)), {at, at + 1});
    return std::move(builder).finish();
}

AlignedText stripped(AlignedText text, bool left, bool right) {
    const std::string_view bytes = text.text();
    Range kept{0, bytes.size()};
    while (left && kept.begin < kept.end) {
        const CodePoint point = codePointAt(bytes, kept.begin);
        if (!isWhiteSpace(point.value))
            break;
        kept.begin += point.length;
    }
    while (right && kept.begin < kept.end) {
        std::size_t last = kept.end - 1;
        while ((static_cast<unsigned char>(bytes[last]) & 0xC0) == 0x80)
            --last;
        if (!isWhiteSpace(codePointAt(bytes, last).value))
            break;
        kept.end = last;
    }
    if (kept.size() == bytes.size())
        return text;
    AlignedTextBuilder builder(text);
    builder.keep(kept);
    return std::move(builder).finish();
}

std::size_t lastCharacter(std::string_view text, Range range) {
    std::size_t last = range.end;
    while (last > range.begin && (last == range.end || (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80))
        --last;
    return last;
}

AlignedText replaced(AlignedText text, const Pattern& pattern, const std::string& content) {
    std::vector<Match> matches;
    pattern.find(text.text(), matches);
    if (std::none_of(matches.begin(), matches.end(), [](const Match& match) { return match.matched; }))
        return text;
    AlignedTextBuilder builder(text);
    for (const Match& match : matches) {
        // In the library the content stands for the last character. That matters at the text's very beginning: Metaspace
        // asks whether a piece begins there.
        const Range source{match.range.begin == 0 ? lastCharacter(text.text(), match.range) : match.range.begin,
                           match.range.end};
        if (match.matched)
            builder.put(content, source);
        else
            builder.keep(match.range);
    }
    return std::move(builder).finish();
}

AlignedText prepended(AlignedText text, const std::string& prefix) {
    if (text.text().empty())
        return text;
    AlignedTextBuilder builder(text);
    builder.put(prefix, {0, 0});
    builder.keep({0, text.text().size()});
    return std::move(builder).finish();
}

Normalizer readSequence(const JsonNode& node) {
    std::vector<Normalizer> steps;
    for (const JsonNode& element : node.at("normalizers").elements())
        steps.push_back(readNormalizer(element));
    return [steps](AlignedText text) {
        for (const Normalizer& step : steps)
            text = step(std::move(text));
        return text;
    };
}

} // namespace

Normalizer readNormalizer(const JsonNode& node) {
    const std::string type = node.at("type").text();
    const auto form = [](NormalForm chosen) -> Normalizer {
        return [chosen](AlignedText text) { return normalForm(std::move(text), chosen); };
    };
    if (type == "Sequence")
        return readSequence(node);
    if (type == "NFC")
        return form(NormalForm::nfc);
    if (type == "NFD")
        return form(NormalForm::nfd);
    if (type == "NFKC")
        return form(NormalForm::nfkc);
    if (type == "NFKD")
        return form(NormalForm::nfkd);
    if (type == "Lowercase")
        return lowerCase;
    if (type == "StripAccents")
        return withoutMarks;
    if (type == "ByteLevel")
        return inByteAlphabet;
    if (type == "Strip")
        return [left = node.flagOr("strip_left", false), right = node.flagOr("strip_right", false)](AlignedText text) {
            return stripped(std::move(text), left, right);
        };
    if (type == "Prepend")
        return [prefix = node.at("prepend").text()](AlignedText text) { return prepended(std::move(text), prefix); };
    if (type == "Replace")
        return [pattern = readPattern(node.at("pattern")), content = node.at("content").text()](AlignedText text) {
            return replaced(std::move(text), *pattern, content);
        };
    if (type == "Precompiled") {
        const auto charsMap = std::make_shared<const Precompiled>(node.at("precompiled_charsmap"));
        return [charsMap](AlignedText text) { return charsMap->apply(std::move(text)); };
    }
    node.refuse("is the normalizer " + inQuotes(type) + ", which is not supported");
}

} // namespace slopescope::text
