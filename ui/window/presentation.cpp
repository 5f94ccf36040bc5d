#include "ui/window/presentation.h"

#include "ui/widgets/dock_panel.h"
#include "ui/widgets/theme.h"

#include <QAction>
#include <QApplication>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <QMouseEvent>
#include <QPainter>
#include <QStatusBar>
#include <QTimer>
#include <QToolBar>

namespace slopescope::ui {

// A ring that follows the pointer and is never in its way.
class PointerRing : public QWidget {
public:
    explicit PointerRing(QWidget* parent) : QWidget(parent) {
        setAttribute(Qt::WA_TransparentForMouseEvents);
        setAttribute(Qt::WA_NoSystemBackground);
        setFocusPolicy(Qt::NoFocus);
        setObjectName(QStringLiteral("pointerRing"));
        hide();
    }

    void follow(const QPoint& inWindow) {
        resize(atTextSize(40), atTextSize(40));
        move(inWindow - rect().center());
        raise();
        show();
    }

protected:
    void paintEvent(QPaintEvent*) override {
        constexpr qreal kWidth = 4;
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(Theme::of(palette()).crosshair, kWidth));
        painter.drawEllipse(QRectF(rect()).adjusted(kWidth, kWidth, -kWidth, -kWidth));
    }
};

Presentation::Presentation(QMainWindow& window, const QList<DockPanel*>& panels, const QList<DockPanel*>& first)
    : QObject(&window), m_window(window), m_panels(panels), m_first(first),
      m_bar(new QToolBar(tr("Panels on the wall"), &window)), m_ring(new PointerRing(&window)) {
    buildBar();
}

QWidget* Presentation::ring() const {
    return m_ring;
}

void Presentation::buildBar() {
    m_bar->setObjectName(QStringLiteral("presentation"));
    m_bar->setMovable(false);
    m_bar->setContextMenuPolicy(Qt::PreventContextMenu);
    m_bar->toggleViewAction()->setVisible(false);
    m_centre = m_bar->addAction(tr("Map"));
    m_centre->setCheckable(true);
    connect(m_centre, &QAction::toggled, this, [this](bool shown) { m_window.centralWidget()->setVisible(shown); });
    for (DockPanel* const panel : m_panels)
        m_bar->addAction(panel->toggleViewAction());
    m_bar->addSeparator();
    QAction* const end = m_bar->addAction(tr("End (Esc)"), this, &Presentation::stop);
    end->setToolTip(tr("Back to the window as it was"));
    m_window.addToolBar(Qt::BottomToolBarArea, m_bar);
    m_bar->hide();
}

// The keys of a menu work only while its bar is there.
void Presentation::keepKeys(bool kept) {
    if (!kept) {
        for (const QPointer<QAction>& action : std::exchange(m_keys, {}))
            if (action)
                m_window.removeAction(action);
        return;
    }
    for (const QMenu* const menu : m_window.menuBar()->findChildren<QMenu*>())
        for (QAction* const action : menu->actions())
            if (!action->shortcuts().isEmpty() && !m_window.actions().contains(action)) {
                m_window.addAction(action);
                m_keys += action;
            }
}

void Presentation::hideAround(bool hidden) {
    if (!hidden) {
        for (const QPointer<QWidget>& widget : std::exchange(m_hidden, {}))
            if (widget)
                widget->show();
        return;
    }
    QList<QWidget*> around{m_window.menuBar(), m_window.statusBar()};
    for (QToolBar* const bar : m_window.findChildren<QToolBar*>(Qt::FindDirectChildrenOnly))
        if (bar != m_bar)
            around += bar;
    for (QWidget* const widget : around)
        if (!widget->isHidden()) {
            widget->hide();
            m_hidden += widget;
        }
}

void Presentation::fitSizes() {
    applySizes(Sizes::forProjector(m_window.height()));
}

void Presentation::start() {
    if (m_on)
        return;
    m_geometry = m_window.saveGeometry();
    m_docks = m_window.saveState();
    m_sizes = screenSizes();
    m_state = m_window.windowState();
    m_place = m_window.geometry();
    m_on = true;
    keepKeys(true);
    hideAround(true);
    for (DockPanel* const panel : m_panels)
        panel->setVisible(m_first.contains(panel));
    m_centre->setChecked(true);
    m_bar->show();
    m_window.setWindowState(m_state | Qt::WindowFullScreen);
    fitSizes();
    constexpr int kShare = 45; // percent of the height, of a panel below the map
    QList<QDockWidget*> below(m_first.begin(), m_first.end());
    m_window.resizeDocks(below, QList<int>(below.size(), m_window.height() * kShare / 100), Qt::Vertical);
    qApp->installEventFilter(this);
}

void Presentation::stop() {
    if (!m_on)
        return;
    m_on = false;
    qApp->removeEventFilter(this);
    m_ring->hide();
    m_bar->hide();
    m_centre->setChecked(true);
    applySizes(m_sizes);
    hideAround(false);
    keepKeys(false);
    m_window.setWindowState(m_state);
    if (!(m_state & (Qt::WindowMaximized | Qt::WindowFullScreen)))
        m_window.setGeometry(m_place);
    m_window.restoreState(m_docks);
    // Where the system resizes the window later, the docks take their sizes then.
    QTimer::singleShot(0, this, [this] {
        if (!m_on)
            m_window.restoreState(m_docks);
    });
}

bool Presentation::eventFilter(QObject* watched, QEvent* event) {
    // Windows hear every move of the pointer, widgets only those that they track.
    if (event->type() == QEvent::MouseMove && (watched->isWindowType() || watched->isWidgetType()))
        m_ring->follow(m_window.mapFromGlobal(static_cast<QMouseEvent*>(event)->globalPosition().toPoint()));
    else if (watched == &m_window && event->type() == QEvent::Leave)
        m_ring->hide();
    else if (watched == &m_window && event->type() == QEvent::Resize)
        QTimer::singleShot(0, this, [this] {
            if (m_on)
                fitSizes();
        });
    return QObject::eventFilter(watched, event);
}

} // namespace slopescope::ui
