// How HeadGrid and the Lab keep each other informed.
#include "ui/heads/head_grid.h"
#include "ui/lab/lab.h"
#include "ui/lab/sides.h"

namespace slopescope::ui {

void HeadGrid::attach(Lab& lab) {
    connect(this, &HeadGrid::chosenByUser, &lab,
            [&lab](const std::vector<HeadAddress>& heads) { lab.look([&](Workspace& w) { w.look.heads = heads; }); });
    connect(this, &HeadGrid::comparedByUser, &lab, [&lab](const std::optional<HeadAddress>& head) {
        lab.edit(head ? tr("compare with layer %1 · head %2").arg(head->layer).arg(head->head)
                      : tr("compare with no head"),
                 [&](Workspace& w) {
                     w.againstHead = head;
                     if (head && w.look.mode == MapMode::A) // what one asks for is to see both
                         w.look.mode = MapMode::SideBySide;
                 });
    });
    connect(this, &HeadGrid::pixelsWanted, &lab, [&lab](int pixels) { lab.setThumbnailPixels(pixels); });
    connect(&lab, &Lab::changed, this, [this, &lab](Changes changes) { followLab(lab, changes); });
    connect(&lab, &Lab::thumbnailsReady, this, [this](int side, const auto& thumbnails, bool current) {
        setThumbnails(side, thumbnails);
        if (current && side == 0)
            setStale(false);
    });
    connect(&lab, &Lab::waiting, this, [this](bool, bool sides) { setStale(sides); });
    followLab(lab, kEverything);
    lab.setThumbnailPixels(wantedPixels());
}

void HeadGrid::followLab(Lab& lab, Changes changes) {
    if (!(changes & (kText | kVariants | kSelection | kSlopes | kHeads | kLook | kLength)))
        return;
    if (const auto facts = lab.factsOnView()) {
        if (changes & ~Changes(kSlopes)) {
            setShape(facts->layers, facts->heads);
            if (wantedPixels() != m_wanted) {
                m_wanted = wantedPixels();
                emit pixelsWanted(m_wanted);
            }
        }
        setSlopes(facts->slopes);
    }
    if (!(changes & ~Changes(kSlopes)))
        return;
    const auto a = lab.sideOnView(0), b = lab.sideOnView(1);
    if (a)
        setHeads(a->heads);
    setCompared(lab.workspace().againstHead);
    // Two heads of one variant have their pictures in one grid.
    const bool variants = b && !lab.workspace().againstHead;
    if (m_thumbnails[1] && (!b || b->variant != m_thumbnails[1]->variant))
        setThumbnails(1, nullptr);
    setMode(variants ? lab.workspace().look.mode : MapMode::A);
}

} // namespace slopescope::ui
