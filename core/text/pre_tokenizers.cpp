#include "core/text/pre_tokenizers.h"

#include "core/base/code_points.h"
#include "core/base/in_quotes.h"
#include "core/text/byte_alphabet.h"
#include "core/text/gpt2_pieces.h"
#include "core/text/pattern.h"
#include "core/text/split.h"
#include "core/text/unicode.h"

#include <algorithm>
#include <array>
#include <memory>

namespace slopescope::text {
namespace {

using Step = std::function<void(Pieces&, const Job&)>;

Step splitting(SharedPattern pattern, SplitBehavior behavior, bool invert = false) {
    return [pattern = std::move(pattern), behavior, invert](Pieces& pieces, const Job& job) {
        splitPieces(pieces, *pattern, behavior, invert, job);
    };
}

// Rewrites every piece of text: write(builder, range) appends what takes its place.
template <typename Write>
void rewrite(Pieces& pieces, Write write) {
    AlignedTextBuilder builder(pieces.text);
    for (Piece& piece : pieces.list) {
        const std::size_t begin = builder.size();
        if (piece.token == kNoToken)
            write(builder, piece.range);
        else
            builder.keep(piece.range);
        piece.range = {begin, builder.size()};
    }
    pieces.text = std::move(builder).finish();
}

void prefixSpaces(Pieces& pieces, const Job&) {
    const auto lacksSpace = [&](Range piece) { return !piece.of(pieces.text.text()).starts_with(' '); };
    if (std::none_of(pieces.list.begin(), pieces.list.end(),
                     [&](const Piece& piece) { return piece.token == kNoToken && lacksSpace(piece.range); }))
        return;
    rewrite(pieces, [&](AlignedTextBuilder& builder, Range piece) {
        if (lacksSpace(piece))
            builder.put(" ", {piece.begin, piece.begin});
        builder.keep(piece);
    });
}

void mapBytes(Pieces& pieces, const Job&) {
    static const auto kLetters = [] {
        std::array<std::string, 256> letters;
        for (std::size_t byte = 0; byte < letters.size(); ++byte)
            appendCodePoint(letters[byte], byteAlphabet()[byte]);
        return letters;
    }();
    rewrite(pieces, [&](AlignedTextBuilder& builder, Range piece) {
        for (std::size_t at = piece.begin; at < piece.end; ++at)
            builder.put(kLetters[static_cast<unsigned char>(pieces.text.text()[at])], {at, at + 1});
    });
}

enum class Prepend { always, first, never };

Prepend readPrepend(const JsonNode& node) {
    const auto scheme = node.find("prepend_scheme");
    if (!scheme) // files from before the schemes
        return node.flagOr("add_prefix_space", true) ? Prepend::always : Prepend::never;
    const std::string text = scheme->text();
    if (text == "always")
        return Prepend::always;
    if (text == "first")
        return Prepend::first;
    if (text == "never")
        return Prepend::never;
    scheme->refuse("is " + inQuotes(text) + ", which is not supported");
}

void readMetaspace(const JsonNode& node, PreTokenizer& result) {
    std::string mark;
    appendCodePoint(mark, node.at("replacement").character());
    const Prepend prepend = readPrepend(node);
    result.steps.push_back([mark, prepend](Pieces& pieces, const Job&) {
        const std::string_view text = pieces.text.text();
        rewrite(pieces, [&](AlignedTextBuilder& builder, Range piece) {
            const bool marked = piece.of(text).starts_with(' ') || piece.of(text).starts_with(mark);
            const bool first = pieces.text.source(piece).begin == 0;
            if (!marked && (prepend == Prepend::always || (prepend == Prepend::first && first)))
                builder.put(mark, {piece.begin, piece.begin});
            for (std::size_t at = piece.begin; at < piece.end;) {
                const std::size_t space = std::min(text.find(' ', at), piece.end);
                builder.keep({at, space});
                if (space < piece.end)
                    builder.put(mark, {space, space + 1});
                at = space + 1;
            }
        });
    });
    if (node.flagOr("split", true))
        result.steps.push_back(splitting(textPattern(mark), SplitBehavior::mergedWithNext));
}

void readByteLevel(const JsonNode& node, PreTokenizer& result) {
    if (node.flagOr("add_prefix_space", true))
        result.steps.push_back(prefixSpaces);
    if (node.flagOr("use_regex", true))
        result.steps.push_back(splitting(regexPattern(kGpt2Pieces), SplitBehavior::isolated));
    result.bytes = true;
}

void splitEvery(Pieces& pieces, std::size_t characters) {
    std::vector<Piece> list;
    for (const Piece& piece : pieces.list) {
        if (piece.token != kNoToken) {
            list.push_back(piece);
            continue;
        }
        std::size_t begin = piece.range.begin, count = 0;
        for (std::size_t at = begin; at < piece.range.end;) {
            at += codePointAt(pieces.text.text(), at).length;
            if (++count == characters || at == piece.range.end) {
                list.push_back({{begin, at}, kNoToken});
                begin = at;
                count = 0;
            }
        }
    }
    pieces.list = std::move(list);
}

void readInto(const JsonNode& node, PreTokenizer& result) {
    const std::string type = node.at("type").text();
    if (type == "Sequence") {
        for (const JsonNode& element : node.at("pretokenizers").elements())
            readInto(element, result);
        return;
    }
    result.writeBytes(); // a byte-level step may come before: what follows sees its alphabet
    if (type == "ByteLevel") {
        readByteLevel(node, result);
    } else if (type == "Metaspace") {
        readMetaspace(node, result);
    } else if (type == "Split") {
        result.steps.push_back(splitting(readPattern(node.at("pattern")), readBehavior(node.at("behavior")),
                                         node.flagOr("invert", false)));
    } else if (type == "Digits") {
        result.steps.push_back(splitting(characterPattern(isNumeric), node.flagOr("individual_digits", false)
                                                                          ? SplitBehavior::isolated
                                                                          : SplitBehavior::contiguous));
    } else if (type == "Punctuation") {
        const auto behavior = node.find("behavior");
        result.steps.push_back(
            splitting(characterPattern(isPunctuation), behavior ? readBehavior(*behavior) : SplitBehavior::isolated));
    } else if (type == "Whitespace") {
        result.steps.push_back(splitting(characterPattern(isWhiteSpace), SplitBehavior::removed));
        result.steps.push_back(splitting(characterPattern(isWord), SplitBehavior::contiguous));
    } else if (type == "WhitespaceSplit") {
        result.steps.push_back(splitting(characterPattern(isWhiteSpace), SplitBehavior::removed));
    } else if (type == "BertPreTokenizer") {
        result.steps.push_back(splitting(characterPattern(isWhiteSpace), SplitBehavior::removed));
        result.steps.push_back(splitting(characterPattern(isPunctuation), SplitBehavior::isolated));
    } else if (type == "CharDelimiterSplit") {
        const char32_t delimiter = node.at("delimiter").character();
        result.steps.push_back(
            splitting(characterPattern([delimiter](char32_t c) { return c == delimiter; }), SplitBehavior::removed));
    } else if (type == "FixedLength") {
        const auto length = static_cast<std::size_t>(node.at("length").integer(1, INT32_MAX));
        result.steps.push_back([length](Pieces& pieces, const Job&) { splitEvery(pieces, length); });
    } else {
        node.refuse("is the pre-tokenizer " + inQuotes(type) + ", which is not supported");
    }
}

} // namespace

void PreTokenizer::writeBytes() {
    if (bytes)
        steps.push_back(mapBytes);
    bytes = false;
}

PreTokenizer readPreTokenizer(const JsonNode& node) {
    PreTokenizer result;
    readInto(node, result);
    return result;
}

} // namespace slopescope::text
