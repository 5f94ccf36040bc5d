// The part of the main window that wires panels, engine and window to each other.
#include "ui/window/main_window.h"

#include "ui/map/cell_card.h"
#include "ui/window/device_picker.h"
#include "ui/heads/head_grid.h"
#include "ui/window/length_slider.h"
#include "ui/map/map_panel.h"
#include "ui/map/map_view.h"
#include "ui/variants/model_panel.h"
#include "ui/slopes/position_picker.h"
#include "ui/heads/profile_view.h"
#include "ui/slopes/slope_editor.h"
#include "ui/window/status_line.h"
#include "ui/text/text_view.h"

#include <QLineEdit>

#include <algorithm>

namespace slopescope::ui {

void MainWindow::connectPanels() {
    connect(m_models, &ModelPanel::modelChosen, this, &MainWindow::openModel);
    connect(m_models, &ModelPanel::openRequested, this, &MainWindow::chooseModel);
    connect(m_heads, &HeadGrid::selectedByUser, this, &MainWindow::selectHead);
    connect(m_slopes, &SlopeEditor::headSelected, this, &MainWindow::selectHead);
    connect(m_slopes, &SlopeEditor::slopesChanging, this, [this](const SlopeTable& slopes) { setSlopes(slopes, true); });
    connect(m_slopes, &SlopeEditor::slopesCommitted, this, [this](const SlopeTable& slopes) {
        setSlopes(slopes, false);
        sweepAfterEdit();
    });
    connect(m_positions, &PositionPicker::chosen, this, [this](const QString& spec) {
        runWith(spec);
        if (m_text)
            beginStudy();
    });
    connect(m_devices, &DevicePicker::opened, this, [this] { m_engine->findDevices(m_view.length); });
    connect(m_devices, &DevicePicker::chosen, this, &MainWindow::useDevice);
    connect(m_length, &LengthSlider::lengthChosen, this, [this](qint64 length) {
        m_wantedLength = length;
        setLength(length);
    });
    connect(m_map, &MapPanel::viewportWanted, this, &MainWindow::pushView);
    connect(m_map, &MapPanel::stageChosen, this, [this](Stage stage) {
        m_view.stage = stage;
        pushView();
    });
    connect(m_map, &MapPanel::poolingChosen, this, [this](Pooling pooling) {
        m_view.pooling = pooling;
        pushView();
    });
    connect(m_map, &MapPanel::scaleSettingsChanged, m_heads, &HeadGrid::setScaleSettings);
    connect(m_find, &QLineEdit::returnPressed, this, [this] { m_textView->findNext(m_find->text()); });
}

// What the cursor points at is the same in map, text and card.
void MainWindow::connectPlaces() {
    MapView* const map = m_map->map();
    connect(map, &MapView::hovered, this, [this](qint64 query, qint64 key) { pointAt(CellOnView{query, key}); });
    connect(map, &MapView::locked, this, [this](qint64 query, qint64 key) {
        pointAt(CellOnView{query, key});
        m_textView->reveal(query);
    });
    connect(map, &MapView::unlocked, this, [this, map] {
        if (!map->crosshair())
            pointAt({});
    });
    connect(map, &MapView::left, this, [this, map] {
        if (!map->isLocked())
            pointAt({});
    });
    const auto light = [this, map](qint64 token) {
        if (token < 0)
            token = m_textView->locked();
        m_view.token = token >= 0 && token < m_view.length ? std::optional(token) : std::nullopt;
        if (!m_view.token) {
            m_textView->clearLinks();
            map->clearCrosshair();
            if (!map->isLocked())
                m_view.cell.reset();
        }
        pushView();
    };
    connect(m_textView, &TextView::tokenHovered, this, light);
    connect(m_textView, &TextView::tokenLocked, this, light);
}

void MainWindow::connectEngine() {
    connect(m_engine, &Engine::modelOpened, this, &MainWindow::showModel);
    connect(m_engine, &Engine::textOpened, this, [this](const std::shared_ptr<const TextFacts>& text) {
        m_openedText = m_askedText;
        showText(text);
    });
    connect(m_engine, &Engine::devicesFound, this, &MainWindow::showDevices);
    connect(m_engine, &Engine::deviceChanged, this, &MainWindow::showDevice);
    connect(m_engine, &Engine::mapReady, this, [this](const MapResult& map, bool current) {
        m_map->setResult(map);
        m_status->setMap(map);
        m_mapExact = current && map.freshness == Freshness::Exact;
        m_mapPatience.start(); // while pictures keep coming none is dimmed
        arrived(kMap, current);
    });
    connect(m_engine, &Engine::thumbnailsReady, this, [this](const ThumbnailsResult& thumbnails, bool current) {
        m_heads->setThumbnails(thumbnails);
        m_map->setGlobalPictures(thumbnails.pictures);
        showHeadFacts(thumbnails.freshness);
        m_thumbnailsFinal = current && thumbnails.freshness == Freshness::Exact;
        arrived(kThumbnails, current);
    });
    connect(m_engine, &Engine::profileReady, this, [this](const ProfileResult& profile, bool current) {
        m_profile->setProfile(profile);
        m_map->setProfile(profile);
        arrived(kProfile, current);
    });
    connect(m_engine, &Engine::cellReady, this, [this](const CellResult& cell) {
        const QString query = token(cell.query), key = token(cell.key);
        m_cellCard->setCell(cell, query, key);
        m_map->map()->setCell(cell, query, key);
    });
    connect(m_engine, &Engine::linksReady, this, [this](const LinksResult& links) {
        m_textView->setLinks(links);
        const auto strongest = std::max_element(links.reads.begin(), links.reads.end());
        if (m_map->map()->isLocked() || strongest == links.reads.end())
            return;
        const std::int64_t key = strongest - links.reads.begin();
        m_map->map()->setCrosshair(links.token, key);
        m_view.cell = CellOnView{links.token, key};
        pushView();
    });
    connect(m_engine, &Engine::curveReady, this, &MainWindow::showCurve);
    connect(m_engine, &Engine::sweepEnded, this, &MainWindow::endSweep);
    connect(m_engine, &Engine::progress, this, [this](Task task, double fraction, const QString& what) {
        if (task == Task::Sweep)
            m_status->setSweep(what, fraction);
        else if (task == Task::OpenModel)
            m_models->setBusy(what, fraction);
        else
            m_status->setWork(what, fraction);
    });
    connect(m_engine, &Engine::taskEnded, this, [this](Task task) {
        if (task == Task::OpenModel)
            m_models->setIdle();
        m_status->setWork({}, 0);
    });
    connect(m_engine, &Engine::failed, this, &MainWindow::reportFailure);
}

} // namespace slopescope::ui
