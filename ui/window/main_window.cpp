#include "ui/window/main_window.h"

#include "ui/curves/curve_view.h"
#include "ui/document/document.h"
#include "ui/heads/head_grid.h"
#include "ui/map/map_panel.h"
#include "ui/map/map_view.h"
#include "ui/text/text_view.h"
#include "ui/widgets/dock_panel.h"
#include "ui/widgets/format.h"
#include "ui/widgets/notice_strip.h"
#include "ui/window/device_picker.h"
#include "ui/window/length_slider.h"
#include "ui/window/presentation.h"
#include "ui/window/window_memory.h"

#include <QAbstractSpinBox>
#include <QApplication>
#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScreen>
#include <QSettings>
#include <QTextEdit>

#include <algorithm>
#include <utility>

namespace slopescope::ui {
namespace {

constexpr std::chrono::milliseconds kSavePause{1500}; // after a change
constexpr double kZoomStep = 1.5;

// The one local file or folder that is dragged, or nothing.
QString draggedPath(const QMimeData* data) {
    const QList<QUrl> urls = data->urls();
    return urls.size() == 1 && urls.front().isLocalFile() ? urls.front().toLocalFile() : QString();
}

bool isTyping(const QObject* widget) {
    return qobject_cast<const QLineEdit*>(widget) != nullptr || qobject_cast<const QTextEdit*>(widget) != nullptr ||
           qobject_cast<const QPlainTextEdit*>(widget) != nullptr || qobject_cast<const QAbstractSpinBox*>(widget) != nullptr;
}

} // namespace

MainWindow::MainWindow(const LaunchOptions& options, QSettings* settings, QWidget* parent)
    : QMainWindow(parent), m_lab(new Lab(options.resources, this)),
      m_document(new Document(*m_lab, options.state, settings, this)), m_settings(settings), m_resources(options.resources) {
    setAcceptDrops(true);
    buildPanels();
    buildDocks();
    buildToolbar();
    buildMenus();
    connect(m_lab, &Lab::changed, this, [this](Changes changes) {
        if (changes & ~(kSlopes | kPointer)) {
            updateTitle();
            updateSweepActions();
        }
        if (changes & ~kPointer)
            m_saving.start();
    });
    connect(m_lab, &Lab::sweepStarted, this, &MainWindow::updateSweepActions);
    connect(m_lab, &Lab::sweepEnded, this, &MainWindow::updateSweepActions);
    connectDocument();
    connect(m_lab, &Lab::recovered, this, [this](Task task) {
        m_notice->takeBack(int(task));
        if (task == Task::Map)
            m_notice->takeBack(int(Task::Forward));
    });
    connect(m_lab, &Lab::devicesFound, this, [this](const std::vector<DeviceChoice>& devices) {
        // The GPU of the last run, once, if it is there.
        const QString wanted = std::exchange(m_rememberedDevice, {});
        for (const DeviceChoice& choice : devices)
            if (!choice.facts.device.isCpu() && QString::fromStdString(choice.facts.device.name()) == wanted)
                m_lab->useDevice(choice.facts.device);
    });
    m_saving.setSingleShot(true);
    m_saving.setInterval(kSavePause);
    connect(&m_saving, &QTimer::timeout, this, &MainWindow::remember);
    qApp->installEventFilter(this);
    restore();
    start(options);
    updateTitle();
    updateSweepActions();
}

MainWindow::~MainWindow() {
    m_presentation->stop(); // the sizes are the whole application's
    m_saving.stop();
    qApp->removeEventFilter(this);
    m_lab->disconnect();
    delete std::exchange(m_document, nullptr); // it writes what the lab has
    delete std::exchange(m_lab, nullptr); // first: its workers end while everything it could speak to still stands
    // A dock that is being dragged leaves a gap in the layout, which Qt's destructor reads after the dock is gone.
    for (DockPanel* const dock : docks())
        removeDockWidget(dock);
}

QList<DockPanel*> MainWindow::docks() const {
    return {m_variantsDock, m_textDock, m_headDock, m_slopeDock, m_curveDock, m_tableDock};
}

void MainWindow::restore() {
    const WindowMemory memory = m_settings ? WindowMemory::read(*m_settings) : WindowMemory();
    setTheme(memory.theme);
    setTextSize(memory.textSize);
    resize(QSize(1600, 1000).boundedTo(screen()->availableSize() - QSize(0, 40))); // the frame has its own height
    m_arranged = !memory.geometry.isEmpty() && restoreGeometry(memory.geometry) && restoreState(memory.docks);
    m_rememberedDevice = memory.device;
    if (!m_rememberedDevice.isEmpty()) // else its menu looks for them, when it is opened: a look wakes every GPU
        m_lab->findDevices();
}

void MainWindow::remember() {
    if (!m_settings)
        return;
    WindowMemory memory;
    memory.geometry = m_presentation->isOn() ? m_presentation->geometryBefore() : saveGeometry();
    memory.docks = m_presentation->isOn() ? m_presentation->docksBefore() : saveState();
    memory.textSize = m_textSize;
    memory.theme = themeMode();
    if (!m_devices->current().isCpu())
        memory.device = QString::fromStdString(m_devices->current().name());
    memory.write(*m_settings);
    m_settings->sync();
}

void MainWindow::updateTitle() {
    const auto text = m_lab->text();
    const QString name = m_lab->workspace().a() == nullptr ? QString() : m_lab->nameOf(m_lab->workspace().a()->id);
    if (!m_document->name().isEmpty())
        setWindowTitle(tr("%1[*] – Slopescope").arg(m_document->name()));
    else
        setWindowTitle(name.isEmpty() || !text ? tr("Slopescope")
                                               : tr("%1 · %2 – Slopescope").arg(name, QString::fromStdString(text->name)));
    setWindowModified(m_document->isEdited());
}

void MainWindow::updateSweepActions() {
    const std::int64_t longest = m_lab->plan().lengths.back();
    const bool ready = m_lab->text() != nullptr, sweeping = m_lab->sweeping();
    m_sweepAction->setText(tr("Sweep to %1").arg(grouped(longest)));
    m_sweepButton->setText(m_sweepAction->text());
    m_sweepAction->setEnabled(ready && !sweeping);
    m_sweepButton->setEnabled(ready && !sweeping);
    m_stopAction->setEnabled(sweeping);
    m_stopButton->setEnabled(sweeping);
    const std::int64_t tokens = m_lab->text() ? std::ssize(m_lab->text()->tokens) : 0;
    for (QAction* const action : m_sweepLengths->actions()) {
        const auto choice = action->data().toLongLong();
        action->setEnabled(choice < tokens);
        action->setChecked(choice == longest);
    }
}

void MainWindow::toggleSweep() {
    m_lab->sweeping() ? m_lab->stopSweep() : m_lab->sweep();
    updateSweepActions();
}

void MainWindow::moveHead(int layers, int heads) {
    const auto facts = m_lab->factsOnView();
    if (!facts)
        return;
    m_lab->look([&](Workspace& w) {
        const HeadAddress head = w.look.heads.front();
        w.look.heads = {{std::clamp(head.layer + layers, 0, facts->layers - 1), std::clamp(head.head + heads, 0, facts->heads - 1)}};
    });
}

// Keys without Ctrl come here when the focused widget has no use for them, so that a field can still be typed in.
void MainWindow::keyPressEvent(QKeyEvent* event) {
    const auto modifiers = event->modifiers() & ~(Qt::KeypadModifier | Qt::ShiftModifier);
    const bool shift = event->modifiers() & Qt::ShiftModifier;
    if (modifiers != Qt::NoModifier || (shift && event->key() != Qt::Key_Plus) || !handleKey(event->key()))
        QMainWindow::keyPressEvent(event);
}

// Space always sweeps or stops, whichever button had the last click; it types where something is typed, and works a control
// that was reached by Tab in a dialog or a menu.
bool MainWindow::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Space &&
        static_cast<QKeyEvent*>(event)->modifiers() == Qt::NoModifier && isActiveWindow() && !QApplication::activePopupWidget() &&
        watched->isWidgetType() && static_cast<QWidget*>(watched)->window() == this && !isTyping(watched)) {
        toggleSweep();
        return true;
    }
    return QMainWindow::eventFilter(watched, event);
}

bool MainWindow::handleKey(int key) {
    switch (key) {
    case Qt::Key_Up:
        moveHead(-1, 0);
        return true;
    case Qt::Key_Down:
        moveHead(1, 0);
        return true;
    case Qt::Key_Left:
        moveHead(0, -1);
        return true;
    case Qt::Key_Right:
        moveHead(0, 1);
        return true;
    case Qt::Key_BracketLeft:
        m_length->step(-1);
        return true;
    case Qt::Key_BracketRight:
        m_length->step(1);
        return true;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        m_map->map()->zoomBy(kZoomStep);
        return true;
    case Qt::Key_Minus:
        m_map->map()->zoomBy(1 / kZoomStep);
        return true;
    case Qt::Key_0:
        m_map->map()->showAll();
        return true;
    case Qt::Key_Space:
        toggleSweep();
        return true;
    case Qt::Key_Escape:
        escape();
        return true;
    default:
        return false;
    }
}

void MainWindow::escape() {
    if (m_presentation->isOn())
        return m_presentation->stop();
    m_map->map()->unlock();
    m_text->setLocked(-1);
    m_lab->lightToken({});
    m_lab->goTo({});
    m_notice->dismiss();
    m_lab->cancelOpening();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    m_saving.stop();
    remember();
    m_document->finish();
    event->accept();
}

void MainWindow::showEvent(QShowEvent* event) {
    QMainWindow::showEvent(event);
    if (!std::exchange(m_arranged, true))
        arrangeDocks(); // before, there is no layout that could take sizes
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (!draggedPath(event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    openFile(draggedPath(event->mimeData()));
}

} // namespace slopescope::ui
