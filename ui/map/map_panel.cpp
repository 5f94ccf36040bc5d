#include "ui/map/map_panel.h"

#include "ui/figures/picture_difference.h"
#include "ui/map/colour_bar.h"
#include "ui/map/loss_strip.h"
#include "ui/map/map_view.h"
#include "ui/map/row_panel.h"
#include "ui/map/variant_chips.h"
#include "ui/widgets/format.h"
#include "ui/widgets/panel_header.h"
#include "ui/widgets/segmented_buttons.h"
#include "ui/widgets/theme.h"

#include <QEvent>
#include <QFontMetrics>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace slopescope::ui {

MapPanel::MapPanel(QWidget* parent)
    : QFrame(parent), m_header(new PanelHeader({}, this)), m_chips(new VariantChips(this)), m_badge(new QLabel(this)),
      m_factsLine(new QLabel(this)),
      m_modes(new SegmentedButtons({tr("A"), tr("B"), tr("A | B"), tr("A − B")}, m_header)),
      m_stages(new SegmentedButtons({tr("Score"), tr("Bias"), tr("Sum"), tr("Probability")}, m_header)),
      m_poolings(new SegmentedButtons({tr("mean"), tr("max")}, this)), m_maps{new MapView(this), new MapView(this)},
      m_strip(new LossStrip(this)), m_bar(new ColourBar(this)), m_row(new RowPanel(this)), m_body(new QWidget(this)),
      m_steps(new QWidget(this)), m_stepLine(new QLabel(this)), m_playButton(new QToolButton(m_steps)),
      m_stepButton(new QToolButton(m_steps)), m_rowButton(new QToolButton(this)) {
    setLook(this, "panel");
    for (const Stage stage : {Stage::Score, Stage::Bias, Stage::Sum, Stage::Probability}) {
        settingsOf(stage, false) = defaultSettings(stage);
        settingsOf(stage, true) = differenceSettings(stage);
    }
    m_scale = ColourScale(defaultSettings(Stage::Probability), Theme::of(palette()).dark);
    buildSteps();
    buildControls();
    connectMaps();
    m_bar->setScale(m_scale);
    m_bar->hide(); // until there is a text
    m_strip->hide();
    m_maps[1]->hide();
    setSides({}, tr("There is nothing to compare with yet."));
    updateBadge();
}

void MapPanel::buildControls() {
    m_stages->choose(int(Stage::Probability));
    m_stages->setAccessibleName(tr("Stage"));
    m_stages->setSegmentToolTip(int(Stage::Score), tr("q·k, scaled"));
    m_stages->setSegmentToolTip(int(Stage::Bias), tr("What the position adds: minus slope times distance"));
    m_stages->setSegmentToolTip(int(Stage::Sum), tr("Score plus bias, as the softmax sees it"));
    m_stages->setSegmentToolTip(int(Stage::Probability), tr("After the softmax: each row sums to 1"));
    m_poolings->setAccessibleName(tr("Pooling"));
    m_poolings->setSegmentToolTip(0, tr("A pixel shows the mean of its cells"));
    m_poolings->setSegmentToolTip(1, tr("A pixel shows the largest of its cells"));
    m_modes->setAccessibleName(tr("What is shown of A and B"));
    setLook(m_badge, "chip");
    m_badge->setAlignment(Qt::AlignCenter);
    m_badge->hide(); // until there is a picture
    setLook(m_factsLine, "soft");
    m_factsLine->setContentsMargins(12, 6, 12, 0);
    m_header->addWidget(m_modes);
    m_header->addWidget(m_stages);

    auto* second = new QHBoxLayout;
    second->setContentsMargins(12, 6, 8, 0);
    second->setSpacing(kGrid);
    second->addWidget(m_chips, 1);
    second->addWidget(m_badge, 0, Qt::AlignVCenter);
    second->addWidget(m_steps);
    second->addWidget(m_rowButton);
    second->addWidget(m_poolings);
    // The maps take what they can use; the rest stays free on both sides.
    auto* row = new QHBoxLayout(m_body);
    row->setContentsMargins(kGrid, 0, 4, kGrid);
    row->setSpacing(0);
    row->addStretch(1);
    row->addWidget(m_maps[0], 1000);
    row->addWidget(m_maps[1], 1000);
    row->addWidget(m_strip);
    row->addWidget(m_bar);
    row->addStretch(1);
    row->addWidget(m_row);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(1, 1, 1, 1);
    column->setSpacing(0);
    column->addWidget(m_header);
    column->addWidget(m_factsLine);
    column->addLayout(second);
    column->addWidget(m_stepLine);
    column->addWidget(m_body, 1);
    column->addWidget(m_row->arithmeticLabel());

    connect(m_modes, &SegmentedButtons::chosenByUser, this, [this](int index) {
        setMode(MapMode(index));
        emit modeChosen(MapMode(index));
    });
    connect(m_stages, &SegmentedButtons::chosenByUser, this, [this](int index) {
        takeStep(-1);
        emit scaleSettingsChanged(settingsOf(Stage(index), false));
        emit stageChosen(Stage(index));
    });
    connect(m_poolings, &SegmentedButtons::chosenByUser, this,
            [this](int index) { emit poolingChosen(index == 0 ? Pooling::Mean : Pooling::Max); });
    connect(m_bar, &ColourBar::settingsChosen, this, &MapPanel::chooseScale);
}

// Two maps are one: what one of them shows, points at and locks the other does too.
void MapPanel::connectMaps() {
    for (int plot = 0; plot < 2; ++plot) {
        MapView* const map = m_maps[std::size_t(plot)];
        MapView* const other = m_maps[std::size_t(1 - plot)];
        connect(map, &MapView::moved, this, [this, map, other] {
            if (other->isVisible() || map == m_maps[0])
                other->showCells(map->queryBegin(), map->keyBegin(), map->span());
            m_strip->setCells(m_maps[0]->queryBegin(), m_maps[0]->span());
        });
        connect(map, &MapView::hovered, this, [this, other](qint64 query, qint64 key) {
            other->setCrosshair(query, key);
            emit pointed(query, key);
        });
        connect(map, &MapView::locked, this, [this, other](qint64 query, qint64 key) {
            other->follow(Cell{query, key});
            emit pointed(query, key);
        });
        connect(map, &MapView::unlocked, this, [this, map, other] {
            other->follow({});
            if (!map->crosshair())
                emit left();
        });
        connect(map, &MapView::left, this, [this, map, other] {
            other->clearCrosshair();
            if (!map->isLocked())
                emit left();
        });
        map->installEventFilter(this);
    }
    m_maps[1]->setAccessibleName(tr("Attention map of B"));
    connect(m_maps[0], &MapView::viewportWanted, this, &MapPanel::viewportWanted);
    connect(m_maps[0], &MapView::plotRectChanged, this, &MapPanel::alignBar);
    connect(m_maps[0], &MapView::tokensToggled, this, &MapPanel::fitMapsToHeight);
    connect(m_maps[0], &MapView::darknessChanged, this, [this] {
        const bool dark = Theme::of(m_maps[0]->palette()).dark; // the panel's own palette may change after the map's
        if (dark != m_scale.dark()) {
            m_scale = ColourScale(m_scale.settings(), dark);
            showPair();
        }
    });
    m_body->installEventFilter(this);
}

MapMode MapPanel::modeInForce() const {
    return m_sides[1].side ? m_mode : MapMode::A;
}

ScaleSettings& MapPanel::settingsOf(Stage stage, bool difference) {
    return m_settings[difference ? 1 : 0][std::size_t(stage)];
}

const ScaleSettings& MapPanel::scaleSettings() const {
    return m_scale.settings();
}

void MapPanel::setSides(const SideLooks& sides, const QString& whyNoB) {
    m_sides = sides;
    for (int side = 0; side < 2; ++side)
        m_pair.expect(side, sides[std::size_t(side)].side);
    const std::array tips{tr("The map of A, the variant on view"), tr("The map of B"),
                          tr("A and B side by side, in one scale"),
                          tr("A minus B: blue where A is higher, red where B is")};
    for (int mode = 0; mode < 4; ++mode) {
        m_modes->setSegmentEnabled(mode, mode == 0 || whyNoB.isEmpty());
        m_modes->setSegmentToolTip(mode, mode == 0 || whyNoB.isEmpty() ? tips[std::size_t(mode)] : whyNoB);
    }
    setMode(m_mode);
    updateHeader();
    showLosses();
    placeRow();
}

void MapPanel::setShape(int layers, int headsPerLayer, std::optional<double> slope) {
    m_layers = layers;
    m_headsPerLayer = headsPerLayer;
    m_slope = slope;
    updateHeader();
}

void MapPanel::setLength(std::int64_t length) {
    m_length = length;
    m_maps[1]->setLength(length);
    m_maps[0]->setLength(length);
    m_bar->setVisible(length > 0);
    if (length <= 0) {
        m_pair.clear();
        updateBadge();
    }
    m_strip->setCells(m_maps[0]->queryBegin(), m_maps[0]->span());
    placeRow();
    fitMapsToHeight();
    updateHeader();
}

void MapPanel::setMode(MapMode mode) {
    m_mode = mode;
    m_modes->choose(int(modeInForce()));
    m_pair.setMode(modeInForce());
    const bool two = modeInForce() == MapMode::SideBySide;
    if (two != m_maps[1]->isVisibleTo(this)) {
        m_maps[1]->setVisible(two);
        m_maps[1]->showCells(m_maps[0]->queryBegin(), m_maps[0]->keyBegin(), m_maps[0]->span());
        fitMapsToHeight();
    }
    showPair();
    showLosses();
    showRow();
}

void MapPanel::setStage(Stage stage) {
    m_stages->choose(int(stage));
    showRow();
}

void MapPanel::setPooling(Pooling pooling) {
    m_poolings->choose(pooling == Pooling::Mean ? 0 : 1);
}

void MapPanel::setResult(int side, std::shared_ptr<const MapResult> result) {
    m_pair.take(side, std::move(result));
    showPair();
}

void MapPanel::setProfile(std::shared_ptr<const ProfileResult> profile) {
    m_profile = std::move(profile);
    updateHeader();
}

void MapPanel::setThumbnails(int side, std::shared_ptr<const ThumbnailsResult> thumbnails) {
    m_thumbnails[std::size_t(side)] = std::move(thumbnails);
    if (m_scale.settings().range == ScaleRange::Global)
        showPair();
}

void MapPanel::setLosses(int side, std::shared_ptr<const TokenLossResult> losses) {
    m_losses[std::size_t(side)] = std::move(losses);
    showLosses();
}

void MapPanel::setLossesShown(bool shown, std::int64_t trainedLength) {
    m_trained = trainedLength;
    if (shown != m_lossesShown) {
        m_lossesShown = shown;
        m_strip->setVisible(shown);
        fitMapsToHeight();
    }
    m_strip->setTrainedLength(trainedLength);
    showLosses();
}

void MapPanel::setStale(bool stale) {
    m_stale = stale;
    for (MapView* const map : m_maps)
        map->setStale(stale);
    updateBadge();
}

void MapPanel::resizeEvent(QResizeEvent* event) {
    QFrame::resizeEvent(event);
    placeRow();
    placeFacts();
    updateBadge();
}

bool MapPanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_body && event->type() == QEvent::Resize)
        fitMapsToHeight();
    if (watched == m_maps[0] && (event->type() == QEvent::Move || event->type() == QEvent::Resize))
        alignBar();
    return QFrame::eventFilter(watched, event);
}

// No wider than square plots of the panel's height need, so that the bar stands right beside them.
void MapPanel::fitMapsToHeight() {
    const QMargins margins = m_body->layout()->contentsMargins();
    int room = m_body->width() - margins.left() - margins.right() - m_bar->sizeHint().width();
    if (m_lossesShown)
        room -= m_strip->sizeHint().width();
    if (!m_row->isHidden())
        room -= m_row->width();
    const int share = m_mode == MapMode::SideBySide && m_sides[1].side ? (room - 6) / 2 : room; // alike to the pixel
    for (MapView* const map : m_maps)
        map->setMaximumWidth(
            std::max(map->minimumSizeHint().width(), std::min(share, map->widthFor(m_body->height()))));
    alignBar();
}

void MapPanel::alignBar() {
    const QRect plot = m_maps[0]->plotRect();
    m_bar->setSpan(m_maps[0]->y() + plot.top() - m_bar->y(), plot.height());
    m_strip->setSpan(m_maps[0]->y() + plot.top() - m_strip->y(), plot.height());
}

} // namespace slopescope::ui
