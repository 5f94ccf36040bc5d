// The window for a projector: what is painted is large and dark enough, and leaving it puts everything back.
#include "ui/window/presentation.h"

#include "ui/curves/curve_view.h"
#include "ui/map/map_panel.h"
#include "ui/widgets/dock_panel.h"
#include "ui/widgets/theme.h"
#include "ui/variants/variants_panel.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QMenuBar>
#include <QMouseEvent>
#include <QSettings>
#include <QStatusBar>
#include <QTemporaryDir>
#include <QTest>
#include <QToolBar>

#include <gtest/gtest.h>
#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace slopescope::ui {
namespace {

constexpr int kPatience = 120'000; // ms; reached only when something hangs

LaunchOptions smallStudy() {
    LaunchOptions options;
    options.resources = SLOPESCOPE_RESOURCES;
    options.length = 64;
    options.sweepLength = 128;
    return options;
}

bool settle(MainWindow& window) {
    return QTest::qWaitFor([&window] { return window.lab().isSettled(); }, kPatience);
}

QMap<QString, QRect> places(const MainWindow& window) {
    QMap<QString, QRect> all{{"centre", window.centralWidget()->geometry()}};
    for (const DockPanel* const dock : window.findChildren<DockPanel*>())
        all[dock->objectName()] = dock->isVisible() ? dock->geometry() : QRect();
    for (const QToolBar* const bar : window.findChildren<QToolBar*>())
        all[bar->objectName()] = bar->isVisible() ? bar->geometry() : QRect();
    return all;
}

TEST(Sizes, AreThoseOfAProjectorAtItsHeight) {
    for (const int height : {768, 1080, 2160}) {
        const Sizes wall = Sizes::forProjector(height);
        for (const int type : {wall.tick, wall.label, wall.body, wall.name})
            EXPECT_GE(type, height * 0.02) << height;
        EXPECT_GE(1.6 * wall.lines, 4 * height / 1080.0 - 1e-9) << height; // a curve that is not selected
    }
    EXPECT_GE(Sizes::forProjector(1080).tick, 24);
    EXPECT_EQ(Sizes::scaled(1), Sizes());
    EXPECT_EQ(Sizes::scaled(1.5).body, 20);
}

TEST(Sizes, ReachEveryFont) {
    applySizes(Sizes::scaled(1.5));
    EXPECT_EQ(tickFont().pixelSize(), 17);
    EXPECT_EQ(labelFont().pixelSize(), 18);
    EXPECT_EQ(bodyFont().pixelSize(), 20);
    EXPECT_EQ(QApplication::font().pixelSize(), 20);
    QWidget title;
    setType(&title, Type::Bold);
    EXPECT_EQ(title.font().pixelSize(), 20);
    {
        const SizesHere paper{Sizes()};
        EXPECT_EQ(tickFont().pixelSize(), 11);
    }
    EXPECT_EQ(tickFont().pixelSize(), 17);
    applySizes(Sizes());
    EXPECT_EQ(title.font().pixelSize(), 13);
    EXPECT_EQ(QApplication::font().pixelSize(), 13);
}

TEST(Sizes, WordsInAColourOfTheirOwnCanBeRead) {
    for (const Theme& theme : {Theme::strong(Theme::forDay()), Theme::strong(Theme::forNight())}) {
        EXPECT_GE(contrast(theme.softText, theme.panel), 4.5);
        EXPECT_GE(contrast(theme.faintText, theme.panel), 4.5);
        for (int head = 0; head < 24; ++head)
            EXPECT_GE(contrast(readable(headColour(head), theme), theme.panel), 4.5) << head;
    }
    EXPECT_NEAR(contrast(Qt::black, Qt::white), 21, 1e-9);
}

class PresentationTest : public testing::TestWithParam<QSize> {};

// By eye of the picture: the letters of an axis and the thickness of a curve, counted in painted pixels.
TEST_P(PresentationTest, IsPaintedLargeAndDark) {
    applyTheme(*qApp, ThemeMode::Light);
    MainWindow window(smallStudy());
    window.resize(GetParam());
    window.show();
    ASSERT_TRUE(settle(window));
    window.presentation().start();
    window.setWindowState(Qt::WindowNoState); // the offscreen screen has another size
    window.resize(GetParam());
    const Sizes wanted = Sizes::forProjector(GetParam().height());
    ASSERT_TRUE(QTest::qWaitFor([&] { return screenSizes() == wanted; }, kPatience));
    ASSERT_TRUE(settle(window));
    EXPECT_EQ(window.size(), GetParam());
    EXPECT_FALSE(window.menuBar()->isVisible());

    auto* const plot = window.curveView().findChild<QCustomPlot*>(QStringLiteral("curvePlot"));
    ASSERT_TRUE(plot);
    ASSERT_TRUE(plot->isVisible());
    EXPECT_GE(plot->xAxis->tickLabelFont().pixelSize(), GetParam().height() * 0.02);
    EXPECT_GE(plot->yAxis->labelFont().pixelSize(), GetParam().height() * 0.02);
    // The darkest run of ink below the axis is a row of digits; digits are about 0.7 of their type's size high.
    plot->replot();
    const QImage image = plot->grab().toImage();
    const QColor panel = image.pixelColor(1, 1);
    const QRect area = plot->axisRect()->rect();
    int highest = 0;
    for (int y = area.bottom() + 6, run = 0; y < image.height(); ++y) {
        bool ink = false;
        for (int x = area.left(); x < area.right(); ++x)
            ink = ink || contrast(image.pixelColor(x, y), panel) >= 4.5;
        run = ink ? run + 1 : 0;
        highest = std::max(highest, run);
    }
    EXPECT_GE(highest, int(0.6 * 0.02 * GetParam().height()));
    // A curve crosses a column of the plot in a run of its own colour.
    const QColor colour = QColor::fromRgb(window.lab().workspace().variants.front().colour);
    std::vector<int> runs; // the thickest of each column; most columns hold no dot
    for (int x = area.left() + area.width() / 3; x < area.right(); ++x) {
        int thickest = 0;
        for (int y = area.top(), run = 0; y < area.bottom(); ++y) {
            const QColor here = image.pixelColor(x, y);
            const bool same = std::abs(here.red() - colour.red()) + std::abs(here.green() - colour.green()) +
                                  std::abs(here.blue() - colour.blue()) < 40;
            run = same ? run + 1 : 0;
            thickest = std::max(thickest, run);
        }
        if (thickest > 0)
            runs.push_back(thickest);
    }
    ASSERT_GT(runs.size(), 100U);
    std::nth_element(runs.begin(), runs.begin() + std::ssize(runs) / 2, runs.end());
    // Its edges are mixed with what is behind: a row of pixels is lost.
    EXPECT_GE(runs[runs.size() / 2], int(std::lround(4 * GetParam().height() / 1080.0)) - 1);
    window.presentation().stop();
    EXPECT_EQ(screenSizes(), Sizes());
}

INSTANTIATE_TEST_SUITE_P(Projectors, PresentationTest, testing::Values(QSize(1024, 768), QSize(1920, 1080)));

TEST(Presentation, LeavesEveryPanelWhereItWas) {
    MainWindow window(smallStudy());
    window.resize(1600, 1000);
    window.show();
    ASSERT_TRUE(settle(window));
    QTest::qWait(0);
    const auto before = places(window);
    const Workspace workspace = window.lab().workspace();
    const QFont font = tickFont();
    window.activateWindow();
    ASSERT_TRUE(QTest::qWaitForWindowActive(&window, kPatience));
    QTest::keyClick(&window, Qt::Key_F5);
    ASSERT_TRUE(window.presentation().isOn());
    EXPECT_FALSE(window.statusBar()->isVisible());
    EXPECT_TRUE(window.presentation().bar()->isVisible());
    EXPECT_TRUE(window.curveView().isVisible());
    EXPECT_FALSE(window.variantsPanel().isVisible());
    EXPECT_EQ(window.lab().workspace(), workspace);

    // A panel more, by its button.
    for (QAction* const action : window.presentation().bar()->actions())
        if (action->text() == window.findChild<DockPanel*>("variants")->windowTitle())
            action->trigger();
    EXPECT_TRUE(window.variantsPanel().isVisible());
    QTest::keyClick(&window, Qt::Key_Escape);
    EXPECT_FALSE(window.presentation().isOn());
    EXPECT_EQ(tickFont(), font);
    EXPECT_TRUE(QTest::qWaitFor([&] { return places(window) == before; }, kPatience));
    EXPECT_EQ(window.lab().workspace(), workspace);
}

TEST(Presentation, ARingFollowsThePointer) {
    MainWindow window(smallStudy());
    window.resize(1200, 800);
    window.show();
    window.presentation().start();
    EXPECT_FALSE(window.presentation().ring()->isVisible());
    const QPointF at(300, 200);
    QMouseEvent move(QEvent::MouseMove, at, window.mapToGlobal(at), Qt::NoButton, Qt::NoButton, Qt::NoModifier);
    QApplication::sendEvent(window.centralWidget(), &move);
    EXPECT_TRUE(window.presentation().ring()->isVisible());
    EXPECT_TRUE(window.presentation().ring()->geometry().contains(at.toPoint()));
    window.presentation().stop();
    EXPECT_FALSE(window.presentation().ring()->isVisible());
}

TEST(TextSize, IsKeptForTheNextStart) {
    QTemporaryDir folder;
    QSettings settings(folder.filePath("settings.ini"), QSettings::IniFormat);
    {
        MainWindow window(smallStudy(), &settings);
        window.show();
        window.setTextSize(130);
        EXPECT_EQ(bodyFont().pixelSize(), 17);
        window.close();
    }
    applySizes(Sizes());
    MainWindow window(smallStudy(), &settings);
    EXPECT_EQ(bodyFont().pixelSize(), 17);
    window.setTextSize(100);
    EXPECT_EQ(bodyFont().pixelSize(), 13);
}

} // namespace
} // namespace slopescope::ui
