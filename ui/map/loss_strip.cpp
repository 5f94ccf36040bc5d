#include "ui/map/loss_strip.h"

#include "ui/figures/colour_map.h"
#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"
#include "ui/widgets/value_text.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <limits>

namespace slopescope::ui {
namespace {

constexpr int kWidth = 14, kGap = 6;
constexpr double kHighShare = 0.98; // of the rows lie below the end of the colours

QColor mixed(const QColor& from, const QColor& to, double share) {
    const auto part = [share](int a, int b) { return int(std::lround(std::lerp(double(a), double(b), share))); };
    return {part(from.red(), to.red()), part(from.green(), to.green()), part(from.blue(), to.blue())};
}

} // namespace

LossStrip::LossStrip(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Expanding);
    setAccessibleName(tr("Loss of each query token"));
    setMouseTracking(true);
}

QSize LossStrip::sizeHint() const {
    return {kWidth + kGap, 100};
}

void LossStrip::setLosses(const Losses& a, const Losses& b, bool difference) {
    if (a == m_a && b == m_b && difference == m_difference)
        return;
    m_a = a;
    m_b = b;
    m_difference = difference;
    fit();
}

void LossStrip::fit() {
    m_sums.assign(1, 0);
    m_counts.assign(1, 0);
    const bool whole = m_a && (!m_difference || (m_b && m_b->nll.size() == m_a->nll.size()));
    for (std::size_t i = 0; whole && i < m_a->nll.size(); ++i) {
        const double nll = m_difference ? double(m_a->nll[i]) - double(m_b->nll[i]) : double(m_a->nll[i]);
        m_sums.push_back(m_sums.back() + (std::isfinite(nll) ? nll : 0));
        m_counts.push_back(m_counts.back() + (std::isfinite(nll) ? 1 : 0));
    }
    fitEnds();
}

// The ends of the colours are those of the rows on view: single tokens vary more than the means of many.
void LossStrip::fitEnds() {
    std::vector<double> rows;
    for (int y = m_top; y < m_top + m_height; ++y)
        if (const double nll = rowAt(y).nll; std::isfinite(nll))
            rows.push_back(m_difference ? std::abs(nll) : nll);
    std::sort(rows.begin(), rows.end());
    const auto at = [&](double share) { return rows[std::size_t(std::lround(share * double(rows.size() - 1)))]; };
    m_low = rows.empty() || m_difference ? 0 : at(1 - kHighShare);
    m_high = rows.empty() ? 1 : std::max(at(kHighShare), m_low + 1e-6);
    update();
}

void LossStrip::setTrainedLength(std::int64_t length) {
    m_trained = length;
    update();
}

void LossStrip::setCells(std::int64_t queryBegin, std::int64_t span) {
    m_begin = queryBegin;
    m_cells = span;
    fitEnds();
}

void LossStrip::setSpan(int top, int height) {
    m_top = top;
    m_height = height;
    fitEnds();
}

LossStrip::Row LossStrip::rowAt(int y) const {
    Row row{0, 0, std::numeric_limits<double>::quiet_NaN()};
    if (m_height <= 0 || m_cells <= 0 || y < m_top || y >= m_top + m_height)
        return row;
    const auto token = [&](int line) { return m_begin + std::int64_t(double(line) * double(m_cells) / m_height); };
    row.begin = token(y - m_top);
    row.end = std::max(row.begin + 1, token(y - m_top + 1));
    const std::int64_t known = std::ssize(m_sums) - 1;
    const auto begin = std::size_t(std::clamp<std::int64_t>(row.begin, 0, known));
    const auto end = std::size_t(std::clamp<std::int64_t>(row.end, 0, known));
    if (m_counts[end] > m_counts[begin])
        row.nll = (m_sums[end] - m_sums[begin]) / (m_counts[end] - m_counts[begin]);
    return row;
}

QColor LossStrip::colourOf(double nll) const {
    const Theme theme = Theme::of(palette());
    if (std::isnan(nll))
        return theme.masked;
    const double share = std::clamp((nll - m_low) / (m_high - m_low), -1.0, 1.0);
    if (m_difference)
        return QColor(
            colourRamp(ColourMap::Signed, theme.dark)[std::size_t(std::lround((share + 1) / 2 * (kRampColours - 1)))]);
    return mixed(theme.dark ? theme.panel : QColor(Qt::white), theme.crosshair, std::max(0.0, share));
}

void LossStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Theme theme = Theme::of(palette());
    for (int y = m_top; y < m_top + m_height; ++y)
        painter.fillRect(kGap / 2, y, kWidth, 1, colourOf(rowAt(y).nll));
    painter.setPen(theme.line);
    painter.drawRect(kGap / 2 - 1, m_top - 1, kWidth + 1, m_height + 1);
    if (m_trained > m_begin && m_trained < m_begin + m_cells) {
        const int y = m_top + int(std::lround(double(m_trained - m_begin) / double(m_cells) * m_height));
        painter.setPen(QPen(theme.text, 1));
        painter.drawLine(0, y, width(), y);
    }
}

bool LossStrip::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const Row row = rowAt(help->pos().y());
        if (row.end <= row.begin) {
            QToolTip::hideText();
            return true;
        }
        const QString tokens = row.end - row.begin == 1
                                   ? tr("token %1").arg(grouped(row.begin))
                                   : tr("tokens %1 to %2, mean").arg(grouped(row.begin), grouped(row.end - 1));
        const QString value = std::isnan(row.nll) ? tr("no loss yet")
                              : m_difference      ? tr("loss of A minus B: %1 nats").arg(valueText(row.nll, 3))
                                                  : tr("loss %1 nats").arg(valueText(row.nll, 3));
        const QString trained =
            m_trained > 0 ? u'\n' + tr("the line: trained at %1").arg(grouped(m_trained)) : QString();
        QToolTip::showText(help->globalPos(), tokens + u'\n' + value + trained, this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace slopescope::ui
