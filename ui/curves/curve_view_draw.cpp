// The part of the curve view that turns curves into lines, bands, labels and axes.
#include "ui/curves/curve_view.h"

#include "ui/widgets/format.h"
#include "ui/widgets/panel_header.h"
#include "ui/figures/plot_style.h"
#include "ui/widgets/segmented_buttons.h"
#include "ui/widgets/theme.h"

#include <QLabel>
#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {

namespace {
constexpr double kLogSpan = 8; // beyond it a linear axis hides one end of the story
} // namespace

QColor CurveView::colorOf(const Curve& curve, bool previous) const {
    const Theme theme = Theme::of(palette());
    return previous ? theme.faintText
           : curve.color.isValid() ? curve.color
           : &curve == &m_curves.first() ? theme.accent
                                         : methodColour(curve.label);
}

std::vector<CurveView::Dot> CurveView::dotsByLength(const CurveResult& curve) {
    std::vector<Dot> dots;
    for (const CurvePoint& point : curve.points)
        if (point.unavailable.empty() && std::isfinite(point.nll))
            dots.push_back({double(point.length), point.nll, point.standardError});
    return dots;
}

std::vector<CurveView::Dot> CurveView::dotsByContext(const CurveResult& curve) const {
    // Beside the other curve only the contexts that its axis covers; alone from the first.
    double from = 0;
    if (m_mode == Mode::Both && !curve.points.empty())
        from = double(curve.points.front().length);
    std::vector<Dot> dots;
    for (const ContextPoint& point : curve.context) {
        // The middle of the contexts first..last of the bin; none at all has a place of its own.
        const double first = double(point.context), last = double(std::max(point.context, point.contextEnd - 1));
        const double centre = last > 0 ? std::sqrt(std::max(first, 1.0) * last) : kZeroDistance;
        if (centre >= from && std::isfinite(point.nll))
            dots.push_back({centre, point.nll, point.standardError});
    }
    return dots;
}

void CurveView::rebuild() {
    m_plot->clearPlottables();
    m_plot->clearItems();
    m_labels.clear();
    m_notes.clear();
    m_low = m_high = std::nullopt;
    m_left = m_right = std::nullopt;
    m_hair = nullptr;
    if (m_previous)
        addCurve(*m_previous, true, false);
    for (qsizetype i = m_curves.size() - 1; i >= 0; --i)
        addCurve(m_curves[i], false, i == 0);
    scaleAxes();
    addTrainedLength();
    m_hair = new QCPItemStraightLine(m_plot);
    m_hair->setLayer(QStringLiteral("overlay"));
    m_hair->setPen(QPen(Theme::of(palette()).faintText, 1));
    m_hair->setVisible(false);
    m_empty->setVisible(m_curves.isEmpty() && !m_previous);
    placeCaption();
    m_scales->choose(logarithmic() ? 1 : 0);
    reserveLabels();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void CurveView::addCurve(const Curve& curve, bool previous, bool main) {
    const QColor color = colorOf(curve, previous);
    if (m_mode != Mode::ByContext) {
        const bool alone = m_curves.size() == 1 && !m_previous;
        bool noted = false;
        std::string said;
        for (const CurvePoint& point : curve.result.points) {
            stretch(m_left, m_right, double(point.length));
            if (point.unavailable.empty() || previous)
                continue;
            addNote(point, color, said == point.unavailable ? QString() : curve.label);
            said = point.unavailable;
            noted = true;
        }
        // A line that ends amid others is named by its note.
        addLine(dotsByLength(curve.result), color, main, false, noted && !alone ? QString() : curve.label);
    }
    if (m_mode != Mode::ByLength) {
        const QString name = m_mode == Mode::Both ? tr("%1, by context").arg(curve.label) : curve.label;
        addLine(dotsByContext(curve.result), color, main && m_mode == Mode::ByContext, m_mode == Mode::Both, name);
    }
}

void CurveView::stretch(std::optional<double>& low, std::optional<double>& high, double value) {
    low = low ? std::min(*low, value) : value;
    high = high ? std::max(*high, value) : value;
}

void CurveView::addLine(const std::vector<Dot>& dots, const QColor& color, bool main, bool dotted, const QString& name) {
    if (dots.empty())
        return;
    QVector<double> x, y, bandX, bandLow, bandHigh;
    for (const Dot& dot : dots) {
        x.append(dot.x);
        y.append(std::exp(dot.nll));
        stretch(m_low, m_high, y.back());
        stretch(m_left, m_right, dot.x);
        if (!std::isfinite(dot.standardError))
            continue;
        bandX.append(dot.x);
        bandLow.append(std::exp(dot.nll - 2 * dot.standardError));
        bandHigh.append(std::exp(dot.nll + 2 * dot.standardError));
        if (main) {
            stretch(m_low, m_high, bandLow.back());
            stretch(m_low, m_high, bandHigh.back());
        }
    }
    if (main && bandX.size() > 1) {
        QCPGraph *lower = m_plot->addGraph(), *upper = m_plot->addGraph();
        QColor fill = color;
        fill.setAlphaF(color.alphaF() * 0.15f);
        lower->setData(bandX, bandLow, true);
        upper->setData(bandX, bandHigh, true);
        for (QCPGraph* edge : {lower, upper})
            edge->setPen(Qt::NoPen);
        upper->setBrush(fill);
        upper->setChannelFillGraph(lower);
    }
    QCPGraph* graph = m_plot->addGraph();
    graph->setName(name);
    graph->setData(x, y, true);
    graph->setPen(QPen(color, main ? 2.5 : 1.6, dotted ? Qt::DotLine : Qt::SolidLine));
    if (!dotted && (m_mode != Mode::ByContext || x.size() == 1))
        graph->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, color, color, main ? 5.5 : 4));
    if (!name.isEmpty())
        addLabel(name, color, x.back(), y.back(), main);
}

void CurveView::addLabel(const QString& name, const QColor& color, double x, double y, bool main) {
    auto* text = new QCPItemText(m_plot);
    QFont font = labelFont();
    font.setWeight(main ? QFont::DemiBold : QFont::Medium);
    text->setFont(font);
    text->setColor(color);
    text->setText(name);
    text->setPositionAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    text->setClipToAxisRect(false);
    text->position->setType(QCPItemPosition::ptAbsolute);
    m_labels.push_back({text, name, x, y});
}

QColor CurveView::behindWords() const {
    QColor colour = Theme::of(palette()).panel; // lines may pass there
    colour.setAlphaF(0.75F);
    return colour;
}

void CurveView::addNote(const CurvePoint& point, const QColor& color, const QString& curve) {
    const auto say = [&](const QString& text) {
        auto* item = new QCPItemText(m_plot);
        item->setFont(labelFont());
        item->setColor(color);
        item->setText(text);
        item->setClipToAxisRect(false);
        item->position->setType(QCPItemPosition::ptAbsolute);
        return item;
    };
    Note note{say(QStringLiteral("×")), nullptr, double(point.length)};
    if (!curve.isEmpty()) {
        const QString reason = QString::fromStdString(point.unavailable);
        note.text = say(m_curves.size() > 1 || m_previous ? tr("%1: %2").arg(curve, reason) : reason);
        note.text->setFont(tickFont());
        note.text->setBrush(behindWords());
    }
    m_notes.push_back(note);
}

void CurveView::scaleAxes() {
    double low = m_low.value_or(10), high = m_high.value_or(1000);
    const bool log = m_chosenLog.value_or(m_low && high > kLogSpan * low);
    m_plot->yAxis->setScaleType(log ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    if (log) {
        const double air = std::pow(std::max(high / low, 1.05), 0.07);
        m_plot->yAxis->setRange(low / air, high * air);
    } else {
        // At least a tenth of the value, so that noise does not look like news.
        const double air = std::max(0.08 * (high - low), 0.05 * high);
        m_plot->yAxis->setRange(std::max(0.0, low - air), high + air);
    }
    m_plot->yAxis->setTickLabels(m_low.has_value());
    const double left = m_left.value_or(32), right = std::max(m_right.value_or(8192), 2 * left);
    const double air = std::pow(right / left, 0.015);
    m_plot->xAxis->setRange(left / air, right * air);
    m_plot->xAxis->setLabel(m_mode == Mode::ByLength    ? tr("window length, tokens")
                            : m_mode == Mode::ByContext ? tr("tokens of context")
                                                        : tr("window length, and tokens of context (dotted)"));
}

void CurveView::addTrainedLength() {
    if (m_trained <= 0 || !m_plot->xAxis->range().contains(double(m_trained)))
        return;
    const Theme theme = Theme::of(palette());
    auto* line = new QCPItemStraightLine(m_plot);
    line->point1->setTypeY(QCPItemPosition::ptAxisRectRatio);
    line->point2->setTypeY(QCPItemPosition::ptAxisRectRatio);
    line->point1->setCoords(double(m_trained), 0);
    line->point2->setCoords(double(m_trained), 1);
    QPen dashes(theme.faintText, 1, Qt::CustomDashLine);
    dashes.setDashPattern({5, 4});
    line->setPen(dashes);
    auto* label = new QCPItemText(m_plot);
    label->setText(tr("trained at %1").arg(grouped(m_trained)));
    label->setFont(tickFont());
    label->setColor(theme.softText);
    label->setPadding(QMargins(6, 2, 6, 0));
    label->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    label->position->setCoords(double(m_trained), 0);
    // Text stays inside the plot when the line stands at its right end.
    const double share = std::log(double(m_trained) / m_plot->xAxis->range().lower) /
                         std::log(m_plot->xAxis->range().upper / m_plot->xAxis->range().lower);
    label->setPositionAlignment((share > 0.8 ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignTop);
}

// Room at the right for the widest label, at most a third of the plot.
void CurveView::reserveLabels() {
    int widest = 0;
    const int most = std::max(60, m_plot->width() / 3);
    for (Label& label : m_labels) {
        const QFontMetrics metrics(label.text->font());
        label.text->setText(metrics.elidedText(label.name, Qt::ElideRight, most));
        widest = std::max(widest, metrics.horizontalAdvance(label.text->text()));
    }
    m_plot->axisRect()->setMinimumMargins(QMargins(46, 10, widest + 22, 0));
}

void CurveView::placeLabels() {
    const QRect area = m_plot->axisRect()->rect();
    m_veil->setGeometry(QRect(area.topLeft(), QPoint(m_plot->width() - 1, area.bottom()))); // lines, and their names beside them
    std::vector<double> centres;
    for (const Label& label : m_labels)
        centres.push_back(m_plot->yAxis->coordToPixel(label.y));
    const double apart = QFontMetricsF(labelFont()).height();
    const std::vector<double> placed = spreadLabels(centres, apart, area.top() - 4, area.bottom() + 4);
    for (std::size_t i = 0; i < m_labels.size(); ++i)
        m_labels[i].text->position->setPixelPosition({m_plot->xAxis->coordToPixel(m_labels[i].x) + 8, placed[i]});
    double bottom = area.bottom() - 14;
    for (const Note& note : m_notes) {
        const double x = m_plot->xAxis->coordToPixel(note.x);
        note.mark->setPositionAlignment(Qt::AlignHCenter | Qt::AlignBottom);
        note.mark->position->setPixelPosition({x, double(area.bottom())});
        if (!note.text)
            continue;
        const double wide = QFontMetricsF(note.text->font()).horizontalAdvance(note.text->text());
        const bool fits = x + wide <= m_plot->width() - 4;
        note.text->setPositionAlignment((fits ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignBottom);
        note.text->position->setPixelPosition({fits ? x - 4 : std::max(x + 4, wide + 4), bottom});
        bottom -= QFontMetricsF(note.text->font()).height();
    }
}

} // namespace slopescope::ui
