// What tests of a panel with a real lab begin with: a text of a few words, the bundled ALiBi model, little to measure.
#pragma once

#include "ui/lab/lab.h"

#include <QTest>

#include <functional>
#include <string>

namespace slopescope::ui {

inline bool waitFor(const std::function<bool()>& reached) {
    constexpr int kPatience = 120'000; // ms; reached only when something hangs
    return QTest::qWaitFor(reached, kPatience);
}

// Says whether the model and its first pictures came.
inline bool openSmallText(Lab& lab) {
    std::string letters = "The";
    for (int word = 1; word < 600; ++word)
        letters += word % 3 == 0 ? " tide" : word % 3 == 1 ? " lamp" : " keeper";
    Workspace workspace;
    workspace.text = {{}, "tide", letters, false};
    workspace.measurement.longest = 64;
    workspace.measurement.windows = 2;
    workspace.look.length = 64;
    lab.apply(workspace);
    lab.setMapPixels({0, 64, 0, 64, 32, 32});
    lab.addModel("alibi");
    return waitFor([&lab] { return lab.isSettled(); });
}

} // namespace slopescope::ui
