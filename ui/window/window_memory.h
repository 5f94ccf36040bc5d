// What the window remembers between two runs, beside its geometry: plain values, read and written through QSettings.
// Broken or foreign settings read as nothing remembered. Window's thread.
#pragma once

#include "core/session.h"
#include "ui/figures/colour_scale.h"
#include "ui/widgets/theme.h"

#include <QByteArray>
#include <QString>

#include <optional>

class QSettings;

namespace slopescope::ui {

struct WindowMemory {
    QByteArray geometry, docks;
    ThemeMode theme = ThemeMode::System;
    QString model, text; // empty: the bundled ones
    QString device;      // empty: the processor
    qint64 length = 0, sweepLength = 0; // 0: the usual
    std::optional<HeadAddress> head;
    Stage stage = Stage::Probability;
    Pooling pooling = Pooling::Mean;
    std::optional<ScaleSettings> scale; // of that stage; none: the usual
    QString slopesModel;  // whose positions and slopes these are
    QString positions;    // a spec of the position picker; empty: as trained
    SlopeTable slopes;    // empty: as trained
    int curveMode = 0;

    static WindowMemory read(const QSettings& settings);
    void write(QSettings& settings) const;
};

} // namespace slopescope::ui
