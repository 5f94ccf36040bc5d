// The parts of MapPanel that read a small text word by word: the row beside the map, and the four stages one after the
// other.
#include "ui/map/map_panel.h"

#include "ui/lab/lab.h"
#include "ui/map/map_view.h"
#include "ui/map/row_panel.h"
#include "ui/widgets/segmented_buttons.h"
#include "ui/widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace slopescope::ui {
namespace {

constexpr std::chrono::milliseconds kStepTime{1600};
constexpr int kSteps = 4, kMaskStep = 2;
constexpr int kRoomForRow = 760; // pixels of the panel from which on the row stands beside the map unasked: its tokens come first

Stage stageOf(int step) {
    return step == 0 ? Stage::Score : step < 3 ? Stage::Sum : Stage::Probability;
}

void makeButton(QToolButton* button, const QString& text, const QString& tip) {
    setLook(button, "link");
    button->setText(text);
    button->setToolTip(tip);
    button->setFocusPolicy(Qt::TabFocus);
}

} // namespace

void MapPanel::buildSteps() {
    makeButton(m_playButton, tr("Play"),
               tr("What attention computes, stage by stage: q·k / √d, + bias, mask, softmax"));
    makeButton(m_stepButton, tr("Step"), tr("The next of the four stages"));
    makeButton(m_rowButton, tr("Row"), tr("The keys of the query that is pointed at, as bars with their arithmetic"));
    m_rowButton->setCheckable(true);
    auto* const row = new QHBoxLayout(m_steps);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(m_playButton);
    row->addWidget(m_stepButton);
    m_steps->hide();
    m_row->hide();
    m_row->arithmeticLabel()->hide();
    m_stepLine->hide();
    m_stepLine->setContentsMargins(12, 4, 12, 0);
    setType(m_stepLine, Type::Bold);
    m_stepLine->setWordWrap(true);
    m_playing.setInterval(kStepTime);
    connect(m_playButton, &QToolButton::clicked, this, &MapPanel::play);
    connect(m_stepButton, &QToolButton::clicked, this, [this] {
        m_playing.stop();
        takeStep((m_step + 1) % kSteps);
    });
    connect(&m_playing, &QTimer::timeout, this, [this] {
        if (m_step + 2 >= kSteps)
            m_playing.stop();
        takeStep(std::min(m_step + 1, kSteps - 1));
    });
    connect(m_rowButton, &QToolButton::clicked, this, [this](bool on) {
        m_rowChosen = on;
        placeRow();
    });
    connect(m_row, &RowPanel::keyChosen, this, &MapPanel::cellWanted);
}

void MapPanel::play() {
    const bool ends = m_playing.isActive();
    ends ? m_playing.stop() : m_playing.start();
    takeStep(ends ? m_step : 0);
}

void MapPanel::takeStep(int step) {
    static const std::array names{tr("1 of 4 · q·k / √d: how well each key answers the query"),
                                  tr("2 of 4 · + bias: what the distance adds or takes"),
                                  tr("3 of 4 · mask: keys after the query are hidden"),
                                  tr("4 of 4 · softmax: each row becomes shares that sum to 1")};
    if (step < 0)
        m_playing.stop();
    m_step = step;
    m_playButton->setText(m_playing.isActive() ? tr("Stop") : tr("Play"));
    m_stepLine->setVisible(step >= 0);
    if (step >= 0) {
        m_stepLine->setText(names[std::size_t(step)]);
        if (stageOf(step) != Stage(m_stages->chosen())) {
            setStage(stageOf(step));
            emit stageChosen(stageOf(step));
        }
    }
    showPair();
    showRow();
}

void MapPanel::setRows(int side, std::shared_ptr<const RowsResult> rows) {
    m_rows[std::size_t(side)] = std::move(rows);
    if (m_step >= 0 && m_step < kMaskStep)
        showPair();
    showRow();
}

void MapPanel::setText(std::shared_ptr<const TextFacts> text) {
    m_text = std::move(text);
    for (MapView* const map : m_maps)
        map->setTokens(m_text);
    showRow();
}

void MapPanel::setCell(std::optional<Cell> cell) {
    m_cell = cell;
    showRow();
}

void MapPanel::placeRow() {
    const bool isSmall = m_length > 0 && m_length <= kSmallText,
               one = m_sides[0].side && m_sides[0].side->heads.size() == 1;
    const bool shown = one && m_length > 0 && m_rowChosen.value_or(isSmall && width() >= kRoomForRow);
    m_steps->setVisible(isSmall && one);
    if (!isSmall && m_step >= 0)
        takeStep(-1);
    m_rowButton->setChecked(shown);
    m_rowButton->setVisible(m_length > 0);
    m_rowButton->setEnabled(one);
    if (shown != !m_row->isHidden()) {
        m_row->setVisible(shown);
        m_row->arithmeticLabel()->setVisible(shown);
        fitMapsToHeight();
    }
    emit rowsWanted(shown || isSmall);
    showRow();
}

void MapPanel::showRow() {
    if (m_row->isHidden())
        return;
    const std::size_t side = modeInForce() == MapMode::B ? 1 : 0;
    const auto& what = m_sides[side].side;
    const auto& rows = m_rows[side];
    const bool isOfView = rows && what && !what->heads.empty() && rows->of.head == what->heads.front() &&
                          rows->of.length == m_length && sameBesidesSlopes(rows->of.variant, what->variant);
    m_row->showRow(
        {isOfView ? rows : nullptr, m_text, m_cell, Stage(m_stages->chosen()), m_step >= 0 && m_step < kMaskStep});
}

bool MapPanel::hasAllRows(int side) const {
    const auto& rows = m_rows[std::size_t(side)];
    const auto& what = m_sides[std::size_t(side)].side;
    return rows && what && what->heads.size() == 1 && rows->of.head == what->heads.front() &&
           rows->of.length == m_length && rows->of.queryBegin == 0 && rows->of.queryEnd == m_length &&
           sameBesidesSlopes(rows->of.variant, what->variant);
}

// What the softmax would see without a mask: the scores of all keys, and the bias where it is defined.
std::shared_ptr<const Picture> MapPanel::unmasked(int plot) const {
    const MapMode mode = modeInForce();
    const int side = mode == MapMode::B || (mode == MapMode::SideBySide && plot == 1) ? 1 : 0;
    if (m_step < 0 || m_step >= kMaskStep || mode == MapMode::Difference || !hasAllRows(side))
        return {};
    const RowsResult& rows = *m_rows[std::size_t(side)];
    const int cells = int(m_length);
    auto picture = std::make_shared<Picture>(Picture{{0, cells, 0, cells, cells, cells}, rows.scores});
    if (m_step == 1)
        for (std::size_t i = 0; i < rows.scores.size(); ++i)
            if (!std::isnan(rows.biases[i]))
                picture->values[i] += rows.biases[i];
    return picture;
}

} // namespace slopescope::ui
