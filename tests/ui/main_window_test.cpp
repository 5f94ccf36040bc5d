// The whole window, offscreen, with the bundled model: what a person does and what then has to change.
#include "ui/window/main_window.h"

#include "ui/heads/head_grid.h"
#include "ui/map/map_panel.h"
#include "ui/map/map_view.h"
#include "ui/widgets/notice_strip.h"
#include "ui/slopes/position_picker.h"
#include "ui/slopes/slope_canvas.h"
#include "ui/slopes/slope_editor.h"

#include <QMimeData>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

namespace slopescope::ui {
namespace {

constexpr int kPatience = 180'000; // ms; reached only when something hangs

LaunchOptions smallStudy() {
    LaunchOptions options;
    options.resources = SLOPESCOPE_RESOURCES;
    options.length = 256;
    options.sweepLength = 256;
    return options;
}

class MainWindowTest : public testing::Test {
protected:
    static bool settle(MainWindow& window) {
        return QTest::qWaitFor([&window] { return window.isSettled(); }, kPatience);
    }

    void start() {
        window.resize(1400, 900);
        window.show();
        ASSERT_TRUE(settle(window)) << window.notice().sentence().toStdString();
    }

    void mouse(QWidget& widget, QEvent::Type type, QPointF at, Qt::MouseButtons buttons) {
        const auto button = type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton;
        QMouseEvent event(type, at, widget.mapToGlobal(at), button, buttons, Qt::NoModifier);
        QApplication::sendEvent(&widget, &event);
    }

    // Takes a head's handle, moves it down by `pixels` in steps, and leaves it in hand.
    void drag(int head, int pixels) {
        const QPointF from = canvas().handlePosition(head);
        mouse(canvas(), QEvent::MouseButtonPress, from, Qt::LeftButton);
        for (int step = 1; step <= 8; ++step) {
            grip = from + QPointF(0, pixels * step / 8.0);
            mouse(canvas(), QEvent::MouseMove, grip, Qt::LeftButton);
        }
    }
    void release() { mouse(canvas(), QEvent::MouseButtonRelease, grip, Qt::NoButton); }

    SlopeCanvas& canvas() { return *window.findChild<SlopeCanvas*>(); }
    std::vector<float> pixels() { return window.mapPanel().map()->picture().values; }

    MainWindow window{smallStudy()};
    QPointF grip;
};

bool sameValues(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](float x, float y) {
               return (std::isnan(x) && std::isnan(y)) || std::abs(x - y) <= 1e-6F + 1e-4F * std::abs(y);
           });
}

TEST_F(MainWindowTest, TheFirstPictureAndCurveComeWithoutAClick) {
    start();
    const auto values = pixels();
    EXPECT_TRUE(std::any_of(values.begin(), values.end(), [](float value) { return value > 0; }));
    ASSERT_TRUE(window.curve());
    EXPECT_TRUE(window.curve()->complete);
    ASSERT_EQ(window.curve()->points.size(), 4U); // 32, 64, 128, 256
    EXPECT_GT(window.curve()->points.back().perplexity, 1);
    EXPECT_FALSE(window.curveView().isEmpty());
    EXPECT_TRUE(window.notice().sentence().isEmpty());
}

TEST_F(MainWindowTest, ADragOnAHandleChangesThePixelsAtOnceAndTheCurveOnRelease) {
    start();
    const auto before = pixels();
    const auto curveBefore = *window.curve();
    const QImage seen = window.mapPanel().map()->grab().toImage();

    drag(window.view().head.head, 120);
    EXPECT_TRUE(QTest::qWaitFor([&] { return !sameValues(pixels(), before); }, kPatience)) << "while in hand";
    EXPECT_EQ(window.curve()->points.back().nll, curveBefore.points.back().nll) << "the curve waits for the release";
    release();
    ASSERT_TRUE(settle(window));
    EXPECT_FALSE(sameValues(pixels(), before));
    EXPECT_NE(window.mapPanel().map()->grab().toImage(), seen);
    EXPECT_NE(window.curve()->points.back().nll, curveBefore.points.back().nll);

    window.slopeEditor().undoStack()->undo();
    ASSERT_TRUE(settle(window));
    EXPECT_TRUE(sameValues(pixels(), before)) << "undo brings the picture back";
    EXPECT_NEAR(window.curve()->points.back().nll, curveBefore.points.back().nll, 1e-6);
}

TEST_F(MainWindowTest, OtherPositionsAreRunMarkedAndTakenBack) {
    start();
    const auto before = pixels();
    const auto curveBefore = *window.curve();
    const auto choose = [&](const char* spec) {
        window.positionPicker().setChosen(spec);
        emit window.positionPicker().chosen(spec);
        return settle(window);
    };
    ASSERT_TRUE(choose("none"));
    EXPECT_FALSE(sameValues(pixels(), before));
    EXPECT_GT(window.curve()->points.back().nll, curveBefore.points.back().nll) << "it was trained with slopes";
    EXPECT_FALSE(window.slopeEditor().available());
    EXPECT_TRUE(window.curveView().caption().startsWith("no positions: not as trained")) << window.curveView().caption().toStdString();
    ASSERT_TRUE(choose(""));
    EXPECT_TRUE(sameValues(pixels(), before));
    EXPECT_TRUE(window.slopeEditor().available());
    EXPECT_TRUE(window.curveView().caption().startsWith("one pass"));
}

TEST_F(MainWindowTest, KeysMoveThroughLayersHeadsAndLengths) {
    start();
    const HeadAddress first = window.view().head;
    QTest::keyClick(&window, Qt::Key_Right);
    EXPECT_EQ(window.view().head, (HeadAddress{first.layer, first.head + 1}));
    QTest::keyClick(&window, Qt::Key_Down);
    EXPECT_EQ(window.view().head, (HeadAddress{first.layer + 1, first.head + 1}));
    EXPECT_EQ(window.headGrid().selected(), window.view().head);
    for (int layer = first.layer + 1; layer >= 0; --layer) // one more than there are: the first layer stays
        QTest::keyClick(&window, Qt::Key_Up);
    QTest::keyClick(&window, Qt::Key_Left);
    EXPECT_EQ(window.view().head, (HeadAddress{0, first.head}));
    QTest::keyClick(&window, Qt::Key_BracketLeft);
    EXPECT_EQ(window.view().length, 128);
    QTest::keyClick(&window, Qt::Key_BracketRight);
    EXPECT_EQ(window.view().length, 256);
    EXPECT_TRUE(settle(window));
}

TEST_F(MainWindowTest, SpaceStartsASweepAndStopsIt) {
    start();
    QTest::keyClick(&window, Qt::Key_Space);
    EXPECT_TRUE(window.engine().sweeping());
    QTest::keyClick(&window, Qt::Key_Space);
    EXPECT_FALSE(window.engine().sweeping());
}

TEST_F(MainWindowTest, AModelThatCannotBeOpenedIsSaidInTheStripAndNothingIsLost) {
    start();
    const auto before = pixels();
    const QString title = window.windowTitle();
    window.openModel("/no/such/model");
    ASSERT_TRUE(QTest::qWaitFor([this] { return !window.notice().sentence().isEmpty(); }, kPatience));
    EXPECT_TRUE(window.notice().isVisible());
    EXPECT_TRUE(window.notice().sentence().contains("/no/such/model"));
    EXPECT_EQ(window.windowTitle(), title);
    EXPECT_TRUE(sameValues(pixels(), before));
    EXPECT_TRUE(window.curve()->complete);
    QTest::keyClick(&window, Qt::Key_Escape);
    EXPECT_FALSE(window.notice().isVisible());
}

TEST_F(MainWindowTest, ADroppedTextIsOpenedAndOneThatIsNoTextIsRefused) {
    start();
    QTemporaryDir folder;
    const QString good = folder.filePath("good.txt"), bad = folder.filePath("bad.txt");
    {
        std::ofstream text(good.toStdString());
        for (int line = 0; line < 400; ++line)
            text << "Line " << line << " of a text that was dropped on the window.\n";
        std::ofstream(bad.toStdString(), std::ios::binary) << "\xff\xfe\xff not UTF-8";
    }
    const auto drop = [this](const QString& file) {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(file)});
        // A drop reaches only the widget that took the drag before it.
        QDragEnterEvent enter(QPoint(100, 100), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&window, &enter);
        QDropEvent event(QPointF(100, 100), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&window, &event);
    };
    drop(bad);
    ASSERT_TRUE(QTest::qWaitFor([this] { return window.notice().sentence().contains("bad.txt"); }, kPatience));
    const QString model = folder.filePath("broken.gguf");
    std::ofstream(model.toStdString(), std::ios::binary) << "GGUF and nothing behind it";
    drop(model);
    ASSERT_TRUE(QTest::qWaitFor([this] { return window.notice().sentence().contains("broken.gguf"); }, kPatience))
        << "one file can be a model";
    drop(good);
    ASSERT_TRUE(QTest::qWaitFor([this] { return window.windowTitle().contains("good.txt"); }, kPatience));
    EXPECT_TRUE(settle(window));
    EXPECT_FALSE(window.notice().sentence().contains("bad.txt")) << "answered by the text that opened";
}

TEST(MainWindowLife, WhatWasOnViewIsThereAgain) {
    QTemporaryDir folder;
    QSettings settings(folder.filePath("settings.ini"), QSettings::IniFormat);
    SlopeTable edited;
    {
        MainWindow window(smallStudy(), &settings);
        window.resize(1300, 800);
        window.show();
        ASSERT_TRUE(QTest::qWaitFor([&] { return window.isSettled(); }, kPatience));
        window.selectHead({2, 5});
        QTest::keyClick(&window, Qt::Key_BracketLeft);
        edited = window.slopeEditor().slopes();
        edited[0][0] = 0.125;
        window.slopeEditor().change(edited, "test");
        window.setTheme(ThemeMode::Dark);
        window.close();
    }
    LaunchOptions options;
    options.resources = SLOPESCOPE_RESOURCES;
    options.sweepLength = 256;
    MainWindow window(options, &settings);
    EXPECT_EQ(window.size(), QSize(1300, 800));
    EXPECT_EQ(themeMode(), ThemeMode::Dark);
    window.show();
    ASSERT_TRUE(QTest::qWaitFor([&] { return window.isSettled(); }, kPatience));
    EXPECT_EQ(window.view().head, (HeadAddress{2, 5}));
    EXPECT_EQ(window.view().length, 128);
    EXPECT_EQ(window.slopeEditor().slopes(), edited);
    window.setTheme(ThemeMode::System);
}

TEST(MainWindowLife, AModelOfTheLastRunThatIsGoneGivesWayToTheBundledOne) {
    LaunchOptions options = smallStudy();
    options.model = "/no/such/model";
    MainWindow window(options);
    window.show();
    ASSERT_TRUE(QTest::qWaitFor([&] { return window.isSettled(); }, kPatience));
    EXPECT_TRUE(window.notice().sentence().contains("/no/such/model"));
    EXPECT_TRUE(window.windowTitle().contains("alibi"));
}

TEST(MainWindowLife, ClosesCleanlyWhileBusy) {
    for (const int moment : {0, 20, 100, 300, 900}) {
        MainWindow window(smallStudy());
        window.show();
        QTest::qWait(moment);
        window.close();
    } // a hang or a crash is the failure
}

} // namespace
} // namespace slopescope::ui
