#include "ui/window/device_picker.h"

#include "core/threads.h"
#include "ui/lab/lab.h"
#include "ui/widgets/format.h"
#include "ui/window/status_line.h"

#include <QMenu>
#include <QPushButton>

namespace slopescope::ui {
namespace {

QString nameOf(const DeviceFacts& facts) {
    return facts.device.isCpu() ? DevicePicker::tr("CPU · %1").arg(kernelTitle(kernelOfProcessor())) : QString::fromStdString(facts.title);
}

QString memoryOf(const DeviceFacts& facts) {
    return DevicePicker::tr("%1 of %2 in use").arg(byteSize(facts.memoryInUse), byteSize(facts.memory));
}

} // namespace

DevicePicker::DevicePicker(QWidget* parent)
    : CaptionedMenu(tr("Device"), tr("What computes: the processor, with the widest instructions that it has, or a GPU"),
                    parent) {
    connect(m_menu, &QMenu::aboutToShow, this, &DevicePicker::opened);
    m_devices = {DeviceChoice()};
    rebuild();
}

void DevicePicker::attach(Lab& lab) {
    connect(this, &DevicePicker::opened, &lab, &Lab::findDevices);
    connect(this, &DevicePicker::chosen, &lab, &Lab::useDevice);
    connect(&lab, &Lab::devicesFound, this, &DevicePicker::setDevices);
    connect(&lab, &Lab::deviceChanged, this, &DevicePicker::setCurrent);
}

void DevicePicker::setDevices(const std::vector<DeviceChoice>& devices, const QString& whyNoGpu) {
    m_devices = devices;
    m_whyNoGpu = whyNoGpu;
    rebuild();
}

void DevicePicker::setCurrent(const Device& device) {
    m_current = device;
    rebuild();
}

void DevicePicker::rebuild() {
    m_menu->clear();
    for (const DeviceChoice& choice : m_devices) {
        const DeviceFacts& facts = choice.facts;
        QString text = nameOf(facts);
        if (facts.memory > 0)
            text += QStringLiteral("   ") + memoryOf(facts);
        QAction* const action = m_menu->addAction(text, this, [this, device = facts.device] {
            markCurrent(); // and not this one until it computes
            if (device != m_current)
                emit chosen(device);
        });
        action->setCheckable(true);
        action->setData(facts.device.cuda);
        if (choice.needs)
            action->setToolTip(tr("The open model and its text take %1 there: %2 of weights, %3 of what is kept of the text")
                                   .arg(byteSize(choice.needs->total()), byteSize(choice.needs->weights),
                                        byteSize(choice.needs->text)));
        if (facts.device == m_current)
            m_button->setText(nameOf(facts).remove(QStringLiteral("NVIDIA "))); // the toolbar is narrow
    }
    markCurrent();
    if (m_whyNoGpu.isEmpty())
        return;
    m_menu->addSeparator();
    m_menu->addAction(m_whyNoGpu)->setEnabled(false);
}

void DevicePicker::markCurrent() {
    for (QAction* const action : m_menu->actions())
        action->setChecked(action->isCheckable() && action->data().toInt() == m_current.cuda);
}

} // namespace slopescope::ui
