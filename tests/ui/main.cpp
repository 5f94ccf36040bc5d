// The widgets under test need an application and no screen.
#include "app/startup.h"
#include "ui/widgets/theme.h"

#include <QApplication>
#include <QStandardPaths>

#include <gtest/gtest.h>

namespace {

// Every test begins in the same theme and sizes, whatever the one before it chose.
class SameLook : public testing::EmptyTestEventListener {
    void OnTestStart(const testing::TestInfo&) override {
        using namespace slopescope::ui;
        applySizes(Sizes());
        applyTheme(*qApp, ThemeMode::System);
    }
};

} // namespace

int main(int argc, char** argv) {
    slopescope::prepareProcess(argc, argv);
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    testing::InitGoogleTest(&argc, argv);
    QStandardPaths::setTestModeEnabled(true);
    const QApplication application(argc, argv);
    testing::UnitTest::GetInstance()->listeners().Append(new SameLook); // which it deletes
    return RUN_ALL_TESTS();
}
