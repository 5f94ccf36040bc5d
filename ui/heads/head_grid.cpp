#include "ui/heads/head_grid.h"

#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {
namespace {

constexpr int kLargest = 56, kSmallest = 4; // side of a thumbnail
constexpr int kEdge = 3;                    // room for the border of the outermost thumbnails

int gapOf(int side) {
    return side >= 12 ? 4 : 1;
}

QString layerName(int layer) {
    return HeadGrid::tr("L%1").arg(layer);
}

QString headNumber(int head) {
    return HeadGrid::tr("H%1").arg(head);
}

// Room for the names at the left and below.
int leftOf(int layers) {
    return QFontMetrics(tickFont()).horizontalAdvance(layerName(std::max(0, layers - 1))) + 6;
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

// Every how many rows or columns a name has room.
int nameStep(int extent, int pitch) {
    int step = 1;
    while (pitch > 0 && step * pitch < extent)
        step *= 2;
    return step;
}

} // namespace

HeadGrid::HeadGrid(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(tr("Heads"));
    setAccessibleDescription(tr("Layers from top to bottom, heads from left to right; the arrow keys choose one."));
}

void HeadGrid::setShape(int layers, int heads) {
    if (layers == m_layers && heads == m_heads)
        return;
    m_layers = std::max(layers, 0);
    m_heads = std::max(heads, 0);
    m_thumbnails = {};
    m_images.clear();
    m_selected = {std::clamp(m_selected.layer, 0, std::max(0, m_layers - 1)),
                  std::clamp(m_selected.head, 0, std::max(0, m_heads - 1))};
    updateGeometry();
    update();
}

void HeadGrid::setThumbnails(const ThumbnailsResult& thumbnails) {
    if (thumbnails.pictures.size() != std::size_t(thumbnails.layers) * std::size_t(thumbnails.heads))
        return;
    setShape(thumbnails.layers, thumbnails.heads);
    m_thumbnails = thumbnails;
    repaintImages();
}

void HeadGrid::setSlopes(const SlopeTable& slopes) {
    m_slopes = slopes;
}

void HeadGrid::setScaleSettings(const ScaleSettings& settings) {
    if (settings == m_settings)
        return;
    m_settings = settings;
    repaintImages();
}

void HeadGrid::repaintImages() {
    m_images.clear();
    // Ends typed for the large map are about single cells; a thumbnail pools hundreds and keeps its own.
    ScaleSettings settings = m_settings;
    settings.low = settings.high = std::nullopt;
    ColourScale scale(settings, Theme::of(palette()).dark);
    scale.setGlobal(m_thumbnails.pictures);
    for (const Picture& picture : m_thumbnails.pictures) {
        scale.fit(picture);
        m_images.push_back(scale.image(picture));
    }
    update();
}

void HeadGrid::setStale(bool stale) {
    if (stale == m_stale)
        return;
    m_stale = stale;
    update();
}

void HeadGrid::setSelected(HeadAddress head) {
    if (head == m_selected)
        return;
    m_selected = head;
    update();
}

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

std::optional<HeadAddress> HeadGrid::headAt(QPoint position) const {
    const int size = side(), pitch = size + gapOf(size), gap = gapOf(size) / 2;
    const int x = position.x() - leftOf(m_layers) - kEdge + gap, y = position.y() - kEdge + gap;
    if (x < 0 || y < 0 || x / pitch >= m_heads || y / pitch >= m_layers)
        return std::nullopt;
    return HeadAddress{y / pitch, x / pitch};
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

void HeadGrid::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Theme theme = Theme::of(palette());
    const int size = side(), pitch = size + gapOf(size);
    const QFontMetrics metrics(tickFont());
    painter.setFont(tickFont());
    const int rowStep = nameStep(metrics.height(), pitch);
    const int columnStep = nameStep(metrics.horizontalAdvance(headNumber(std::max(0, m_heads - 1))) + 6, pitch);
    const auto drawName = [&](const QRect& box, Qt::Alignment alignment, const QString& name, bool chosen) {
        painter.setPen(chosen ? theme.text : theme.softText);
        painter.drawText(box, int(alignment | Qt::AlignVCenter), name);
    };
    for (int layer = 0; layer < m_layers; layer += rowStep) {
        const QRect at = thumbnailRect({layer, 0});
        drawName({0, at.center().y() - metrics.height() / 2, leftOf(m_layers) - 2, metrics.height()}, Qt::AlignRight,
                 layerName(layer), layer == m_selected.layer);
    }
    for (int head = 0; head < m_heads; head += columnStep) {
        const QRect at = thumbnailRect({m_layers - 1, head});
        drawName({at.center().x() - 30, at.bottom() + kEdge + 3, 60, metrics.height()}, Qt::AlignHCenter,
                 headNumber(head), head == m_selected.head);
    }
    painter.setOpacity(m_stale ? 0.5 : 1);
    for (int layer = 0; layer < m_layers; ++layer) {
        for (int head = 0; head < m_heads; ++head) {
            const QRect at = thumbnailRect({layer, head});
            const auto index = std::size_t(layer) * std::size_t(m_heads) + std::size_t(head);
            painter.setRenderHint(QPainter::SmoothPixmapTransform);
            if (index < m_images.size() && !m_images[index].isNull()) {
                painter.drawImage(at, m_images[index]);
            } else {
                painter.fillRect(at, theme.faintLine);
            }
        }
    }
    painter.setOpacity(1);
    painter.setBrush(Qt::NoBrush);
    const auto frame = [&](HeadAddress head, const QColor& colour, int width) {
        // Around the thumbnail, not over it.
        QPen pen(colour, width);
        pen.setJoinStyle(Qt::MiterJoin);
        painter.setPen(pen);
        const double out = width / 2.0;
        painter.drawRect(QRectF(thumbnailRect(head)).adjusted(-out, -out, out, out));
    };
    if (m_hovered && *m_hovered != m_selected)
        frame(*m_hovered, theme.faintText, 1);
    if (m_layers > 0 && m_heads > 0)
        frame(m_selected, headColour(m_selected.head), size < 12 ? 1 : hasFocus() ? 3 : 2);
}

void HeadGrid::choose(HeadAddress head) {
    if (head == m_selected)
        return;
    m_selected = head;
    update();
    emit selectedByUser(head);
}

void HeadGrid::mousePressEvent(QMouseEvent* event) {
    const auto head = headAt(event->position().toPoint());
    if (event->button() != Qt::LeftButton || !head)
        return event->ignore();
    choose(*head);
}

void HeadGrid::mouseMoveEvent(QMouseEvent* event) {
    const auto head = headAt(event->position().toPoint());
    if (head == m_hovered)
        return;
    m_hovered = head;
    setCursor(head ? Qt::PointingHandCursor : Qt::ArrowCursor);
    update();
}

void HeadGrid::leaveEvent(QEvent*) {
    m_hovered.reset();
    update();
}

void HeadGrid::keyPressEvent(QKeyEvent* event) {
    HeadAddress head = m_selected;
    switch (event->key()) {
    case Qt::Key_Left:
        --head.head;
        break;
    case Qt::Key_Right:
        ++head.head;
        break;
    case Qt::Key_Up:
        --head.layer;
        break;
    case Qt::Key_Down:
        ++head.layer;
        break;
    default:
        return event->ignore();
    }
    if (head.layer >= 0 && head.layer < m_layers && head.head >= 0 && head.head < m_heads)
        choose(head);
}

void HeadGrid::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange)
        repaintImages();
    QWidget::changeEvent(event);
}

bool HeadGrid::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const auto head = headAt(help->pos());
        if (!head) {
            QToolTip::hideText();
            return true;
        }
        QString text = layerName(head->layer) + headNumber(head->head);
        if (std::size_t(head->layer) < m_slopes.size() &&
            std::size_t(head->head) < m_slopes[std::size_t(head->layer)].size())
            text = tr("%1, slope %2").arg(text, slopeText(m_slopes[std::size_t(head->layer)][std::size_t(head->head)]));
        if (m_thumbnails.freshness == Freshness::Draft)
            text += QLatin1Char('\n') + tr("A draft, from a sample of the queries; the exact picture follows.");
        QToolTip::showText(help->globalPos(), text, this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace slopescope::ui
