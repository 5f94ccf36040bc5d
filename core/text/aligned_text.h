// A text on its way through normalization that still knows which bytes of the original each of its bytes came from.
//
// Used while encoding, on one thread. Untouched text is a view and costs nothing.
#pragma once

#include "core/text/range.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slopescope::text {

class AlignedText {
public:
    // `text` is the original from byte `begin` on, and must outlive this.
    AlignedText(std::string_view text, std::size_t begin) : m_view(text), m_begin(begin) {}

    std::string_view text() const { return m_owned ? std::string_view(m_text) : m_view; }
    Range source(Range range) const; // bytes of the original

private:
    friend class AlignedTextBuilder;
    AlignedText() = default;

    std::string_view m_view;
    std::size_t m_begin = 0;
    bool m_owned = false;
    std::string m_text;
    std::vector<std::uint32_t> m_begins, m_ends; // of each byte of m_text
};

// Writes the text that follows from an older one, in the older one's order.
class AlignedTextBuilder {
public:
    explicit AlignedTextBuilder(const AlignedText& old);

    std::size_t size() const { return m_new.m_text.size(); }
    void keep(Range range);                        // these bytes as they are
    void put(std::string_view bytes, Range range); // `bytes` stand for this range, which may be empty
    AlignedText finish() && { return std::move(m_new); }

private:
    const AlignedText& m_old;
    AlignedText m_new;
};

} // namespace slopescope::text
