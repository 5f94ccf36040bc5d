#include "ui/curves/curve_view.h"

#include "ui/widgets/panel_header.h"
#include "ui/figures/plot_style.h"
#include "ui/widgets/segmented_buttons.h"
#include "tests/ui/pixels.h"
#include "ui/widgets/theme.h"

#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolTip>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

using namespace slopescope;
using namespace slopescope::ui;
using namespace slopescope::ui::tests;

namespace {

CurvePoint point(std::int64_t length, double perplexity, double error = 0.01) {
    CurvePoint made;
    made.length = length;
    made.perplexity = perplexity;
    made.nll = std::log(perplexity);
    made.standardError = error;
    made.tokens = 196608;
    return made;
}

CurveResult curve(double perplexity, double growth = 0) {
    CurveResult made;
    made.windowsDone = 24;
    made.windowsTotal = 32;
    made.tokens = 196608;
    for (std::int64_t length = 32; length <= 8192; length *= 2)
        made.points.push_back(point(length, perplexity * std::pow(double(length) / 32, growth)));
    for (std::int64_t context = 1; context < 8192; context *= 2)
        made.context.push_back({context, 2 * context, std::log(perplexity * (1 + 3.0 / double(context))), 0.02});
    return made;
}

class CurveViewTest : public testing::Test {
protected:
    void SetUp() override {
        QLocale::setDefault(QLocale(QLocale::English));
        view.resize(1160, 276);
        view.show();
        QTest::qWait(20);
    }
    void TearDown() override { QLocale::setDefault(QLocale::system()); }

    QImage picture() {
        QTest::qWait(20); // plots are drawn in the next turn
        return view.findChild<QWidget*>("curvePlot")->grab().toImage();
    }
    void press(const QString& segment) {
        for (QPushButton* button : view.header()->findChildren<QPushButton*>())
            if (button->text() == segment)
                return QTest::mouseClick(button, Qt::LeftButton);
        FAIL() << "no segment " << segment.toStdString();
    }
    QString visibleLabels() const {
        QStringList texts;
        for (const QLabel* label : view.findChildren<QLabel*>())
            if (label->isVisible())
                texts += label->text();
        return texts.join(u'\n');
    }

    CurveView view;
};

} // namespace

TEST_F(CurveViewTest, IsNeverEmpty) {
    EXPECT_TRUE(visibleLabels().contains("The curve appears here"));
    view.setEmptyText("Text too short.");
    EXPECT_TRUE(visibleLabels().contains("Text too short."));
    view.setCurve("as trained", curve(60));
    EXPECT_FALSE(visibleLabels().contains("Text too short."));
    view.clear();
    EXPECT_TRUE(view.isEmpty());
    EXPECT_TRUE(visibleLabels().contains("Text too short."));
}

TEST_F(CurveViewTest, TheCaptionSaysHowItWasMeasured) {
    CurveResult made = curve(60);
    view.setCurve("as trained", made);
    EXPECT_EQ(view.caption(), "one pass · 24 of 32 windows · 196,608 tokens · band = ±2 standard errors");
    EXPECT_EQ(view.header()->facts(), view.caption());
    made.windowsDone = 32;
    made.protocol = Protocol::Sliding;
    made.stride = 1024;
    view.setCurve("as trained", made);
    EXPECT_EQ(view.caption(), "sliding by 1,024 · 32 windows · 196,608 tokens · band = ±2 standard errors");
    for (CurvePoint& one : made.points)
        one.standardError = std::nan("");
    view.setCurve("as trained", made);
    EXPECT_TRUE(view.caption().endsWith("no band from one window"));
}

TEST_F(CurveViewTest, ANarrowPanelStillShowsTheWholeCaption) {
    view.setCurve("as trained", curve(60));
    view.resize(480, 276);
    QTest::qWait(20);
    EXPECT_EQ(view.header()->facts(), "");
    EXPECT_TRUE(visibleLabels().contains(view.caption()));
    view.resize(1160, 276);
    QTest::qWait(20);
    EXPECT_EQ(view.header()->facts(), view.caption());
    EXPECT_FALSE(visibleLabels().contains(view.caption()));
}

TEST_F(CurveViewTest, DrawsTheLineAndChangesWithIt) {
    const QColor line = Qt::magenta;
    view.setCurve("as trained", curve(60), line);
    const QImage first = picture();
    EXPECT_GT(count(first, line), 500);
    CurveResult other = curve(60);
    other.points[4] = point(512, 66);
    view.setCurve("as trained", other, line);
    EXPECT_NE(picture(), first);
    view.removeCurve("as trained");
    EXPECT_EQ(count(picture(), line), 0);
}

TEST_F(CurveViewTest, TheBandIsAsWideAsTheError) {
    const QColor line = Qt::magenta;
    CurveResult made = curve(60);
    // The axis is held by a first curve far wider than the band.
    CurveResult frame = curve(60);
    frame.points.front() = point(32, 30);
    frame.points.back() = point(8192, 120);
    const auto bandHeight = [&](double error) {
        for (CurvePoint& one : made.points)
            one.standardError = error;
        view.clear();
        view.setCurve("main", made, line);
        view.setPrevious("frame", frame);
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

TEST_F(CurveViewTest, StaleCurvesAreDimmedUntilANewOneComes) {
    const QColor line = Qt::magenta;
    view.setCurve("as trained", curve(60), line);
    const int fresh = count(picture(), line);
    view.setStale(true);
    EXPECT_LT(count(picture(), line), fresh / 10);
    view.setCurve("as trained", curve(60), line);
    EXPECT_EQ(count(picture(), line), fresh);
}

TEST_F(CurveViewTest, TheAxisTurnsLogarithmicBeyondEightTimes) {
    view.setCurve("alibi", curve(60));
    EXPECT_FALSE(view.logarithmic());
    view.setCurve("sinusoidal", curve(60, 0.3)); // to 60 * 256^0.3, about 5.3 times
    EXPECT_FALSE(view.logarithmic());
    view.setCurve("sinusoidal", curve(60, 0.5)); // 16 times
    EXPECT_TRUE(view.logarithmic());
    view.removeCurve("sinusoidal");
    EXPECT_FALSE(view.logarithmic());
    press("Log");
    EXPECT_TRUE(view.logarithmic());
    press("Linear");
    view.setCurve("sinusoidal", curve(60, 0.5));
    EXPECT_FALSE(view.logarithmic()) << "a person's choice stands";
}

TEST_F(CurveViewTest, ModesChange) {
    QSignalSpy modes(&view, &CurveView::modeChosen);
    view.setCurve("as trained", curve(60));
    const QImage byLength = picture();
    press("By context");
    EXPECT_EQ(view.mode(), CurveView::Mode::ByContext);
    const QImage byContext = picture();
    press("Both");
    const QImage both = picture();
    EXPECT_NE(byLength, byContext);
    EXPECT_NE(byContext, both);
    EXPECT_NE(byLength, both);
    EXPECT_EQ(modes.size(), 2);
    view.setMode(CurveView::Mode::ByLength);
    EXPECT_EQ(modes.size(), 2);
    EXPECT_EQ(picture(), byLength);
}

TEST_F(CurveViewTest, TheTooltipSaysWhatThePointIs) {
    CurveResult made = curve(60);
    made.points[3] = point(256, 61.8349, 0.0034);
    view.setCurve("edited <slopes>", made);
    view.setPrevious("as trained", curve(64));
    const QString said = view.tooltipAt(256);
    // 61.8349 * sinh(2 * 0.0034) = 0.4205
    EXPECT_TRUE(said.contains("61.83 ± 0.42")) << said.toStdString();
    EXPECT_TRUE(said.contains("196,608 tokens scored"));
    EXPECT_TRUE(said.contains("windows of 256 tokens"));
    EXPECT_TRUE(said.contains("edited &lt;slopes&gt;"));
    EXPECT_TRUE(said.contains("64.00"));
    EXPECT_EQ(view.tooltipAt(300), "");
}

TEST_F(CurveViewTest, TheMouseFindsTheNearestLength) {
    view.setCurve("as trained", curve(60));
    picture();
    QWidget* plot = view.findChild<QWidget*>("curvePlot");
    QTest::mouseMove(plot, QPoint(60, 100));
    EXPECT_TRUE(QToolTip::text().contains("windows of 32 tokens")) << QToolTip::text().toStdString();
    QToolTip::hideText();
}

TEST_F(CurveViewTest, LengthsWithoutAValueSayWhy) {
    CurveResult learned = curve(60);
    for (CurvePoint& one : learned.points)
        if (const std::int64_t length = one.length; length > 256) {
            one = {};
            one.length = length;
            one.unavailable = "learned positions end at 256";
        }
    const QColor line = Qt::magenta;
    view.setCurve("learned", learned, line);
    EXPECT_TRUE(view.tooltipAt(1024).contains("learned positions end at 256"));
    EXPECT_FALSE(view.tooltipAt(256).contains("learned positions"));
    const QImage image = picture();
    const int half = image.width() * 6 / 10;
    EXPECT_EQ(count(image.copy(half, 0, image.width() - half, image.height() - 90), line), 0) << "no line past 256";
    EXPECT_GT(count(image.copy(half, image.height() - 90, image.width() - half, 90), line), 0) << "but marks";
}

TEST_F(CurveViewTest, TheTrainedLengthIsMarked) {
    view.setCurve("as trained", curve(60));
    const QImage without = picture();
    view.setTrainedLength(256);
    EXPECT_NE(picture(), without);
    view.setTrainedLength(1 << 20); // off the axis
    EXPECT_EQ(picture(), without);
}

TEST_F(CurveViewTest, OddCurvesDoNotMatter) {
    view.setCurve("empty", {});
    EXPECT_FALSE(picture().isNull());
    CurveResult one;
    one.points = {point(32, 60, std::nan(""))};
    view.setCurve("one", one);
    EXPECT_FALSE(picture().isNull());
    CurveResult huge = curve(1e30);
    view.setCurve("huge", huge);
    EXPECT_FALSE(picture().isNull());
    huge.points[2].nll = std::nan("");
    huge.points[3].nll = 1e9; // exp of it is no number
    view.setCurve("huge", huge);
    EXPECT_FALSE(picture().isNull());
}

TEST(SpreadLabels, KeepsThemApartAndInOrder) {
    const std::vector<double> wanted = {50, 12, 51, 52, 120, 50, 8};
    const std::vector<double> placed = spreadLabels(wanted, 15, 0, 200);
    ASSERT_EQ(placed.size(), wanted.size());
    std::vector<double> sorted = placed;
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t i = 1; i < sorted.size(); ++i)
        EXPECT_GE(sorted[i] - sorted[i - 1], 15 - 1e-9);
    for (std::size_t a = 0; a < wanted.size(); ++a)
        for (std::size_t b = 0; b < wanted.size(); ++b)
            if (wanted[a] < wanted[b]) {
                EXPECT_LT(placed[a], placed[b]);
            }
    EXPECT_DOUBLE_EQ(placed[4], 120) << "alone: where it wants to be";
    EXPECT_DOUBLE_EQ(placed[6], 7.5) << "not past the edge";
}

TEST(SpreadLabels, AlreadyApartStays) {
    EXPECT_EQ(spreadLabels({30, 60, 90}, 15, 0, 100), (std::vector<double>{30, 60, 90}));
    EXPECT_TRUE(spreadLabels({}, 15, 0, 100).empty());
}

TEST(SpreadLabels, AGroupIsCentredOnWhatItsMembersWant) {
    const auto placed = spreadLabels({50, 50}, 10, 0, 100);
    EXPECT_DOUBLE_EQ(placed[0], 45);
    EXPECT_DOUBLE_EQ(placed[1], 55);
}
