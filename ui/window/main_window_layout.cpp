// The part of the main window that builds panels, docks and toolbar.
#include "ui/window/main_window.h"

#include "ui/map/cell_card.h"
#include "ui/window/device_picker.h"
#include "ui/window/fitting_tool_bar.h"
#include "ui/widgets/dock_panel.h"
#include "ui/heads/head_grid.h"
#include "ui/heads/head_table_view.h"
#include "ui/window/length_slider.h"
#include "ui/curves/curve_view.h"
#include "ui/map/map_panel.h"
#include "ui/variants/variants_panel.h"
#include "ui/widgets/notice_strip.h"
#include "ui/slopes/position_picker.h"
#include "ui/widgets/panel_header.h"
#include "ui/heads/profile_view.h"
#include "ui/slopes/slope_editor.h"
#include "ui/window/status_line.h"
#include "ui/text/text_view.h"

#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace slopescope::ui {
namespace {

constexpr QSize kUsualSize{1600, 1000};
constexpr int kNarrow = 1400;      // below it variants and text give up their column
constexpr int kTiny = 1200;        // below it heads and slopes stand one behind the other
constexpr int kTallestProfile = 340;

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
    m_variants = new VariantsPanel;
    m_text = new TextView;
    m_slopes = new SlopeEditor;
    m_curves = new CurveView;
    m_status = new StatusLine;
    m_heads = new HeadGrid;
    m_headTable = new HeadTableView;
    m_profile = new ProfileView;
    m_card = new CellCard;
    m_length = new LengthSlider;
    m_positions = new PositionPicker;
    m_devices = new DevicePicker;
    setStatusBar(m_status);

    auto* const centre = new QWidget(this);
    auto* const column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kGrid);
    column->addWidget(m_notice);
    column->addWidget(m_map, 1);
    setCentralWidget(centre);
    // In the order in which they hear what has changed: what a hand waits for comes first.
    const auto attach = [this](auto*... panels) { (panels->attach(*m_lab), ...); };
    connect(m_variants, &VariantsPanel::folderRequested, this, &MainWindow::chooseModel);
    connect(m_variants, &VariantsPanel::fileRequested, this, &MainWindow::chooseModelFile);
    attach(m_map, m_slopes, m_card, m_text, m_heads, m_profile, m_headTable, m_length, m_curves, m_variants, m_positions, m_devices, m_status);
}

QWidget* MainWindow::buildHeadColumn() {
    auto* const inside = new QWidget;
    auto* const column = new QVBoxLayout(inside);
    column->setContentsMargins(12, kGrid, 12, kGrid);
    column->setSpacing(kGrid);
    column->addWidget(m_heads);
    column->addWidget(m_profile, 1);
    column->addWidget(m_card);
    column->addStretch();
    m_profile->setMaximumHeight(kTallestProfile);
    return inside;
}

void MainWindow::buildDocks() {
    setDockNestingEnabled(true);
    setCorner(Qt::BottomLeftCorner, Qt::BottomDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::BottomDockWidgetArea);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    m_variantsDock = new DockPanel("variants", m_variants->header(), m_variants, this);
    setLook(m_text, "");
    m_textDock = new DockPanel("text", m_text->header(), m_text, this);
    // What does not fit a small screen scrolls.
    auto* const heads = new QScrollArea;
    heads->setFrameShape(QFrame::NoFrame);
    heads->setWidgetResizable(true);
    heads->viewport()->setAutoFillBackground(false);
    heads->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    heads->setWidget(buildHeadColumn());
    heads->widget()->setAutoFillBackground(false); // the panel's own shines through
    heads->setMinimumWidth(heads->widget()->minimumSizeHint().width());
    m_headDock = new DockPanel("heads", new PanelHeader(tr("Heads")), heads, this);
    m_slopeDock = new DockPanel("slopes", m_slopes->header(), m_slopes, this);
    m_curveDock = new DockPanel("curve", m_curves->header(), m_curves, this);
    m_tableDock = new DockPanel("head-table", m_headTable->header(), m_headTable, this);
    // It lies behind the curves, and who opens it wants to see it.
    connect(m_tableDock->toggleViewAction(), &QAction::triggered, m_tableDock, [this](bool opened) {
        if (opened)
            QMetaObject::invokeMethod(m_tableDock, [this] { m_tableDock->raise(); }, Qt::QueuedConnection);
    });
    arrangeDocks(); // a saved layout restores only docks that have a place
}

// As at first: every panel in its place, at its share of the window.
void MainWindow::arrangeDocks() {
    const bool narrow = width() < kNarrow, tiny = width() < kTiny;
    for (DockPanel* const dock : docks()) {
        removeDockWidget(dock); // or it would keep a place beside its old neighbours
        dock->setFloating(false);
    }
    addDockWidget(Qt::RightDockWidgetArea, m_headDock);
    if (tiny)
        tabifyDockWidget(m_headDock, m_slopeDock);
    else
        splitDockWidget(m_headDock, m_slopeDock, Qt::Horizontal);
    if (narrow) { // the row of the map needs all the width: variants and text stand beside the curves, one behind the other
        addDockWidget(Qt::BottomDockWidgetArea, m_variantsDock);
        splitDockWidget(m_variantsDock, m_curveDock, Qt::Horizontal); // first: what splits off a dock with tabs becomes a tab
        tabifyDockWidget(m_variantsDock, m_textDock);
    } else {
        addDockWidget(Qt::LeftDockWidgetArea, m_variantsDock);
        splitDockWidget(m_variantsDock, m_textDock, Qt::Vertical);
        addDockWidget(Qt::BottomDockWidgetArea, m_curveDock);
    }
    tabifyDockWidget(m_curveDock, m_tableDock);
    for (DockPanel* const dock : docks())
        dock->setVisible(dock != m_tableDock); // which is opened when it is asked for
    // In the next turn, when the tabs are there.
    const auto inFront = [](DockPanel* dock) { QMetaObject::invokeMethod(dock, [dock] { dock->raise(); }, Qt::QueuedConnection); };
    if (narrow)
        inFront(m_variantsDock);
    if (tiny)
        inFront(m_slopeDock);

    const double scale = std::clamp(width() / double(kUsualSize.width()), 0.75, 1.5);
    const int bottom = height() * 29 / 100;
    if (!tiny)
        resizeDocks({m_headDock, m_slopeDock}, {int(256 * scale), int(372 * scale)}, Qt::Horizontal);
    resizeDocks({m_curveDock}, {bottom}, Qt::Vertical);
    if (narrow) {
        resizeDocks({m_variantsDock, m_curveDock}, {width() * 30 / 100, width() * 70 / 100}, Qt::Horizontal);
    } else {
        resizeDocks({m_variantsDock}, {int(288 * scale)}, Qt::Horizontal);
        resizeDocks({m_variantsDock, m_textDock}, {(height() - bottom) * 58 / 100, (height() - bottom) * 42 / 100}, Qt::Vertical);
    }
}

void MainWindow::buildToolbar() {
    auto* const bar = new FittingToolBar(tr("Tools"), this);
    addToolBar(bar);
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
    QPushButton* const model = button(tr("Open model…"));
    QPushButton* const text = button(tr("Open text…"));
    connect(model, &QPushButton::clicked, this, &MainWindow::chooseModel);
    connect(text, &QPushButton::clicked, this, &MainWindow::chooseText);
    bar->addWidget(verticalRule(bar));
    bar->addWidget(m_length);
    bar->addWidget(verticalRule(bar));
    m_sweepButton = button(tr("Sweep"));
    setLook(m_sweepButton, "primary");
    m_sweepButton->setToolTip(tr("Measure the visible variants on the same windows; goes on where it was stopped (Space)"));
    connect(m_sweepButton, &QPushButton::clicked, m_lab, &Lab::sweep);
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
    connect(m_stopButton, &QPushButton::clicked, m_lab, &Lab::stopSweep);
    // Last, for what even the compact bar has no room for is put behind an arrow.
    bar->addWidget(verticalRule(bar));
    bar->addWidget(m_positions);
    bar->addWidget(verticalRule(bar));
    bar->addWidget(m_devices);

    bar->addPart(m_devices->captionWidth(), [this](bool compact) { m_devices->showCaption(!compact); });
    bar->addPart(m_length->compactSaves(), [this](bool compact) { m_length->setCompact(compact); });
    bar->addPart(m_positions->captionWidth(), [this](bool compact) { m_positions->showCaption(!compact); });
    const auto shorten = [bar](QPushButton* shortened, const QString& brief) {
        const QString whole = shortened->text();
        const int saves = QFontMetrics(shortened->font()).horizontalAdvance(whole) -
                          QFontMetrics(shortened->font()).horizontalAdvance(brief);
        shortened->setToolTip(QString(whole).remove(QStringLiteral("…")));
        bar->addPart(saves, [shortened, whole, brief](bool compact) { shortened->setText(compact ? brief : whole); });
    };
    shorten(text, tr("Text…"));
    shorten(model, tr("Model…"));
}

} // namespace slopescope::ui
