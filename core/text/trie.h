// A set of byte strings, each with a number, to find those that begin at a place in a text. Immutable once filled.
#pragma once

#include "core/text/flat_map.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace slopescope::text {

class Trie {
public:
    void insert(std::string_view key, std::int32_t value) {
        if (!key.empty())
            valueOf(key) = value;
    }

    // Leaves a key that is there already as it is.
    void insertFirst(std::string_view key, std::int32_t value) {
        if (!key.empty() && valueOf(key) == kNothing)
            valueOf(key) = value;
    }

    bool mayBegin(char byte) const { return m_begins[static_cast<unsigned char>(byte)]; }

    // Calls found(length, value) for every key that begins at `at`, shortest first.
    template <typename Found>
    void match(std::string_view text, std::size_t at, Found found) const {
        std::int32_t node = 0;
        for (std::size_t i = at; i < text.size(); ++i) {
            const auto next = child(node, text[i]);
            if (!next)
                return;
            node = *next;
            if (m_values[static_cast<std::size_t>(node)] != kNothing)
                found(i + 1 - at, m_values[static_cast<std::size_t>(node)]);
        }
    }

private:
    static constexpr std::int32_t kNothing = -1;

    // Of a key that is not empty; makes room for it.
    std::int32_t& valueOf(std::string_view key) {
        std::int32_t node = 0;
        for (const char byte : key) {
            const auto next = child(node, byte);
            if (!next) {
                m_children.set(edge(node, byte), static_cast<std::int32_t>(m_values.size()));
                node = static_cast<std::int32_t>(m_values.size());
                m_values.push_back(kNothing);
            } else {
                node = *next;
            }
        }
        m_begins[static_cast<unsigned char>(key[0])] = true;
        return m_values[static_cast<std::size_t>(node)];
    }

    static std::uint64_t edge(std::int32_t node, char byte) {
        return static_cast<std::uint64_t>(node) << 8 | static_cast<unsigned char>(byte);
    }
    std::optional<std::int32_t> child(std::int32_t node, char byte) const {
        const std::int32_t* next = m_children.find(edge(node, byte));
        return next == nullptr ? std::nullopt : std::optional(*next);
    }

    FlatMap<std::int32_t> m_children;
    std::vector<std::int32_t> m_values = {kNothing}; // by node; 0 is the root
    std::array<bool, 256> m_begins{};
};

} // namespace slopescope::text
