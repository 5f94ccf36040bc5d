#include "ui/figures/token_label.h"

#include "ui/widgets/format.h"

#include <algorithm>

namespace slopescope::ui {
namespace {

bool continues(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

// Length of the UTF-8 character that starts with `lead`, by the lead byte alone.
std::int64_t announced(char lead) {
    const auto code = static_cast<unsigned char>(lead);
    return code >= 0xF0 ? 4 : code >= 0xE0 ? 3 : code >= 0xC0 ? 2 : 1;
}

} // namespace

QByteArrayView tokenBytes(const TextFacts& facts, std::int64_t token) {
    const TextToken& span = facts.tokens[std::size_t(token)];
    const auto size = std::int64_t(facts.text.size());
    const std::int64_t begin = std::clamp<std::int64_t>(span.begin, 0, size);
    return {facts.text.data() + begin, qsizetype(std::clamp<std::int64_t>(span.end, begin, size) - begin)};
}

QString tokenLabel(const TextFacts& facts, std::int64_t token, int longest) {
    if (facts.text.empty())
        return QString::number(facts.tokens[std::size_t(token)].id);
    QByteArrayView own = tokenBytes(facts, token);
    const char* const textEnd = facts.text.data() + facts.text.size();
    // Bytes that finish a character begun by an earlier token belong to that token's label.
    while (!own.empty() && continues(own.front()) && own.data() > facts.text.data())
        own = own.sliced(1);
    if (own.empty())
        return {};
    // And a character begun here is shown whole.
    const char* last = own.data() + own.size() - 1;
    while (last > own.data() && continues(*last))
        --last;
    const std::int64_t whole = std::min<std::int64_t>(announced(*last), textEnd - last);
    const auto reach = std::max<qsizetype>(own.size(), last + whole - own.data());
    return visibleToken({own.data(), reach}, longest);
}

} // namespace slopescope::ui
