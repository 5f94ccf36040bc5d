#include "ui/window/window_memory.h"

#include <QSettings>

#include <algorithm>

namespace slopescope::ui {
namespace {

constexpr int kSmallestText = 80, kLargestText = 200; // percent
constexpr int kLayout = 2; // of the docks; a saved layout of another number is not restored

} // namespace

WindowMemory WindowMemory::read(const QSettings& settings) {
    WindowMemory memory;
    if (settings.value("layout").toInt() == kLayout) {
        memory.geometry = settings.value("geometry").toByteArray();
        memory.docks = settings.value("docks").toByteArray();
    }
    memory.theme = static_cast<ThemeMode>(std::clamp(settings.value("theme").toInt(), 0, static_cast<int>(ThemeMode::Dark)));
    memory.textSize = std::clamp(settings.value("textSize", memory.textSize).toInt(), kSmallestText, kLargestText);
    memory.device = settings.value("device").toString();
    return memory;
}

void WindowMemory::write(QSettings& settings) const {
    settings.setValue("layout", kLayout);
    settings.setValue("geometry", geometry);
    settings.setValue("docks", docks);
    settings.setValue("theme", static_cast<int>(theme));
    settings.setValue("textSize", textSize);
    settings.setValue("device", device);
}

} // namespace slopescope::ui
