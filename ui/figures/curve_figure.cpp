#include "ui/figures/curve_figure.h"

#include <qcustomplot.h>

#include <algorithm>
#include <utility>

namespace slopescope::ui {
namespace {

constexpr double kHeight = 0.62; // of the width
constexpr int kLowest = 190, kHighest = 380;

QString count(std::int64_t number) {
    return QString::number(number);
}

// What one variant's loss is above B's at a length or a context.
const DifferencePoint* pointAt(const std::vector<DifferencePoint>& points, std::int64_t at) {
    const auto found =
        std::find_if(points.begin(), points.end(), [&](const DifferencePoint& point) { return point.length == at; });
    return found == points.end() ? nullptr : &*found;
}

QStringList differenceCells(const DifferencePoint* point) {
    return point == nullptr ? QStringList{QString(), QString()}
                            : QStringList{plainNumber(point->nll), plainNumber(point->standardError)};
}

} // namespace

CurveFigure::CurveFigure(ShownCurves shown, QString title, QString valueAxis)
    : m_shown(std::move(shown)), m_title(std::move(title)), m_valueAxis(std::move(valueAxis)) {}

int CurveFigure::heightFor(int width) const {
    return std::clamp(int(width * kHeight), kLowest, kHighest);
}

QString CurveFigure::emptyText() const {
    QCustomPlot plot;
    CurvePlot curves(plot);
    curves.draw(m_shown, Theme::forDay());
    return curves.isEmpty() ? curves.emptyText() : QString();
}

void CurveFigure::paint(QCPPainter& painter, const QRect& at, const Theme& theme) const {
    QCustomPlot plot;
    CurvePlot curves(plot);
    curves.draw(m_shown, theme);
    curves.reserveNames(at.width());
    plot.yAxis->setLabel(m_valueAxis);
    paintPlot(plot, painter, at);
}

FigureNumbers CurveFigure::numbers() const {
    return m_shown.look.axis == CurveAxis::Token     ? tokenNumbers()
           : m_shown.look.axis == CurveAxis::Context ? contextNumbers()
                                                     : lengthNumbers();
}

FigureNumbers CurveFigure::lengthNumbers() const {
    FigureNumbers numbers;
    numbers.columns = {"variant",       "length",  "perplexity", "nll",        "standard_error",
                       "bits_per_byte", "windows", "tokens",     "nll_from_b", "standard_error_from_b",
                       "unavailable"};
    for (std::size_t i = 0; m_shown.result && i < m_shown.lines.size() && i < m_shown.result->curves.size(); ++i) {
        const CurveResult& curve = m_shown.result->curves[i];
        if (!m_shown.lines[i].visible)
            continue;
        for (const CurvePoint& point : curve.points) {
            const auto& differences = m_shown.result->differences;
            numbers.rows.push_back(
                QStringList{m_shown.lines[i].name, count(point.length), plainNumber(point.perplexity),
                            plainNumber(point.nll), plainNumber(point.standardError), plainNumber(point.bitsPerByte),
                            count(point.windows), count(point.tokens)} +
                differenceCells(i < differences.size() ? pointAt(differences[i].points, point.length) : nullptr) +
                QStringList{QString::fromStdString(curve.fault.empty() ? point.unavailable : curve.fault)});
        }
    }
    return numbers;
}

FigureNumbers CurveFigure::contextNumbers() const {
    FigureNumbers numbers;
    numbers.columns = {"variant", "context",    "context_end",          "nll", "standard_error", "bits_per_byte",
                       "tokens",  "nll_from_b", "standard_error_from_b"};
    for (std::size_t i = 0; m_shown.result && i < m_shown.lines.size() && i < m_shown.result->curves.size(); ++i) {
        if (!m_shown.lines[i].visible)
            continue;
        const auto& differences = m_shown.result->differences;
        for (const ContextPoint& bin : m_shown.result->curves[i].context)
            numbers.rows.push_back(
                QStringList{m_shown.lines[i].name, count(bin.context), count(bin.contextEnd), plainNumber(bin.nll),
                            plainNumber(bin.standardError), plainNumber(bin.bitsPerByte), count(bin.tokens)} +
                differenceCells(i < differences.size() ? pointAt(differences[i].context, bin.context) : nullptr));
    }
    return numbers;
}

FigureNumbers CurveFigure::tokenNumbers() const {
    FigureNumbers numbers;
    numbers.columns = {"side", "token", "nll"};
    for (const auto& [side, losses] : {std::pair("A", m_shown.losses.a), std::pair("B", m_shown.losses.b)})
        for (std::size_t token = 0; losses && token < losses->nll.size(); ++token)
            numbers.rows.push_back({side, count(std::int64_t(token)), plainNumber(double(losses->nll[token]))});
    return numbers;
}

} // namespace slopescope::ui
