#include "ui/map/map_panel.h"

#include "ui/map/colour_bar.h"
#include "ui/widgets/format.h"
#include "ui/map/map_view.h"
#include "ui/widgets/panel_header.h"
#include "ui/widgets/segmented_buttons.h"
#include "ui/widgets/theme.h"

#include <QEvent>
#include <QFontMetrics>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

namespace slopescope::ui {

MapPanel::MapPanel(QWidget* parent)
    : QFrame(parent), m_header(new PanelHeader({}, this)), m_badge(new QLabel(m_header)), m_factsLine(new QLabel(this)),
      m_stages(new SegmentedButtons({tr("Score"), tr("Bias"), tr("Sum"), tr("Probability")}, m_header)),
      m_poolings(new SegmentedButtons({tr("mean"), tr("max")}, m_header)), m_map(new MapView(this)),
      m_bar(new ColourBar(this)), m_body(new QWidget(this)) {
    setLook(this, "panel");
    for (const Stage stage : {Stage::Score, Stage::Bias, Stage::Sum, Stage::Probability})
        settingsOf(stage) = defaultSettings(stage);
    m_stages->choose(int(Stage::Probability));
    m_stages->setSegmentToolTip(int(Stage::Score), tr("q·k, scaled"));
    m_stages->setSegmentToolTip(int(Stage::Bias), tr("What the position adds: minus slope times distance"));
    m_stages->setSegmentToolTip(int(Stage::Sum), tr("Score plus bias, as the softmax sees it"));
    m_stages->setSegmentToolTip(int(Stage::Probability), tr("After the softmax: each row sums to 1"));
    m_poolings->setSegmentToolTip(0, tr("A pixel shows the mean of its cells"));
    m_poolings->setSegmentToolTip(1, tr("A pixel shows the largest of its cells"));
    setLook(m_badge, "chip");
    m_badge->setAlignment(Qt::AlignCenter);
    m_badge->hide(); // until there is a picture
    setLook(m_factsLine, "soft");
    m_factsLine->setContentsMargins(12, 6, 12, 0);
    m_header->addWidget(m_badge);
    m_header->addWidget(m_poolings);
    m_header->addWidget(m_stages);

    // The map takes what it can use; the rest stays free on both sides.
    auto* row = new QHBoxLayout(m_body);
    row->setContentsMargins(kGrid, 0, 4, kGrid);
    row->setSpacing(0);
    row->addStretch(1);
    row->addWidget(m_map, 1000);
    row->addWidget(m_bar);
    row->addStretch(1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(1, 1, 1, 1);
    column->setSpacing(0);
    column->addWidget(m_header);
    column->addWidget(m_factsLine);
    column->addWidget(m_body, 1);

    connect(m_stages, &SegmentedButtons::chosenByUser, this, [this](int index) {
        takeSettings();
        emit stageChosen(Stage(index));
    });
    connect(m_poolings, &SegmentedButtons::chosenByUser, this,
            [this](int index) { emit poolingChosen(index == 0 ? Pooling::Mean : Pooling::Max); });
    connect(m_map, &MapView::viewportWanted, this, &MapPanel::viewportWanted);
    connect(m_map, &MapView::scaleChanged, this, [this] { m_bar->setScale(m_map->scale()); });
    connect(m_map, &MapView::plotRectChanged, this, &MapPanel::alignBar);
    connect(m_bar, &ColourBar::settingsChosen, this, [this](const ScaleSettings& settings) {
        // The bar speaks of the picture on view.
        settingsOf(m_shown.value_or(stage())) = settings;
        m_map->setScaleSettings(settings);
        emit scaleSettingsChanged(scaleSettings());
    });
    m_body->installEventFilter(this);
    m_map->installEventFilter(this);
    m_bar->setScale(m_map->scale());
    m_bar->hide(); // until there is a text
    updateHeader();
    updateBadge();
}

Stage MapPanel::stage() const {
    return Stage(m_stages->chosen());
}

Pooling MapPanel::pooling() const {
    return m_poolings->chosen() == 0 ? Pooling::Mean : Pooling::Max;
}

ScaleSettings& MapPanel::settingsOf(Stage stage) {
    return m_settings[std::size_t(stage)];
}

const ScaleSettings& MapPanel::scaleSettings() const {
    return m_settings[std::size_t(stage())];
}

void MapPanel::setScaleSettings(const ScaleSettings& settings) {
    settingsOf(stage()) = settings;
    takeSettings();
}

void MapPanel::takeSettings() {
    // A picture of the stage before keeps its colours until the new one comes.
    if (m_shown.value_or(stage()) == stage())
        m_map->setScaleSettings(scaleSettings());
    emit scaleSettingsChanged(scaleSettings());
}

void MapPanel::setHead(HeadAddress head, std::optional<double> slope) {
    if (head != m_head)
        m_meanDistance = m_entropyBits = std::nullopt;
    m_head = head;
    m_slope = slope;
    updateHeader();
}

void MapPanel::setLength(std::int64_t length) {
    m_map->setLength(length);
    m_bar->setVisible(length > 0);
    fitMapToHeight();
}

void MapPanel::setResult(const MapResult& result) {
    m_freshness = result.freshness;
    m_shown = result.stage;
    m_map->setScaleSettings(settingsOf(result.stage));
    m_map->setPicture(result.picture);
    updateBadge();
}

void MapPanel::setProfile(const ProfileResult& profile) {
    if (profile.head != m_head)
        return;
    m_meanDistance = profile.meanDistance;
    m_entropyBits = profile.entropyBits;
    updateHeader();
}

void MapPanel::setGlobalPictures(const std::vector<Picture>& pictures) {
    m_map->setGlobalPictures(pictures);
}

void MapPanel::setStale(bool stale) {
    m_stale = stale;
    m_map->setStale(stale);
    updateBadge();
}

void MapPanel::setStage(Stage stage) {
    if (stage == this->stage())
        return;
    m_stages->choose(int(stage));
    takeSettings();
}

void MapPanel::setPooling(Pooling pooling) {
    m_poolings->choose(pooling == Pooling::Mean ? 0 : 1);
}

void MapPanel::updateHeader() {
    m_header->setTitle(tr("Layer %1 · Head %2").arg(m_head.layer).arg(m_head.head));
    QStringList facts;
    if (m_slope)
        facts << tr("slope %1").arg(slopeText(*m_slope));
    if (m_meanDistance)
        facts << tr("mean distance %1").arg(significant(*m_meanDistance, 2));
    if (m_entropyBits)
        facts << tr("entropy %1 bits").arg(significant(*m_entropyBits, 2));
    m_facts = facts.join(QStringLiteral(" · "));
    placeFacts();
}

// Room is judged by the longest facts there may be, so that nothing jumps while numbers change.
void MapPanel::placeFacts() {
    const QString longest = tr("slope %1").arg(QStringLiteral("0.0123")) + QStringLiteral(" · ") +
                            tr("mean distance %1").arg(grouped(8888)) + QStringLiteral(" · ") +
                            tr("entropy %1 bits").arg(significant(18.8));
    const QFontMetrics facts(labelFont()), badge(tickFont());
    const QFontMetrics title(boldFont());
    m_badge->setMinimumWidth(badge.horizontalAdvance(tr("updating")) + 2 * kGrid);
    const int taken = title.horizontalAdvance(m_header->title()) + m_badge->minimumWidth() +
                      m_poolings->sizeHint().width() + m_stages->sizeHint().width() + 6 * kGrid;
    const int needed = taken + facts.horizontalAdvance(longest);
    const bool fits = width() >= needed;
    m_header->setFacts(fits ? m_facts : QString());
    m_factsLine->setText(m_facts);
    m_factsLine->setVisible(!fits);
    m_sentenceFits = width() >= (fits ? needed : taken) + badge.horizontalAdvance(previewSentence());
}

QString MapPanel::previewSentence() {
    return tr("preview: q and k from before the edit");
}

void MapPanel::updateBadge() {
    m_badge->setVisible(m_freshness.has_value());
    if (!m_freshness)
        return;
    const bool preview = *m_freshness == Freshness::Preview, draft = *m_freshness == Freshness::Draft;
    setLook(m_badge, m_stale ? "chip" : preview || draft ? "chip-warn" : "chip-good");
    m_badge->setText(m_stale          ? tr("updating")
                     : draft          ? tr("draft")
                     : !preview       ? tr("exact")
                     : m_sentenceFits ? previewSentence()
                                      : tr("preview"));
    m_badge->setToolTip(preview && !m_stale ? previewSentence() : QString());
}

void MapPanel::resizeEvent(QResizeEvent* event) {
    QFrame::resizeEvent(event);
    placeFacts();
    updateBadge();
}

bool MapPanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_body && event->type() == QEvent::Resize)
        fitMapToHeight();
    if (watched == m_map && (event->type() == QEvent::Move || event->type() == QEvent::Resize))
        alignBar();
    return QFrame::eventFilter(watched, event);
}

// No wider than a square plot of the panel's height needs, so that the bar stands right beside it.
void MapPanel::fitMapToHeight() {
    m_map->setMaximumWidth(std::max(m_map->minimumSizeHint().width(), m_map->widthFor(m_body->height())));
    alignBar();
}

void MapPanel::alignBar() {
    const QRect plot = m_map->plotRect();
    m_bar->setSpan(m_map->y() + plot.top() - m_bar->y(), plot.height());
}

} // namespace slopescope::ui
