// Presentation: the same window for a projector. Few panels, large letters, thick lines, a ring around the pointer; what is on
// the screen stays what it was, and when it ends every panel is back where it stood. Owned by MainWindow. Window's thread.
#pragma once

#include "ui/widgets/sizes.h"

#include <QList>
#include <QObject>
#include <QPointer>
#include <QRect>

class QAction;
class QMainWindow;
class QToolBar;

namespace slopescope::ui {

class DockPanel;
class PointerRing;

class Presentation : public QObject {
    Q_OBJECT
public:
    // `panels`: those that can be chosen beside the central one; the docks of `first` are shown to begin with.
    Presentation(QMainWindow& window, const QList<DockPanel*>& panels, const QList<DockPanel*>& first);

    bool isOn() const { return m_on; }
    void start();
    void stop();
    void toggle() { m_on ? stop() : start(); }
    QToolBar* bar() const { return m_bar; } // which panels are shown, and the way out
    QWidget* ring() const;

    // As they were before it began: what the window remembers.
    const QByteArray& geometryBefore() const { return m_geometry; }
    const QByteArray& docksBefore() const { return m_docks; }
    const Sizes& sizesBefore() const { return m_sizes; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void buildBar();
    void keepKeys(bool kept);
    void hideAround(bool hidden);
    void fitSizes();

    QMainWindow& m_window;
    const QList<DockPanel*> m_panels, m_first;
    QToolBar* m_bar;
    PointerRing* m_ring;
    QAction* m_centre = nullptr;
    bool m_on = false;

    QByteArray m_geometry, m_docks;
    Sizes m_sizes;
    Qt::WindowStates m_state;
    QRect m_place;
    QList<QPointer<QWidget>> m_hidden; // that were visible
    QList<QPointer<QAction>> m_keys;   // of the hidden menus
};

} // namespace slopescope::ui
