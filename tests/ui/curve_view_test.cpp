#include "tests/ui/curve_fixture.h"
#include "ui/curves/measure_menu.h"
#include "ui/widgets/panel_header.h"
#include "ui/widgets/theme.h"

#include <QElapsedTimer>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolTip>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

using namespace slopescope;
using namespace slopescope::ui;
using namespace slopescope::ui::tests;

TEST_F(CurveViewTest, IsNeverEmpty) {
    EXPECT_TRUE(view.emptyText().contains("after the first window"));
    show(Shown({curve("alibi", 60)}));
    EXPECT_EQ(view.emptyText(), "");
    Shown hidden({curve("alibi", 60)});
    hidden.lines[0].visible = false;
    show(hidden);
    EXPECT_TRUE(view.emptyText().contains("No variant is visible"));
}

TEST_F(CurveViewTest, TheCaptionSaysHowItWasMeasured) {
    Shown shown({curve("alibi", 60), curve("edited", 61)});
    show(shown);
    EXPECT_EQ(view.caption(), "one pass · 12 windows of 4,096 from 29,185 tokens · band ±2 s.e.");
    shown.result.curves[1].variant.slopes = {{0.5}};
    shown.result.curves[0].leftOver = 513;
    show(shown);
    EXPECT_EQ(view.caption(), "one pass · 12 windows of 4,096 from 29,185 tokens · band ±2 s.e. · 513 tokens left over "
                              "· edited (not as trained)");
    for (CurveResult& one : shown.result.curves) {
        one.windowsDone = 3;
        one.leftOver = 0;
        one.variant.slopes.clear();
    }
    shown.result.complete = false;
    show(shown);
    EXPECT_EQ(view.caption(),
              "one pass · 3 of 12 windows of 4,096 from 29,185 tokens, the same for all · band ±2 s.e.");
}

TEST_F(CurveViewTest, TheCaptionSaysWhichLengthIsFilledUp) {
    Shown shown({curve("alibi", 60)});
    shown.result.filled = shown.result.curves[0].filled = false;
    shown.result.curves[0].points[1].standardError = 0.05;
    show(shown);
    EXPECT_FALSE(view.caption().contains("filling")) << "nothing is measured: " << view.caption().toStdString();
    view.setSweeping(true);
    EXPECT_TRUE(view.caption().contains("filling up: 64 tokens")) << view.caption().toStdString();
    view.setSweeping(false);
    EXPECT_FALSE(view.caption().contains("filling"));
}

TEST_F(CurveViewTest, EveryVisibleVariantIsALineInItsColour) {
    Shown shown({curve("alibi", 60), curve("rotary", 64), curve("t5-bias", 70)});
    show(shown);
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_GT(count(picture(), shown.lines[i].colour), 50) << i;
    EXPECT_EQ(names(), QStringList({"alibi", "rotary", "t5-bias"}));
    shown.lines[1].visible = false;
    show(shown);
    EXPECT_EQ(count(picture(), shown.lines[1].colour), 0);
    EXPECT_EQ(names(), QStringList({"alibi", "t5-bias"}));
}

TEST_F(CurveViewTest, TheBandIsAsWideAsTheError) {
    CurveResult frame = curve("frame", 60);
    frame.points.front() = point(32, 30);
    frame.points.back() = point(4096, 120);
    const auto bandHeight = [&](double error) {
        CurveResult made = curve("alibi", 60);
        for (CurvePoint& one : made.points)
            one.standardError = error;
        for (CurvePoint& one : frame.points)
            one.standardError = std::nan("");
        show(Shown({made, frame}));
        const QImage image = picture();
        const int x = image.width() / 2;
        int tinted = 0;
        for (int y = 0; y < image.height(); ++y)
            tinted += image.pixelColor(x, y).green() < 235 && image.pixelColor(x, y).red() > 200;
        return tinted;
    };
    const int thin = bandHeight(0.02), wide = bandHeight(0.06);
    EXPECT_GT(thin, 3);
    EXPECT_GT(wide, 2 * thin);
}

TEST_F(CurveViewTest, TheMouseReadsAllValuesBestFirst) {
    Shown shown({curve("edited <slopes>", 66), curve("alibi", 60)}, 1);
    shown.result.curves[0].points[3] = point(256, 61.8349, 0.0034);
    shown.result.differences[0].points[3] = {256, 0.0301, 0.0004, 0.01, 12};
    show(shown);
    const QString said = view.tooltipAt(256);
    EXPECT_TRUE(said.contains("windows of 256 tokens"));
    EXPECT_TRUE(said.contains("61.83 ± 0.42")) << said.toStdString(); // 61.8349 * sinh(0.0068) = 0.4205
    EXPECT_TRUE(said.contains("edited &lt;slopes&gt;"));
    EXPECT_TRUE(said.contains("12 windows"));
    EXPECT_TRUE(said.contains("3,072 tokens"));
    EXPECT_TRUE(said.contains("+0.03010 ± 0.00080 nats from B")) << said.toStdString();
    EXPECT_LT(said.indexOf("alibi"), said.indexOf("edited"));
    EXPECT_EQ(view.tooltipAt(300), "");
    picture();
    QTest::mouseMove(view.findChild<QWidget*>("curvePlot"), QPoint(60, 100));
    EXPECT_TRUE(QToolTip::text().contains("windows of 32 tokens")) << QToolTip::text().toStdString();
    QToolTip::hideText();
}

TEST_F(CurveViewTest, LengthsWithoutAValueSayWhy) {
    Shown shown({curve("learned", 60), curve("broken", 60)});
    for (CurvePoint& one : shown.result.curves[0].points)
        if (const std::int64_t length = one.length; length > 256) {
            one = {};
            one.length = length;
            one.unavailable = "learned positions end at 256";
        }
    for (CurvePoint& one : shown.result.curves[1].points)
        one.nll = one.standardError = std::nan("");
    shown.result.curves[1].fault = "The device has no memory left.";
    show(shown);
    EXPECT_TRUE(view.tooltipAt(1024).contains("learned positions end at 256"));
    EXPECT_FALSE(view.tooltipAt(256).contains("learned positions"));
    EXPECT_TRUE(view.tooltipAt(256).contains("no memory left"));
    const QImage image = picture();
    const int half = image.width() * 7 / 10;
    EXPECT_EQ(count(image.copy(half, 0, image.width() - half, image.height() - 100), shown.lines[0].colour), 0)
        << "no line past 256";
    EXPECT_GT(count(image.copy(half, image.height() - 100, image.width() - half, 100), shown.lines[0].colour), 0)
        << "but marks";
    EXPECT_GT(count(image, shown.lines[1].colour), 10) << "and the fault's sentence";
}

TEST_F(CurveViewTest, NamesNeverMeet) {
    std::mt19937 random(7);
    std::uniform_real_distribution<double> level(50, 70), growth(-0.08, 0.25);
    for (const int variants : {2, 4, 8, 50}) {
        std::vector<CurveResult> curves;
        for (int i = 0; i < variants; ++i)
            curves.push_back(curve("alibi, variant " + std::to_string(i), level(random), growth(random)));
        show(Shown(curves));
        names();
        const auto& labels = view.labels();
        EXPECT_GE(labels.size(), std::size_t(std::min(variants, 8)));
        for (std::size_t i = 0; i < labels.size(); ++i)
            for (std::size_t j = i + 1; j < labels.size(); ++j)
                EXPECT_FALSE(labels[i].rect.intersects(labels[j].rect))
                    << variants << ": " << labels[i].text.toStdString() << ", " << labels[j].text.toStdString();
    }
}

TEST_F(CurveViewTest, StaleCurvesAreDimmedUntilANewOneComes) {
    const Shown shown({curve("alibi", 60)});
    show(shown);
    const int fresh = count(picture(), shown.lines[0].colour);
    view.setStale(true);
    EXPECT_LT(count(picture(), shown.lines[0].colour), fresh / 10);
    show(shown);
    EXPECT_EQ(count(picture(), shown.lines[0].colour), fresh);
}

TEST_F(CurveViewTest, TheHeaderChooses) {
    QSignalSpy looks(&view, &CurveView::lookChosen);
    show(Shown({curve("alibi", 60), curve("rotary", 64)}, 1));
    const QImage byLength = picture();
    press("By context");
    EXPECT_EQ(view.curveLook().axis, CurveAxis::Context);
    EXPECT_NE(picture(), byLength);
    press("Bits per byte");
    press("Log");
    EXPECT_TRUE(view.valueRange().logarithmic);
    ASSERT_EQ(looks.size(), 3);
    const auto look = looks.back().front().value<CurveLook>();
    EXPECT_EQ(look, (CurveLook{CurveUnit::BitsPerByte, CurveAxis::Context, true}));
    view.setCurveLook({});
    EXPECT_EQ(looks.size(), 3) << "what the window sets is no choice";
    EXPECT_EQ(picture(), byLength);
}

TEST_F(CurveViewTest, ANarrowPanelHasMenusAndTheWholeCaption) {
    Shown shown({curve("alibi", 60)});
    show(shown);
    view.resize(700, 230);
    QTest::qWait(20);
    EXPECT_EQ(view.width(), 700);
    const QRect inside = view.header()->rect();
    for (const QPushButton* button : view.header()->findChildren<QPushButton*>())
        if (button->isVisible()) {
            EXPECT_TRUE(inside.contains(QRect(button->mapTo(view.header(), QPoint(0, 0)), button->size())))
                << button->text().toStdString();
        }
    bool said = false;
    for (const QLabel* label : view.findChildren<QLabel*>())
        said = said || (label->isVisible() && label->text() == view.caption());
    EXPECT_TRUE(said);
    EXPECT_LE(view.minimumSizeHint().width(), 420);
    EXPECT_LE(view.minimumSizeHint().height(), 200);
}

TEST_F(CurveViewTest, TrainedLengthsAreMarked) {
    Shown shown({curve("alibi", 60)});
    show(shown);
    const QImage without = picture();
    shown.lines[0].trainedLength = 256;
    show(shown);
    EXPECT_NE(picture(), without);
    shown.lines[0].trainedLength = 1 << 20; // off the axis
    show(shown);
    EXPECT_EQ(picture(), without);
}

TEST_F(CurveViewTest, MeasureChoosesProtocolWindowsStrideAndLength) {
    QSignalSpy chosen(&view, &CurveView::measurementChosen);
    view.measure()->setMeasurement({}, 12, 29185);
    const auto pick = [&](const QString& text) {
        for (QMenu* menu : view.measure()->findChildren<QMenu*>())
            for (QAction* action : menu->actions())
                if (action->text() == text) {
                    EXPECT_TRUE(action->isEnabled()) << text.toStdString();
                    EXPECT_FALSE(action->toolTip().isEmpty());
                    return action->trigger();
                }
        FAIL() << text.toStdString();
    };
    pick("24");
    pick("8,192");
    pick("Sliding window");
    pick("128");
    ASSERT_EQ(chosen.size(), 4);
    EXPECT_EQ(chosen.back().front().value<Measurement>(), (Measurement{Protocol::Sliding, 8192, 24, 128}));
    for (const QAction* action : view.measure()->findChildren<QAction*>())
        if (action->text() == "32,768") {
            EXPECT_FALSE(action->isEnabled()) << "the text has 29,185";
        }
}

TEST_F(CurveViewTest, OddCurvesDoNotMatter) {
    show(Shown({CurveResult()}));
    EXPECT_FALSE(picture().isNull());
    CurveResult one;
    one.points = {point(32, 60, std::nan(""))};
    show(Shown({one}));
    EXPECT_FALSE(picture().isNull());
    CurveResult huge = curve("huge", 1e30);
    huge.points[2].nll = std::nan("");
    huge.points[3].nll = 1e9; // exp of it is no number
    show(Shown({curve("alibi", 60), huge}));
    EXPECT_FALSE(picture().isNull());
    show(Shown({huge}));
    EXPECT_FALSE(picture().isNull());
    view.setCurves(nullptr, {});
    EXPECT_FALSE(picture().isNull());
}

TEST_F(CurveViewTest, EightVariantsAreRebuiltInAFewMilliseconds) {
    std::vector<CurveResult> curves;
    for (int i = 0; i < 8; ++i)
        curves.push_back(curve("variant " + std::to_string(i), 60 + i, 0.02 * i));
    const Shown shown(curves, 1);
    double best = 1e9;
    for (int i = 0; i < 20; ++i) {
        QElapsedTimer clock;
        clock.start();
        show(shown);
        best = std::min(best, double(clock.nsecsElapsed()) * 1e-6);
    }
    EXPECT_LT(best, 5);
}
