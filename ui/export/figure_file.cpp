#include "ui/export/figure_file.h"

#include "core/base/error.h"
#include "ui/figures/figure_numbers.h"
#include "ui/export/svg_device.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QFileInfo>
#include <QPageSize>
#include <QPdfWriter>
#include <QSaveFile>
#include <qcustomplot.h>

#include <cmath>

namespace slopescope::ui {
namespace {

constexpr int kPdfResolution = 1200;
constexpr double kMostPixels = 2e8; // of a PNG

QString tr(const char* text) {
    return QCoreApplication::translate("slopescope::ui", text);
}

[[noreturn]] void refuse(const QString& sentence) {
    throw Error(sentence.toStdString());
}

QByteArray pdf(const Figure& figure, const FigurePage& page) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    {
        QPdfWriter writer(&buffer);
        const double points = 72 / kPixelsPerInch;
        writer.setPageSize(QPageSize(page.size() * points, QPageSize::Point, {}, QPageSize::ExactMatch));
        writer.setPageMargins({});
        writer.setResolution(kPdfResolution);
        writer.setTitle(figure.title());
        writer.setCreator(tr("Slopescope %1").arg(QCoreApplication::applicationVersion()));
        QCPPainter painter(&writer);
        painter.scale(kPdfResolution / kPixelsPerInch, kPdfResolution / kPixelsPerInch);
        page.paint(painter);
    }
    return bytes;
}

QByteArray svg(const Figure& figure, const FigurePage& page, const QString& caption) {
    SvgDevice device(page.size(), figure.title(), caption);
    QCPPainter painter(&device);
    page.paint(painter);
    painter.end();
    return device.document();
}

QByteArray png(const FigurePage& page, int resolution, const QString& caption) {
    const double scale = resolution / kPixelsPerInch;
    if (page.size().width() * page.size().height() * scale * scale > kMostPixels)
        refuse(tr("A picture of this width at %1 dots per inch would have more than %2 million pixels.")
                   .arg(resolution)
                   .arg(int(kMostPixels / 1e6)));
    QImage image = figureImage(page, resolution);
    image.setText(QStringLiteral("Description"), caption);
    image.setText(QStringLiteral("Software"), tr("Slopescope %1").arg(QCoreApplication::applicationVersion()));
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return bytes;
}

QByteArray numberBytes(const Figure& figure, const QString& caption, FigureFormat format) {
    const FigureNumbers numbers = figure.numbers();
    if (!numbers.isTable() && numbers.pictures == 0)
        refuse(tr("There are no numbers behind this picture."));
    if (format == FigureFormat::Npy && numbers.isTable())
        refuse(tr("A table is no array: its numbers are written as .csv or .json."));
    return format == FigureFormat::Csv   ? tableText(numbers, ',')
           : format == FigureFormat::Npy ? numbersNpy(numbers)
                                         : numbersJson(numbers, figure.title(), caption);
}

} // namespace

std::optional<FigureFormat> formatOf(const QString& file) {
    const QStringList ends{"pdf", "svg", "png", "csv", "json", "npy"};
    const qsizetype at = ends.indexOf(QFileInfo(file).suffix().toLower());
    return at < 0 ? std::nullopt : std::optional(FigureFormat(at));
}

bool isPicture(FigureFormat format) {
    return format <= FigureFormat::Png;
}

QImage figureImage(const FigurePage& page, double dotsPerInch) {
    const double scale = dotsPerInch / kPixelsPerInch;
    QImage image((page.size() * scale).toSize(), QImage::Format_RGB32);
    image.fill(page.paper()); // the last row may be covered in part only
    const int perMetre = int(std::lround(dotsPerInch / 0.0254));
    image.setDotsPerMeterX(perMetre);
    image.setDotsPerMeterY(perMetre);
    QCPPainter painter(&image);
    painter.scale(scale, scale);
    page.paint(painter);
    return image;
}

QByteArray figureBytes(const Figure& figure, const QString& caption, FigureFormat format,
                       const FigureOptions& options) {
    if (const QString empty = figure.emptyText(); !empty.isEmpty())
        refuse(empty);
    if (!isPicture(format))
        return numberBytes(figure, caption, format);
    const FigurePage page(figure, options.width, options.captioned ? caption : QString(), options.dark);
    switch (format) {
    case FigureFormat::Pdf:
        return pdf(figure, page);
    case FigureFormat::Svg:
        return svg(figure, page, caption);
    default:
        return png(page, options.resolution, caption);
    }
}

void writeFigure(const Figure& figure, const QString& caption, const QString& file, const FigureOptions& options) {
    const auto format = formatOf(file);
    if (!format)
        refuse(tr("%1 says no format: its name must end in .pdf, .svg, .png, .csv, .json or .npy.").arg(file));
    const QByteArray bytes = figureBytes(figure, caption, *format, options);
    QSaveFile out(file);
    if (!out.open(QIODevice::WriteOnly) || out.write(bytes) != bytes.size() || !out.commit())
        refuse(tr("%1 cannot be written: %2.").arg(file, out.errorString()));
}

} // namespace slopescope::ui
