#include "ui/figures/map_plot.h"

#include "ui/figures/map_tokens.h"
#include "ui/figures/token_axis.h"
#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"

#include <QCoreApplication>
#include <QFontMetrics>
#include <QPainter>

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

int labelWidth(std::int64_t length) {
    return QFontMetrics(tickFont()).horizontalAdvance(grouped(std::max<std::int64_t>(length, 1000)));
}

// What one call paints, and with what.
class Painting {
    Q_DECLARE_TR_FUNCTIONS(slopescope::ui::Painting)

public:
    Painting(QPainter& painter, const QRect& plot, const MapPlot& map, const Theme& theme)
        : m_painter(painter), m_plot(plot), m_map(map), m_theme(theme) {}

    void paintPicture() const;
    void paintAxes() const; // numbers of tokens
    void paintTitles() const;
    void paintCrosshair() const;

private:
    bool covers() const; // the picture shows all cells on view
    void paintLayer(const MapLayer& layer) const;
    QRect markRect(std::int64_t token, bool query) const;
    void paintMark(const QRect& mark, std::int64_t token) const;
    QRect cellRect(std::int64_t query, std::int64_t key) const { return mapCellRect(m_plot, m_map, query, key); }

    QPainter& m_painter;
    QRect m_plot;
    const MapPlot& m_map;
    const Theme& m_theme;
};

void Painting::paintLayer(const MapLayer& layer) const {
    if (layer.image.isNull())
        return;
    if (layer.length != m_map.length) { // of a shorter or longer text: it fills the plot until the new one comes
        m_painter.drawImage(m_plot, layer.image);
        return;
    }
    const Viewport& v = layer.picture->viewport;
    const double size = double(m_plot.width()) / double(m_map.span);
    m_painter.drawImage(QRectF(m_plot.left() + double(v.keyBegin - m_map.keyBegin) * size,
                               m_plot.top() + double(v.queryBegin - m_map.queryBegin) * size,
                               double(v.keyEnd - v.keyBegin) * size, double(v.queryEnd - v.queryBegin) * size),
                        layer.image);
}

bool Painting::covers() const {
    if (!m_map.layer.picture || m_map.layer.length != m_map.length)
        return m_map.layer.picture != nullptr;
    const Viewport& v = m_map.layer.picture->viewport;
    return v.queryBegin <= m_map.queryBegin && v.keyBegin <= m_map.keyBegin &&
           v.queryEnd >= m_map.queryBegin + m_map.span && v.keyEnd >= m_map.keyBegin + m_map.span;
}

void Painting::paintPicture() const {
    m_painter.save();
    m_painter.setClipRect(m_plot);
    // Beneath everything, what is known without a picture: keys after the query are masked.
    m_painter.fillRect(m_plot, m_theme.panel);
    const double size = double(m_plot.width()) / double(m_map.span);
    const double diagonal = double(m_map.queryBegin - m_map.keyBegin) * size; // where key = query leaves the top edge
    m_painter.setPen(Qt::NoPen);
    m_painter.setBrush(m_theme.masked);
    const double left = m_plot.left() + diagonal, far = 4.0 * m_plot.width() + std::abs(diagonal);
    m_painter.drawPolygon(QPolygonF(
        {{left, double(m_plot.top())}, {left + far, double(m_plot.top())}, {left + far, m_plot.top() + far}}));
    // Nearest neighbour: a cell is a square of one colour.
    m_painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    m_painter.setRenderHint(QPainter::LosslessImageRendering); // in a PDF
    if (!covers() && m_map.whole.length == m_map.length) {
        m_painter.setOpacity(kStaleOpacity);
        paintLayer(m_map.whole);
    }
    m_painter.setOpacity(m_map.stale ? kStaleOpacity : 1);
    paintLayer(m_map.layer);
    m_painter.restore();
}

void Painting::paintAxes() const {
    const QFontMetrics metrics(tickFont());
    const std::optional<Cell>& cell = m_map.crosshair;
    const QRect keyMark = cell ? markRect(cell->key, false) : QRect();
    const QRect queryMark = cell ? markRect(cell->query, true) : QRect();
    m_painter.setFont(tickFont());
    const int below = m_plot.bottom() + 2, beside = m_plot.left() - 2;
    const auto draw = [&](const QLine& line, const QPoint& anchor, Qt::Alignment side, const QRect& mark,
                          std::int64_t token) {
        m_painter.setPen(m_theme.line);
        m_painter.drawLine(line);
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
        m_painter.setPen(m_theme.softText);
        m_painter.drawText(box, Qt::AlignCenter | Qt::TextDontClip, text);
    };
    for (const TokenTick& tick : tokenTicks(m_map.keyBegin, m_map.span, m_plot.width(), kTickApart)) {
        const int x = std::min(m_plot.left() + int(std::lround(tick.pixel)), m_plot.right() + 1);
        draw({x, below, x, below + kTick - 1}, {x, below + kTick + kLabelGap}, Qt::AlignHCenter, keyMark, tick.token);
    }
    for (const TokenTick& tick : tokenTicks(m_map.queryBegin, m_map.span, m_plot.height(), kTickApart)) {
        const int y = std::min(m_plot.top() + int(std::lround(tick.pixel)), m_plot.bottom() + 1);
        draw({beside - kTick + 1, y, beside, y}, {beside - kTick - kLabelGap, y}, Qt::AlignRight, queryMark,
             tick.token);
    }
}

void Painting::paintTitles() const {
    const QFontMetrics metrics(labelFont());
    const int title = metrics.height(), numbers = QFontMetrics(tickFont()).height();
    int below = m_plot.bottom() + 2 + kTick + kLabelGap + numbers + kTitleGap - 2; // the upper edge of the keys' title
    int beside = m_plot.left() - 2 - kTick - kLabelGap - labelWidth(m_map.length) - kTitleGap; // the right edge of the queries'
    if (m_map.labelled) {
        below = m_plot.bottom() + kGrid / 2;
        beside = m_plot.left() - tokenMargins(m_map).left() + title + 2;
    }
    const auto fitting = [&](const QString& whole, const QString& part) {
        return metrics.horizontalAdvance(whole) <= m_plot.width() ? whole : part;
    };
    m_painter.setPen(m_theme.softText);
    m_painter.setFont(labelFont());
    m_painter.drawText(QRect(m_plot.left(), below, m_plot.width(), title), Qt::AlignCenter | Qt::TextDontClip,
                       fitting(tr("key (source)"), tr("key")));
    m_painter.save();
    m_painter.translate(beside - title / 2, m_plot.center().y());
    m_painter.rotate(-90);
    m_painter.drawText(QRect(-m_plot.height() / 2, -title / 2, m_plot.height(), title),
                       Qt::AlignCenter | Qt::TextDontClip, fitting(tr("query (destination)"), tr("query")));
    m_painter.restore();
}

void Painting::paintCrosshair() const {
    const std::optional<Cell>& cell = m_map.crosshair;
    if (!cell)
        return;
    const QRect at = cellRect(cell->query, cell->key);
    const bool rowSeen = at.bottom() >= m_plot.top() && at.top() <= m_plot.bottom();
    const bool columnSeen = at.right() >= m_plot.left() && at.left() <= m_plot.right();
    m_painter.save();
    m_painter.setClipRect(m_plot);
    crisp(m_painter, true);
    const QPen across(m_theme.crosshair, 1), down(m_theme.crosshair, 1, Qt::CustomDashLine);
    QPen dashed = down;
    dashed.setDashPattern({3, 3});
    if (at.width() < kBigCell) {
        const QPoint centre = at.center();
        m_painter.setPen(across);
        m_painter.drawLine(m_plot.left(), centre.y(), m_plot.right(), centre.y());
        m_painter.setPen(dashed);
        m_painter.drawLine(centre.x(), m_plot.top(), centre.x(), m_plot.bottom());
        if (m_map.locked && rowSeen && columnSeen) {
            crisp(m_painter, false);
            m_painter.setPen(QPen(m_theme.panel, 1.5));
            m_painter.setBrush(m_theme.crosshair);
            m_painter.drawEllipse(QPointF(centre) + QPointF(0.5, 0.5), 4.5, 4.5);
        }
    } else {
        m_painter.setPen(across);
        m_painter.drawLine(m_plot.left(), at.top(), m_plot.right(), at.top());
        m_painter.drawLine(m_plot.left(), at.bottom(), m_plot.right(), at.bottom());
        m_painter.setPen(dashed);
        m_painter.drawLine(at.left(), m_plot.top(), at.left(), m_plot.bottom());
        m_painter.drawLine(at.right(), m_plot.top(), at.right(), m_plot.bottom());
        QPen frame(m_theme.crosshair, m_map.locked ? 3 : 2);
        frame.setJoinStyle(Qt::MiterJoin);
        m_painter.setPen(frame);
        m_painter.drawRect(at.adjusted(0, 0, -1, -1));
    }
    m_painter.restore();
    if (m_map.labelled)
        return; // the tokens on the axes are lit
    paintMark(markRect(cell->query, true), cell->query);
    paintMark(markRect(cell->key, false), cell->key);
}

// Where the number of the token pointed at stands on its axis; empty if its row or column is out of sight.
QRect Painting::markRect(std::int64_t token, bool query) const {
    const QRect cell = query ? cellRect(token, m_map.keyBegin) : cellRect(m_map.queryBegin, token);
    if (!cell.intersects(m_plot))
        return {};
    const QFontMetrics metrics(markFont());
    QRect mark(0, 0, metrics.horizontalAdvance(grouped(token)) + 8, metrics.height() + 2);
    if (query) {
        mark.moveCenter({0, std::clamp(cell.center().y(), m_plot.top(), m_plot.bottom())});
        mark.moveRight(m_plot.left() - 3);
    } else {
        mark.moveCenter({std::clamp(cell.center().x(), m_plot.left(), m_plot.right()), 0});
        mark.moveTop(m_plot.bottom() + 5);
    }
    return mark;
}

void Painting::paintMark(const QRect& mark, std::int64_t token) const {
    if (mark.isEmpty())
        return;
    crisp(m_painter, false);
    m_painter.setPen(Qt::NoPen);
    m_painter.setBrush(m_theme.crosshair);
    m_painter.drawRoundedRect(mark, 3, 3);
    m_painter.setPen(m_theme.dark ? m_theme.window : QColor(Qt::white));
    m_painter.setFont(markFont());
    m_painter.drawText(mark, Qt::AlignCenter, grouped(token));
    crisp(m_painter, true);
}

} // namespace

QMargins mapMargins(const MapPlot& map) {
    if (map.labelled)
        return tokenMargins(map);
    const QFontMetrics ticks(tickFont());
    const int label = labelWidth(map.length), title = lineHeight(labelFont());
    return {title + kTitleGap + label + kLabelGap + kTick, kTop,
            std::max(kGrid, label / 2 + 1), // half of the last number below
            kTick + kLabelGap + ticks.height() + kTitleGap + title};
}

int mapPlotSide(const QSize& whole, const QMargins& margins) {
    const QSize room = whole.shrunkBy(margins);
    return std::max(0, std::min(room.width(), room.height()));
}

QRect mapPlotRect(const QRect& whole, const MapPlot& map) {
    const QMargins margins = mapMargins(map);
    const QRect room = whole.marginsRemoved(margins);
    const int side = mapPlotSide(whole.size(), margins);
    return {room.left() + std::max(0, (room.width() - side) / 2), room.top(), side, side};
}

QRect mapCellRect(const QRect& plot, const MapPlot& map, std::int64_t query, std::int64_t key) {
    if (map.span <= 0)
        return {};
    const auto edge = [&](std::int64_t cells) {
        return int(std::clamp(std::floor(double(cells) * plot.width() / double(map.span)), -1e6, 1e6));
    };
    const int top = edge(query - map.queryBegin), left = edge(key - map.keyBegin);
    const int bottom = edge(query + 1 - map.queryBegin), right = edge(key + 1 - map.keyBegin);
    return {plot.left() + left, plot.top() + top, std::max(1, right - left), std::max(1, bottom - top)};
}

void paintMap(QPainter& painter, const QRect& plot, const MapPlot& map, const Theme& theme) {
    if (map.span <= 0 || plot.width() <= 0)
        return;
    const Painting painting(painter, plot, map, theme);
    painting.paintPicture();
    paintCells(painter, plot, map, theme);
    crisp(painter, true);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(map.focused ? theme.accent : theme.line);
    painter.drawRect(plot.adjusted(-1, -1, 0, 0));
    if (map.labelled)
        paintTokens(painter, plot, map, theme);
    else
        painting.paintAxes();
    painting.paintTitles();
    painting.paintCrosshair();
}

} // namespace slopescope::ui
