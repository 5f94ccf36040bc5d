#include "ui/figures/head_figure.h"

#include "ui/widgets/theme.h"

#include <QCoreApplication>
#include <qcustomplot.h>

#include <utility>

namespace slopescope::ui {

HeadFigure::HeadFigure(int layers, int heads, std::vector<Picture> pictures, const ScaleSettings& settings,
                       QString title)
    : m_layers(layers), m_heads(heads), m_pictures(std::move(pictures)), m_settings(settings),
      m_title(std::move(title)) {}

QString HeadFigure::emptyText() const {
    return m_pictures.empty()
               ? QCoreApplication::translate("slopescope::ui", "The pictures of the heads are not there yet.")
               : QString();
}

HeadSheet HeadFigure::sheetFor(int width) const {
    HeadSheet sheet;
    sheet.layers = m_layers;
    sheet.heads = m_heads;
    sheet.side = HeadSheet::sideFor(width, m_layers, m_heads);
    sheet.choosable = false;
    return sheet;
}

int HeadFigure::heightFor(int width) const {
    return HeadSheet::sizeOf(HeadSheet::sideFor(width, m_layers, m_heads), m_layers, m_heads).height();
}

void HeadFigure::paint(QCPPainter& painter, const QRect& at, const Theme& theme) const {
    HeadSheet sheet = sheetFor(at.width());
    sheet.images = thumbnailImages(m_pictures, m_settings, theme.dark);
    painter.save();
    painter.translate(at.topLeft());
    sheet.paint(painter, theme);
    painter.restore();
}

FigureNumbers HeadFigure::numbers() const {
    FigureNumbers numbers;
    for (const Picture& picture : m_pictures)
        numbers.add(picture);
    return numbers;
}

} // namespace slopescope::ui
