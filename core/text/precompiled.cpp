#include "core/text/precompiled.h"

#include "core/base/code_points.h"
#include "core/base/utf8.h"
#include "core/text/unicode.h"

#include <cstring>

namespace slopescope::text {
namespace {

constexpr std::size_t kLongestCluster = 5; // bytes; longer grapheme clusters are mapped character by character

int sextet(char c) {
    constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::size_t at = kLetters.find(c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

std::string fromBase64(const JsonNode& node) {
    const std::string text = node.text();
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
    if (text.size() % 4 != 0)
        node.refuse("is not in base 64");
    std::string bytes;
    std::uint32_t held = 0;
    for (std::size_t i = 0; i < text.size() - padding; ++i) {
        const int value = sextet(text[i]);
        if (value < 0)
            node.refuse("is not in base 64");
        held = held << 6 | static_cast<std::uint32_t>(value);
        if (i % 4 != 0)
            bytes += static_cast<char>(held >> (6 - 2 * (i % 4)) & 0xFF);
    }
    return bytes;
}

// A unit of the double array (darts-clone's layout).
bool hasLeaf(std::uint32_t unit) {
    return (unit >> 8 & 1) != 0;
}
std::uint32_t value(std::uint32_t unit) {
    return unit & 0x7FFFFFFF;
}
std::uint32_t label(std::uint32_t unit) {
    return unit & 0x800000FF;
}
std::size_t offset(std::uint32_t unit) {
    return static_cast<std::size_t>(unit >> 10) << ((unit & 0x200) >> 6);
}

} // namespace

Precompiled::Precompiled(const JsonNode& base64) {
    const std::string bytes = fromBase64(base64);
    std::uint32_t trieBytes = 0;
    if (bytes.size() < sizeof trieBytes)
        base64.refuse("is too short for a character map");
    std::memcpy(&trieBytes, bytes.data(), sizeof trieBytes);
    if (trieBytes == 0 || trieBytes % 4 != 0 || trieBytes > bytes.size() - sizeof trieBytes)
        base64.refuse("is no character map: its trie does not fit");
    m_trie.resize(trieBytes / 4);
    std::memcpy(m_trie.data(), bytes.data() + sizeof trieBytes, trieBytes);
    m_replacements = bytes.substr(sizeof trieBytes + trieBytes);
    if (firstInvalidUtf8(m_replacements))
        base64.refuse("is no character map: its replacements are not UTF-8");
}

// The map's own reader takes the shortest key that begins the part; so do we.
std::optional<std::string_view> Precompiled::replacement(std::string_view part) const {
    std::size_t node = offset(m_trie[0]);
    for (const char c : part) {
        const auto byte = static_cast<unsigned char>(c);
        node ^= byte;
        if (byte == 0 || node >= m_trie.size() || label(m_trie[node]) != byte)
            return std::nullopt;
        const std::uint32_t unit = m_trie[node];
        node ^= offset(unit);
        if (node >= m_trie.size())
            return std::nullopt;
        if (hasLeaf(unit)) {
            const std::size_t begin = value(m_trie[node]);
            if (begin >= m_replacements.size() || (static_cast<unsigned char>(m_replacements[begin]) & 0xC0) == 0x80)
                return std::nullopt;
            return std::string_view(m_replacements).substr(begin, m_replacements.find('\0', begin) - begin);
        }
    }
    return std::nullopt;
}

AlignedText Precompiled::apply(AlignedText text) const {
    const std::string_view bytes = text.text();
    AlignedTextBuilder builder(text);
    std::size_t at = 0;
    for (const std::size_t end : graphemeEnds(bytes)) {
        const Range cluster{at, end};
        at = end;
        if (cluster.size() <= kLongestCluster) {
            if (const auto changed = replacement(cluster.of(bytes))) {
                builder.put(*changed, cluster);
                continue;
            }
        }
        for (std::size_t i = cluster.begin; i < cluster.end;) {
            const Range character{i, i + codePointAt(bytes, i).length};
            i = character.end;
            if (const auto changed = replacement(character.of(bytes)))
                builder.put(*changed, character);
            else
                builder.keep(character);
        }
    }
    return std::move(builder).finish();
}

} // namespace slopescope::text
