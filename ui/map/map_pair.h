// Which pictures of A and B the map shows: the newest ones in one plot, or a pair that belongs together, side by side
// or as a difference. While only one of the two is there anew, the pair before stays. Plain logic, no widget. Window's
// thread.
#pragma once

#include "core/workspace.h"
#include "ui/engine/view.h"

#include <array>
#include <memory>
#include <optional>

namespace slopescope::ui {

class MapPair {
public:
    using Result = std::shared_ptr<const MapResult>;

    void setMode(MapMode mode);
    // What is on view now: results of anything else are used in no new pair. None: there is no such side, and none is
    // shown.
    void expect(int side, const std::optional<Side>& what);
    void take(int side, Result result);
    void clear();

    MapMode mode() const { return m_mode; }
    MapMode shownMode() const { return m_shown.mode; } // the wanted one, unless its pictures are not there yet
    const Result& shown(int side) const { return m_shown.results[std::size_t(side)]; } // null: none
    const Result& first() const { return shown(shownMode() == MapMode::B ? 1 : 0); }   // of the left or only plot
    std::shared_ptr<const Picture> difference() const { return m_shown.difference; }   // null unless it is shown

    // The picture of a plot; null: it has none.
    std::shared_ptr<const Picture> picture(int plot) const;

private:
    struct Shown {
        MapMode mode = MapMode::A;
        std::array<Result, 2> results;
        std::shared_ptr<const Picture> difference;
    };

    bool together() const; // the newest of A and of B show the same cells in the same way
    void update();

    MapMode m_mode = MapMode::A;
    std::array<Result, 2> m_newest;
    std::array<bool, 2> m_present{true, false};
    Variant m_expectedA; // B may be another head of it, and then follows the hand too
    Shown m_shown;
};

} // namespace slopescope::ui
