// The menu of devices: what it lists, what it says, what a choice does.
#include "ui/window/device_picker.h"

#include "ui/lab/lab.h"

#include <QMenu>
#include <QPushButton>
#include <QTest>

#include <gtest/gtest.h>

namespace slopescope::ui {
namespace {

constexpr std::int64_t kGiB = std::int64_t(1) << 30;

std::vector<DeviceChoice> processorAndGpu() {
    DeviceChoice processor, gpu;
    processor.facts = {{}, "Processor", 24 * kGiB, 3 * kGiB};
    gpu.facts = {{0}, "NVIDIA H100 80GB HBM3", 79 * kGiB, kGiB};
    gpu.needs = MemoryNeeds{kGiB, 2 * kGiB};
    return {processor, gpu};
}

TEST(DevicePickerTest, ListsDevicesWithTheirMemory) {
    DevicePicker picker;
    picker.setDevices(processorAndGpu(), {});
    const QList<QAction*> actions = picker.menu()->actions();
    ASSERT_EQ(actions.size(), 2);
    EXPECT_TRUE(actions[0]->text().startsWith("CPU"));
    EXPECT_TRUE(actions[0]->isChecked());
    EXPECT_TRUE(actions[1]->text().contains("H100"));
    EXPECT_TRUE(actions[1]->text().contains("1.0 GiB of 79.0 GiB")) << actions[1]->text().toStdString();
    EXPECT_TRUE(actions[1]->toolTip().contains("3.0 GiB")) << actions[1]->toolTip().toStdString();
    EXPECT_FALSE(actions[1]->isChecked());
}

TEST(DevicePickerTest, AChoiceIsMarkedOnlyOnceItComputes) {
    DevicePicker picker;
    picker.setDevices(processorAndGpu(), {});
    std::vector<Device> chosen;
    QObject::connect(&picker, &DevicePicker::chosen, [&](const Device& device) { chosen.push_back(device); });
    picker.menu()->actions()[0]->trigger();
    EXPECT_TRUE(chosen.empty()) << "it computes already";
    EXPECT_TRUE(picker.menu()->actions()[0]->isChecked());
    picker.menu()->actions()[1]->trigger();
    ASSERT_EQ(chosen, std::vector{Device{0}});
    EXPECT_TRUE(picker.menu()->actions()[0]->isChecked());
    EXPECT_FALSE(picker.menu()->actions()[1]->isChecked());
    picker.setCurrent(chosen[0]);
    EXPECT_TRUE(picker.menu()->actions()[1]->isChecked());
    EXPECT_TRUE(picker.findChild<QPushButton*>()->text().contains("H100"));
}

TEST(DevicePickerTest, SaysWhyThereIsNoGpu) {
    DevicePicker picker;
    picker.setDevices({processorAndGpu()[0]}, "No NVIDIA driver is installed.");
    const QAction* const last = picker.menu()->actions().last();
    EXPECT_EQ(last->text(), "No NVIDIA driver is installed.");
    EXPECT_FALSE(last->isEnabled());
}

TEST(DevicePickerTest, AsksForNewsWhenItIsOpenedAndKeepsWhatComputes) {
    DevicePicker picker;
    int opened = 0;
    QObject::connect(&picker, &DevicePicker::opened, [&] { ++opened; });
    emit picker.menu()->aboutToShow();
    EXPECT_EQ(opened, 1);
    picker.setDevices(processorAndGpu(), {});
    picker.setCurrent({0});
    picker.setDevices(processorAndGpu(), {});
    EXPECT_EQ(picker.current(), Device{0});
    EXPECT_TRUE(picker.menu()->actions()[1]->isChecked());
    EXPECT_FALSE(picker.menu()->actions()[0]->isChecked());
}

// The bundled model is open; the processor is what there is in any case.
TEST(DevicePickerTest, ShowsWhatTheLabFinds) {
    Lab lab(SLOPESCOPE_RESOURCES);
    DevicePicker picker;
    picker.attach(lab);
    lab.apply({});
    lab.openText({{}, "tide", "The keeper wound the clock at dusk, and set the lamp lower. The tide came in."});
    lab.addModel("alibi");
    ASSERT_TRUE(QTest::qWaitFor([&] { return lab.text() != nullptr; }, 60'000));
    emit picker.menu()->aboutToShow();
    ASSERT_TRUE(QTest::qWaitFor([&] { return picker.menu()->actions()[0]->text().contains("GiB"); }, 60'000));
    EXPECT_TRUE(picker.menu()->actions()[0]->toolTip().contains("MiB")) << picker.menu()->actions()[0]->toolTip().toStdString();
    bool moved = false;
    QObject::connect(&lab, &Lab::deviceChanged, [&](const Device& device) { moved = device.isCpu(); });
    lab.useDevice({});
    ASSERT_TRUE(QTest::qWaitFor([&] { return moved; }, 60'000));
    EXPECT_TRUE(picker.current().isCpu());
    EXPECT_TRUE(picker.menu()->actions()[0]->isChecked());
}

} // namespace
} // namespace slopescope::ui
