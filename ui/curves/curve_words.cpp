#include "ui/curves/curve_words.h"

#include "ui/lab/names.h"
#include "ui/widgets/format.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

#include <algorithm>
#include <cmath>
#include <limits>

namespace slopescope::ui {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMostRows = 24; // of what the mouse reads
constexpr qsizetype kMostNamed = 2;   // variants in the caption
const QString kDot = QStringLiteral(" · ");

QString tr(const char* text) {
    return QCoreApplication::translate("slopescope::ui", text);
}

// As many digits as the error says are known.
QString signedText(double value, double error) {
    if (!std::isfinite(value))
        return QStringLiteral("–");
    const bool known = std::isfinite(error) && error > 0;
    const int decimals = known ? std::clamp(1 - int(std::floor(std::log10(error))), 2, 7) : 4;
    const QString digits = QLocale().toString(std::abs(value), 'f', decimals);
    const QString sign = value < 0 ? QStringLiteral("−") : QStringLiteral("+");
    return known ? tr("%1 ± %2").arg(sign + digits, significant(error, 2)) : sign + digits;
}

QString valueText(const CurveDot& dot, CurveUnit unit) {
    const double error = (dot.high - dot.low) / 2;
    if (unit == CurveUnit::Difference)
        return signedText(dot.value, error);
    const QString value = significant(dot.value, 4);
    return std::isfinite(error) ? tr("%1 ± %2").arg(value, significant(error, 2)) : value;
}

struct Row {
    const CurveLine* line = nullptr;
    double value = kNone; // by which rows are sorted
    QString said, windows, tokens, other;
};

QString windowsText(std::int64_t windows) {
    return windows == 1 ? tr("1 window") : tr("%1 windows").arg(grouped(windows));
}

const CurveDot* dotAt(const std::vector<CurveDot>& dots, double x) {
    const auto found = std::find_if(dots.begin(), dots.end(), [&](const CurveDot& dot) { return dot.x == x; });
    return found == dots.end() ? nullptr : &*found;
}

// Beside a value its difference from B; beside a difference the value.
QString otherText(const CurvesResult& result, std::size_t i, std::int64_t at, CurveAxis axis,
                  const CurvePicture& picture) {
    if (picture.unit == CurveUnit::Difference) {
        for (const CurvePoint& point : result.curves[i].points)
            if (axis == CurveAxis::Length && point.length == at && std::isfinite(point.nll))
                return tr("perplexity %1").arg(perplexityText(std::exp(point.nll)));
        return {};
    }
    if (i >= result.differences.size())
        return {};
    const CurveDifference& difference = result.differences[i];
    for (const DifferencePoint& point : axis == CurveAxis::Length ? difference.points : difference.context)
        if (point.length == at && std::isfinite(point.nll))
            return tr("%1 nats from B").arg(signedText(point.nll, 2 * point.standardError));
    return {};
}

std::optional<Row> rowByLength(double x, const CurvesResult& result, const CurveLine& line, std::size_t i,
                               const CurvePicture& picture) {
    const CurveResult& curve = result.curves[i];
    for (const CurvePoint& point : curve.points) {
        if (double(point.length) != x)
            continue;
        Row row{&line, kNone, {}, {}, {}, {}};
        const CurveDot* const dot = dotAt(picture.curves[i].dots, x);
        if (!curve.fault.empty() || !point.unavailable.empty()) {
            row.said = tr("none");
            row.other = QString::fromStdString(curve.fault.empty() ? point.unavailable : curve.fault);
        } else if (dot != nullptr) {
            row.value = dot->value;
            row.said = valueText(*dot, picture.unit);
            row.windows = windowsText(point.windows);
            row.tokens = tr("%1 tokens").arg(grouped(point.tokens));
            row.other = otherText(result, i, point.length, CurveAxis::Length, picture);
        } else {
            return std::nullopt;
        }
        return row;
    }
    return std::nullopt;
}

std::optional<Row> rowByContext(double x, const CurvesResult& result, const CurveLine& line, std::size_t i,
                                const CurvePicture& picture) {
    const CurveDot* const dot = dotAt(picture.curves[i].dots, x);
    if (dot == nullptr)
        return std::nullopt;
    for (const ContextPoint& bin : result.curves[i].context)
        if (middleOf(bin) == x)
            return Row{&line,
                       dot->value,
                       valueText(*dot, picture.unit),
                       {},
                       tr("%1 tokens").arg(grouped(bin.tokens)),
                       otherText(result, i, bin.context, CurveAxis::Context, picture)};
    return std::nullopt;
}

// The nearest place of the running mean.
std::optional<Row> rowByToken(double x, const CurveLine& line, const DrawnCurve& curve, CurveUnit unit) {
    if (curve.dots.empty())
        return std::nullopt;
    const auto nearest =
        std::min_element(curve.dots.begin(), curve.dots.end(),
                         [&](const CurveDot& a, const CurveDot& b) { return std::abs(a.x - x) < std::abs(b.x - x); });
    return Row{&line, nearest->value, valueText(*nearest, unit), {}, {}, {}};
}

QString titleAt(double x, CurveAxis axis, const CurvesResult* result) {
    const QString at = grouped(std::int64_t(std::llround(x)));
    if (axis == CurveAxis::Token)
        return tr("about token %1 of the text").arg(at);
    if (axis == CurveAxis::Length)
        return tr("windows of %1 tokens").arg(at);
    for (const CurveResult& curve : result->curves)
        for (const ContextPoint& bin : curve.context)
            if (middleOf(bin) == x)
                return bin.contextEnd - bin.context > 1
                           ? tr("%1 to %2 tokens of context").arg(grouped(bin.context), grouped(bin.contextEnd - 1))
                           : tr("%1 tokens of context").arg(at);
    return tr("about %1 tokens of context").arg(at);
}

QString tableOf(const std::vector<Row>& rows) {
    QString table;
    for (std::size_t i = 0; i < rows.size() && i < kMostRows; ++i) {
        const Row& row = rows[i];
        table +=
            QStringLiteral("<tr><td style='color:%1'>■</td><td>%2&nbsp;</td><td><b>%3</b>&nbsp;</td><td>%4&nbsp;</td>"
                           "<td>%5&nbsp;</td><td>%6</td></tr>")
                .arg(row.line->colour.name(), row.line->name.toHtmlEscaped(), row.said.toHtmlEscaped(),
                     row.windows.toHtmlEscaped(), row.tokens.toHtmlEscaped(), row.other.toHtmlEscaped());
    }
    // No line breaks inside a row: "111.6 ± 25" stays together.
    QString whole = QStringLiteral("<table style='white-space:nowrap'>%1</table>").arg(table);
    if (rows.size() > kMostRows)
        whole += tr("and %1 more").arg(rows.size() - kMostRows);
    return whole;
}

// The length that the sweep is filling up: the one that rests on the fewest windows for its noise.
std::int64_t fillingLength(const CurvesResult& result) {
    std::int64_t length = 0;
    double worst = 0;
    for (const CurveResult& curve : result.curves)
        for (const CurvePoint& point : curve.points)
            if (point.unavailable.empty() && !curve.filled && point.standardError > worst) {
                worst = point.standardError;
                length = point.length;
            }
    return worst > result.plan.error ? length : 0;
}

QString windowsOf(const CurveResult& curve, bool many) {
    QString windows = curve.windowsDone < curve.windowsTotal
                          ? tr("%1 of %2").arg(grouped(curve.windowsDone), windowsText(curve.windowsTotal))
                          : windowsText(curve.windowsTotal);
    if (curve.protocol == Protocol::OnePass && curve.windowLength > 0)
        windows = tr("%1 of %2").arg(windows, grouped(curve.windowLength));
    if (curve.textTokens > 0)
        windows = tr("%1 from %2 tokens").arg(windows, grouped(curve.textTokens));
    return many && curve.windowsDone < curve.windowsTotal ? tr("%1, the same for all").arg(windows) : windows;
}

QString notAsTrained(const CurvesResult& result, const std::vector<CurveLine>& lines) {
    QStringList names;
    for (std::size_t i = 0; i < lines.size() && i < result.curves.size(); ++i)
        if (lines[i].visible && !result.curves[i].variant.isAsTrained())
            names += lines[i].name;
    if (names.size() > kMostNamed)
        return tr("%1 variants not as trained").arg(names.size());
    return names.isEmpty() ? QString() : tr("%1 (not as trained)").arg(names.join(tr(" and ")));
}

// The curve that the caption speaks of: the one on view, else the first that is measured.
const CurveResult* spokenOf(const CurvesResult& result, const std::vector<CurveLine>& lines) {
    const CurveResult* first = nullptr;
    for (std::size_t i = 0; i < lines.size() && i < result.curves.size(); ++i) {
        if (!lines[i].visible || !result.curves[i].fault.empty() || result.curves[i].windowsTotal == 0)
            continue;
        if (lines[i].selected)
            return &result.curves[i];
        if (first == nullptr)
            first = &result.curves[i];
    }
    return first;
}

} // namespace

QString unitText(CurveUnit unit) {
    return unit == CurveUnit::Perplexity    ? tr("Perplexity")
           : unit == CurveUnit::BitsPerByte ? tr("Bits per byte")
                                            : tr("Difference from B");
}

QString axisText(CurveAxis axis) {
    return axis == CurveAxis::Length ? tr("By length") : axis == CurveAxis::Context ? tr("By context") : tr("By token");
}

QString titleOf(CurveUnit unit, CurveAxis axis) {
    const QString by = axis == CurveAxis::Length    ? tr("%1 by length")
                       : axis == CurveAxis::Context ? tr("%1 by context")
                                                    : tr("%1 by token");
    return by.arg(unitText(unit));
}

QString captionOf(const CurvesResult* result, const std::vector<CurveLine>& lines, const CurvePicture& picture,
                  const TokenLosses& losses, bool sweeping) {
    QStringList parts;
    if (!picture.remark.isEmpty())
        parts += picture.remark;
    if (picture.unit == CurveUnit::Difference)
        parts += tr("nats per token, below 0: better than B");
    if (picture.axis == CurveAxis::Token) {
        if (!losses.a)
            return parts.join(kDot);
        const std::size_t mean = std::max<std::size_t>(1, losses.a->nll.size() / 200);
        parts += mean == 1 ? tr("the first %1 tokens of the text, each for itself")
                                 .arg(grouped(std::int64_t(losses.a->nll.size())))
                           : tr("the first %1 tokens of the text, running mean over %2")
                                 .arg(grouped(std::int64_t(losses.a->nll.size())), grouped(std::int64_t(mean)));
        return parts.join(kDot);
    }
    const CurveResult* const curve = result == nullptr ? nullptr : spokenOf(*result, lines);
    if (curve == nullptr)
        return parts.join(kDot);
    const bool many = std::count_if(lines.begin(), lines.end(), [](const CurveLine& line) { return line.visible; }) > 1;
    parts += protocolText(curve->protocol, curve->stride);
    parts += windowsOf(*curve, many);
    if (const std::int64_t filling = sweeping && result->complete && !result->filled ? fillingLength(*result) : 0; filling > 0)
        parts += tr("filling up: %1 tokens").arg(grouped(filling));
    const bool band = std::any_of(picture.curves.begin(), picture.curves.end(), [](const DrawnCurve& one) {
        return std::any_of(one.dots.begin(), one.dots.end(),
                           [](const CurveDot& dot) { return std::isfinite(dot.low); });
    });
    if (band)
        parts += picture.unit == CurveUnit::Difference ? tr("band ±2 s.e., paired") : tr("band ±2 s.e.");
    else if (curve->windowsDone <= 1)
        parts += tr("no band from one window");
    if (curve->leftOver > 0)
        parts += tr("%1 tokens left over").arg(grouped(curve->leftOver));
    if (const QString names = notAsTrained(*result, lines); !names.isEmpty())
        parts += names;
    return parts.join(kDot);
}

QString readingsAt(double x, const CurvesResult* result, const std::vector<CurveLine>& lines,
                   const CurvePicture& picture) {
    std::vector<Row> rows;
    for (std::size_t i = 0; i < lines.size() && i < picture.curves.size(); ++i) {
        std::optional<Row> row;
        if (picture.axis == CurveAxis::Token)
            row = rowByToken(x, lines[i], picture.curves[i], picture.unit);
        else if (lines[i].visible && result != nullptr && i < result->curves.size())
            row = picture.axis == CurveAxis::Length ? rowByLength(x, *result, lines[i], i, picture)
                                                    : rowByContext(x, *result, lines[i], i, picture);
        if (row)
            rows.push_back(*row);
    }
    if (rows.empty())
        return {};
    // Best first; those without a value last.
    std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
        return std::isnan(b.value) ? !std::isnan(a.value) : a.value < b.value;
    });
    const QString error = picture.axis == CurveAxis::Token ? QString() : tr(" · ±2 s.e.");
    return QStringLiteral("<b>%1</b>%2%3")
        .arg(titleAt(x, picture.axis, result).toHtmlEscaped(), error.toHtmlEscaped(), tableOf(rows));
}

} // namespace slopescope::ui
