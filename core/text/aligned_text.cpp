#include "core/text/aligned_text.h"

namespace slopescope {

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

void AlignedTextBuilder::keep(Range range) {
    m_new.m_text += range.of(m_old.text());
    for (std::size_t at = range.begin; at < range.end; ++at) {
        const Range source = m_old.source({at, at + 1});
        m_new.m_begins.push_back(static_cast<std::uint32_t>(source.begin));
        m_new.m_ends.push_back(static_cast<std::uint32_t>(source.end));
    }
}

void AlignedTextBuilder::put(std::string_view bytes, Range range) {
    const Range source = m_old.source(range);
    m_new.m_text += bytes;
    m_new.m_begins.insert(m_new.m_begins.end(), bytes.size(), static_cast<std::uint32_t>(source.begin));
    m_new.m_ends.insert(m_new.m_ends.end(), bytes.size(), static_cast<std::uint32_t>(source.end));
}

} // namespace slopescope
