#include "ui/window/main_window.h"

#include "ui/map/cell_card.h"
#include "ui/window/device_picker.h"
#include "ui/widgets/dock_panel.h"
#include "ui/widgets/format.h"
#include "ui/heads/head_grid.h"
#include "ui/window/length_slider.h"
#include "ui/map/map_panel.h"
#include "ui/map/map_view.h"
#include "ui/variants/model_panel.h"
#include "ui/widgets/notice_strip.h"
#include "ui/widgets/panel_header.h"
#include "ui/slopes/position_picker.h"
#include "ui/heads/profile_view.h"
#include "ui/slopes/slope_editor.h"
#include "ui/window/status_line.h"
#include "ui/text/text_view.h"

#include <QFileInfo>

#include <algorithm>
#include <utility>

namespace slopescope::ui {
namespace {

constexpr std::chrono::milliseconds kPatience{150}; // an unanswered picture is dimmed after this
constexpr int kLastRun = -2;                         // a topic of the notice strip beside the Tasks

} // namespace

MainWindow::MainWindow(const LaunchOptions& options, QSettings* settings, QWidget* parent)
    : QMainWindow(parent), m_engine(new Engine(options.resources, this)), m_settings(settings) {
    setAcceptDrops(true);
    buildPanels();
    buildDocks();
    buildToolbar();
    buildMenus();
    connectPanels();
    connectPlaces();
    connectEngine();
    for (QTimer* const timer : {&m_mapPatience, &m_sidePatience}) {
        timer->setSingleShot(true);
        timer->setInterval(kPatience);
    }
    connect(&m_mapPatience, &QTimer::timeout, this, &MainWindow::dimMap);
    connect(&m_sidePatience, &QTimer::timeout, this, &MainWindow::dimSides);
    restore(options);
    updateTitle();
    updateSweepActions();
}

MainWindow::~MainWindow() {
    delete m_engine; // first: it stops and joins while everything it could speak to still stands
}

bool MainWindow::isSettled() const {
    return m_model && m_text && m_waiting == 0 && m_mapExact && m_thumbnailsFinal && !m_sweeping && m_curve && m_curve->complete;
}

void MainWindow::showHeadFacts(Freshness freshness) {
    m_headDock->header()->setFacts(freshness == Freshness::Draft ? tr("draft") : tr("a click shows one"));
}

void MainWindow::pointAt(std::optional<CellOnView> cell) {
    m_view.cell = cell;
    m_textView->setCursor(cell ? cell->query : -1, cell ? cell->key : -1);
    if (!cell)
        m_cellCard->clear();
    pushView();
}

void MainWindow::openDefaultText() {
    m_triedDefaultText = true;
    openText(QString::fromStdString(m_engine->bundledText().string()));
}

void MainWindow::openDefaultModel() {
    m_triedDefaultModel = true;
    const auto& bundled = m_engine->bundledModels();
    if (bundled.empty()) {
        reportFailure(Task::OpenModel, tr("There is no bundled model; open a model's folder with Ctrl+O."));
        return;
    }
    const auto alibi = std::find_if(bundled.begin(), bundled.end(), [](const auto& one) { return one.name == "alibi"; });
    openModel(QString::fromStdString(alibi == bundled.end() ? bundled.front().name : alibi->name));
}

void MainWindow::openModel(const QString& model) {
    m_models->setBusy(tr("Opening %1").arg(QFileInfo(model).fileName()));
    m_engine->openModel(model.toStdString());
}

void MainWindow::openText(const QString& file) {
    m_status->setWork(tr("Opening %1").arg(QFileInfo(file).fileName()), 0);
    m_askedText = file;
    m_engine->openText(file.toStdString());
}

void MainWindow::showModel(std::shared_ptr<const ModelFacts> model, std::shared_ptr<const TextFacts> text) {
    const bool first = !m_model;
    m_opened = m_model = std::move(model);
    m_view.positions = {};
    m_positions->setModel(*m_opened);
    m_notice->takeBack(static_cast<int>(Task::OpenModel));
    m_models->setModel(*m_model);
    m_slopes->setModel(*m_model);
    m_heads->setShape(m_model->layers, m_model->heads);
    // A head of the middle says more at first sight than the first, which hardly looks past its neighbour.
    if (first)
        m_view.head = m_firstHead.value_or(HeadAddress{m_model->layers / 2, m_model->heads * 5 / 8});
    m_view.head = {std::min(m_view.head.layer, m_model->layers - 1), std::min(m_view.head.head, m_model->heads - 1)};
    m_curves->setTrainedLength(m_model->trainedLength);
    // What the last run had changed comes back once, edited slopes as a step that can be undone.
    const bool remembered = m_rememberedModel == QString::fromStdString(m_model->directory.string());
    if (const QString positions = std::exchange(m_rememberedPositions, {}); remembered && !positions.isEmpty())
        runWith(positions);
    if (const auto slopes = std::exchange(m_rememberedSlopes, {}); slopes && remembered && m_slopes->available()) {
        try {
            m_slopes->change(*slopes, tr("slopes of the last run"));
        } catch (const std::exception&) {
            // The model has another shape than it had: its own slopes stand.
        }
    }
    if (text)
        showText(std::move(text));
}

void MainWindow::showText(std::shared_ptr<const TextFacts> text) {
    const bool sameText = m_text && m_text->text == text->text;
    m_text = std::move(text);
    m_notice->takeBack(static_cast<int>(Task::OpenText));
    m_textView->setText(*m_text);
    if (!sameText)
        forgetCurves(); // they are of another text
    if (m_model)
        beginStudy();
    updateTitle();
}

void MainWindow::beginStudy() {
    m_view.cell.reset();
    m_view.token.reset();
    m_map->map()->unlock();
    m_cellCard->clear();
    m_asked.reset();
    m_view.slopes = m_slopes->edited() ? m_slopes->slopes() : SlopeTable();
    m_heads->setSlopes(m_slopes->slopes());
    updateLengths();
    selectHead(m_view.head);
    setLength(m_length->length());
    startSweep();
    updateTitle();
}

void MainWindow::updateLengths() {
    std::int64_t longest = std::ssize(m_text->tokens);
    if (m_model->longestLength)
        longest = std::min(longest, *m_model->longestLength);
    m_length->setLongest(longest);
    m_length->setLength(m_wantedLength);
}

void MainWindow::setLength(std::int64_t length) {
    if (length != m_view.length) {
        m_view.cell.reset();
        m_view.token.reset();
        m_cellCard->clear();
        m_textView->clearLinks();
    }
    m_view.length = length;
    m_textView->setLength(length);
    m_map->setLength(length);
    pushView();
}

void MainWindow::selectHead(HeadAddress head) {
    m_view.head = head;
    const SlopeTable& slopes = m_slopes->slopes();
    m_map->setHead(head, slopes.empty() ? std::nullopt : std::optional(slopes[head.layer][head.head]));
    m_heads->setSelected(head);
    m_slopes->setSelectedHead(head);
    pushView();
}

void MainWindow::setSlopes(const SlopeTable& slopes, bool inHand) {
    m_view.slopes = slopes == m_model->slopes ? SlopeTable() : slopes;
    m_view.editing = inHand;
    m_heads->setSlopes(slopes);
    m_map->setHead(m_view.head, slopes[m_view.head.layer][m_view.head.head]);
    m_curves->setStale(true);
    pushView();
}

void MainWindow::runWith(const QString& positions) {
    m_positions->setChosen(positions);
    const std::string spec = m_positions->spec().toStdString(); // its own, if the model cannot have those
    m_view.positions = spec.empty() ? PositionOverride() : parsePositions(spec, *m_opened);
    m_model = std::make_shared<const ModelFacts>(withPositions(*m_opened, m_view.positions));
    m_slopes->setModel(*m_model);
}

void MainWindow::useDevice(const Device& device) {
    m_notice->takeBack(static_cast<int>(Task::UseDevice));
    m_engine->useDevice(device);
}

void MainWindow::showDevices(const std::vector<DeviceChoice>& devices, const QString& whyNoGpu) {
    m_devices->setDevices(devices, whyNoGpu);
    // The GPU of the last run, once, if it is there.
    const QString wanted = std::exchange(m_rememberedDevice, {});
    for (const DeviceChoice& choice : devices)
        if (!choice.facts.device.isCpu() && QString::fromStdString(choice.facts.device.name()) == wanted)
            useDevice(choice.facts.device);
}

// The engine computes what is on view anew.
void MainWindow::showDevice(const Device& device, const std::optional<ModelFacts>& model) {
    m_devices->setCurrent(device);
    if (model)
        m_models->setModel(*model); // it may take another amount of memory there
    if (!m_asked)
        return;
    m_waiting = kMap | kThumbnails | kProfile;
    m_mapExact = m_thumbnailsFinal = false;
    m_mapPatience.start();
    m_sidePatience.start();
}

void MainWindow::pushView() {
    if (!m_model || !m_text || m_view.length <= 0)
        return;
    m_view.viewport = m_map->map()->wanted();
    if (m_view.viewport.rows <= 0 || m_view.viewport.columns <= 0)
        return; // not laid out yet; the map asks again when it is
    m_view.thumbnailPixels = m_heads->wantedPixels();

    const ViewChange change = changeBetween(m_asked, m_view);
    m_waiting |= (change.map ? kMap : 0) | (change.thumbnails ? kThumbnails : 0) | (change.profile ? kProfile : 0);
    m_mapExact = m_mapExact && !change.map;
    m_thumbnailsFinal = m_thumbnailsFinal && !change.thumbnails;
    if (change.map && !m_mapPatience.isActive())
        m_mapPatience.start();
    if ((change.thumbnails || change.profile) && !m_sidePatience.isActive())
        m_sidePatience.start();
    m_asked = m_view;
    m_engine->show(m_view);
}

void MainWindow::arrived(int picture, bool current) {
    if (!current)
        return;
    m_waiting &= ~picture;
    if (picture == kMap) {
        m_map->setStale(false);
        m_mapPatience.stop();
        m_notice->takeBack(static_cast<int>(Task::Forward));
    } else if (picture == kThumbnails) {
        m_heads->setStale(false);
    } else {
        m_profile->setStale(false);
    }
    if (isSettled())
        emit settled();
}

void MainWindow::dimMap() {
    if (!(m_waiting & kMap))
        return;
    m_map->setStale(true);
    m_status->setComputing(tr("computing"));
}

void MainWindow::dimSides() {
    m_heads->setStale(m_waiting & kThumbnails);
    m_profile->setStale(m_waiting & kProfile);
}

void MainWindow::updateTitle() {
    if (m_model && m_text)
        setWindowTitle(tr("%1 · %2 – Slopescope")
                           .arg(QString::fromStdString(m_model->name), QString::fromStdString(m_text->name)));
    else
        setWindowTitle(tr("Slopescope"));
}

void MainWindow::reportFailure(Task task, const QString& sentence) {
    // What the last run had open may be gone: the bundled ones serve, and the sentence stays.
    const bool noModel = task == Task::OpenModel && !m_model && !m_triedDefaultModel;
    const bool noText = task == Task::OpenText && !m_text && !m_triedDefaultText;
    m_notice->say(noModel || noText ? kLastRun : static_cast<int>(task), sentence);
    if (task == Task::Sweep)
        m_curves->setEmptyText(sentence);
    if (task == Task::Forward || task == Task::Map)
        m_status->setFailed(sentence);
    emit failed(task, sentence);
    if (noModel)
        openDefaultModel();
    if (noText)
        openDefaultText();
}

bool MainWindow::isBundled(const ModelFacts& model) const {
    const auto& bundled = m_engine->bundledModels();
    return std::any_of(bundled.begin(), bundled.end(), [&](const auto& one) { return one.directory == model.directory; });
}

QString MainWindow::token(std::int64_t index) const {
    if (!m_text || index < 0 || index >= std::ssize(m_text->tokens))
        return {};
    const TextToken& token = m_text->tokens[static_cast<std::size_t>(index)];
    return visibleToken(QByteArrayView(m_text->text.data() + token.begin, token.end - token.begin), 24);
}

} // namespace slopescope::ui
