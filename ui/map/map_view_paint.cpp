// How MapView looks: the picture, its axes and its crosshair.
#include "ui/figures/token_axis.h"
#include "ui/map/map_view.h"
#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"

#include <QFontMetrics>
#include <QPaintEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {
namespace {

constexpr int kTop = 12;       // above the plot
constexpr int kTick = 5;       // length of a tick mark
constexpr int kLabelGap = 4;   // between a tick mark and its number
constexpr int kTitleGap = 6;   // between the numbers and the axis title
constexpr int kTickApart = 72; // pixels between ticks
constexpr int kBigCell = 8;    // from this size on, the crosshair frames a cell instead of crossing it
constexpr double kStaleOpacity = 0.5;

int lineHeight(const QFont& font) {
    return QFontMetrics(font).height();
}

QFont markFont() {
    QFont font = tickFont();
    font.setWeight(QFont::DemiBold);
    return font;
}

// Axis lines of one pixel stand on whole pixels only without antialiasing.
void crisp(QPainter& painter, bool on) {
    painter.setRenderHint(QPainter::Antialiasing, !on);
}

} // namespace

QMargins MapView::plotMargins() const {
    if (labelled())
        return tokenMargins();
    const QFontMetrics ticks(tickFont());
    const int label = ticks.horizontalAdvance(grouped(std::max<std::int64_t>(m_length, 1000)));
    const int bottom = kTick + kLabelGap + ticks.height() + kTitleGap + lineHeight(labelFont());
    return {lineHeight(labelFont()) + kTitleGap + label + kLabelGap + kTick, kTop,
            std::max(kGrid, label / 2 + 1), // half of the last number below
            bottom};
}

int MapView::plotSide(const QMargins& margins) const {
    const QRect room = rect().marginsRemoved(margins);
    return std::max(0, std::min(room.width(), room.height()));
}

QRect MapView::plotRect() const {
    const QMargins margins = plotMargins();
    const QRect room = rect().marginsRemoved(margins);
    const int side = plotSide(margins);
    return {room.left() + std::max(0, (room.width() - side) / 2), room.top(), side, side};
}

int MapView::widthFor(int height) const {
    const QMargins tokens = tokenMargins();
    const QMargins margins = fits(height - tokens.top() - tokens.bottom()) ? tokens : plotMargins();
    return height - margins.top() - margins.bottom() + margins.left() + margins.right();
}

void MapView::paintEvent(QPaintEvent* event) {
    QPainter painter(this);
    const Theme theme = Theme::of(palette());
    painter.fillRect(event->rect(), theme.panel);
    const QRect plot = plotRect();
    if (m_span <= 0) {
        painter.setPen(theme.softText);
        painter.setFont(bodyFont());
        painter.drawText(rect().adjusted(kGrid, kGrid, -kGrid, -kGrid), Qt::AlignCenter | Qt::TextWordWrap,
                         m_emptyText);
        return;
    }
    if (plot.width() <= 0)
        return;
    paintPicture(painter, plot);
    paintCells(painter, plot);
    crisp(painter, true);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(hasFocus() ? theme.accent : theme.line);
    painter.drawRect(plot.adjusted(-1, -1, 0, 0));
    labelled() ? paintTokens(painter, plot) : paintAxes(painter, plot);
    paintCrosshair(painter, plot);
}

void MapView::paintLayer(QPainter& painter, const QRect& plot, const Layer& layer) const {
    if (layer.image.isNull())
        return;
    if (layer.length !=
        m_length) { // the text was shorter or longer: its picture fills the plot until the new one comes
        painter.drawImage(plot, layer.image);
        return;
    }
    const Viewport& v = layer.picture->viewport;
    const double size = double(plot.width()) / double(m_span);
    painter.drawImage(QRectF(plot.left() + double(v.keyBegin - m_keyBegin) * size,
                             plot.top() + double(v.queryBegin - m_queryBegin) * size,
                             double(v.keyEnd - v.keyBegin) * size, double(v.queryEnd - v.queryBegin) * size),
                      layer.image);
}

bool MapView::covers() const {
    if (!m_layer.picture || m_layer.length != m_length)
        return m_layer.picture != nullptr;
    const Viewport& v = m_layer.picture->viewport;
    return v.queryBegin <= m_queryBegin && v.keyBegin <= m_keyBegin && v.queryEnd >= m_queryBegin + m_span &&
           v.keyEnd >= m_keyBegin + m_span;
}

void MapView::paintPicture(QPainter& painter, const QRect& plot) const {
    const Theme theme = Theme::of(palette());
    painter.save();
    painter.setClipRect(plot);
    // Beneath everything, what is known without a picture: keys after the query are masked.
    painter.fillRect(plot, theme.panel);
    const double size = double(plot.width()) / double(m_span);
    const double diagonal = double(m_queryBegin - m_keyBegin) * size; // where key = query leaves the top edge
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.masked);
    const double left = plot.left() + diagonal, far = 4.0 * plot.width() + std::abs(diagonal);
    painter.drawPolygon(
        QPolygonF({{left, double(plot.top())}, {left + far, double(plot.top())}, {left + far, plot.top() + far}}));
    // Nearest neighbour: a cell is a square of one colour.
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    if (!covers() && m_whole.length == m_length) {
        painter.setOpacity(kStaleOpacity);
        paintLayer(painter, plot, m_whole);
    }
    painter.setOpacity(m_stale ? kStaleOpacity : 1);
    paintLayer(painter, plot, m_layer);
    painter.restore();
}

void MapView::paintAxes(QPainter& painter, const QRect& plot) const {
    const Theme theme = Theme::of(palette());
    const QFontMetrics metrics(tickFont());
    const auto cell = crosshair();
    const QRect keyMark = cell ? markRect(plot, cell->key, false) : QRect();
    const QRect queryMark = cell ? markRect(plot, cell->query, true) : QRect();
    painter.setFont(tickFont());
    const int below = plot.bottom() + 2, beside = plot.left() - 2;
    const auto draw = [&](const QLine& line, const QPoint& anchor, Qt::Alignment side, const QRect& mark,
                          std::int64_t token) {
        painter.setPen(theme.line);
        painter.drawLine(line);
        const QString text = grouped(token);
        QRect box(0, 0, metrics.horizontalAdvance(text), metrics.height());
        if (side == Qt::AlignRight) {
            box.moveCenter(anchor);
            box.moveRight(anchor.x());
        } else {
            box.moveCenter(anchor);
            box.moveTop(anchor.y());
        }
        if (box.intersects(mark))
            return; // the mark says where we are
        painter.setPen(theme.softText);
        painter.drawText(box, Qt::AlignCenter | Qt::TextDontClip, text);
    };
    for (const TokenTick& tick : tokenTicks(m_keyBegin, m_span, plot.width(), kTickApart)) {
        const int x = std::min(plot.left() + int(std::lround(tick.pixel)), plot.right() + 1);
        draw({x, below, x, below + kTick - 1}, {x, below + kTick + kLabelGap}, Qt::AlignHCenter, keyMark, tick.token);
    }
    for (const TokenTick& tick : tokenTicks(m_queryBegin, m_span, plot.height(), kTickApart)) {
        const int y = std::min(plot.top() + int(std::lround(tick.pixel)), plot.bottom() + 1);
        draw({beside - kTick + 1, y, beside, y}, {beside - kTick - kLabelGap, y}, Qt::AlignRight, queryMark,
             tick.token);
    }
    painter.setPen(theme.softText);
    painter.setFont(labelFont());
    const int title = lineHeight(labelFont());
    painter.drawText(
        QRect(plot.left(), below + kTick + kLabelGap + metrics.height() + kTitleGap - 2, plot.width(), title),
        Qt::AlignCenter, tr("key (source)"));
    const int label = metrics.horizontalAdvance(grouped(std::max<std::int64_t>(m_length, 1000)));
    paintQueryTitle(painter, plot, beside - kTick - kLabelGap - label - kTitleGap);
}

void MapView::paintQueryTitle(QPainter& painter, const QRect& plot, int right) const {
    const int title = lineHeight(labelFont());
    painter.setPen(Theme::of(palette()).softText);
    painter.setFont(labelFont());
    painter.save();
    painter.translate(right - title / 2, plot.center().y());
    painter.rotate(-90);
    painter.drawText(QRect(-plot.height() / 2, -title / 2, plot.height(), title), Qt::AlignCenter,
                     tr("query (destination)"));
    painter.restore();
}

void MapView::paintCrosshair(QPainter& painter, const QRect& plot) const {
    const auto cell = crosshair();
    if (!cell)
        return;
    const Theme theme = Theme::of(palette());
    const QRect at = cellRect(cell->query, cell->key);
    const bool rowSeen = at.bottom() >= plot.top() && at.top() <= plot.bottom();
    const bool columnSeen = at.right() >= plot.left() && at.left() <= plot.right();
    painter.save();
    painter.setClipRect(plot);
    crisp(painter, true);
    const QPen across(theme.crosshair, 1), down(theme.crosshair, 1, Qt::CustomDashLine);
    QPen dashed = down;
    dashed.setDashPattern({3, 3});
    if (at.width() < kBigCell) {
        const QPoint centre = at.center();
        painter.setPen(across);
        painter.drawLine(plot.left(), centre.y(), plot.right(), centre.y());
        painter.setPen(dashed);
        painter.drawLine(centre.x(), plot.top(), centre.x(), plot.bottom());
        if (m_locked && rowSeen && columnSeen) {
            crisp(painter, false);
            painter.setPen(QPen(theme.panel, 1.5));
            painter.setBrush(theme.crosshair);
            painter.drawEllipse(QPointF(centre) + QPointF(0.5, 0.5), 4.5, 4.5);
        }
    } else {
        painter.setPen(across);
        painter.drawLine(plot.left(), at.top(), plot.right(), at.top());
        painter.drawLine(plot.left(), at.bottom(), plot.right(), at.bottom());
        painter.setPen(dashed);
        painter.drawLine(at.left(), plot.top(), at.left(), plot.bottom());
        painter.drawLine(at.right(), plot.top(), at.right(), plot.bottom());
        QPen frame(theme.crosshair, m_locked ? 3 : 2);
        frame.setJoinStyle(Qt::MiterJoin);
        painter.setPen(frame);
        painter.drawRect(at.adjusted(0, 0, -1, -1));
    }
    painter.restore();
    if (labelled())
        return; // the tokens on the axes are lit
    paintMark(painter, markRect(plot, cell->query, true), cell->query);
    paintMark(painter, markRect(plot, cell->key, false), cell->key);
}

// Where the number of the token pointed at stands on its axis; empty if its row or column is out of sight.
QRect MapView::markRect(const QRect& plot, std::int64_t token, bool query) const {
    const QRect cell = query ? cellRect(token, m_keyBegin) : cellRect(m_queryBegin, token);
    if (!cell.intersects(plot))
        return {};
    const QFontMetrics metrics(markFont());
    QRect mark(0, 0, metrics.horizontalAdvance(grouped(token)) + 8, metrics.height() + 2);
    if (query) {
        mark.moveCenter({0, std::clamp(cell.center().y(), plot.top(), plot.bottom())});
        mark.moveRight(plot.left() - 3);
    } else {
        mark.moveCenter({std::clamp(cell.center().x(), plot.left(), plot.right()), 0});
        mark.moveTop(plot.bottom() + 5);
    }
    return mark;
}

void MapView::paintMark(QPainter& painter, const QRect& mark, std::int64_t token) const {
    if (mark.isEmpty())
        return;
    const Theme theme = Theme::of(palette());
    crisp(painter, false);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.crosshair);
    painter.drawRoundedRect(mark, 3, 3);
    painter.setPen(theme.dark ? theme.window : QColor(Qt::white));
    painter.setFont(markFont());
    painter.drawText(mark, Qt::AlignCenter, grouped(token));
    crisp(painter, true);
}

} // namespace slopescope::ui
