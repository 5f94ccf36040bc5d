// A picture that can leave the window: it is painted at any size by the code that paints the screen, and hands out the
// numbers behind it. Made by the panels of what they show; window's thread.
//
// Lengths are pixels of 1/96 inch, so that what has 11 pixels on the screen has 8.25 points on paper.
#pragma once

#include "core/study/requests.h"

#include <QColor>
#include <QRect>
#include <QString>
#include <QStringList>

#include <memory>
#include <vector>

class QCPPainter;
class QCustomPlot;

namespace slopescope::ui {

struct Theme;

// Numbers as a table, or as pictures of one size.
struct FigureNumbers {
    QStringList columns;           // names; empty: pictures
    std::vector<QStringList> rows; // numbers with a point, as many digits as they have; empty cells: not known
    int pictures = 0, pictureRows = 0, pictureColumns = 0;
    std::vector<float> values; // [pictures][rows][columns], NaN: masked

    bool isTable() const { return !columns.isEmpty(); }
    void add(const Picture& picture); // one of another size than the first is left out
};

QString plainNumber(double value); // "0.25", "1e-07"; empty where it is not finite

class Figure {
public:
    struct Name { // of something that is shown in a colour
        QString text;
        QColor colour;
    };

    virtual ~Figure() = default;

    virtual QString title() const = 0;          // "Attention probability, layer 1 · head 4"
    virtual std::vector<Name> names() const;    // shown beside the title, where the picture does not say them
    virtual QString emptyText() const;          // why there is nothing to see; empty: there is something
    virtual int heightFor(int width) const = 0; // that suits the width
    virtual void paint(QCPPainter& painter, const QRect& at, const Theme& theme) const = 0;
    virtual FigureNumbers numbers() const = 0;
};

// Lays a plot out at a size and paints it there, lines as lines.
void paintPlot(QCustomPlot& plot, QCPPainter& painter, const QRect& at);

} // namespace slopescope::ui
