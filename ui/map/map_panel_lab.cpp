// How MapPanel and the Lab keep each other informed.
#include "ui/lab/lab.h"
#include "ui/map/cell_pair.h"
#include "ui/map/map_panel.h"
#include "ui/map/map_view.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace slopescope::ui {

void MapPanel::attach(Lab& lab) {
    connect(this, &MapPanel::viewportWanted, &lab, [&lab](const Viewport& viewport) { lab.setMapPixels(viewport); });
    connect(this, &MapPanel::modeChosen, &lab,
            [&lab](MapMode mode) { lab.look([mode](Workspace& w) { w.look.mode = mode; }); });
    connect(this, &MapPanel::stageChosen, &lab,
            [&lab](Stage stage) { lab.look([stage](Workspace& w) { w.look.stage = stage; }); });
    connect(this, &MapPanel::poolingChosen, &lab,
            [&lab](Pooling pooling) { lab.look([pooling](Workspace& w) { w.look.pooling = pooling; }); });
    connect(this, &MapPanel::pointed, &lab, [&lab](qint64 query, qint64 key) { lab.pointAt(Cell{query, key}); });
    connect(this, &MapPanel::left, &lab, [&lab] { lab.pointAt({}); });
    connect(&lab, &Lab::changed, this, [this, &lab](Changes changes) { followLab(lab, changes); });
    connect(&lab, &Lab::mapReady, this, [this](int side, const auto& map, bool) {
        setResult(side, map);
        if (m_stale && isOfView())
            setStale(false);
    });
    connect(&lab, &Lab::profileReady, this, [this](int side, const auto& profile, bool) {
        if (side == 0)
            setProfile(profile);
    });
    connect(&lab, &Lab::thumbnailsReady, this,
            [this](int side, const auto& thumbnails, bool) { setThumbnails(side, thumbnails); });
    connect(&lab, &Lab::lossesReady, this, [this](int side, const auto& losses, bool) { setLosses(side, losses); });
    connect(&lab, &Lab::cellReady, this,
            [this](int side, const auto& cell, bool) { m_cells[std::size_t(side)] = cell; });
    connect(&lab, &Lab::rowsReady, this, [this](int side, const auto& rows, bool) { setRows(side, rows); });
    connect(&lab, &Lab::cellChosen, this, [this](qint64 query, qint64 key) {
        m_maps[0]->reveal(query, key);
        m_maps[0]->lock(query, key);
    });
    connect(this, &MapPanel::rowsWanted, &lab, &Lab::showRows);
    connect(this, &MapPanel::cellWanted, &lab, [&lab](qint64 query, qint64 key) { lab.goTo(Cell{query, key}); });
    connect(&lab, &Lab::waiting, this, [this](bool map, bool) { setStale(map); });
    // Who reads a token is shown at the strongest of its links.
    connect(&lab, &Lab::linksReady, this, [this, &lab](int side, const auto& links, bool) {
        const auto strongest = std::max_element(links->reads.begin(), links->reads.end());
        if (side == 0 && lab.token() == links->token && !m_maps[0]->isLocked() && strongest != links->reads.end())
            lab.pointAt(Cell{links->token, strongest - links->reads.begin()});
    });
    for (MapView* const map : m_maps)
        map->setDescription([this, &lab](const Cell& cell) { return describe(lab, cell); });
    followLab(lab, kEverything);
    if (m_maps[0]->wanted().rows > 0)
        lab.setMapPixels(m_maps[0]->wanted());
}

void MapPanel::followLab(Lab& lab, Changes changes) {
    const Look& look = lab.workspace().look;
    if (changes & (kText | kVariants | kSelection | kSlopes | kLength | kHeads)) {
        const auto facts = lab.factsOnView();
        const SideLooks sides = sidesOf(lab);
        std::optional<double> slope;
        if (facts && sides[0].side && sides[0].side->heads.size() == 1) {
            const HeadAddress head = sides[0].side->heads.front();
            if (std::size_t(head.layer) < facts->slopes.size() &&
                std::size_t(head.head) < facts->slopes[std::size_t(head.layer)].size())
                slope = facts->slopes[std::size_t(head.layer)][std::size_t(head.head)];
        }
        m_layers = facts ? facts->layers : 0;
        m_headsPerLayer = facts ? facts->heads : 0;
        m_slope = slope;
        setSides(sides, whyNoB(lab));
        setText(lab.text());
        if (changes & ~Changes(kSlopes)) {
            if (lab.length() != m_length)
                setLength(lab.length());
            setLossesShown(look.lossOnText && lab.length() > 0, facts ? facts->trainedLength : 0);
        }
    }
    if (changes & (kLook | kSelection)) {
        setStage(look.stage);
        setPooling(look.pooling);
        if (look.mode != m_mode)
            setMode(look.mode);
        setLossesShown(look.lossOnText && lab.length() > 0, m_trained);
    }
    if (changes & kPointer)
        followPointer(lab, changes & (kHeads | kSelection));
}

// `moved`: other heads or another variant are on view, of which a locked cell still is to be told about.
void MapPanel::followPointer(Lab& lab, bool moved) {
    const auto cell = lab.cell();
    setCell(cell);
    if (moved && !cell && m_maps[0]->isLocked())
        return lab.pointAt(m_maps[0]->crosshair());
    for (MapView* const map : m_maps) {
        if (cell)
            map->setCrosshair(cell->query, cell->key);
        else if (map->isLocked())
            map->follow({});
        if (!cell)
            map->clearCrosshair();
    }
}

QString MapPanel::describe(const Lab& lab, const Cell& cell) const {
    const auto text = lab.text();
    if (!text || cell.query >= std::ssize(text->tokens) || cell.key >= std::ssize(text->tokens))
        return {};
    CellPair pair = cellPairOf(m_sides, *text, cell, m_cells, lab.length(), lab.inHand());
    for (int side = 0; side < 2; ++side)
        pair.halves[std::size_t(side)].pictured = pictured(side, cell);
    return cellText(pair);
}

// The probability that the map shows for a cell, where it has a pixel of its own or all of its pixel's are alike.
double MapPanel::pictured(int side, const Cell& cell) const {
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    const auto& shown = m_pair.shown(side);
    const auto& what = m_sides[std::size_t(side)].side;
    if (!shown || !what || shown->stage != Stage::Probability || shown->heads != what->heads ||
        what->heads.size() != 1 || shown->variant != what->variant || shown->length != m_length)
        return kUnknown;
    const Viewport& v = shown->picture.viewport;
    if (cell.query < v.queryBegin || cell.query >= v.queryEnd || cell.key < v.keyBegin || cell.key >= v.keyEnd)
        return kUnknown;
    const std::int64_t queries = v.queryEnd - v.queryBegin, keys = v.keyEnd - v.keyBegin;
    const auto row = std::size_t((cell.query - v.queryBegin) * v.rows / queries);
    const auto column = std::size_t((cell.key - v.keyBegin) * v.columns / keys);
    const double value = double(shown->picture.values[row * std::size_t(v.columns) + column]);
    const bool alone = v.rows == queries && v.columns == keys;
    return alone || value == 0 ? value : kUnknown; // where the mean of many is 0, so is each
}

} // namespace slopescope::ui
