#include "ui/lab/changes.h"

namespace slopescope::ui {

Changes changesBetween(const Workspace& a, const Workspace& b) {
    const auto slopesOnView = [](const Workspace& w) { return w.a() == nullptr ? Variant() : w.a()->variant; };
    Changes changes = 0;
    const auto note = [&](bool same, Changes change) { changes |= same ? 0 : change; };
    note(a.text == b.text, kText);
    note(a.variants == b.variants, kVariants);
    note(a.selected == b.selected && a.pinnedA == b.pinnedA && a.against == b.against && a.againstHead == b.againstHead,
         kSelection);
    note(slopesOnView(a) == slopesOnView(b), kSlopes);
    note(a.look.length == b.look.length, kLength);
    note(a.look.heads == b.look.heads, kHeads);
    note(a.look.stage == b.look.stage && a.look.pooling == b.look.pooling && a.look.mode == b.look.mode &&
             a.look.lossOnText == b.look.lossOnText,
         kLook);
    note(a.curves == b.curves, kCurveLook);
    note(a.measurement == b.measurement, kMeasurement);
    return changes;
}

} // namespace slopescope::ui
