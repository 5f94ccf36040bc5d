#include "ui/slopes/decay_view.h"

#include "ui/figures/plot_widget.h"
#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"

#include <QEvent>
#include <QLabel>
#include <QToolTip>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <utility>

namespace slopescope::ui {

DecayView::DecayView(QWidget* parent) : QWidget(parent), m_plot(new PlotWidget(this)) {
    auto* caption = new QLabel(tr("Weight left by distance, before content"), this);
    setLook(caption, "soft");
    caption->setWordWrap(true);
    caption->setContentsMargins(12, 0, 12, 0);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 4);
    column->setSpacing(2);
    column->addWidget(caption);
    column->addWidget(m_plot, 1);
    setMinimumHeight(110);
    m_plot->setMinimumSize(0, 70);
    m_plot->setAccessibleName(caption->text());
    prepareDecayPlot(*m_plot);
    m_plot->setSelectionTolerance(6);
    connect(m_plot, &QCustomPlot::afterLayout, this, [this] {
        if (m_items.label)
            placeDecayLabel(*m_plot, m_shown, *m_items.label);
    });
    connect(m_plot, &QCustomPlot::mousePress, this, [this](QMouseEvent* event) {
        if (const auto* graph = m_plot->plottableAt<QCPGraph>(event->position(), false))
            emit headSelected(headOf(graph));
    });
    connect(m_plot, &QCustomPlot::mouseMove, this, &DecayView::hover);
    rebuild();
}

void DecayView::setSlopes(const SlopeSet& slopes) {
    if (slopes == m_shown.slopes)
        return;
    const SlopeSet before = std::exchange(m_shown.slopes, slopes);
    bool othersStay = m_items.selected && before.size() == slopes.size();
    for (std::size_t head = 0; othersStay && head < slopes.size(); ++head)
        othersStay = static_cast<int>(head) == m_shown.selected || slopes[head] == before[head];
    if (!othersStay)
        return rebuild();
    setDecayLine(*m_items.selected, m_shown, m_shown.selected);
    m_items.selected->layer()->replot();
}

void DecayView::setSelectedHead(int head) {
    if (head == m_shown.selected)
        return;
    m_shown.selected = head;
    rebuild();
}

void DecayView::setLongestDistance(std::int64_t distance) {
    distance = std::max<std::int64_t>(distance, 16);
    if (distance == m_shown.longest)
        return;
    m_shown.longest = distance;
    rebuild();
}

void DecayView::setTrainedLength(std::int64_t length) {
    m_shown.trained = length;
    rebuild();
}

int DecayView::headOf(const QCPAbstractPlottable* graph) const { return graph->property("head").toInt(); }

void DecayView::rebuild() {
    m_items = {}; // of what is taken away
    m_items = drawDecay(*m_plot, m_shown, Theme::of(palette()));
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void DecayView::hover(QMouseEvent* event) {
    const auto* graph = m_plot->plottableAt<QCPGraph>(event->position(), false);
    m_plot->setCursor(graph ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (!graph) {
        QToolTip::hideText();
        return;
    }
    const int head = headOf(graph);
    const double slope = m_shown.slopes[static_cast<std::size_t>(head)];
    const double distance = std::max(1.0, std::round(m_plot->xAxis->pixelToCoord(event->position().x())));
    QToolTip::showText(event->globalPosition().toPoint(),
                       tr("H%1 · slope %2\n%3 of the weight is left at distance %4")
                           .arg(head)
                           .arg(slopeText(slope), significant(std::exp(-slope * distance), 3),
                                grouped(static_cast<std::int64_t>(distance))),
                       m_plot);
}

void DecayView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        rebuild();
    QWidget::changeEvent(event);
}

} // namespace slopescope::ui
