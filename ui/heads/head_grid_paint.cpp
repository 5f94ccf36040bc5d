// How HeadGrid is laid out and painted.
#include "ui/heads/head_grid.h"
#include "ui/widgets/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {
namespace {

constexpr int kLargest = 56, kSmallest = 4; // side of a thumbnail
constexpr int kEdge = 3;                    // room for the border of the outermost thumbnails
constexpr int kNamesApart = 5;              // pixels

int gapOf(int side) {
    return side >= 12 ? 4 : 1;
}

QString layerName(int layer) {
    return HeadGrid::tr("L%1").arg(layer);
}

QString allName() {
    return HeadGrid::tr("all");
}

// Room for the names at the left and below.
int leftOf(int layers) {
    const QFontMetrics metrics(tickFont());
    return std::max(metrics.horizontalAdvance(layerName(std::max(0, layers - 1))),
                    metrics.horizontalAdvance(allName())) +
           6;
}

int belowGrid() {
    return QFontMetrics(tickFont()).height() + 4;
}

int sideFor(int width, int layers, int heads) {
    const int room = width - leftOf(layers) - 2 * kEdge;
    int side = kLargest;
    while (side > kSmallest && side * heads + gapOf(side) * (heads - 1) > room)
        --side;
    return side;
}

// Every how many rows or columns a name has room: 1, 2, 4, ...
int nameStep(int extent, int pitch) {
    int step = 1;
    while (pitch > 0 && step * pitch < extent)
        step *= 2;
    return step;
}

} // namespace

int HeadGrid::side() const {
    return sideFor(width(), m_layers, m_heads);
}

int HeadGrid::wantedPixels() const {
    return m_heads > 0 ? std::max(8, int(std::lround(side() * devicePixelRatioF()))) : 32;
}

QRect HeadGrid::thumbnailRect(HeadAddress head) const {
    const int size = side(), pitch = size + gapOf(size);
    return {leftOf(m_layers) + kEdge + head.head * pitch, kEdge + head.layer * pitch, size, size};
}

QRect HeadGrid::layerRect(int layer) const {
    const QRect at = thumbnailRect({layer, 0});
    const int gap = gapOf(at.height());
    return {0, at.top() - gap / 2, leftOf(m_layers), at.height() + gap};
}

QRect HeadGrid::allRect() const {
    const int top = m_layers > 0 ? thumbnailRect({m_layers - 1, 0}).bottom() + kEdge + 1 : 0;
    return {0, top, leftOf(m_layers), belowGrid()};
}

std::optional<HeadAddress> HeadGrid::headAt(QPoint position) const {
    const int size = side(), pitch = size + gapOf(size), gap = gapOf(size) / 2;
    const int x = position.x() - leftOf(m_layers) - kEdge + gap, y = position.y() - kEdge + gap;
    if (x < 0 || y < 0 || x / pitch >= m_heads || y / pitch >= m_layers)
        return std::nullopt;
    return HeadAddress{y / pitch, x / pitch};
}

std::optional<int> HeadGrid::layerAt(QPoint position) const {
    for (int layer = 0; layer < m_layers; ++layer)
        if (layerRect(layer).contains(position))
            return layer;
    return std::nullopt;
}

int HeadGrid::heightForWidth(int width) const {
    const int size = sideFor(width, m_layers, m_heads);
    return 2 * kEdge + m_layers * size + std::max(0, m_layers - 1) * gapOf(size) + belowGrid();
}

QSize HeadGrid::sizeHint() const {
    return {240, heightForWidth(240)};
}

QSize HeadGrid::minimumSizeHint() const {
    const int width = leftOf(m_layers) + 2 * kEdge + m_heads * (kSmallest + gapOf(kSmallest));
    return {width, 2 * kEdge + m_layers * (kSmallest + gapOf(kSmallest)) + belowGrid()};
}

// “H0 H1 …” where all of them have room, else bare numbers, else some of those; the selected one is always among them.
std::vector<HeadGrid::HeadName> HeadGrid::headNames() const {
    std::vector<HeadName> names;
    if (m_heads == 0 || m_layers == 0)
        return names;
    const QFontMetrics metrics(tickFont());
    const int pitch = side() + gapOf(side());
    const auto widest = [&](const QString& prefix) {
        return metrics.horizontalAdvance(prefix + QString::number(m_heads - 1)) + kNamesApart;
    };
    const QString prefix = widest(tr("H")) <= pitch ? tr("H") : QString();
    const int step = nameStep(widest(prefix), pitch);
    const auto named = [&](int head) {
        const QString text = prefix + QString::number(head);
        const QRect at = thumbnailRect({m_layers - 1, head});
        QRect box(0, at.bottom() + kEdge + 3, metrics.horizontalAdvance(text), metrics.height());
        box.moveCenter({at.center().x(), box.center().y()});
        return HeadName{head, text, box};
    };
    const HeadName chosen = named(std::min(selected().head, m_heads - 1));
    for (int head = 0; head < m_heads; head += step) {
        const HeadName name = named(head);
        if (head != chosen.head && !name.box.adjusted(-kNamesApart + 1, 0, kNamesApart - 1, 0).intersects(chosen.box))
            names.push_back(name);
    }
    names.push_back(chosen);
    return names;
}

void HeadGrid::paintNames(QPainter& painter) const {
    const Theme theme = Theme::of(palette());
    const QFontMetrics metrics(tickFont());
    painter.setFont(tickFont());
    const int step = nameStep(metrics.height(), side() + gapOf(side()));
    const auto nearChosen = [&](int layer) {
        return layer != selected().layer &&
               std::abs(layerRect(layer).center().y() - layerRect(selected().layer).center().y()) < metrics.height();
    };
    for (int layer = 0; layer < m_layers; ++layer) {
        if ((layer % step != 0 && layer != selected().layer) || nearChosen(layer))
            continue;
        const QRect at = layerRect(layer);
        painter.setPen(layer == selected().layer ? theme.text : theme.softText);
        painter.drawText(QRect(0, at.center().y() - metrics.height() / 2, at.width() - 2, metrics.height()),
                         Qt::AlignRight | Qt::AlignVCenter, layerName(layer));
    }
    for (const HeadName& name : headNames()) {
        painter.setPen(name.head == selected().head ? theme.text : theme.softText);
        painter.drawText(name.box, Qt::AlignCenter | Qt::TextDontClip, name.text);
    }
    if (m_layers > 0) {
        painter.setPen(m_chosen.size() == std::size_t(m_layers) * std::size_t(m_heads) ? theme.text : theme.accent);
        painter.drawText(allRect().adjusted(0, 2, -2, 0), Qt::AlignRight | Qt::AlignTop, allName());
    }
}

// Around the thumbnails, not over them: the selected one in its hue, those averaged with it thin and theirs, B dashed.
void HeadGrid::paintMarks(QPainter& painter) const {
    const Theme theme = Theme::of(palette());
    painter.setBrush(Qt::NoBrush);
    const bool small = side() < 12;
    const auto frame = [&](HeadAddress head, const QColor& colour, int width, Qt::PenStyle style = Qt::SolidLine) {
        QPen pen(colour, width, style);
        pen.setJoinStyle(Qt::MiterJoin);
        if (style == Qt::CustomDashLine)
            pen.setDashPattern({2, 1.5});
        painter.setPen(pen);
        const double out = width / 2.0;
        painter.drawRect(QRectF(thumbnailRect(head)).adjusted(-out, -out, out, out));
    };
    if (m_hovered && *m_hovered != selected())
        frame(*m_hovered, theme.faintText, 1);
    if (m_layers == 0 || m_heads == 0)
        return;
    for (const HeadAddress head : m_chosen)
        if (head != selected())
            frame(head, headColour(head.head), 1);
    frame(selected(), headColour(selected().head), small ? 1 : hasFocus() ? 3 : 2);
    if (m_compared)
        frame(*m_compared, *m_compared == selected() ? theme.text : headColour(m_compared->head), small ? 1 : 2,
              Qt::CustomDashLine);
}

void HeadGrid::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Theme theme = Theme::of(palette());
    paintNames(painter);
    painter.setOpacity(m_stale ? 0.5 : 1);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    for (int layer = 0; layer < m_layers; ++layer) {
        for (int head = 0; head < m_heads; ++head) {
            const QRect at = thumbnailRect({layer, head});
            const auto index = std::size_t(layer) * std::size_t(m_heads) + std::size_t(head);
            if (index < m_images.size() && !m_images[index].isNull())
                painter.drawImage(at, m_images[index]);
            else
                painter.fillRect(at, theme.faintLine);
        }
    }
    painter.setOpacity(1);
    paintMarks(painter);
}

} // namespace slopescope::ui
