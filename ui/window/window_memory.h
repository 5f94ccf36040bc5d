// What the window remembers between two runs beside the workspace (ui/document keeps that): its geometry, theme and device, read
// and written through QSettings. Broken or foreign settings read as nothing remembered. Window's thread.
#pragma once

#include "ui/widgets/theme.h"

#include <QByteArray>
#include <QString>

class QSettings;

namespace slopescope::ui {

struct WindowMemory {
    QByteArray geometry, docks;
    ThemeMode theme = ThemeMode::System;
    QString device; // empty: the processor
    int textSize = 100; // percent of the usual

    static WindowMemory read(const QSettings& settings);
    void write(QSettings& settings) const;
};

} // namespace slopescope::ui
