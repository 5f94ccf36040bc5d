// A paint device that writes SVG: vectors stay vectors, text stays text, pictures are embedded as PNG, and what a
// painter clips is clipped, which QSvgGenerator of Qt 6.4 does not do. Window's thread.
#pragma once

#include <QByteArray>
#include <QPaintDevice>
#include <QSizeF>
#include <QString>

#include <memory>

namespace slopescope::ui {

class SvgEngine;

class SvgDevice : public QPaintDevice {
public:
    // `size` in pixels of 1/96 inch, which are the units of whoever paints.
    SvgDevice(const QSizeF& size, const QString& title, const QString& description);
    ~SvgDevice() override;

    QByteArray document() const; // once the painter has ended

    QPaintEngine* paintEngine() const override;

protected:
    int metric(PaintDeviceMetric metric) const override;

private:
    QSizeF m_size;
    QString m_title, m_description;
    std::unique_ptr<SvgEngine> m_engine;
};

} // namespace slopescope::ui
