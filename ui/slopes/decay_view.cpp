#include "ui/slopes/decay_view.h"

#include "ui/widgets/format.h"
#include "ui/figures/plot_style.h"
#include "ui/widgets/theme.h"

#include <QEvent>
#include <QLabel>
#include <QToolTip>
#include <QVBoxLayout>
#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace slopescope::ui {

namespace {
constexpr int kPointsPerCurve = 160;
constexpr QLatin1String kSelectedLayer("selected");
}

DecayView::DecayView(QWidget* parent) : QWidget(parent), m_plot(new QCustomPlot(this)) {
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
    m_plot->xAxis->setScaleType(QCPAxis::stLogarithmic);
    m_plot->xAxis->setTicker(tokenTicker(*m_plot->xAxis));
    m_plot->yAxis->setTicker(valueTicker(*m_plot->yAxis));
    m_plot->yAxis->setRange(0, 1.04);
    m_plot->axisRect()->setMinimumMargins(QMargins(46, 4, 24, 0));
    m_plot->setSelectionTolerance(6);
    // The words stand right of their line where there is room for them.
    connect(m_plot, &QCustomPlot::afterLayout, this, [this] {
        if (!m_label)
            return;
        const double end = m_plot->xAxis->coordToPixel(double(m_trained)) + 10 +
                           QFontMetricsF(m_label->font()).horizontalAdvance(m_label->text());
        m_label->setPositionAlignment((end > m_plot->axisRect()->right() ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignTop);
    });
    connect(m_plot, &QCustomPlot::mousePress, this, [this](QMouseEvent* event) {
        if (const auto* graph = m_plot->plottableAt<QCPGraph>(event->position(), false))
            emit headSelected(headOf(graph));
    });
    connect(m_plot, &QCustomPlot::mouseMove, this, &DecayView::hover);
    m_plot->addLayer(kSelectedLayer, m_plot->layer(QStringLiteral("main")));
    m_plot->layer(kSelectedLayer)->setMode(QCPLayer::lmBuffered);
    stylePlot(*m_plot, palette());
    rebuild();
}

void DecayView::setSlopes(const SlopeSet& slopes) {
    if (slopes == m_slopes)
        return;
    const SlopeSet before = std::exchange(m_slopes, slopes);
    bool othersStay = m_selectedLine && before.size() == slopes.size();
    for (std::size_t head = 0; othersStay && head < slopes.size(); ++head)
        othersStay = static_cast<int>(head) == m_selected || slopes[head] == before[head];
    if (!othersStay)
        return rebuild();
    setLine(m_selectedLine, m_selected);
    m_selectedLine->layer()->replot();
}

void DecayView::setSelectedHead(int head) {
    if (head == m_selected)
        return;
    m_selected = head;
    rebuild();
}

void DecayView::setLongestDistance(std::int64_t distance) {
    distance = std::max<std::int64_t>(distance, 16);
    if (distance == m_longest)
        return;
    m_longest = distance;
    rebuild();
}

void DecayView::setTrainedLength(std::int64_t length) {
    m_trained = length;
    rebuild();
}

int DecayView::headOf(const QCPAbstractPlottable* graph) const { return graph->property("head").toInt(); }

void DecayView::rebuild() {
    const Theme theme = Theme::of(palette());
    m_plot->clearPlottables();
    m_plot->clearItems();
    m_label = nullptr;
    m_selectedLine = nullptr;
    m_plot->xAxis->setRange(1, static_cast<double>(m_longest));
    for (int head = 0; head < static_cast<int>(m_slopes.size()); ++head)
        if (head != m_selected)
            setLine(m_plot->addGraph(), head);
    if (m_selected >= 0 && m_selected < static_cast<int>(m_slopes.size())) {
        m_selectedLine = m_plot->addGraph();
        m_selectedLine->setLayer(kSelectedLayer);
        setLine(m_selectedLine, m_selected);
    }
    if (m_trained > 1 && m_trained < m_longest) {
        auto* line = new QCPItemStraightLine(m_plot);
        line->point1->setCoords(double(m_trained), 0);
        line->point2->setCoords(double(m_trained), 1);
        line->setPen(QPen(theme.faintText, 1, Qt::DashLine));
        auto* label = new QCPItemText(m_plot);
        label->setText(tr("trained at %1").arg(grouped(m_trained)));
        label->setFont(tickFont());
        label->setColor(theme.softText);
        m_label = label;
        label->setPadding(QMargins(5, 0, 5, 0));
        QColor veil = theme.panel; // lines may pass behind the words
        veil.setAlphaF(0.75F);
        label->setBrush(veil);
        label->position->setCoords(double(m_trained), 1.04);
    }
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void DecayView::setLine(QCPGraph* graph, int head) const {
    const double slope = m_slopes[static_cast<std::size_t>(head)];
    QVector<double> distances, weights;
    for (int i = 0; i < kPointsPerCurve; ++i) {
        const double distance = std::pow(static_cast<double>(m_longest), double(i) / (kPointsPerCurve - 1));
        distances.append(distance);
        weights.append(std::exp(-slope * distance));
    }
    graph->setProperty("head", head);
    graph->setData(distances, weights, true);
    QColor hue = headColour(head);
    hue.setAlphaF(head == m_selected ? 1.f : 0.75f);
    graph->setPen(QPen(hue, head == m_selected ? 2.5 : 1.3));
}

void DecayView::hover(QMouseEvent* event) {
    const auto* graph = m_plot->plottableAt<QCPGraph>(event->position(), false);
    m_plot->setCursor(graph ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (!graph) {
        QToolTip::hideText();
        return;
    }
    const int head = headOf(graph);
    const double slope = m_slopes[static_cast<std::size_t>(head)];
    const double distance = std::max(1.0, std::round(m_plot->xAxis->pixelToCoord(event->position().x())));
    QToolTip::showText(event->globalPosition().toPoint(),
                       tr("H%1 · slope %2\n%3 of the weight is left at distance %4")
                           .arg(head)
                           .arg(slopeText(slope), significant(std::exp(-slope * distance), 3),
                                grouped(static_cast<std::int64_t>(distance))),
                       m_plot);
}

void DecayView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        stylePlot(*m_plot, palette());
        rebuild();
    }
    QWidget::changeEvent(event);
}

} // namespace slopescope::ui
