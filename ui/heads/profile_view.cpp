#include "ui/heads/profile_view.h"

#include "ui/widgets/format.h"
#include "ui/figures/plot_style.h"
#include "ui/widgets/theme.h"

#include <QEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>
#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {

namespace {

// A bin on the log axis: distance 0 takes the octave below 1, so that the area under the curve is the mass everywhere.
double left(const ProfileResult::Bin& bin) { return bin.begin > 0 ? double(bin.begin) : kZeroDistance; }
double right(const ProfileResult::Bin& bin) { return double(std::max<std::int64_t>(bin.end, 1)); }
double octaves(const ProfileResult::Bin& bin) { return std::log2(right(bin) / left(bin)); }

QString tokens(double distance) {
    return distance < 10 ? significant(distance, 2) : grouped(std::llround(distance));
}

QString percent(double share) { return ProfileView::tr("%1\u00A0%").arg(significant(share * 100, 2)); }

} // namespace

ProfileView::ProfileView(QWidget* parent) : QWidget(parent), m_plot(new QCustomPlot(this)) {
    m_title = new QLabel(this);
    setLook(m_title, "soft");
    m_title->setTextFormat(Qt::PlainText);
    m_facts = new QLabel(this);
    setLook(m_facts, "soft");
    m_facts->setMinimumWidth(1); // fitFacts() says what there is room for
    m_empty = new QLabel(tr("The profile of the selected head appears with its map."), m_plot);
    setLook(m_empty, "soft");
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setAttribute(Qt::WA_TransparentForMouseEvents);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    column->addWidget(m_title);
    column->addWidget(m_plot, 1);
    column->addWidget(m_facts);
    m_plot->setMinimumSize(120, 110);
    m_plot->xAxis->setScaleType(QCPAxis::stLogarithmic);
    m_plot->xAxis->setTicker(tokenTicker(*m_plot->xAxis));
    m_plot->xAxis->setLabel(tr("distance (dashed: without content)"));
    m_plot->yAxis->setVisible(false);
    m_plot->axisRect()->setMinimumMargins(QMargins(8, 4, 10, 0));
    m_plot->setMouseTracking(true);
    m_plot->installEventFilter(this);
    stylePlot(*m_plot, palette());
    rebuild();
}

void ProfileView::setProfile(const ProfileResult& profile) {
    m_profile = profile;
    m_stale = false;
    rebuild();
}

void ProfileView::setStale(bool stale) {
    if (stale == m_stale)
        return;
    m_stale = stale;
    rebuild();
}

void ProfileView::clear() {
    m_profile.reset();
    rebuild();
}

QString ProfileView::title() const { return m_title->text(); }

void ProfileView::rebuild() {
    const Theme theme = Theme::of(palette());
    m_plot->clearPlottables();
    m_empty->setVisible(!m_profile);
    m_facts->setVisible(m_profile.has_value());
    m_plot->xAxis->setRange(kZeroDistance, 2048);
    m_plot->yAxis->setRange(0, 1);
    m_title->setText(tr("Mass by distance"));
    m_plot->setAccessibleName(m_title->text());
    if (!m_profile) {
        m_plot->replot(QCustomPlot::rpQueuedReplot);
        return;
    }
    const ProfileResult& profile = *m_profile;
    m_title->setText(tr("Mass by distance, layer %1 · head %2").arg(profile.head.layer).arg(profile.head.head));
    fitFacts();
    QVector<double> centres, mass, alone;
    double highest = 0;
    for (const ProfileResult::Bin& bin : profile.bins) {
        if (bin.end <= bin.begin || bin.begin < 0)
            continue;
        centres.append(std::sqrt(left(bin) * right(bin)));
        mass.append(bin.mass / octaves(bin));
        alone.append(bin.slopeAlone / octaves(bin));
        highest = std::max({highest, mass.back(), alone.back()});
    }
    QColor hue = headColour(profile.head.head);
    if (m_stale)
        hue.setAlphaF(0.35f);
    QCPGraph* envelope = m_plot->addGraph();
    envelope->setData(centres, alone, true);
    envelope->setPen(QPen(theme.faintText, 1.3, Qt::DashLine));
    QCPGraph* graph = m_plot->addGraph();
    graph->setData(centres, mass, true);
    graph->setPen(QPen(hue, 2));
    QColor fill = hue;
    fill.setAlphaF(m_stale ? 0.06f : 0.14f);
    graph->setBrush(fill);
    if (!profile.bins.empty())
        m_plot->xAxis->setRange(kZeroDistance, std::max(2.0, right(profile.bins.back())));
    m_plot->yAxis->setRange(0, highest > 0 ? highest * 1.08 : 1);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void ProfileView::fitFacts() {
    if (!m_profile)
        return;
    const QString brief =
        tr("mean\u00A0%1 · median\u00A0%2").arg(tokens(m_profile->meanDistance), tokens(m_profile->medianDistance));
    const QString whole = tr("%1 · first\u00A0key\u00A0%2").arg(brief, percent(m_profile->firstKeyMass));
    m_facts->setText(m_facts->fontMetrics().horizontalAdvance(whole) <= width() ? whole : brief);
    m_facts->setToolTip(whole);
}

void ProfileView::resizeEvent(QResizeEvent* event) {
    fitFacts();
    QWidget::resizeEvent(event);
}

bool ProfileView::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_plot && event->type() == QEvent::Resize)
        m_empty->setGeometry(m_plot->rect().adjusted(12, 0, -12, -32));
    if (watched == m_plot && event->type() == QEvent::MouseMove && m_profile) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        const double distance = m_plot->xAxis->pixelToCoord(mouse->position().x());
        for (const ProfileResult::Bin& bin : m_profile->bins) {
            if (distance < left(bin) || distance >= right(bin))
                continue;
            const QString range = bin.end - bin.begin == 1 ? grouped(bin.begin)
                                                           : tr("%1 to %2").arg(grouped(bin.begin), grouped(bin.end - 1));
            QToolTip::showText(mouse->globalPosition().toPoint(),
                               tr("distance %1\n%2 of the attention\n%3 without content")
                                   .arg(range, percent(bin.mass), percent(bin.slopeAlone)),
                               m_plot);
        }
    }
    return QWidget::eventFilter(watched, event);
}

void ProfileView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        stylePlot(*m_plot, palette());
        rebuild();
    }
    QWidget::changeEvent(event);
}

} // namespace slopescope::ui
