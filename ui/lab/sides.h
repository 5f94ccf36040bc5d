// A and B as the panels show them: what each is, how it is called, its colour. Made of what the Lab has. Window's
// thread.
#pragma once

#include "ui/engine/view.h"

#include <QColor>
#include <QString>

#include <array>
#include <optional>
#include <vector>

namespace slopescope::ui {

class Lab;

struct SideLook {
    std::optional<Side> side; // none: there is nothing to show of it
    QString name;             // "alibi, slopes × 0.5"; of a head that is compared, "layer 2 · head 5"
    QColor colour;            // of the variant; of a head that is compared, the head's
};
using SideLooks = std::array<SideLook, 2>; // A, B

SideLooks sidesOf(const Lab& lab);

// Why there is no B, in one sentence that says what to do; empty: there is one.
QString whyNoB(const Lab& lab);

// "Layer 2 · Head 5", "Layer 2, all heads", "All heads", "Mean of 3 heads". `heads`: at least one.
QString headsTitle(const std::vector<HeadAddress>& heads, int layers, int headsPerLayer);

} // namespace slopescope::ui
