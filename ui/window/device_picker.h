// The menu of devices that models can be computed on: the processor, and each GPU with the memory in use on it and what the open
// model would take there.
//
// Made by the main window for its toolbar, on the window's thread. It asks for news when it is opened: other programs use GPUs too.
#pragma once

#include "ui/widgets/captioned_menu.h"
#include "ui/engine/engine.h"

namespace slopescope::ui {

class Lab;

class DevicePicker : public CaptionedMenu {
    Q_OBJECT
public:
    explicit DevicePicker(QWidget* parent = nullptr);

    void attach(Lab& lab);

    // `whyNoGpu` says why there is none beside the processor; empty where there is one.
    void setDevices(const std::vector<DeviceChoice>& devices, const QString& whyNoGpu);
    void setCurrent(const Device& device);
    Device current() const { return m_current; }

signals:
    void chosen(const slopescope::Device& device);
    void opened(); // the menu, whose numbers may be old

private:
    void rebuild();
    void markCurrent();

    std::vector<DeviceChoice> m_devices;
    QString m_whyNoGpu;
    Device m_current;
};

} // namespace slopescope::ui
