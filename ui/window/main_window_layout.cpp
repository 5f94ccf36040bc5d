// The part of the main window that builds panels, docks, toolbar and menus, and remembers their state.
#include "ui/window/main_window.h"

#include "ui/map/cell_card.h"
#include "ui/window/device_picker.h"
#include "ui/widgets/dock_panel.h"
#include "ui/heads/head_grid.h"
#include "ui/window/keys_page.h"
#include "ui/window/length_slider.h"
#include "ui/map/map_panel.h"
#include "ui/map/map_view.h"
#include "ui/variants/model_panel.h"
#include "ui/widgets/notice_strip.h"
#include "ui/slopes/position_picker.h"
#include "ui/widgets/panel_header.h"
#include "ui/heads/profile_view.h"
#include "ui/slopes/slope_editor.h"
#include "ui/window/status_line.h"
#include "ui/text/text_view.h"
#include "ui/window/window_memory.h"

#include <QActionGroup>
#include <QApplication>
#include <QLabel>
#include <QLineEdit>
#include <QMenuBar>
#include <QPushButton>
#include <QScreen>
#include <QToolBar>
#include <QToolButton>
#include <QUndoStack>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace slopescope::ui {
namespace {

constexpr QSize kUsualSize{1600, 1000};
constexpr int kNarrow = 1400;      // below it model and text give up their column
constexpr int kModelHeight = 240;  // of the model's panel
constexpr int kTallestProfile = 340;
constexpr std::int64_t kShortestChoice = 1024, kLongestChoice = 131072; // of a sweep

QFrame* verticalRule(QWidget* parent) {
    auto* const rule = new QFrame(parent);
    rule->setFrameStyle(int(QFrame::VLine) | int(QFrame::Plain));
    rule->setForegroundRole(QPalette::Mid);
    rule->setFixedSize(9, 22);
    return rule;
}

// Docks reach to the edge of the window; an empty toolbar keeps them off it.
void addMargin(QMainWindow* window, Qt::ToolBarArea area) {
    auto* const margin = new QToolBar(window);
    margin->setObjectName(QStringLiteral("margin%1").arg(int(area)));
    margin->setMovable(false);
    margin->setContextMenuPolicy(Qt::PreventContextMenu);
    margin->toggleViewAction()->setVisible(false);
    margin->setStyleSheet(QStringLiteral("QToolBar { background: transparent; border: none; padding: 0; spacing: 0; }"));
    if (area == Qt::LeftToolBarArea || area == Qt::RightToolBarArea)
        margin->setFixedWidth(kGrid);
    else
        margin->setFixedHeight(kGrid);
    window->addToolBar(area, margin);
}

} // namespace

void MainWindow::buildPanels() {
    m_notice = new NoticeStrip;
    m_map = new MapPanel;
    m_models = new ModelPanel;
    m_models->setBundledModels(m_engine->bundledModels());
    m_textView = new TextView;
    m_slopes = new SlopeEditor;
    m_curves = new CurveView;
    m_status = new StatusLine;
    setStatusBar(m_status);

    auto* const centre = new QWidget(this);
    auto* const column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kGrid);
    column->addWidget(m_notice);
    column->addWidget(m_map, 1);
    setCentralWidget(centre);
}

QWidget* MainWindow::buildHeadColumn() {
    auto* const inside = new QWidget;
    m_heads = new HeadGrid;
    m_profile = new ProfileView;
    m_cellCard = new CellCard;
    auto* const column = new QVBoxLayout(inside);
    column->setContentsMargins(12, kGrid, 12, kGrid);
    column->setSpacing(kGrid);
    column->addWidget(m_heads);
    column->addWidget(m_profile, 1);
    column->addWidget(m_cellCard);
    column->addStretch();
    m_profile->setMaximumHeight(kTallestProfile);
    return inside;
}

QWidget* MainWindow::buildTextColumn() {
    auto* const inside = new QWidget;
    m_find = new QLineEdit;
    m_find->setPlaceholderText(tr("Find in the text"));
    m_find->setClearButtonEnabled(true);
    m_find->hide();
    auto* const column = new QVBoxLayout(inside);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_find);
    column->addWidget(m_textView, 1);
    setLook(m_textView, "");
    return inside;
}

void MainWindow::buildDocks() {
    setDockNestingEnabled(true);
    setCorner(Qt::BottomLeftCorner, Qt::BottomDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::BottomDockWidgetArea);
    m_modelDock = new DockPanel("model", m_models->header(), m_models, this);
    m_textDock = new DockPanel("text", m_textView->header(), buildTextColumn(), this);
    m_headDock = new DockPanel("heads", new PanelHeader(tr("Heads")), buildHeadColumn(), this);
    showHeadFacts(Freshness::Exact);
    m_slopeDock = new DockPanel("slopes", m_slopes->header(), m_slopes, this);
    m_curveDock = new DockPanel("curve", m_curves->header(), m_curves, this);
    arrangeDocks(); // a saved layout restores only docks that have a place
}

// As at first: every panel in its place, at its share of the window.
void MainWindow::arrangeDocks() {
    const bool narrow = width() < kNarrow;
    for (DockPanel* const dock : {m_modelDock, m_textDock, m_headDock, m_slopeDock, m_curveDock}) {
        removeDockWidget(dock); // or it would keep a place beside its old neighbours
        dock->setFloating(false);
    }
    addDockWidget(Qt::RightDockWidgetArea, m_headDock);
    splitDockWidget(m_headDock, m_slopeDock, Qt::Horizontal);
    if (narrow) { // the row of the map needs all the width: model and text stand beside the curve
        addDockWidget(Qt::BottomDockWidgetArea, m_textDock);
        splitDockWidget(m_textDock, m_curveDock, Qt::Horizontal);
        splitDockWidget(m_curveDock, m_modelDock, Qt::Horizontal);
    } else {
        addDockWidget(Qt::LeftDockWidgetArea, m_modelDock);
        splitDockWidget(m_modelDock, m_textDock, Qt::Vertical);
        addDockWidget(Qt::BottomDockWidgetArea, m_curveDock);
    }
    for (DockPanel* const dock : {m_modelDock, m_textDock, m_headDock, m_slopeDock, m_curveDock})
        dock->show();

    const double scale = std::clamp(width() / double(kUsualSize.width()), 0.75, 1.5);
    const int bottom = height() * 27 / 100;
    resizeDocks({m_headDock, m_slopeDock}, {int(256 * scale), int(372 * scale)}, Qt::Horizontal);
    resizeDocks({m_curveDock}, {bottom}, Qt::Vertical);
    if (narrow) {
        resizeDocks({m_textDock, m_curveDock, m_modelDock}, {240, width() - 560, 290}, Qt::Horizontal);
    } else {
        resizeDocks({m_modelDock}, {int(272 * scale)}, Qt::Horizontal);
        resizeDocks({m_modelDock, m_textDock}, {kModelHeight, height() - bottom - kModelHeight}, Qt::Vertical);
    }
}

void MainWindow::buildToolbar() {
    auto* const bar = addToolBar(tr("Tools"));
    bar->setObjectName("tools");
    bar->setMovable(false);
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    bar->toggleViewAction()->setVisible(false);
    for (const auto area : {Qt::LeftToolBarArea, Qt::RightToolBarArea, Qt::BottomToolBarArea})
        addMargin(this, area);
    addToolBarBreak(Qt::TopToolBarArea);
    addMargin(this, Qt::TopToolBarArea);
    const auto button = [bar](const QString& text) {
        auto* const made = new QPushButton(text);
        made->setFocusPolicy(Qt::TabFocus); // a click leaves the keyboard with the map
        bar->addWidget(made);
        return made;
    };
    connect(button(tr("Open model…")), &QPushButton::clicked, this, &MainWindow::chooseModel);
    connect(button(tr("Open text…")), &QPushButton::clicked, this, &MainWindow::chooseText);
    bar->addWidget(verticalRule(bar));
    m_length = new LengthSlider;
    bar->addWidget(m_length);
    bar->addWidget(verticalRule(bar));
    m_sweepButton = button(tr("Sweep"));
    setLook(m_sweepButton, "primary");
    m_sweepButton->setToolTip(tr("Measure perplexity by length anew (Space)"));
    connect(m_sweepButton, &QPushButton::clicked, this, &MainWindow::startSweep);
    m_sweepLengths = new QMenu(tr("Longest length"), this);
    auto* const lengths = new QToolButton;
    setLook(lengths, "link");
    lengths->setText(QStringLiteral("▾"));
    lengths->setToolTip(tr("Longest length of the sweep"));
    lengths->setAccessibleName(lengths->toolTip());
    lengths->setMenu(m_sweepLengths);
    lengths->setPopupMode(QToolButton::InstantPopup);
    lengths->setFocusPolicy(Qt::TabFocus);
    bar->addWidget(lengths);
    m_stopButton = button(tr("Stop"));
    connect(m_stopButton, &QPushButton::clicked, this, &MainWindow::stopSweep);
    // Last, for what a narrow window has no room for is put behind an arrow.
    bar->addWidget(verticalRule(bar));
    m_positions = new PositionPicker;
    bar->addWidget(m_positions);
    bar->addWidget(verticalRule(bar));
    m_devices = new DevicePicker;
    bar->addWidget(m_devices);
}

void MainWindow::buildMenus() {
    QMenu* const file = menuBar()->addMenu(tr("&File"));
    file->addAction(tr("Open &model…"), QKeySequence(Qt::CTRL | Qt::Key_O), this, &MainWindow::chooseModel);
    file->addAction(tr("Open model &file…"), this, &MainWindow::chooseModelFile);
    QMenu* const bundled = file->addMenu(tr("&Bundled model"));
    for (const BundledModel& model : m_engine->bundledModels()) {
        const QString name = QString::fromStdString(model.name);
        bundled->addAction(name, this, [this, name] { openModel(name); });
    }
    bundled->setEnabled(!bundled->isEmpty());
    file->addAction(tr("Open &text…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O), this, &MainWindow::chooseText);
    file->addAction(tr("B&undled text"), this, &MainWindow::openDefaultText);
    file->addSeparator();
    file->addAction(tr("&Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q), this, &QWidget::close);

    QMenu* const edit = menuBar()->addMenu(tr("&Edit"));
    QAction* const undo = m_slopes->undoStack()->createUndoAction(this, tr("&Undo"));
    undo->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Z));
    QAction* const redo = m_slopes->undoStack()->createRedoAction(this, tr("&Redo"));
    redo->setShortcuts({QKeySequence(Qt::CTRL | Qt::Key_Y), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z)});
    edit->addActions({undo, redo});
    edit->addAction(tr("Slopes as &trained"), m_slopes, &SlopeEditor::reset);
    edit->addSeparator();
    edit->addAction(tr("&Find in the text"), QKeySequence(Qt::CTRL | Qt::Key_F), this, &MainWindow::find);

    buildViewMenu(menuBar()->addMenu(tr("&View")));
    buildSweepMenu(menuBar()->addMenu(tr("&Sweep")));

    QMenu* const help = menuBar()->addMenu(tr("&Help"));
    help->addAction(tr("&Keys"), QKeySequence(Qt::Key_F1), this, [this] {
        if (!m_keys)
            m_keys = new KeysPage(this);
        m_keys->setVisible(!m_keys->isVisible());
    });
}

void MainWindow::buildViewMenu(QMenu* menu) {
    // The part after the tab is shown as a key, but taken in keyPressEvent, where fields that need the key come first.
    const auto key = [this, menu](const QString& text, const QString& name, int code) {
        menu->addAction(text + QLatin1Char('\t') + name, this, [this, code] { handleKey(code); });
    };
    key(tr("Layer above"), tr("Up"), Qt::Key_Up);
    key(tr("Layer below"), tr("Down"), Qt::Key_Down);
    key(tr("Previous head"), tr("Left"), Qt::Key_Left);
    key(tr("Next head"), tr("Right"), Qt::Key_Right);
    menu->addSeparator();
    key(tr("Half the length"), QStringLiteral("["), Qt::Key_BracketLeft);
    key(tr("Twice the length"), QStringLiteral("]"), Qt::Key_BracketRight);
    menu->addSeparator();
    key(tr("Zoom in"), QStringLiteral("+"), Qt::Key_Plus);
    key(tr("Zoom out"), QStringLiteral("−"), Qt::Key_Minus);
    key(tr("Whole map"), QStringLiteral("0"), Qt::Key_0);
    menu->addSeparator();

    QMenu* const panels = menu->addMenu(tr("&Panels"));
    for (DockPanel* const dock : {m_modelDock, m_textDock, m_headDock, m_slopeDock, m_curveDock})
        panels->addAction(dock->toggleViewAction());
    panels->addSeparator();
    panels->addAction(tr("As at first"), this, &MainWindow::arrangeDocks);

    QMenu* const theme = menu->addMenu(tr("&Theme"));
    m_themes = new QActionGroup(this);
    const QStringList names{tr("As the system"), tr("Light"), tr("Dark")};
    for (int mode = 0; mode < names.size(); ++mode) {
        QAction* const action = theme->addAction(names[mode], this, [this, mode] { setTheme(ThemeMode(mode)); });
        action->setCheckable(true);
        m_themes->addAction(action);
    }
    QAction* const full = menu->addAction(tr("&Full screen"), QKeySequence(Qt::Key_F11), this,
                                          [this] { setWindowState(windowState() ^ Qt::WindowFullScreen); });
    addAction(full);
}

void MainWindow::buildSweepMenu(QMenu* menu) {
    m_sweepAction = menu->addAction(tr("Sweep"), this, &MainWindow::startSweep);
    m_stopAction = menu->addAction(tr("Stop\tSpace"), this, &MainWindow::stopSweep);
    menu->addMenu(m_sweepLengths);
    auto* const group = new QActionGroup(this);
    for (std::int64_t length = kShortestChoice; length <= kLongestChoice; length *= 2) {
        QAction* const action = m_sweepLengths->addAction(QLocale().toString(qlonglong(length)), this, [this, length] {
            setSweepLength(length);
            startSweep();
        });
        action->setCheckable(true);
        action->setData(qlonglong(length));
        group->addAction(action);
    }
}

void MainWindow::setTheme(ThemeMode mode) {
    applyTheme(*qApp, mode);
    m_themes->actions().at(static_cast<int>(mode))->setChecked(true);
}

void MainWindow::restore(const LaunchOptions& options) {
    const WindowMemory memory = m_settings ? WindowMemory::read(*m_settings) : WindowMemory();
    setTheme(memory.theme);
    resize(kUsualSize.boundedTo(screen()->availableSize()));
    m_arranged = !memory.geometry.isEmpty() && restoreGeometry(memory.geometry) && restoreState(memory.docks);
    m_firstHead = memory.head;
    m_view.stage = memory.stage;
    m_view.pooling = memory.pooling;
    m_map->setStage(memory.stage);
    m_map->setPooling(memory.pooling);
    if (memory.scale)
        m_map->setScaleSettings(*memory.scale);
    m_heads->setScaleSettings(m_map->scaleSettings());
    m_curves->setMode(static_cast<CurveView::Mode>(memory.curveMode));
    if (memory.length > 0)
        m_wantedLength = memory.length;
    if (options.length > 0)
        m_wantedLength = options.length;
    if (memory.sweepLength > 0)
        m_wantedSweep = memory.sweepLength;
    if (options.sweepLength > 0)
        m_wantedSweep = options.sweepLength;
    if (!memory.slopes.empty())
        m_rememberedSlopes = memory.slopes;
    m_rememberedPositions = memory.positions;
    m_rememberedDevice = memory.device;
    if (!m_rememberedDevice.isEmpty()) // else its menu looks for them, when it is opened: a look wakes every GPU
        m_engine->findDevices(0);
    m_rememberedModel = memory.slopesModel;

    const QString model = options.model.isEmpty() ? memory.model : options.model;
    const QString text = options.text.isEmpty() ? memory.text : options.text;
    text.isEmpty() ? openDefaultText() : openText(text);
    model.isEmpty() ? openDefaultModel() : openModel(model);
}

void MainWindow::showEvent(QShowEvent* event) {
    QMainWindow::showEvent(event);
    if (!std::exchange(m_arranged, true))
        arrangeDocks(); // before, there is no layout that could take sizes
}

void MainWindow::remember() {
    if (!m_settings)
        return;
    WindowMemory memory;
    memory.geometry = saveGeometry();
    memory.docks = saveState();
    memory.theme = themeMode();
    if (m_model)
        memory.model = QString::fromStdString(isBundled(*m_model) ? m_model->name : m_model->directory.string());
    if (m_openedText != QString::fromStdString(m_engine->bundledText().string()))
        memory.text = m_openedText;
    if (!m_devices->current().isCpu())
        memory.device = QString::fromStdString(m_devices->current().name());
    memory.length = m_wantedLength;
    memory.sweepLength = m_wantedSweep;
    if (m_model)
        memory.head = m_view.head;
    memory.stage = m_view.stage;
    memory.pooling = m_view.pooling;
    if (m_map->scaleSettings() != defaultSettings(m_view.stage))
        memory.scale = m_map->scaleSettings();
    memory.curveMode = static_cast<int>(m_curves->mode());
    if (m_model) {
        memory.slopesModel = QString::fromStdString(m_model->directory.string());
        memory.positions = m_positions->spec();
        if (m_slopes->edited())
            memory.slopes = m_slopes->slopes();
    }
    memory.write(*m_settings);
}

} // namespace slopescope::ui
