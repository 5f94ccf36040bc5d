// How a sheet of thumbnails, one a head, is laid out and painted: layers down, heads across. Called by HeadGrid and by
// exported figures; window's thread.
#pragma once

#include "core/workspace.h"
#include "ui/figures/colour_scale.h"

#include <QImage>
#include <QRect>
#include <QString>

#include <optional>
#include <vector>

class QPainter;

namespace slopescope::ui {

struct Theme;

struct HeadSheet {
    static constexpr int kSmallest = 4;                   // side of a thumbnail
    static int sideFor(int width, int layers, int heads); // the largest side of a thumbnail that the width allows
    static QSize sizeOf(int side, int layers, int heads); // of the whole sheet

    int layers = 0, heads = 0;
    int side = kSmallest;                // of a thumbnail, in pixels
    std::vector<HeadAddress> chosen{{}}; // at least one; the first is the selected one
    std::optional<HeadAddress> compared, hovered;
    std::vector<QImage> images; // [layers * heads], or empty
    bool stale = false, focused = false;
    bool choosable = true; // on a screen, where heads are chosen; on paper no head is marked

    QRect thumbnailRect(HeadAddress head) const;
    QRect layerRect(int layer) const; // of its name
    QRect allRect() const;            // the corner that takes all heads
    std::optional<HeadAddress> headAt(QPoint position) const;
    std::optional<int> layerAt(QPoint position) const; // whose name it is
    struct HeadName {
        int head = 0;
        QString text;
        QRect box;
    };
    std::vector<HeadName> headNames() const; // as many as have room

    void paint(QPainter& painter, const Theme& theme) const;

private:
    void paintNames(QPainter& painter, const Theme& theme) const;
    void paintMarks(QPainter& painter, const Theme& theme) const;
};

std::vector<Picture> thumbnailDifferences(const ThumbnailsResult& a, const ThumbnailsResult& b); // A minus B
// In one scale or each in its own, as the settings say.
std::vector<QImage> thumbnailImages(const std::vector<Picture>& pictures, ScaleSettings settings, bool dark);

} // namespace slopescope::ui
