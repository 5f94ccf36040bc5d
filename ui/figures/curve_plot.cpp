#include "ui/figures/curve_plot.h"

#include "ui/figures/curve_annotations.h"
#include "ui/figures/plot_style.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace slopescope::ui {
namespace {

constexpr std::size_t kMostBands = 4; // visible curves that all have one; of more, only the selected

// A curve as it is drawn below the top of the axis: where it leaves, the line is cut.
struct CutLine {
    QVector<double> x, y;         // NaN: a gap
    QVector<double> dotX, dotY;   // points that are inside
    std::optional<double> leaves; // x where it does last
    bool endsInside = false;
};

CutLine cut(const std::vector<CurveDot>& dots, const ValueRange& range, bool logX) {
    const auto across = [&](double x) { return logX ? std::log(x) : x; };
    const auto up = [&](double y) { return range.logarithmic ? std::log(y) : y; };
    // Where the straight line on the screen meets the top.
    const auto crossing = [&](const CurveDot& in, const CurveDot& out) {
        const double share = (up(range.high) - up(in.value)) / (up(out.value) - up(in.value));
        const double x = across(in.x) + (std::isfinite(share) ? share : 0) * (across(out.x) - across(in.x));
        return logX ? std::exp(x) : x;
    };
    CutLine line;
    const CurveDot* before = nullptr;
    for (const CurveDot& dot : dots) {
        if (range.logarithmic && dot.value <= 0)
            continue;
        const bool inside = dot.value <= range.high, wasInside = before != nullptr && before->value <= range.high;
        if (before != nullptr && inside != wasInside) {
            const double x = inside ? crossing(dot, *before) : crossing(*before, dot);
            line.x.append(x);
            line.y.append(range.high);
            if (!inside) {
                line.leaves = x;
                line.x.append(x);
                line.y.append(std::numeric_limits<double>::quiet_NaN());
            }
        }
        if (inside) {
            line.x.append(dot.x);
            line.y.append(dot.value);
            line.dotX.append(dot.x);
            line.dotY.append(dot.value);
        } else if (before == nullptr) {
            line.leaves = dot.x;
        }
        line.endsInside = inside;
        before = &dot;
    }
    return line;
}

} // namespace

CurvePlot::CurvePlot(QCustomPlot& plot) : m_plot(plot) {
    plot.yAxis->setTicker(valueTicker(*plot.yAxis));
    plot.axisRect()->setupFullAxesBox(false);
    for (QCPAxis* axis : {plot.xAxis2, plot.yAxis2})
        axis->setVisible(false);
    plot.addLayer(QStringLiteral("overPlot"), plot.layer(QStringLiteral("overlay")), QCustomPlot::limBelow);
    m_annotations = new CurveAnnotations(&plot);
    connect(&plot, &QCustomPlot::afterLayout, this, &CurvePlot::annotate);
}

void CurvePlot::draw(const ShownCurves& shown, const Theme& theme) {
    m_shown = shown;
    m_theme = theme;
    m_picture = pictureOf(m_shown.result.get(), m_shown.lines, m_shown.look, m_shown.losses);
    // By token the choice concerns the axis of tokens.
    m_range = rangeOf(m_picture, m_shown.lines, tokens() ? std::nullopt : m_shown.look.logarithmic);
    stylePlot(m_plot, theme);
    m_plot.clearPlottables();
    m_ends.assign(m_shown.lines.size(), {});
    scaleAxes();
    const auto drawn = std::size_t(std::count_if(m_picture.curves.begin(), m_picture.curves.end(),
                                                 [](const DrawnCurve& curve) { return !curve.dots.empty(); }));
    const Band others = drawn <= kMostBands ? Band::Faint : Band::None;
    for (const bool selected : {false, true}) // the selected one above the others
        for (const DrawnCurve& curve : m_picture.curves)
            if (m_shown.lines[curve.line].selected == selected && !curve.dots.empty())
                addCurve(curve, selected ? Band::Full : others);
}

bool CurvePlot::isEmpty() const {
    return std::all_of(m_picture.curves.begin(), m_picture.curves.end(),
                       [](const DrawnCurve& curve) { return curve.dots.empty(); });
}

QString CurvePlot::emptyText() const {
    const bool hidden = !m_shown.lines.empty() && std::none_of(m_shown.lines.begin(), m_shown.lines.end(),
                                                               [](const CurveLine& line) { return line.visible; });
    return hidden && !tokens() ? tr("No variant is visible: the eye beside its name shows its curve.") : m_picture.hint;
}

void CurvePlot::addBand(const DrawnCurve& curve, const QColor& colour, Band band) {
    // Far ends of a wide band are brought near: only what is inside is seen.
    const double far = 20 * (m_range.high - m_range.low);
    const double low = m_range.logarithmic ? m_range.low * 1e-3 : m_range.low - far, high = m_range.high + far;
    QVector<double> x, lower, upper;
    for (const CurveDot& dot : curve.dots) {
        if (!std::isfinite(dot.low))
            continue;
        x.append(dot.x);
        lower.append(std::clamp(dot.low, low, high));
        upper.append(std::clamp(dot.high, low, high));
    }
    if (x.size() < 2)
        return;
    QCPGraph *below = m_plot.addGraph(), *above = m_plot.addGraph();
    below->setData(x, lower, true);
    above->setData(x, upper, true);
    for (QCPGraph* edge : {below, above})
        edge->setPen(Qt::NoPen);
    QColor fill = colour;
    fill.setAlphaF(band == Band::Full ? 0.15F : 0.06F);
    above->setBrush(fill);
    above->setChannelFillGraph(below);
}

void CurvePlot::addCurve(const DrawnCurve& curve, Band band) {
    const CurveLine& line = m_shown.lines[curve.line];
    const bool logX = m_plot.xAxis->scaleType() == QCPAxis::stLogarithmic;
    if (band != Band::None)
        addBand(curve, line.colour, band);
    const CutLine shape = cut(curve.dots, m_range, logX);
    const double wide = tokens() ? 1.4 : line.selected ? 2.5 : 1.6;
    QCPGraph* graph = m_plot.addGraph();
    graph->setName(line.name);
    graph->setData(shape.x, shape.y, true);
    graph->setPen(QPen(line.colour, lineWidth(wide)));
    if (m_picture.axis == CurveAxis::Length || shape.dotX.size() == 1) {
        QCPGraph* dots = m_plot.addGraph();
        dots->setData(shape.dotX, shape.dotY, true);
        dots->setLineStyle(QCPGraph::lsNone);
        dots->setScatterStyle(
            QCPScatterStyle(QCPScatterStyle::ssDisc, line.colour, line.colour, lineWidth(line.selected ? 5.5 : 4)));
    }
    End& end = m_ends[curve.line];
    const CurveDot& last = curve.dots.back();
    if (shape.endsInside)
        end = {last.x, last.value, last.x < m_right ? LabelWish::Place::Inside : LabelWish::Place::Right};
    else
        end = {shape.leaves.value_or(last.x), m_range.high, LabelWish::Place::Top};
}

void CurvePlot::scaleAxes() {
    std::optional<double> left, right;
    const auto stretch = [&](double x) {
        left = std::min(left.value_or(x), x);
        right = std::max(right.value_or(x), x);
    };
    for (const DrawnCurve& curve : m_picture.curves) {
        for (const CurveDot& dot : curve.dots)
            stretch(dot.x);
        if (m_picture.axis == CurveAxis::Length && m_shown.result && curve.line < m_shown.result->curves.size() &&
            m_shown.lines[curve.line].visible)
            for (const CurvePoint& point : m_shown.result->curves[curve.line].points)
                stretch(double(point.length));
    }
    m_left = left.value_or(32);
    m_right = right.value_or(8192);
    const bool linear = tokens() && !m_shown.look.logarithmic.value_or(false);
    m_plot.xAxis->setScaleType(linear ? QCPAxis::stLinear : QCPAxis::stLogarithmic);
    m_plot.xAxis->setTicker(linear ? valueTicker(*m_plot.xAxis) : tokenTicker(*m_plot.xAxis));
    if (linear) {
        m_plot.xAxis->setRange(0, std::max(m_right, 2.0));
    } else {
        const double end = std::max(m_right, 2 * m_left), air = std::pow(end / m_left, 0.015);
        m_plot.xAxis->setRange(m_left / air, end * air);
    }
    m_plot.xAxis->setLabel(m_picture.axis == CurveAxis::Length    ? tr("window length, tokens")
                           : m_picture.axis == CurveAxis::Context ? tr("tokens of context")
                                                                  : tr("token of the text"));
    m_plot.yAxis->setScaleType(m_range.logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    m_plot.yAxis->setRange(m_range.low, m_range.high);
    m_plot.yAxis->setTickLabels(!isEmpty());
}

} // namespace slopescope::ui
