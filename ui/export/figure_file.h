// Figures as files: PDF, SVG and PNG of the picture, CSV, JSON and NPY of the numbers. Window's thread.
#pragma once

#include "ui/export/figure_page.h"

#include <QByteArray>
#include <QImage>
#include <QString>

#include <optional>

namespace slopescope::ui {

enum class FigureFormat { Pdf, Svg, Png, Csv, Json, Npy };

std::optional<FigureFormat> formatOf(const QString& file); // by the end of its name
bool isPicture(FigureFormat format);

struct FigureOptions {
    double width = kColumn; // inches
    int resolution = 300;   // dots per inch, of PNG
    bool dark = false;
    bool captioned = true;
};

// Throws Error with one sentence: nothing to see, no such numbers, a picture beyond what one can keep.
QByteArray figureBytes(const Figure& figure, const QString& caption, FigureFormat format, const FigureOptions& options);

// Writes the whole file or none. Throws Error naming the file, also for a name that says no format.
void writeFigure(const Figure& figure, const QString& caption, const QString& file, const FigureOptions& options);

QImage figureImage(const FigurePage& page, double dotsPerInch);

} // namespace slopescope::ui
