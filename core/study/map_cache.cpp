#include "core/study/map_cache.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace slopescope {
namespace {

constexpr std::size_t kMostValues = std::size_t(16) << 20;

// Where one axis of a new picture lies on that of an old one: new pixels [first, last) are the old ones from first + shift.
struct Overlap {
    std::int64_t cells = 0, shift = 0, first = 0, last = 0;
};

// Only pixels of the same whole number of cells can be told to be the same.
std::optional<Overlap> overlapOf(std::int64_t begin, std::int64_t end, std::int64_t pixels, std::int64_t oldBegin,
                                 std::int64_t oldEnd, std::int64_t oldPixels) {
    if (pixels < 1)
        return std::nullopt; // a viewport that makes no sense is refused where it is drawn
    const std::int64_t cells = (end - begin) / pixels;
    if (cells * pixels != end - begin || cells * oldPixels != oldEnd - oldBegin || (begin - oldBegin) % cells != 0)
        return std::nullopt;
    Overlap o{cells, (begin - oldBegin) / cells, 0, 0};
    o.first = std::clamp<std::int64_t>(-o.shift, 0, pixels);
    o.last = std::clamp<std::int64_t>(oldPixels - o.shift, o.first, pixels);
    return o;
}

std::optional<Overlap> rowsOf(const Viewport& v, const Viewport& old) {
    return overlapOf(v.queryBegin, v.queryEnd, v.rows, old.queryBegin, old.queryEnd, old.rows);
}

std::optional<Overlap> columnsOf(const Viewport& v, const Viewport& old) {
    return overlapOf(v.keyBegin, v.keyEnd, v.columns, old.keyBegin, old.keyEnd, old.columns);
}

std::int64_t pixelsShared(const Viewport& v, const Viewport& old) {
    const auto rows = rowsOf(v, old), columns = columnsOf(v, old);
    return rows && columns ? (rows->last - rows->first) * (columns->last - columns->first) : 0;
}

MapCells viewOf(const MapSubject& subject, const Viewport& v) {
    return {v.queryBegin, v.queryEnd, v.keyBegin, v.keyEnd, v.rows, v.columns, subject.stage, subject.pooling, 1};
}

} // namespace

MapPixels MapCache::draw(const MapSubject& subject, const HeadView& head, const Viewport& v, const Job& job, bool keep) {
    const Entry* old = overlapping(subject, v);
    MapPixels pixels;
    if (!old) {
        pixels = attentionMap(head, viewOf(subject, v), job);
    } else if (old->viewport == v) {
        pixels.values = old->values;
    } else {
        const Overlap rows = *rowsOf(v, old->viewport), columns = *columnsOf(v, old->viewport);
        pixels.values.resize(std::size_t(v.rows) * std::size_t(v.columns));
        for (std::int64_t row = rows.first; row < rows.last; ++row)
            std::copy_n(old->values.begin() + (row + rows.shift) * old->viewport.columns + columns.first + columns.shift,
                        columns.last - columns.first, pixels.values.begin() + row * v.columns + columns.first);
        const auto compute = [&](std::int64_t top, std::int64_t bottom, std::int64_t left, std::int64_t right) {
            if (top >= bottom || left >= right)
                return;
            const Viewport part{v.queryBegin + top * rows.cells,    v.queryBegin + bottom * rows.cells,
                                v.keyBegin + left * columns.cells, v.keyBegin + right * columns.cells,
                                int(bottom - top),                 int(right - left)};
            const MapPixels strip = attentionMap(head, viewOf(subject, part), job);
            for (std::int64_t row = 0; row < part.rows; ++row)
                std::copy_n(strip.values.begin() + row * part.columns, part.columns,
                            pixels.values.begin() + (top + row) * v.columns + left);
            pixels.visited.computed += strip.visited.computed;
            pixels.visited.dense += strip.visited.dense;
        };
        compute(0, rows.first, 0, v.columns);
        compute(rows.last, v.rows, 0, v.columns);
        compute(rows.first, rows.last, 0, columns.first);
        compute(rows.first, rows.last, columns.last, v.columns);
    }
    if (keep)
        add({subject, v, pixels.values});
    return pixels;
}

bool MapCache::holds(const MapSubject& subject, const Viewport& viewport) const {
    return std::any_of(m_entries.begin(), m_entries.end(), [&](const Entry& entry) {
        return entry.subject == subject && entry.viewport == viewport;
    });
}

// The picture that has the most of this one, if that is worth its while.
const MapCache::Entry* MapCache::overlapping(const MapSubject& subject, const Viewport& v) const {
    const Entry* best = nullptr;
    std::int64_t most = std::int64_t(v.rows) * v.columns / 4;
    for (const Entry& entry : m_entries) {
        if (!(entry.subject == subject))
            continue;
        if (entry.viewport == v)
            return &entry;
        if (const std::int64_t shared = pixelsShared(v, entry.viewport); shared > most) {
            best = &entry;
            most = shared;
        }
    }
    return best;
}

void MapCache::add(Entry entry) {
    m_entries.remove_if([&](const Entry& other) { return other.subject == entry.subject && other.viewport == entry.viewport; });
    m_entries.push_front(std::move(entry));
    std::size_t values = 0;
    m_entries.remove_if([&](const Entry& kept) { return (values += kept.values.size()) > kMostValues; });
}

} // namespace slopescope
