#include "core/text/unicode.h"

#include "core/base/code_points.h"

#include <utf8proc.h>

#include <algorithm>

namespace slopescope::text {
namespace {

bool within(char32_t c, char32_t first, char32_t last) {
    return c >= first && c <= last;
}

utf8proc_category_t category(char32_t c) {
    return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

// Characters that are no marks, yet may join the one before when normalized: the medial and final jamo, and what
// decomposes to them or to a kana's voice mark.
bool joinsBackwards(char32_t c) {
    return within(c, 0x1160, 0x11FF) || within(c, 0xD7B0, 0xD7FF) || within(c, 0x3130, 0x318F) ||
           within(c, 0xFF9E, 0xFFDC);
}

void decompose(std::string_view text, bool compatible, std::vector<utf8proc_int32_t>& decomposed) {
    const auto options =
        compatible ? static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT) : UTF8PROC_DECOMPOSE;
    utf8proc_int32_t buffer[64]; // the longest decomposition has 18
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = codePointAt(text, at);
        int lastBound = 0;
        const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(point.value), buffer,
                                                   std::size(buffer), options, &lastBound);
        if (count >= 0)
            decomposed.insert(decomposed.end(), buffer, buffer + count);
        else
            decomposed.push_back(static_cast<utf8proc_int32_t>(point.value));
        at += point.length;
    }
}

// Marks in the order of their combining classes. A stable sort: utf8proc's own ordering is quadratic in a run of marks.
void order(std::vector<utf8proc_int32_t>& points) {
    const auto combining = [](utf8proc_int32_t c) { return utf8proc_get_property(c)->combining_class; };
    for (auto at = points.begin(); at != points.end();) {
        if (combining(*at) == 0) {
            ++at;
            continue;
        }
        const auto end = std::find_if(at, points.end(), [&](utf8proc_int32_t c) { return combining(c) == 0; });
        std::stable_sort(at, end, [&](utf8proc_int32_t a, utf8proc_int32_t b) { return combining(a) < combining(b); });
        at = end;
    }
}

} // namespace

bool isWhiteSpace(char32_t c) {
    return within(c, 9, 13) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 || within(c, 0x2000, 0x200A) ||
           c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool isNumeric(char32_t c) {
    const auto kind = category(c);
    return kind == UTF8PROC_CATEGORY_ND || kind == UTF8PROC_CATEGORY_NL || kind == UTF8PROC_CATEGORY_NO;
}

bool isPunctuation(char32_t c) {
    if (c < 0x80)
        return within(c, '!', '/') || within(c, ':', '@') || within(c, '[', '`') || within(c, '{', '~');
    const auto kind = category(c);
    return kind >= UTF8PROC_CATEGORY_PC && kind <= UTF8PROC_CATEGORY_PO;
}

bool isMark(char32_t c) {
    const auto kind = category(c);
    return kind >= UTF8PROC_CATEGORY_MN && kind <= UTF8PROC_CATEGORY_ME;
}

bool isWord(char32_t c) {
    const auto kind = category(c);
    const bool circledLetter = within(c, 0x24B6, 0x24E9) || within(c, 0x1F130, 0x1F149) ||
                               within(c, 0x1F150, 0x1F169) || within(c, 0x1F170, 0x1F189);
    return (kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_NL) || kind == UTF8PROC_CATEGORY_PC ||
           circledLetter || c == 0x200C || c == 0x200D;
}

void appendLower(std::string& text, char32_t c) {
    if (c == 0x130)
        text += "i\u0307"; // the one character whose lower case has two
    else
        appendCodePoint(text, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
}

std::string normalized(std::string_view text, NormalForm form) {
    std::vector<utf8proc_int32_t> points;
    decompose(text, form == NormalForm::nfkc || form == NormalForm::nfkd, points);
    order(points);
    auto count = static_cast<utf8proc_ssize_t>(points.size());
    if (form == NormalForm::nfc || form == NormalForm::nfkc)
        count = utf8proc_normalize_utf32(points.data(), count,
                                         static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
    std::string result;
    for (utf8proc_ssize_t i = 0; i < count; ++i)
        appendCodePoint(result, static_cast<char32_t>(points[static_cast<std::size_t>(i)]));
    return result;
}

std::size_t normalizationRunEnd(std::string_view text, std::size_t at) {
    at += codePointAt(text, at).length;
    while (at < text.size()) {
        const CodePoint point = codePointAt(text, at);
        if (point.value < 0x300 || (!isMark(point.value) && !joinsBackwards(point.value)))
            break;
        at += point.length;
    }
    return at;
}

std::vector<std::size_t> graphemeEnds(std::string_view text) {
    std::vector<std::size_t> ends;
    utf8proc_int32_t state = 0;
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = codePointAt(text, at);
        at += point.length;
        if (at == text.size() ||
            utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(point.value),
                                             static_cast<utf8proc_int32_t>(codePointAt(text, at).value), &state))
            ends.push_back(at);
    }
    return ends;
}

} // namespace slopescope::text
