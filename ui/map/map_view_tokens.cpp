// How MapView looks where its cells are large: the tokens on both axes, the numbers in the cells.
#include "ui/figures/token_label.h"
#include "ui/map/map_view.h"
#include "ui/widgets/theme.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {
namespace {

constexpr int kLabelCell = 14;    // pixels of a cell from which on its token has room on an axis
constexpr int kSlantedCell = 22;  // from here on the tokens above stand slanted, not upright
constexpr int kGapCell = 14;      // from here on cells stand apart
constexpr int kWideGapCell = 28;  // ... by two pixels
constexpr int kNumberRoom = 2;    // pixels of a cell left free beside its number
constexpr int kLongestLabel = 12; // letters
constexpr int kWidestLabel = 92;  // pixels
constexpr int kSmallText = 128;   // tokens, of which all labels are measured
constexpr int kLabelGap = 6;      // between a token and the plot
constexpr double kSlant = 45;     // degrees

QFont tokenFont(double cell) {
    return cell < kSlantedCell ? tickFont() : labelFont();
}

QFont numberFont(double cell) {
    QFont font = tickFont();
    font.setPixelSize(std::clamp(int(cell * 0.32), 9, 16));
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

} // namespace

void MapView::setTokens(std::shared_ptr<const TextFacts> tokens) {
    if (tokens == m_tokens)
        return;
    m_tokens = std::move(tokens);
    noteTokens();
    announceViewport();
    update();
}

void MapView::setNumbersSigned(bool on) {
    if (on == m_signed)
        return;
    m_signed = on;
    update();
}

bool MapView::fits(int plotSide) const {
    return m_tokens && m_span > 0 && plotSide >= kLabelCell * m_span && std::ssize(m_tokens->tokens) >= m_length;
}

bool MapView::labelled() const {
    return fits(m_tokens ? plotSide(tokenMargins()) : 0);
}

// Of a small text as wide as its tokens need; else of one width, so that the plot stays where it is as one moves
// through it.
QMargins MapView::tokenMargins() const {
    const QFontMetricsF metrics(labelFont());
    double label = kWidestLabel, last = kWidestLabel;
    if (m_tokens && m_length > 0 && m_length <= kSmallText && std::ssize(m_tokens->tokens) >= m_length) {
        const auto width = [&](std::int64_t token) {
            return metrics.horizontalAdvance(tokenLabel(*m_tokens, token, kLongestLabel));
        };
        label = 0;
        for (std::int64_t token = 0; token < m_length; ++token)
            label = std::max(label, width(token));
        label = std::min(label, double(kWidestLabel));
        last = width(m_length - 1);
    }
    const int wide = int(std::ceil(label)) + kLabelGap, title = int(metrics.height());
    return {title + kGrid + wide, wide, std::max(kGrid, int(last * 0.7)), title + kGrid};
}

void MapView::noteTokens() {
    const bool now = labelled();
    if (now == m_labelled)
        return;
    m_labelled = now;
    update();
    emit tokensToggled();
    emit plotRectChanged();
}

std::optional<std::int64_t> MapView::queryLabelAt(QPoint position) const {
    const QRect plot = plotRect();
    if (!labelled() || position.x() >= plot.left() || position.y() < plot.top() || position.y() > plot.bottom())
        return {};
    return m_queryBegin + std::int64_t((position.y() - plot.top() + 0.5) / plot.height() * double(m_span));
}

QString MapView::numberIn(std::int64_t query, std::int64_t key) const {
    if (!m_layer.picture || m_layer.length != m_length)
        return {};
    const Viewport& v = m_layer.picture->viewport;
    if (v.rows != v.queryEnd - v.queryBegin || v.columns != v.keyEnd - v.keyBegin || query < v.queryBegin ||
        query >= v.queryEnd || key < v.keyBegin || key >= v.keyEnd)
        return {};
    const auto at = std::size_t(query - v.queryBegin) * std::size_t(v.columns) + std::size_t(key - v.keyBegin);
    return numberText(double(m_layer.picture->values[at]), m_signed,
                      digitsIn(double(plotRect().width()) / double(m_span), m_signed));
}

void MapView::paintCells(QPainter& painter, const QRect& plot) const {
    const double cell = double(plot.width()) / double(m_span);
    if (cell < kGapCell)
        return;
    const Theme theme = Theme::of(palette());
    painter.save();
    painter.setClipRect(plot);
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(QPen(theme.panel, cell < kWideGapCell ? 1 : 2));
    for (std::int64_t i = 1; i < m_span; ++i) {
        const QRect corner = cellRect(m_queryBegin + i, m_keyBegin + i);
        painter.drawLine(corner.left(), plot.top(), corner.left(), plot.bottom());
        painter.drawLine(plot.left(), corner.top(), plot.right(), corner.top());
    }
    painter.setFont(numberFont(cell));
    // All or none: numbers in some cells only would look as if the others had none.
    if (digitsIn(cell, m_signed) != Digits::None)
        for (std::int64_t query = m_queryBegin; query < m_queryBegin + m_span; ++query)
            for (std::int64_t key = m_keyBegin; key < m_keyBegin + m_span; ++key) {
                const QString text = numberIn(query, key);
                if (text.isEmpty())
                    continue;
                const Viewport& v = m_layer.picture->viewport;
                const QColor behind = m_layer.image.pixelColor(int(key - v.keyBegin), int(query - v.queryBegin));
                painter.setPen(qGray(behind.rgb()) > 140 ? QColor(0x1b, 0x24, 0x36) : QColor(Qt::white));
                painter.setOpacity(m_stale ? 0.5 : 1);
                painter.drawText(cellRect(query, key), Qt::AlignCenter | Qt::TextDontClip, text);
            }
    painter.restore();
}

void MapView::paintTokens(QPainter& painter, const QRect& plot) const {
    const Theme theme = Theme::of(palette());
    const double cell = double(plot.width()) / double(m_span);
    QFont font = tokenFont(cell), lit = font;
    lit.setWeight(QFont::DemiBold);
    const QFontMetricsF metrics(font);
    const auto pointed = crosshair();
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const auto write = [&](const QRectF& box, Qt::Alignment side, std::int64_t token, bool isLit) {
        painter.setFont(isLit ? lit : font);
        painter.setPen(isLit ? theme.crosshair : theme.text);
        painter.drawText(box, int(side | Qt::AlignVCenter),
                         metrics.elidedText(tokenLabel(*m_tokens, token, kLongestLabel), Qt::ElideRight, box.width()));
    };
    const double height = std::ceil(metrics.height()), room = plot.top() - kLabelGap;
    for (std::int64_t i = 0; i < m_span; ++i) {
        const std::int64_t query = m_queryBegin + i, key = m_keyBegin + i;
        const double along = (double(i) + 0.5) * cell;
        const double widest = plot.left() - kLabelGap - height - 4;
        write({plot.left() - kLabelGap - widest, plot.top() + along - height / 2, widest, height}, Qt::AlignRight,
              query, pointed && pointed->query == query);
        painter.save();
        const bool slanted = cell >= kSlantedCell;
        painter.translate(plot.left() + along, plot.top() - kLabelGap / 2.0);
        painter.rotate(slanted ? -kSlant : -90);
        write({slanted ? 0.0 : 2.0, -height / 2, slanted ? room * 1.3 : room, height}, Qt::AlignLeft, key,
              pointed && pointed->key == key);
        painter.restore();
    }
    painter.setPen(theme.softText);
    painter.setFont(labelFont());
    painter.drawText(QRect(plot.left(), plot.bottom() + kGrid / 2, plot.width(), QFontMetrics(labelFont()).height()),
                     Qt::AlignCenter, tr("key (source)"));
    painter.restore();
    paintQueryTitle(painter, plot, int(QFontMetrics(labelFont()).height()) + 2);
}

} // namespace slopescope::ui
