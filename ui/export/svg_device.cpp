#include "ui/export/svg_device.h"

#include "ui/export/svg_engine.h"

#include <cmath>

namespace slopescope::ui {
namespace {

constexpr double kDotsPerInch = 96;

} // namespace

SvgDevice::SvgDevice(const QSizeF& size, const QString& title, const QString& description)
    : m_size(size), m_title(title), m_description(description), m_engine(std::make_unique<SvgEngine>()) {}

SvgDevice::~SvgDevice() = default;

QPaintEngine* SvgDevice::paintEngine() const {
    return m_engine.get();
}

QByteArray SvgDevice::document() const {
    const QByteArray width = QByteArray::number(m_size.width(), 'g', 8),
                     height = QByteArray::number(m_size.height(), 'g', 8);
    const auto inches = [](double pixels) { return QByteArray::number(pixels / kDotsPerInch, 'g', 8) + "in"; };
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" "
           "xmlns:xlink=\"http://www.w3.org/1999/xlink\" version=\"1.1\" width=\"" +
           inches(m_size.width()) + "\" height=\"" + inches(m_size.height()) + "\" viewBox=\"0 0 " + width + ' ' +
           height + "\">\n<title>" + xmlText(m_title) + "</title>\n<desc>" + xmlText(m_description) + "</desc>\n" +
           m_engine->body() + "</svg>\n";
}

int SvgDevice::metric(PaintDeviceMetric metric) const {
    constexpr double kMillimetres = 25.4;
    switch (metric) {
    case PdmWidth:
        return int(std::ceil(m_size.width()));
    case PdmHeight:
        return int(std::ceil(m_size.height()));
    case PdmWidthMM:
        return int(std::lround(m_size.width() * kMillimetres / kDotsPerInch));
    case PdmHeightMM:
        return int(std::lround(m_size.height() * kMillimetres / kDotsPerInch));
    case PdmDpiX:
    case PdmDpiY:
    case PdmPhysicalDpiX:
    case PdmPhysicalDpiY:
        return int(kDotsPerInch);
    case PdmNumColors:
        return 0x7fffffff;
    case PdmDepth:
        return 32;
    case PdmDevicePixelRatio:
        return 1;
    case PdmDevicePixelRatioScaled:
        return int(devicePixelRatioFScale());
    }
    return 0;
}

} // namespace slopescope::ui
