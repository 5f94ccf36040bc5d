#include "ui/map_panel.h"

#include "ui/colour_bar.h"
#include "ui/format.h"
#include "ui/map_view.h"
#include "ui/panel_header.h"
#include "ui/segmented_buttons.h"
#include "ui/theme.h"

#include <QEvent>
#include <QLabel>
#include <QVBoxLayout>

namespace slopescope::ui {
namespace {

constexpr int kSideWidth = 232;
constexpr int kRoomForSentence = 940; // from this width on the badge of a preview is a whole sentence

} // namespace

MapPanel::MapPanel(QWidget* parent)
    : QFrame(parent), m_header(new PanelHeader({}, this)), m_badge(new QLabel(m_header)),
      m_stages(new SegmentedButtons({tr("Score"), tr("Bias"), tr("Sum"), tr("Probability")}, m_header)),
      m_poolings(new SegmentedButtons({tr("mean"), tr("max")}, m_header)), m_map(new MapView(this)),
      m_bar(new ColourBar(this)), m_body(new QWidget(this)), m_side(new QWidget(this)) {
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
    m_header->addWidget(m_badge);
    m_header->addWidget(m_poolings);
    m_header->addWidget(m_stages);

    m_sideLayout = new QVBoxLayout(m_side);
    m_sideLayout->setContentsMargins(kGrid, 0, 4, kGrid);
    m_sideLayout->setSpacing(kGrid);
    m_side->setMinimumWidth(kSideWidth);
    m_side->hide();
    auto* row = new QHBoxLayout(m_body);
    row->setContentsMargins(kGrid, 0, kGrid, 0);
    row->setSpacing(kGrid);
    // The map takes what it can use; the rest is the column's, or stays free on both sides.
    row->addStretch(1);
    row->addWidget(m_map, 1000);
    row->addWidget(m_bar);
    row->addWidget(m_side, 1);
    row->addStretch(1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(1, 1, 1, 1);
    column->setSpacing(0);
    column->addWidget(m_header);
    column->addWidget(m_body, 1);

    connect(m_stages, &SegmentedButtons::chosenByUser, this, [this](int index) {
        takeSettings();
        emit stageChosen(Stage(index));
    });
    connect(m_poolings, &SegmentedButtons::chosenByUser, this, [this](int index) {
        emit poolingChosen(index == 0 ? Pooling::Mean : Pooling::Max);
    });
    connect(m_map, &MapView::viewportWanted, this, &MapPanel::viewportWanted);
    connect(m_map, &MapView::scaleChanged, this, [this] { m_bar->setScale(m_map->scale()); });
    connect(m_map, &MapView::plotRectChanged, this, &MapPanel::alignBar);
    connect(m_bar, &ColourBar::settingsChosen, this, [this](const ScaleSettings& settings) {
        settingsOf(stage()) = settings;
        takeSettings();
    });
    m_body->installEventFilter(this);
    m_map->installEventFilter(this);
    m_bar->setScale(m_map->scale());
    updateHeader();
    updateBadge();
}

Stage MapPanel::stage() const { return Stage(m_stages->chosen()); }

Pooling MapPanel::pooling() const { return m_poolings->chosen() == 0 ? Pooling::Mean : Pooling::Max; }

ScaleSettings& MapPanel::settingsOf(Stage stage) { return m_settings[std::size_t(stage)]; }

const ScaleSettings& MapPanel::scaleSettings() const { return m_settings[std::size_t(stage())]; }

void MapPanel::takeSettings() {
    // The picture at hand may be of another stage still: its colours change with the picture.
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
    fitMapToHeight();
}

void MapPanel::setResult(const MapResult& result) {
    m_freshness = result.freshness;
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

void MapPanel::setGlobalPictures(const std::vector<Picture>& pictures) { m_map->setGlobalPictures(pictures); }

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

void MapPanel::setPooling(Pooling pooling) { m_poolings->choose(pooling == Pooling::Mean ? 0 : 1); }

void MapPanel::addSideWidget(QWidget* widget, const QString& caption, int stretch) {
    if (!caption.isEmpty()) {
        auto* label = new QLabel(caption, m_side);
        setLook(label, "soft");
        label->setContentsMargins(0, m_sideLayout->count() == 0 ? 10 : 6, 0, 0);
        m_sideLayout->addWidget(label);
    }
    m_sideLayout->addWidget(widget, stretch);
    m_side->show();
    auto* row = static_cast<QHBoxLayout*>(m_body->layout());
    row->setStretch(0, 0);
    row->setStretch(row->count() - 1, 0);
    fitMapToHeight();
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
    m_header->setFacts(facts.join(QStringLiteral(" · ")));
}

void MapPanel::updateBadge() {
    m_badge->setVisible(m_freshness.has_value());
    if (!m_freshness)
        return;
    const QString sentence = tr("preview: q and k from before the edit");
    const bool preview = *m_freshness == Freshness::Preview;
    setLook(m_badge, m_stale ? "chip" : preview ? "chip-warn" : "chip-good");
    m_badge->setText(m_stale                       ? tr("updating")
                     : !preview                    ? tr("exact")
                     : width() >= kRoomForSentence ? sentence
                                                   : tr("preview"));
    m_badge->setToolTip(preview && !m_stale ? sentence : QString());
}

void MapPanel::resizeEvent(QResizeEvent* event) {
    QFrame::resizeEvent(event);
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
