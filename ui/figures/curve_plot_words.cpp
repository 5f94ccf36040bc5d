// The part of the curve plot that writes words: names at the lines' ends, trained lengths, the zero line,
// reasons.
#include "ui/figures/curve_plot.h"

#include "ui/figures/curve_annotations.h"
#include "ui/widgets/format.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {
namespace {

constexpr std::size_t kMostReasons = 3;
constexpr std::size_t kMostTrained = 2;       // lengths of others that are marked, too
constexpr double kColumnGap = 8, kPushed = 4; // pixels

QFont nameFont(bool selected) {
    QFont font = labelFont();
    font.setWeight(selected ? QFont::DemiBold : QFont::Medium);
    return font;
}

// The colour of a line, as light or dark as words need to be read.
QColor wordColour(const QColor& line, const Theme& theme) {
    if (theme.wordsStandOut)
        return readable(line, theme);
    float hue = 0, saturation = 0, lightness = 0;
    line.getHslF(&hue, &saturation, &lightness);
    return QColor::fromHslF(std::max(hue, 0.0F), saturation,
                            theme.dark ? std::max(lightness, 0.62F) : std::min(lightness, 0.42F));
}

// A line's own colour, unless words must stand out.
QColor loudColour(const QColor& line, const Theme& theme) {
    return theme.wordsStandOut ? readable(line, theme) : line;
}

} // namespace

QString CurvePlot::nameOf(std::size_t line) const {
    return m_picture.axis == CurveAxis::Token && m_picture.unit == CurveUnit::Difference
               ? tr("%1 − B").arg(m_shown.lines[line].name)
               : m_shown.lines[line].name;
}

// Room at the right for the widest name, at most a third of the plot.
void CurvePlot::reserveNames(int width) {
    double widest = 0;
    const double most = std::max(60.0, width / 3.0);
    const QFontMetricsF plain(nameFont(false)), bold(nameFont(true));
    for (std::size_t i = 0; i < m_shown.lines.size(); ++i) {
        if (!isDrawn(i))
            continue;
        const double wide = (m_shown.lines[i].selected ? bold : plain).horizontalAdvance(nameOf(i)) + 2;
        widest = std::max(widest, m_ends[i].place == LabelWish::Place::Right ? std::min(most, wide) : 24.0);
    }
    m_plot.axisRect()->setMinimumMargins(QMargins(atTextSize(46), atTextSize(10), int(std::ceil(widest + kColumnGap)) + 10, 0));
}

void CurvePlot::annotate() {
    QColor behind = m_theme.panel; // lines may pass there
    behind.setAlphaF(0.75F);
    m_annotations->clear();
    m_annotations->setBehind(behind);
    annotateTrainedLengths();
    annotateZero();
    annotateReasons();
    annotateNames();
}

void CurvePlot::annotateTrainedLengths() {
    std::vector<std::int64_t> lengths;
    for (const bool selected : {true, false})
        for (std::size_t i = 0; i < m_shown.lines.size(); ++i) {
            const std::int64_t length = m_shown.lines[i].trainedLength;
            if (m_shown.lines[i].selected == selected && (selected || isDrawn(i)) && length > 0 &&
                std::find(lengths.begin(), lengths.end(), length) == lengths.end())
                lengths.push_back(length);
        }
    if (lengths.size() > 1 + kMostTrained)
        lengths.erase(lengths.begin() + 1, lengths.end());
    const QRectF area = m_plot.axisRect()->rect();
    const QFontMetricsF metrics(tickFont());
    for (const std::int64_t length : lengths) {
        if (!m_plot.xAxis->range().contains(double(length)))
            continue;
        const double x = std::floor(m_plot.xAxis->coordToPixel(double(length))); // sharp
        QPen dashes(m_theme.faintText, 1, Qt::CustomDashLine);
        dashes.setDashPattern({5, 4});
        m_annotations->add(CurveAnnotations::Stroke{QLineF(x, area.top(), x, area.bottom()), dashes});
        const QString said = tr("trained at %1").arg(grouped(length));
        const QSizeF size(metrics.horizontalAdvance(said) + 1, metrics.height());
        // Text stays inside the plot when the line stands at its right end.
        const double left = x + 6 + size.width() <= area.right() ? x + 6 : x - 6 - size.width();
        const QRectF rect(QPointF(left, area.top() + 1), size);
        const std::vector<QRectF> taken = m_annotations->rects();
        if (std::none_of(taken.begin(), taken.end(), [&](const QRectF& other) { return other.intersects(rect); }))
            m_annotations->add(CurveAnnotations::Words{rect, said, tickFont(), m_theme.softText, true});
    }
}

void CurvePlot::annotateZero() {
    if (m_picture.unit != CurveUnit::Difference || isEmpty())
        return;
    const auto b =
        std::find_if(m_shown.lines.begin(), m_shown.lines.end(), [](const CurveLine& line) { return line.isB; });
    const QRectF area = m_plot.axisRect()->rect();
    const double y = std::floor(m_plot.yAxis->coordToPixel(0)); // sharp
    m_annotations->add(CurveAnnotations::Stroke{QLineF(area.left(), y, area.right(), y), QPen(b->colour, 1)});
    const QFontMetricsF metrics(tickFont());
    const QString said = metrics.elidedText(tr("B: %1").arg(b->name), Qt::ElideRight, area.width() / 2);
    const double height = metrics.height();
    const double top = y - 1 - height >= area.top() ? y - 1 - height : y + 1;
    m_annotations->add(CurveAnnotations::Words{
        QRectF(area.left() + 4, top, metrics.horizontalAdvance(said) + 1, height), said, tickFont(), loudColour(b->colour, m_theme), true});
}

// Why a curve ends, or is not there: crosses at the lengths, sentences above them.
void CurvePlot::annotateReasons() {
    if (m_picture.axis != CurveAxis::Length || !m_shown.result || m_picture.curves.empty())
        return;
    const QRectF area = m_plot.axisRect()->rect();
    const QFont font = tickFont();
    const QFontMetricsF metrics(font);
    const bool alone = std::count_if(m_shown.lines.begin(), m_shown.lines.end(),
                                     [](const CurveLine& line) { return line.visible; }) == 1;
    std::size_t reasons = 0;
    double bottom = area.bottom() - 12;
    for (std::size_t i = 0; i < m_shown.lines.size() && i < m_shown.result->curves.size(); ++i) {
        if (!m_shown.lines[i].visible)
            continue;
        const CurveResult& curve = m_shown.result->curves[i];
        QString reason = QString::fromStdString(curve.fault);
        double first = area.left() + 4;
        for (const CurvePoint& point : curve.points) {
            if (point.unavailable.empty() || !curve.fault.empty())
                continue;
            const double x = m_plot.xAxis->coordToPixel(double(point.length));
            // Crosses of several curves stand above each other.
            const double y = area.bottom() - 5 - 7 * double(std::min(reasons, kMostReasons));
            for (const double slant : {-1.0, 1.0})
                m_annotations->add(CurveAnnotations::Stroke{QLineF(x - 3, y - 3 * slant, x + 3, y + 3 * slant),
                                                            QPen(m_shown.lines[i].colour, lineWidth(1.5))});
            if (reason.isEmpty()) {
                reason = QString::fromStdString(point.unavailable);
                first = x - 4;
            }
        }
        if (reason.isEmpty() || ++reasons > kMostReasons)
            continue;
        bottom -= reasons > 1 ? 7 : 0;
        const QString whole = alone ? reason : tr("%1: %2").arg(m_shown.lines[i].name, reason);
        const QString said = metrics.elidedText(whole, Qt::ElideRight, area.width() - 8);
        const double wide = metrics.horizontalAdvance(said) + 1;
        const double left = std::min(first, area.right() - wide - 4);
        m_annotations->add(CurveAnnotations::Words{QRectF(left, bottom - metrics.height(), wide, metrics.height()),
                                                   said, font, loudColour(m_shown.lines[i].colour, m_theme), true});
        bottom -= metrics.height();
    }
}

std::vector<LabelWish> CurvePlot::nameWishes() const {
    QStringList names;
    for (std::size_t i = 0; i < m_shown.lines.size(); ++i)
        names += nameOf(i);
    const QStringList shorts = shortNames(names);
    std::vector<LabelWish> wishes(m_shown.lines.size());
    for (std::size_t i = 0; i < m_shown.lines.size(); ++i) {
        const QPointF anchor(m_plot.xAxis->coordToPixel(m_ends[i].x), m_plot.yAxis->coordToPixel(m_ends[i].y));
        wishes[i] = {anchor, m_ends[i].place, names[qsizetype(i)], shorts[qsizetype(i)], m_shown.lines[i].selected};
    }
    return wishes;
}

void CurvePlot::annotateNames() {
    const std::vector<LabelWish> all = nameWishes();
    std::vector<LabelWish> wishes;
    std::vector<std::size_t> lines;
    for (std::size_t i = 0; i < all.size(); ++i)
        if (isDrawn(i)) {
            wishes.push_back(all[i]);
            lines.push_back(i);
        }
    const QRectF area = m_plot.axisRect()->rect();
    const LabelRoom room{area, area.right() + kColumnGap, double(m_plot.viewport().width()) - 4,
                         m_annotations->rects()};
    m_labels = placeLabels(wishes, room, nameFont(false), nameFont(true));
    for (PlacedLabel& label : m_labels) {
        const bool counts = !label.wish;
        const LabelWish wish = counts ? LabelWish() : wishes[*label.wish];
        if (!counts)
            label.wish = lines[*label.wish];
        const QColor colour = counts ? m_theme.softText : m_shown.lines[*label.wish].colour;
        m_annotations->add(CurveAnnotations::Words{label.rect, label.text, nameFont(wish.first),
                                                   counts ? colour : wordColour(colour, m_theme),
                                                   wish.place != LabelWish::Place::Right});
        // A name that was pushed away is tied to its line.
        if (!counts && wish.place == LabelWish::Place::Right &&
            std::abs(label.rect.center().y() - wish.anchor.y()) > kPushed)
            m_annotations->add(CurveAnnotations::Stroke{
                QLineF(wish.anchor, QPointF(label.rect.left() - 2, label.rect.center().y())), QPen(colour, 0.7)});
    }
}

} // namespace slopescope::ui
