#include "ui/map/row_bars.h"

#include "ui/figures/token_label.h"
#include "ui/map/row_words.h"
#include "ui/widgets/theme.h"

#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace slopescope::ui {
namespace {

constexpr int kGap = 6, kBar = 12; // pixels
constexpr int kLabelLetters = 10;
constexpr double kMasked = std::numeric_limits<double>::quiet_NaN();

int labelRoom() {
    return atTextSize(48);
}

int numberRoom() {
    return atTextSize(44);
}

} // namespace

RowBars::RowBars(QWidget* parent) : QAbstractScrollArea(parent) {
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setMouseTracking(true);
    viewport()->setAutoFillBackground(false);
    setFocusPolicy(Qt::NoFocus);
    setAccessibleName(tr("Keys of the row"));
}

void RowBars::setRow(std::shared_ptr<const RowsResult> rows, std::shared_ptr<const TextFacts> text, std::int64_t query,
                     Stage stage, bool unmasked) {
    m_rows = std::move(rows);
    m_text = std::move(text);
    m_query = query;
    m_stage = stage;
    m_unmasked = unmasked;
    m_largest = 0;
    m_signed = false;
    for (std::int64_t key = 0; key < keys(); ++key)
        if (const double value = valueOf(key); !std::isnan(value)) {
            m_largest = std::max(m_largest, std::abs(value));
            m_signed = m_signed || value < 0;
        }
    layOut();
}

void RowBars::clear() {
    m_rows.reset();
    layOut();
}

void RowBars::setKey(std::optional<std::int64_t> key) {
    if (key == m_key)
        return;
    m_key = key;
    if (key && *key < keys()) {
        const int top = int(*key) * rowHeight();
        if (top < verticalScrollBar()->value() ||
            top + rowHeight() > verticalScrollBar()->value() + viewport()->height())
            verticalScrollBar()->setValue(top - viewport()->height() / 2);
    }
    viewport()->update();
}

std::int64_t RowBars::keys() const {
    return !m_rows ? 0 : m_unmasked ? m_rows->of.length : m_query + 1;
}

double RowBars::valueOf(std::int64_t key) const {
    const std::size_t cell = m_rows->at(m_query, key);
    const double score = double(m_rows->scores[cell]), bias = double(m_rows->biases[cell]);
    const bool masked = std::isnan(bias);
    if (masked && !m_unmasked)
        return kMasked;
    switch (m_stage) {
    case Stage::Score:
        return score;
    case Stage::Bias:
        return bias;
    case Stage::Sum:
        return masked ? score : score + bias;
    case Stage::Probability:
        break;
    }
    return double(m_rows->probabilities[cell]);
}

int RowBars::rowHeight() const {
    return kBar + QFontMetrics(tickFont()).height() + 8;
}

QRect RowBars::barRect(std::int64_t key) const {
    const double value = valueOf(key);
    const int room = viewport()->width() - labelRoom() - kGap - numberRoom();
    const double unit = m_largest > 0 ? (m_signed ? room / 2.0 : room) / m_largest : 0;
    const int origin = labelRoom() + kGap + (m_signed ? room / 2 : 0);
    const int size = std::isnan(value) ? 0 : int(std::lround(std::abs(value) * unit));
    const int top = int(key) * rowHeight() - verticalScrollBar()->value() + 4;
    return {value < 0 ? origin - size : origin, top, std::max(1, size), kBar};
}

void RowBars::layOut() {
    const int height = int(std::min<std::int64_t>(keys(), 1 << 24)) * rowHeight();
    verticalScrollBar()->setRange(0, std::max(0, height - viewport()->height()));
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(rowHeight());
    viewport()->update();
}

void RowBars::resizeEvent(QResizeEvent*) {
    layOut();
}

std::optional<std::int64_t> RowBars::keyAt(QPoint position) const {
    const std::int64_t key = (position.y() + verticalScrollBar()->value()) / rowHeight();
    return position.y() >= 0 && key < keys() ? std::optional(key) : std::nullopt;
}

void RowBars::paintEvent(QPaintEvent* event) {
    QPainter painter(viewport());
    painter.setRenderHint(QPainter::Antialiasing);
    const int scrolled = verticalScrollBar()->value();
    const std::int64_t first = (event->rect().top() + scrolled) / rowHeight();
    const std::int64_t last = std::min<std::int64_t>(keys() - 1, (event->rect().bottom() + scrolled) / rowHeight());
    for (std::int64_t key = std::max<std::int64_t>(0, first); key <= last; ++key)
        paintKey(painter, key);
}

void RowBars::paintKey(QPainter& painter, std::int64_t key) const {
    const Theme theme = Theme::of(palette());
    const QRect bar = barRect(key);
    const double value = valueOf(key);
    const bool lit = m_key == key || m_hovered == key, masked = std::isnan(value);
    const QFontMetrics metrics(labelFont());
    QFont font = labelFont();
    if (lit)
        font.setWeight(QFont::DemiBold);
    painter.setFont(font);
    painter.setPen(lit ? theme.crosshair : masked || key > m_query ? theme.softText : theme.text);
    const QRect label(0, bar.center().y() - metrics.height() / 2, labelRoom(), metrics.height());
    painter.drawText(label, int(Qt::AlignRight | Qt::AlignVCenter),
                     metrics.elidedText(tokenLabel(*m_text, key, kLabelLetters), Qt::ElideRight, labelRoom()));
    const QFont small = tickFont();
    const int line = QFontMetrics(small).height();
    const int left = labelRoom() + kGap - kBar; // a little before the bar, or the longest would be cut
    const QRect below(left, bar.bottom() + 2, viewport()->width() - left, line);
    painter.setFont(small);
    painter.setPen(theme.softText);
    if (masked) {
        painter.drawText(below.translated(0, -line), int(Qt::AlignLeft | Qt::AlignVCenter), tr("masked"));
        return;
    }
    const std::size_t cell = m_rows->at(m_query, key);
    const double bias = double(m_rows->biases[cell]);
    painter.drawText(below, int(Qt::AlignLeft | Qt::AlignVCenter),
                     std::isnan(bias)
                         ? tr("score %1, to be masked").arg(rowNumber(double(m_rows->scores[cell]), 2))
                         : tr("score %1 bias %2").arg(rowNumber(double(m_rows->scores[cell]), 2), rowNumber(bias, 2)));
    QColor fill = value < 0 ? theme.bad : theme.reads;
    fill.setAlphaF(key > m_query ? 0.3F : lit ? 1.0F : 0.65F);
    painter.setPen(Qt::NoPen);
    painter.setBrush(fill);
    painter.drawRoundedRect(bar, 2, 2);
    painter.setPen(theme.text);
    painter.drawText(QRect(viewport()->width() - numberRoom() + 4, bar.top() - 2, numberRoom() - 8, kBar + 4),
                     int(Qt::AlignRight | Qt::AlignVCenter), rowNumber(value, m_stage == Stage::Probability ? 3 : 2));
}

bool RowBars::viewportEvent(QEvent* event) {
    const auto point = [this](std::int64_t key) {
        if (key == std::exchange(m_hovered, key))
            return;
        viewport()->update();
        emit keyHovered(key);
    };
    if (event->type() == QEvent::MouseMove)
        point(keyAt(static_cast<QMouseEvent*>(event)->position().toPoint()).value_or(-1));
    else if (event->type() == QEvent::Leave)
        point(-1);
    else if (event->type() == QEvent::MouseButtonPress)
        if (const auto key = keyAt(static_cast<QMouseEvent*>(event)->position().toPoint()))
            emit keyClicked(*key);
    return QAbstractScrollArea::viewportEvent(event);
}

} // namespace slopescope::ui
