// What takes figures out of the window: Export, Copy and Print in the File menu, and the same in a menu on every panel.
//
// Made by the window, which owns it. It remembers which panel was used last, and how the last figure was exported.
// Window's thread.
#pragma once

#include "ui/export/figure_desk.h"
#include "ui/export/figure_file.h"

#include <QObject>

class QMenu;
class QSettings;

namespace slopescope::ui {

class ExportActions : public QObject {
    Q_OBJECT
public:
    // `settings`: where the choices are kept; null: nowhere.
    ExportActions(FigureDesk desk, QSettings* settings, QWidget* window);

    void addTo(QMenu* menu); // Export…, Copy, Print…
    FigureKind lastUsed() const { return m_lastUsed; }
    const FigureOptions& options() const { return m_options; }

    void openDialog(FigureKind kind);
    void copy(FigureKind kind, bool picture, bool numbers);
    void print(FigureKind kind);

signals:
    void failed(const QString& sentence);
    void succeeded(); // what failed before is no longer true

protected:
    bool eventFilter(QObject* watched, QEvent* event) override; // notes which panel a mouse button goes to

private:
    void addPanelMenus();
    void remember();

    FigureDesk m_desk;
    QSettings* m_settings;
    QWidget* m_window;
    FigureKind m_lastUsed = FigureKind::Map;
    FigureOptions m_options;
};

} // namespace slopescope::ui
