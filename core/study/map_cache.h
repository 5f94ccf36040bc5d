// The pictures drawn lately: one that is asked for again costs nothing, and one that was moved by whole pixels computes only
// what has come into view. Colours are no business of a picture, so changing them never comes here.
//
// Used by one thread at a time. Holds at most some 64 MiB.
#pragma once

#include "core/attention/attention.h"
#include "core/study/requests.h"

#include <cstdint>
#include <list>
#include <vector>

namespace slopescope {

// All that a pixel depends on but where it stands.
struct MapSubject {
    std::uint64_t revision = 0; // of the q and k it is drawn from; see TextForward::revision
    HeadAddress head;
    std::int64_t length = 0;
    double slope = 0; // of this head; 0 where it has none
    Stage stage = Stage::Probability;
    Pooling pooling = Pooling::Mean;
    bool operator==(const MapSubject&) const = default;
};

class MapCache {
public:
    // The exact picture of a viewport, from what is kept or computed from `head`. `visited` counts what was computed. Not `keep`:
    // nobody will ask for it again, so it pushes out nothing.
    MapPixels draw(const MapSubject& subject, const HeadView& head, const Viewport& viewport, const Job& job, bool keep = true);

    // Whether draw() would find this very picture.
    bool holds(const MapSubject& subject, const Viewport& viewport) const;

private:
    struct Entry {
        MapSubject subject;
        Viewport viewport;
        std::vector<float> values;
    };

    const Entry* overlapping(const MapSubject& subject, const Viewport& viewport) const;
    void add(Entry entry);

    std::list<Entry> m_entries; // newest use first
};

} // namespace slopescope
