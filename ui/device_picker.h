// The menu of devices that models can be computed on: the processor, and each GPU with the memory in use on it and what the open
// model would take there.
//
// Owned by main_window, in its toolbar, on the window's thread. It asks for news when it is opened: other programs use GPUs too.
#pragma once

#include "ui/engine.h"

#include <QWidget>

class QMenu;
class QPushButton;

namespace slopescope::ui {

class DevicePicker : public QWidget {
    Q_OBJECT
public:
    explicit DevicePicker(QWidget* parent = nullptr);

    // `whyNoGpu` says why there is none beside the processor; empty where there is one.
    void setDevices(const std::vector<DeviceChoice>& devices, const QString& whyNoGpu);
    void setCurrent(const Device& device);
    Device current() const { return m_current; }
    QMenu* menu() const { return m_menu; }

signals:
    void chosen(const slopescope::Device& device);
    void opened(); // the menu, whose numbers may be old

private:
    void rebuild();
    void markCurrent();

    QMenu* m_menu;
    QPushButton* m_button;
    std::vector<DeviceChoice> m_devices;
    QString m_whyNoGpu;
    Device m_current;
};

} // namespace slopescope::ui
