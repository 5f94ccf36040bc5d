#include "core/text/aligned_text.h"

namespace slopescope::text {

Range AlignedText::source(Range range) const {
    if (!m_owned)
        return {m_begin + range.begin, m_begin + range.end};
    if (m_text.empty())
        return {};
    if (range.begin == range.end) { // the place between two bytes
        const std::size_t at = range.begin < m_text.size() ? m_begins[range.begin] : m_ends.back();
        return {at, at};
    }
    return {m_begins[range.begin], m_ends[range.end - 1]};
}

AlignedTextBuilder::AlignedTextBuilder(const AlignedText& old) : m_old(old) {
    m_new.m_owned = true;
    const std::size_t expected = old.text().size() + old.text().size() / 4; // marks take more bytes than spaces
    m_new.m_text.reserve(expected);
    m_new.m_begins.reserve(expected);
    m_new.m_ends.reserve(expected);
}

void AlignedTextBuilder::keep(Range range) {
    m_new.m_text += range.of(m_old.text());
    auto &begins = m_new.m_begins, &ends = m_new.m_ends;
    if (m_old.m_owned) {
        const auto copy = [&](const std::vector<std::uint32_t>& from, std::vector<std::uint32_t>& to) {
            to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(range.begin),
                      from.begin() + static_cast<std::ptrdiff_t>(range.end));
        };
        copy(m_old.m_begins, begins);
        copy(m_old.m_ends, ends);
        return;
    }
    const auto first = static_cast<std::uint32_t>(m_old.m_begin + range.begin);
    const auto count = static_cast<std::uint32_t>(range.size());
    for (std::uint32_t i = 0; i < count; ++i) {
        begins.push_back(first + i);
        ends.push_back(first + i + 1);
    }
}

void AlignedTextBuilder::put(std::string_view bytes, Range range) {
    const Range source = m_old.source(range);
    m_new.m_text += bytes;
    m_new.m_begins.insert(m_new.m_begins.end(), bytes.size(), static_cast<std::uint32_t>(source.begin));
    m_new.m_ends.insert(m_new.m_ends.end(), bytes.size(), static_cast<std::uint32_t>(source.end));
}

} // namespace slopescope::text
