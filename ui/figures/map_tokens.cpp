#include "ui/figures/map_tokens.h"

#include "ui/figures/token_label.h"
#include "ui/widgets/theme.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {
namespace {

constexpr int kUsualLabelCell = 14;    // pixels of a cell from which on its token has room on an axis
constexpr int kUsualSlantedCell = 22;  // from here on the tokens above stand slanted, not upright
constexpr int kGapCell = 14;      // from here on cells stand apart
constexpr int kWideGapCell = 28;  // ... by two pixels
constexpr int kNumberRoom = 2;    // pixels of a cell left free beside its number
constexpr int kLongestLabel = 12; // letters
constexpr int kUsualWidestLabel = 92;  // pixels
constexpr int kSmallText = 128;   // tokens, of which all labels are measured
constexpr int kLabelGap = 6;      // between a token and the plot
constexpr double kSlant = 45;     // degrees

QFont tokenFont(double cell) {
    return cell < atTextSize(kUsualSlantedCell) ? tickFont() : labelFont();
}

QFont numberFont(double cell) {
    QFont font = tickFont();
    font.setPixelSize(std::clamp(int(cell * 0.32), atTextSize(9), atTextSize(16)));
    return font;
}

enum class Digits { None, Few, All }; // that a cell has room for

Digits digitsIn(double cell, bool isSigned) {
    const QFontMetricsF metrics(numberFont(cell));
    const auto fits = [&](const QString& widest) { return metrics.horizontalAdvance(widest) + kNumberRoom <= cell; };
    if (fits(isSigned ? QStringLiteral("\u22120.00") : QStringLiteral("1.00")))
        return Digits::All;
    return fits(isSigned ? QStringLiteral("\u22120.0") : QStringLiteral(".00")) ? Digits::Few : Digits::None;
}

// "1.00", ".36", "−0.84"; of few digits "1", ".36", "−0.8".
QString numberText(double value, bool isSigned, Digits room) {
    if (!std::isfinite(value) || room == Digits::None)
        return {};
    const int most = isSigned && room == Digits::Few ? 1 : 2;
    const int digits = !isSigned || std::abs(value) < 9.95 ? most : std::abs(value) < 99.5 ? most - 1 : 0;
    QString text = QString::number(value, 'f', digits);
    if (!isSigned && text.startsWith(QLatin1String("0.")))
        text.remove(0, 1);
    else if (!isSigned && room == Digits::Few)
        text = QString::number(value, 'f', 0);
    if (text.startsWith(u'-'))
        text.replace(0, 1, text.toDouble() == 0 ? QString() : QStringLiteral("\u2212"));
    return text;
}

double cellSize(const MapPlot& map, int side) {
    return double(side) / double(map.span);
}

// Of the tokens at hand as many as the text on view has.
bool hasTokens(const MapPlot& map) {
    return map.tokens && map.span > 0 && std::ssize(map.tokens->tokens) >= map.length;
}

} // namespace

bool tokensFit(const MapPlot& map, int side) {
    return hasTokens(map) && side >= atTextSize(kUsualLabelCell) * map.span;
}

// Of a small text as wide as its tokens need; else of one width, so that the plot stays where it is as one moves
// through it.
QMargins tokenMargins(const MapPlot& map) {
    const QFontMetricsF metrics(labelFont());
    double label = atTextSize(kUsualWidestLabel), last = atTextSize(kUsualWidestLabel);
    if (hasTokens(map) && map.length > 0 && map.length <= kSmallText) {
        const auto width = [&](std::int64_t token) {
            return metrics.horizontalAdvance(tokenLabel(*map.tokens, token, kLongestLabel));
        };
        label = 0;
        for (std::int64_t token = 0; token < map.length; ++token)
            label = std::max(label, width(token));
        label = std::min(label, double(atTextSize(kUsualWidestLabel)));
        last = width(map.length - 1);
    }
    const int wide = int(std::ceil(label)) + kLabelGap, title = int(metrics.height());
    const int below = QFontMetrics(tickFont()).height() + kGrid; // as with numbers: the colour bar beside the plot has a caption
    return {title + kGrid + wide, wide, std::max(kGrid, int(last * 0.7)), title + kGrid + below};
}

QString numberInCell(const MapPlot& map, int side, std::int64_t query, std::int64_t key) {
    if (!map.layer.picture || map.layer.length != map.length || map.span <= 0)
        return {};
    const Viewport& v = map.layer.picture->viewport;
    if (v.rows != v.queryEnd - v.queryBegin || v.columns != v.keyEnd - v.keyBegin || query < v.queryBegin ||
        query >= v.queryEnd || key < v.keyBegin || key >= v.keyEnd)
        return {};
    const auto at = std::size_t(query - v.queryBegin) * std::size_t(v.columns) + std::size_t(key - v.keyBegin);
    return numberText(double(map.layer.picture->values[at]), map.isSigned, digitsIn(cellSize(map, side), map.isSigned));
}

void paintCells(QPainter& painter, const QRect& plot, const MapPlot& map, const Theme& theme) {
    const double cell = cellSize(map, plot.width());
    if (cell < kGapCell)
        return;
    painter.save();
    painter.setClipRect(plot);
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(QPen(theme.panel, cell < kWideGapCell ? 1 : 2));
    for (std::int64_t i = 1; i < map.span; ++i) {
        const QRect corner = mapCellRect(plot, map, map.queryBegin + i, map.keyBegin + i);
        painter.drawLine(corner.left(), plot.top(), corner.left(), plot.bottom());
        painter.drawLine(plot.left(), corner.top(), plot.right(), corner.top());
    }
    painter.setFont(numberFont(cell));
    // All or none: numbers in some cells only would look as if the others had none.
    if (digitsIn(cell, map.isSigned) != Digits::None)
        for (std::int64_t query = map.queryBegin; query < map.queryBegin + map.span; ++query)
            for (std::int64_t key = map.keyBegin; key < map.keyBegin + map.span; ++key) {
                const QString text = numberInCell(map, plot.width(), query, key);
                if (text.isEmpty())
                    continue;
                const Viewport& v = map.layer.picture->viewport;
                const QColor behind = map.layer.image.pixelColor(int(key - v.keyBegin), int(query - v.queryBegin));
                painter.setPen(qGray(behind.rgb()) > 140 ? QColor(0x1b, 0x24, 0x36) : QColor(Qt::white));
                painter.setOpacity(map.stale ? 0.5 : 1);
                painter.drawText(mapCellRect(plot, map, query, key), Qt::AlignCenter | Qt::TextDontClip, text);
            }
    painter.restore();
}

void paintTokens(QPainter& painter, const QRect& plot, const MapPlot& map, const Theme& theme) {
    const double cell = cellSize(map, plot.width());
    QFont font = tokenFont(cell), lit = font;
    lit.setWeight(QFont::DemiBold);
    const QFontMetricsF metrics(font);
    const std::optional<Cell>& pointed = map.crosshair;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const auto write = [&](const QRectF& box, Qt::Alignment side, std::int64_t token, bool isLit) {
        painter.setFont(isLit ? lit : font);
        painter.setPen(isLit ? theme.crosshair : theme.text);
        painter.drawText(box, int(side | Qt::AlignVCenter),
                         metrics.elidedText(tokenLabel(*map.tokens, token, kLongestLabel), Qt::ElideRight, box.width()));
    };
    const QMargins margins = tokenMargins(map);
    const double height = std::ceil(metrics.height()), room = margins.top() - kLabelGap;
    const double widest = margins.left() - kLabelGap - height - 4;
    const bool slanted = cell >= atTextSize(kUsualSlantedCell);
    for (std::int64_t i = 0; i < map.span; ++i) {
        const std::int64_t query = map.queryBegin + i, key = map.keyBegin + i;
        const double along = (double(i) + 0.5) * cell;
        write({plot.left() - kLabelGap - widest, plot.top() + along - height / 2, widest, height}, Qt::AlignRight,
              query, pointed && pointed->query == query);
        painter.save();
        painter.translate(plot.left() + along, plot.top() - kLabelGap / 2.0);
        painter.rotate(slanted ? -kSlant : -90);
        write({slanted ? 0.0 : 2.0, -height / 2, slanted ? room * 1.3 : room, height}, Qt::AlignLeft, key,
              pointed && pointed->key == key);
        painter.restore();
    }
    painter.restore();
}

} // namespace slopescope::ui
