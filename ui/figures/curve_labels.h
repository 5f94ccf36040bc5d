// Where the names of lines stand: at their ends without collisions, or where they leave the plot. Pure functions of the
// CurveView; window's thread.
#pragma once

#include <QFont>
#include <QPointF>
#include <QRectF>
#include <QString>
#include <QStringList>

#include <optional>
#include <vector>

namespace slopescope::ui {

struct LabelWish {
    enum class Place {
        Right,
        Inside,
        Top
    };              // the line ends at the plot's right edge, before it, or leaves through the top
    QPointF anchor; // there, in pixels
    Place place = Place::Right;
    QString name, shortName; // the second where the first does not fit
    bool first = false;      // bold, and kept where there is no room for all
};

struct PlacedLabel {
    std::optional<std::size_t> wish; // none: "+42", how many have no place
    QString text;
    QRectF rect;
};

struct LabelRoom {
    QRectF plot;
    double columnLeft = 0, columnRight = 0; // beside it
    std::vector<QRectF> taken;              // by other words
};

std::vector<PlacedLabel> placeLabels(const std::vector<LabelWish>& wishes, const LabelRoom& room, const QFont& font,
                                     const QFont& bold);

// "H5 ÷ 2" for "alibi, H5 ÷ 2" where that is still one of its kind.
QStringList shortNames(const QStringList& names);

} // namespace slopescope::ui
