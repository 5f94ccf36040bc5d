#include "ui/text/pair_strip.h"

#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {
namespace {

constexpr int kMargin = 12, kLargestCell = 22, kSmallestCell = 4;
constexpr int kNamedCell = 14;   // from here on layers and heads are named
constexpr int kNames = 22;       // pixels for the names of layers
constexpr int kMostLayers = 120; // pixels, of all layers together

} // namespace

PairStrip::PairStrip(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Attention of a pair of tokens in every head"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void PairStrip::setPair(const QString& caption) {
    m_caption = caption;
    m_result.reset();
    update();
}

void PairStrip::setResult(std::shared_ptr<const PairResult> result) {
    m_result = std::move(result);
    setAccessibleDescription(strongest());
    updateGeometry();
    update();
}

void PairStrip::setHead(HeadAddress head) {
    m_head = head;
    update();
}

QString PairStrip::strongest() const {
    if (!m_result)
        return {};
    const auto& p = m_result->probabilities;
    const auto most = std::max_element(p.begin(), p.end(), [](float a, float b) { return std::isnan(a) || a < b; });
    if (most == p.end() || std::isnan(*most))
        return tr("Masked in every head");
    const auto at = int(most - p.begin());
    return tr("Most in layer %1, head %2: %3")
        .arg(at / m_result->heads)
        .arg(at % m_result->heads)
        .arg(significant(double(*most), 3));
}

int PairStrip::cellSize() const {
    if (!m_result)
        return kLargestCell;
    const int across = (width() - 2 * kMargin - kNames) / std::max(1, m_result->heads);
    return std::clamp(std::min(across, kMostLayers / std::max(1, m_result->layers)), kSmallestCell, kLargestCell);
}

QSize PairStrip::sizeHint() const {
    const int line = QFontMetrics(labelFont()).height();
    return {200, 2 * kGrid + 2 * line + 4 + (m_result ? m_result->layers * cellSize() + line : 0)};
}

QSize PairStrip::minimumSizeHint() const {
    return {60, sizeHint().height()};
}

QRect PairStrip::headRect(HeadAddress head) const {
    const int cell = cellSize(), line = QFontMetrics(labelFont()).height();
    return {kMargin + kNames + head.head * cell, kGrid + 2 * line + 4 + head.layer * cell, cell, cell};
}

std::optional<HeadAddress> PairStrip::headAt(QPoint position) const {
    if (!m_result)
        return {};
    const QPoint inside = position - headRect({0, 0}).topLeft();
    if (inside.x() < 0 || inside.y() < 0)
        return {};
    const HeadAddress head{inside.y() / cellSize(), inside.x() / cellSize()};
    return head.layer < m_result->layers && head.head < m_result->heads ? std::optional(head) : std::nullopt;
}

void PairStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Theme theme = Theme::of(palette());
    const QFontMetrics metrics(labelFont());
    painter.fillRect(rect(), theme.panel);
    painter.setPen(theme.faintLine);
    painter.drawLine(0, 0, width(), 0);
    painter.setFont(labelFont());
    painter.setPen(theme.text);
    const int wide = width() - 2 * kMargin, line = metrics.height();
    painter.drawText(QRect(kMargin, kGrid, wide, line), Qt::AlignVCenter,
                     metrics.elidedText(m_caption, Qt::ElideMiddle, wide));
    painter.setPen(theme.softText);
    painter.drawText(QRect(kMargin, kGrid + line, wide, line), Qt::AlignVCenter,
                     metrics.elidedText(strongest(), Qt::ElideRight, wide));
    if (!m_result)
        return;
    Picture picture{{0, m_result->layers, 0, m_result->heads, m_result->layers, m_result->heads},
                    m_result->probabilities};
    ColourScale scale(defaultSettings(Stage::Probability), theme.dark);
    scale.fit(picture);
    const QRect first = headRect({0, 0}), last = headRect({m_result->layers - 1, m_result->heads - 1});
    painter.drawImage(first.united(last), scale.image(picture));
    const int cell = cellSize();
    painter.setPen(theme.panel);
    for (int head = 1; head < m_result->heads && cell > 6; ++head)
        painter.drawLine(first.left() + head * cell, first.top(), first.left() + head * cell, last.bottom());
    for (int layer = 1; layer < m_result->layers && cell > 6; ++layer)
        painter.drawLine(first.left(), first.top() + layer * cell, last.right(), first.top() + layer * cell);
    painter.setPen(QPen(theme.accent, 2));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(headRect(m_head).adjusted(0, 0, -1, -1));
    if (cell < kNamedCell)
        return;
    painter.setFont(tickFont());
    painter.setPen(theme.softText);
    for (int layer = 0; layer < m_result->layers; ++layer)
        painter.drawText(QRect(kMargin, first.top() + layer * cell, kNames - 4, cell), Qt::AlignVCenter,
                         tr("L%1").arg(layer));
    for (int head = 0; head < m_result->heads; ++head)
        painter.drawText(QRect(first.left() + head * cell, last.bottom() + 2, cell, line), Qt::AlignCenter,
                         cell >= kLargestCell ? tr("H%1").arg(head) : QString::number(head));
}

void PairStrip::mousePressEvent(QMouseEvent* event) {
    if (const auto head = headAt(event->position().toPoint()); head && event->button() == Qt::LeftButton)
        emit headChosen(head->layer, head->head);
}

bool PairStrip::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const auto head = headAt(help->pos())) {
        const float p = m_result->probabilities[std::size_t(head->layer * m_result->heads + head->head)];
        const QString name = tr("Layer %1, head %2").arg(head->layer).arg(head->head);
        QToolTip::showText(help->globalPos(),
                           std::isnan(p) ? tr("%1: masked").arg(name)
                                         : tr("%1: probability %2").arg(name, significant(double(p), 3)),
                           this, headRect(*head));
    } else {
        QToolTip::hideText();
    }
    return true;
}

} // namespace slopescope::ui
