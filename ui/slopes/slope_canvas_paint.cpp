// The part of the slope editor's drawing that paints.
#include "ui/slopes/slope_canvas.h"

#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"

#include <QPaintEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {

void SlopeCanvas::paintEvent(QPaintEvent* event) {
    QPainter painter(this);
    painter.setClipRect(event->rect()); // a drag repaints one head: what lies elsewhere is not even laid out
    painter.fillRect(event->rect(), Theme::of(palette()).panel);
    painter.setRenderHint(QPainter::Antialiasing);
    const SlopeAxis shown = axis();
    paintGrid(painter, shown);
    for (int head = 0; head < heads(); ++head)
        if (head != m_selected && areaOf(head).intersects(painter.clipBoundingRect()))
            paintHead(painter, shown, head);
    if (heads() > 0)
        paintHead(painter, shown, m_selected); // on top of its neighbours
    paintLabels(painter);
}

void SlopeCanvas::paintGrid(QPainter& painter, const SlopeAxis& axis) const {
    const Theme theme = Theme::of(palette());
    const qreal left = axisWidth(), right = width() - kRightMargin / 2;
    const qreal unit = (axis.bottom - axis.top) / (axis.topExponent - axis.bottomExponent);
    int step = 1;
    while (step * unit < 26)
        step *= 2;
    painter.setFont(tickFont());
    const auto line = [&](qreal y, const QString& text, Qt::PenStyle style) {
        const qreal crisp = std::floor(y) + 0.5;
        painter.setPen(QPen(theme.faintLine, 1, style));
        painter.drawLine(QPointF(left, crisp), QPointF(right, crisp));
        const QRectF label(0, y - 10, left - kLabelGap, 20);
        if (!label.intersects(painter.clipBoundingRect()))
            return;
        painter.setPen(theme.softText);
        painter.drawText(label, Qt::AlignRight | Qt::AlignVCenter, text);
    };
    for (int exponent = axis.topExponent; exponent >= axis.bottomExponent; --exponent)
        if (exponent % step == 0)
            line(axis.heightOf(std::exp2(exponent)), slopeText(std::exp2(exponent)), Qt::SolidLine);
    line(axis.zero, QStringLiteral("0"), Qt::DashLine);
    for (int head = 0; head < heads(); ++head) {
        const qreal x = columnCentre(head);
        painter.setPen(QPen(head == m_selected ? theme.line.darker(theme.dark ? 60 : 112) : theme.line,
                            columnWidth() < 16 ? 1 : 2));
        painter.drawLine(QPointF(x, axis.top), QPointF(x, axis.zero));
    }
}

void SlopeCanvas::paintHead(QPainter& painter, const SlopeAxis& axis, int head) const {
    const Theme theme = Theme::of(palette());
    const auto index = static_cast<std::size_t>(head);
    const QColor hue = headColour(head);
    const qreal radius = handleRadius(), x = columnCentre(head), y = axis.heightOf(m_slopes[index]);
    QColor faint = hue;
    faint.setAlphaF(0.45);
    for (const SlopeSet& layer : m_others) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(faint);
        painter.drawEllipse(QPointF(x, axis.heightOf(layer[index])), 2.5, 2.5);
    }
    if (index < m_trained.size() && m_trained[index] != m_slopes[index]) {
        const qreal ghost = axis.heightOf(m_trained[index]);
        painter.setPen(QPen(faint, 1.5, Qt::DotLine));
        painter.drawLine(QPointF(x, ghost), QPointF(x, y));
        painter.setPen(QPen(faint, 1.5));
        painter.setBrush(theme.panel);
        painter.drawEllipse(QPointF(x, ghost), radius * 0.7, radius * 0.7);
    }
    if (index < m_other.size() && m_other[index] != m_slopes[index]) {
        painter.setPen(QPen(m_otherColour, 1.5, Qt::DashLine));
        painter.setBrush(theme.panel);
        painter.drawEllipse(QPointF(x, axis.heightOf(m_other[index])), radius, radius);
    }
    const bool active = head == m_selected;
    if (active || head == m_hovered) {
        QColor halo = hue;
        halo.setAlphaF(active ? 0.2f : 0.12f);
        painter.setPen(Qt::NoPen);
        painter.setBrush(halo);
        painter.drawEllipse(QPointF(x, y), radius * 1.85, radius * 1.85);
    }
    paintArrow(painter, head, QPointF(x, y));
    painter.setPen(QPen(theme.panel, radius < 6 ? 1 : 2));
    painter.setBrush(hue);
    painter.drawEllipse(QPointF(x, y), radius, radius);
    if (active && hasFocus() && m_byKey) {
        painter.setPen(QPen(theme.accent, 1.5));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(QPointF(x, y), radius * 1.85, radius * 1.85);
    }
}

// Beside the track, from the handle's height on: it must not hide the handle, nor a neighbour's.
void SlopeCanvas::paintArrow(QPainter& painter, int head, const QPointF& handle) const {
    // Where the handle stands near an end of the track there is less room.
    const double length = std::min(arrowOf(head), std::max(0.0, handle.y() - 4));
    if (length == 0)
        return;
    const Theme theme = Theme::of(palette());
    const qreal beside = std::min(handleRadius() + 5, columnWidth() / 2 - 2), tip = std::min(4.0, columnWidth() / 4);
    const QPointF from(handle.x() + beside, handle.y()), to(from.x(), from.y() - length);
    const qreal back = length > 0 ? tip : -tip;
    painter.setPen(QPen(theme.text, 1.6, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    painter.drawLine(from, to);
    painter.drawPolyline(QPolygonF({to + QPointF(-tip, back), to, to + QPointF(tip, back)}));
}

void SlopeCanvas::paintLabels(QPainter& painter) const {
    const Theme theme = Theme::of(palette());
    const QFontMetricsF metrics(tickFont());
    const qreal nameTop = height() - bottomMargin() + 12;
    const auto name = [](int head) { return tr("H%1").arg(head); };
    int stride = 1;
    while (metrics.horizontalAdvance(name(heads() - 1)) + 4 > stride * columnWidth() && stride < heads())
        stride *= 2;
    QFont bold = tickFont();
    bold.setWeight(QFont::DemiBold);
    for (int head = 0; head < heads(); ++head) {
        const bool chosen = head == m_selected;
        // With few labels the selected head's takes the room of its neighbours.
        const int nearest = m_selected % stride == 0 ? m_selected : -1;
        const bool crowded = stride > 1 && !chosen && std::abs(head - m_selected) < stride && nearest != head;
        const QRectF box(columnCentre(head) - kWidestName / 2, nameTop, kWidestName, metrics.height());
        if ((!chosen && (head % stride != 0 || crowded)) || !box.intersects(painter.clipBoundingRect()))
            continue;
        painter.setFont(chosen ? bold : tickFont());
        painter.setPen(chosen ? theme.text : theme.softText);
        painter.drawText(box, Qt::AlignCenter, name(head));
    }
    for (int head = 0; head < heads(); ++head) {
        const QRectF rect = valueRect(head);
        if (rect.isEmpty() || head == m_fieldHead || !rect.intersects(painter.clipBoundingRect()))
            continue;
        const bool chosen = head == m_selected, hovered = head == m_hoveredValue;
        if (hovered) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(theme.accentFill);
            painter.drawRoundedRect(rect, 3, 3);
        }
        painter.setFont(tickFont());
        painter.setPen(hovered ? theme.accentText : chosen ? theme.text : theme.softText);
        painter.drawText(rect, Qt::AlignCenter, slopeText(m_slopes[static_cast<std::size_t>(head)]));
    }
}

} // namespace slopescope::ui
