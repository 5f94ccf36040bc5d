#include "ui/figures/head_sheet.h"

#include "ui/figures/picture_difference.h"
#include "ui/widgets/theme.h"

#include <QCoreApplication>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {
namespace {

constexpr int kLargest = 56;   // side of a thumbnail
constexpr int kEdge = 3;       // room for the border of the outermost thumbnails
constexpr int kNamesApart = 5; // pixels

QString tr(const char* text) {
    return QCoreApplication::translate("slopescope::ui", text);
}

int gapOf(int side) {
    return side >= 12 ? 4 : 1;
}

QString layerName(int layer) {
    return tr("L%1").arg(layer);
}

QString headLetter() {
    return tr("H");
}

QString allName() {
    return tr("all");
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

// Every how many rows or columns a name has room: 1, 2, 4, ...
int nameStep(int extent, int pitch) {
    int step = 1;
    while (pitch > 0 && step * pitch < extent)
        step *= 2;
    return step;
}

} // namespace

int HeadSheet::sideFor(int width, int layers, int heads) {
    const int room = width - leftOf(layers) - 2 * kEdge;
    int side = kLargest;
    while (side > kSmallest && side * heads + gapOf(side) * (heads - 1) > room)
        --side;
    return side;
}

QSize HeadSheet::sizeOf(int side, int layers, int heads) {
    const int pitch = side + gapOf(side);
    return {leftOf(layers) + 2 * kEdge + heads * pitch,
            2 * kEdge + layers * side + std::max(0, layers - 1) * gapOf(side) + belowGrid()};
}

QRect HeadSheet::thumbnailRect(HeadAddress head) const {
    const int pitch = side + gapOf(side);
    return {leftOf(layers) + kEdge + head.head * pitch, kEdge + head.layer * pitch, side, side};
}

QRect HeadSheet::layerRect(int layer) const {
    const QRect at = thumbnailRect({layer, 0});
    const int gap = gapOf(at.height());
    return {0, at.top() - gap / 2, leftOf(layers), at.height() + gap};
}

QRect HeadSheet::allRect() const {
    const int top = layers > 0 ? thumbnailRect({layers - 1, 0}).bottom() + kEdge + 1 : 0;
    return {0, top, leftOf(layers), belowGrid()};
}

std::optional<HeadAddress> HeadSheet::headAt(QPoint position) const {
    const int pitch = side + gapOf(side), gap = gapOf(side) / 2;
    const int x = position.x() - leftOf(layers) - kEdge + gap, y = position.y() - kEdge + gap;
    if (x < 0 || y < 0 || x / pitch >= heads || y / pitch >= layers)
        return std::nullopt;
    return HeadAddress{y / pitch, x / pitch};
}

std::optional<int> HeadSheet::layerAt(QPoint position) const {
    for (int layer = 0; layer < layers; ++layer)
        if (layerRect(layer).contains(position))
            return layer;
    return std::nullopt;
}

// “H0 H1 …” where all of them have room, else bare numbers, else some of those; the selected one is always among them.
std::vector<HeadSheet::HeadName> HeadSheet::headNames() const {
    std::vector<HeadName> names;
    if (heads == 0 || layers == 0)
        return names;
    const QFontMetrics metrics(tickFont());
    const int pitch = side + gapOf(side);
    const auto widest = [&](const QString& prefix) {
        return metrics.horizontalAdvance(prefix + QString::number(heads - 1)) + kNamesApart;
    };
    const QString prefix = widest(headLetter()) <= pitch ? headLetter() : QString();
    const int step = nameStep(widest(prefix), pitch);
    const auto named = [&](int head) {
        const QString text = prefix + QString::number(head);
        const QRect at = thumbnailRect({layers - 1, head});
        QRect box(0, at.bottom() + kEdge + 3, metrics.horizontalAdvance(text), metrics.height());
        box.moveCenter({at.center().x(), box.center().y()});
        return HeadName{head, text, box};
    };
    const HeadName own = named(std::min(chosen.front().head, heads - 1));
    for (int head = 0; head < heads; head += step) {
        const HeadName name = named(head);
        if (head != own.head && !name.box.adjusted(-kNamesApart + 1, 0, kNamesApart - 1, 0).intersects(own.box))
            names.push_back(name);
    }
    names.push_back(own);
    return names;
}

void HeadSheet::paintNames(QPainter& painter, const Theme& theme) const {
    const QFontMetrics metrics(tickFont());
    painter.setFont(tickFont());
    const int step = nameStep(metrics.height(), side + gapOf(side));
    const auto nearChosen = [&](int layer) {
        return layer != chosen.front().layer &&
               std::abs(layerRect(layer).center().y() - layerRect(chosen.front().layer).center().y()) <
                   metrics.height();
    };
    for (int layer = 0; layer < layers; ++layer) {
        if ((layer % step != 0 && layer != chosen.front().layer) || nearChosen(layer))
            continue;
        const QRect at = layerRect(layer);
        painter.setPen(choosable && layer == chosen.front().layer ? theme.text : theme.softText);
        painter.drawText(QRect(0, at.center().y() - metrics.height() / 2, at.width() - 2, metrics.height()),
                         Qt::AlignRight | Qt::AlignVCenter, layerName(layer));
    }
    for (const HeadName& name : headNames()) {
        painter.setPen(choosable && name.head == chosen.front().head ? theme.text : theme.softText);
        painter.drawText(name.box, Qt::AlignCenter | Qt::TextDontClip, name.text);
    }
    if (layers > 0 && choosable) {
        painter.setPen(chosen.size() == std::size_t(layers) * std::size_t(heads) ? theme.text : theme.accent);
        painter.drawText(allRect().adjusted(0, 2, -2, 0), Qt::AlignRight | Qt::AlignTop, allName());
    }
}

// Around the thumbnails, not over them: the selected one in its hue, those averaged with it thin and theirs, B dashed.
void HeadSheet::paintMarks(QPainter& painter, const Theme& theme) const {
    painter.setBrush(Qt::NoBrush);
    const bool small = side < 12;
    const auto frame = [&](HeadAddress head, const QColor& colour, int width, Qt::PenStyle style = Qt::SolidLine) {
        QPen pen(colour, width, style);
        pen.setJoinStyle(Qt::MiterJoin);
        if (style == Qt::CustomDashLine)
            pen.setDashPattern({2, 1.5});
        painter.setPen(pen);
        const double out = width / 2.0;
        painter.drawRect(QRectF(thumbnailRect(head)).adjusted(-out, -out, out, out));
    };
    if (hovered && *hovered != chosen.front())
        frame(*hovered, theme.faintText, 1);
    if (layers == 0 || heads == 0)
        return;
    for (const HeadAddress head : chosen)
        if (head != chosen.front())
            frame(head, headColour(head.head), 1);
    frame(chosen.front(), headColour(chosen.front().head), small ? 1 : focused ? 3 : 2);
    if (compared)
        frame(*compared, *compared == chosen.front() ? theme.text : headColour(compared->head), small ? 1 : 2,
              Qt::CustomDashLine);
}

void HeadSheet::paint(QPainter& painter, const Theme& theme) const {
    paintNames(painter, theme);
    painter.setOpacity(stale ? 0.5 : 1);
    painter.setRenderHints(QPainter::SmoothPixmapTransform | QPainter::LosslessImageRendering);
    for (int layer = 0; layer < layers; ++layer) {
        for (int head = 0; head < heads; ++head) {
            const QRect at = thumbnailRect({layer, head});
            const auto index = std::size_t(layer) * std::size_t(heads) + std::size_t(head);
            if (index < images.size() && !images[index].isNull())
                painter.drawImage(at, images[index]);
            else
                painter.fillRect(at, theme.faintLine);
        }
    }
    painter.setOpacity(1);
    if (choosable)
        paintMarks(painter, theme);
}

std::vector<Picture> thumbnailDifferences(const ThumbnailsResult& a, const ThumbnailsResult& b) {
    std::vector<Picture> differences;
    for (std::size_t i = 0; i < a.pictures.size() && i < b.pictures.size(); ++i)
        differences.push_back(differenceOf(a.pictures[i], b.pictures[i], a.stage));
    return differences;
}

std::vector<QImage> thumbnailImages(const std::vector<Picture>& pictures, ScaleSettings settings, bool dark) {
    // Ends typed for the large map are about single cells; a thumbnail pools hundreds and keeps its own.
    settings.low = settings.high = std::nullopt;
    std::vector<const Picture*> all;
    for (const Picture& picture : pictures)
        all.push_back(&picture);
    ColourScale scale(settings, dark);
    scale.setGlobal(all);
    std::vector<QImage> images;
    for (const Picture& picture : pictures) {
        scale.fit(picture);
        images.push_back(scale.image(picture));
    }
    return images;
}

} // namespace slopescope::ui
