#include "ui/map/map_view.h"

#include "ui/widgets/theme.h"
#include "ui/figures/token_axis.h"

#include <QHelpEvent>
#include <QLocale>
#include <QSignalSpy>
#include <QTest>
#include <QToolTip>
#include <QWheelEvent>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>

using namespace slopescope;
using namespace slopescope::ui;

namespace {

class MapViewTest : public testing::Test {
protected:
    MapViewTest() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
        view.resize(600, 560);
        view.setLength(64);
        view.show();
    }
    ~MapViewTest() override { QLocale::setDefault(QLocale::system()); }

    // Probability falls with the distance, but for one loud cell.
    Picture drawn(const Viewport& v, Cell loud = {-1, -1}) {
        Picture picture{v, {}};
        for (int r = 0; r < v.rows; ++r) {
            for (int c = 0; c < v.columns; ++c) {
                const auto query = v.queryBegin + r * (v.queryEnd - v.queryBegin) / v.rows;
                const auto key = v.keyBegin + c * (v.keyEnd - v.keyBegin) / v.columns;
                const bool hit = Cell{query, key} == loud;
                picture.values.push_back(key > query ? std::numeric_limits<float>::quiet_NaN() : hit ? 1.0F : 0.01F);
            }
        }
        return picture;
    }

    void show(const Picture& picture) {
        ColourScale scale(ScaleSettings{}, false);
        scale.fit(picture);
        view.setPicture(std::make_shared<const Picture>(picture), view.length(), scale);
    }
    void click(QPoint at) { QTest::mouseClick(&view, Qt::LeftButton, {}, at); }
    QPoint middleOf(Cell cell) { return view.cellRect(cell.query, cell.key).center(); }
    QColor seen(Cell cell) { // beside the number of a large cell
        const QRect rect = view.cellRect(cell.query, cell.key);
        const QPoint at = rect.width() > 16 ? rect.topLeft() + QPoint(4, 4) : rect.center() + QPoint(1, 1);
        return view.grab().toImage().pixelColor(at);
    }
    void wheel(QPoint at, int delta) {
        QWheelEvent event(at, view.mapToGlobal(at), {}, {0, delta}, {}, {}, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&view, &event);
    }

    MapView view;
};

} // namespace

TEST_F(MapViewTest, WantsNoMorePixelsThanCellsOrScreen) {
    const int side = view.plotRect().width();
    EXPECT_EQ(view.plotRect().height(), side);
    EXPECT_EQ(view.wanted(), (Viewport{0, 64, 0, 64, 64, 64}));
    view.setLength(100000);
    EXPECT_EQ(view.wanted(), (Viewport{0, 100000, 0, 100000, view.plotRect().width(), view.plotRect().width()}));
    view.setLength(0);
    EXPECT_EQ(view.wanted(), Viewport{});
}

TEST_F(MapViewTest, AsksWheneverTheViewportChangesAndOnlyThen) {
    QSignalSpy asked(&view, &MapView::viewportWanted);
    view.setLength(64);
    EXPECT_EQ(asked.count(), 0);
    view.setLength(5000);
    ASSERT_EQ(asked.count(), 1);
    EXPECT_EQ(asked.last()[0].value<Viewport>(), view.wanted());
    view.resize(500, 480);
    ASSERT_EQ(asked.count(), 2);
    EXPECT_EQ(asked.last()[0].value<Viewport>().rows, view.plotRect().width());
    view.zoomBy(2, view.plotRect().center());
    ASSERT_EQ(asked.count(), 3);
    EXPECT_EQ(asked.last()[0].value<Viewport>().queryEnd - asked.last()[0].value<Viewport>().queryBegin, 2500);
    view.showAll();
    view.showAll();
    EXPECT_EQ(asked.count(), 4);
}

TEST_F(MapViewTest, AClickLocksAClickAgainUnlocks) {
    QSignalSpy locked(&view, &MapView::locked), unlocked(&view, &MapView::unlocked);
    click(middleOf({40, 12}));
    ASSERT_EQ(locked.count(), 1);
    EXPECT_EQ(locked[0][0].toLongLong(), 40);
    EXPECT_EQ(locked[0][1].toLongLong(), 12);
    EXPECT_TRUE(view.isLocked());
    click(middleOf({50, 3})); // elsewhere: the lock moves
    ASSERT_EQ(locked.count(), 2);
    EXPECT_EQ(view.crosshair(), (Cell{50, 3}));
    click(middleOf({50, 3}));
    EXPECT_FALSE(view.isLocked());
    EXPECT_EQ(unlocked.count(), 1);
}

TEST_F(MapViewTest, EscapeUnlocksAndIsLeftToTheWindowOtherwise) {
    QSignalSpy unlocked(&view, &MapView::unlocked);
    click(middleOf({40, 12}));
    QTest::keyClick(&view, Qt::Key_Escape);
    EXPECT_FALSE(view.isLocked());
    EXPECT_EQ(unlocked.count(), 1);
    QKeyEvent again(QEvent::KeyPress, Qt::Key_Escape, Qt::NoModifier);
    QCoreApplication::sendEvent(&view, &again);
    EXPECT_FALSE(again.isAccepted());
    EXPECT_EQ(unlocked.count(), 1);
}

TEST_F(MapViewTest, HoverPreviewsUntilSomethingIsLocked) {
    QSignalSpy hovered(&view, &MapView::hovered), left(&view, &MapView::left);
    QTest::mouseMove(&view, middleOf({30, 10}));
    ASSERT_EQ(hovered.count(), 1);
    EXPECT_EQ(hovered[0][0].toLongLong(), 30);
    EXPECT_EQ(hovered[0][1].toLongLong(), 10);
    QTest::mouseMove(&view, middleOf({10, 30})); // a masked cell is a cell
    EXPECT_EQ(hovered.count(), 2);
    QTest::mouseMove(&view, {2, 2}); // off the plot
    EXPECT_EQ(left.count(), 1);
    EXPECT_FALSE(view.crosshair());
    click(middleOf({30, 10}));
    QTest::mouseMove(&view, middleOf({50, 20}));
    EXPECT_EQ(view.crosshair(), (Cell{30, 10}));
    EXPECT_EQ(hovered.count(), 2);
}

TEST_F(MapViewTest, TheWheelZoomsAroundTheCellUnderTheCursor) {
    view.setLength(3001);
    for (const QPoint offset : {QPoint(0, 0), QPoint(37, 211), QPoint(300, 444), QPoint(400, 5)}) {
        view.showAll();
        const QPoint at = view.plotRect().topLeft() + offset;
        const auto cell = view.cellAt(at);
        ASSERT_TRUE(cell);
        std::int64_t span = view.length();
        while (span > 1) {
            wheel(at, 120);
            const Viewport v = view.wanted();
            ASSERT_LT(v.queryEnd - v.queryBegin, span);
            ASSERT_EQ(v.keyEnd - v.keyBegin, v.queryEnd - v.queryBegin);
            span = v.queryEnd - v.queryBegin;
            ASSERT_EQ(view.cellAt(at), cell) << span;
        }
        EXPECT_EQ(view.wanted().rows, 1); // down to a single cell
        for (int i = 0; i < 100; ++i)
            wheel(at, -120);
        EXPECT_EQ(view.wanted().queryEnd - view.wanted().queryBegin, view.length());
    }
}

TEST_F(MapViewTest, ASmoothWheelAddsUp) {
    view.setLength(1000);
    const QPoint at = view.plotRect().center();
    for (int i = 0; i < 120; ++i)
        wheel(at, 1);
    const auto span = view.wanted().queryEnd - view.wanted().queryBegin;
    EXPECT_NEAR(double(span), 1000 / 1.25, 8);
}

TEST_F(MapViewTest, KeysZoomAndReset) {
    QTest::keyClick(&view, Qt::Key_Plus);
    const auto span = view.wanted().queryEnd - view.wanted().queryBegin;
    EXPECT_LT(span, 64);
    for (int i = 0; i < 30; ++i)
        QTest::keyClick(&view, Qt::Key_Plus);
    EXPECT_EQ(view.wanted().queryEnd - view.wanted().queryBegin, 1);
    QTest::keyClick(&view, Qt::Key_Minus);
    EXPECT_EQ(view.wanted().queryEnd - view.wanted().queryBegin, 2);
    QTest::keyClick(&view, Qt::Key_0);
    EXPECT_EQ(view.wanted().queryEnd - view.wanted().queryBegin, 64);
}

TEST_F(MapViewTest, ADragPansAndLocksNothing) {
    view.showCells(20, 10, 16);
    QSignalSpy locked(&view, &MapView::locked);
    const QPoint from = view.plotRect().center();
    const int cell = view.plotRect().width() / 16;
    QTest::mousePress(&view, Qt::LeftButton, {}, from);
    QTest::mouseMove(&view, from + QPoint(2 * cell, -3 * cell));
    QTest::mouseRelease(&view, Qt::LeftButton, {}, from + QPoint(2 * cell, -3 * cell));
    EXPECT_EQ(view.wanted().keyBegin, 8);
    EXPECT_EQ(view.wanted().queryBegin, 23);
    EXPECT_EQ(locked.count(), 0);
    // Never past the text.
    QTest::mousePress(&view, Qt::LeftButton, {}, from);
    QTest::mouseMove(&view, from + QPoint(5000, 5000));
    QTest::mouseRelease(&view, Qt::LeftButton, {}, from + QPoint(5000, 5000));
    EXPECT_EQ(view.wanted().keyBegin, 0);
    EXPECT_EQ(view.wanted().queryBegin, 0);
}

TEST_F(MapViewTest, ADoubleClickShowsAllAndLeavesTheLock) {
    view.showCells(20, 10, 16);
    const QPoint at = view.plotRect().center();
    click(at);
    QTest::mouseDClick(&view, Qt::LeftButton, {}, at);
    EXPECT_EQ(view.wanted().queryEnd - view.wanted().queryBegin, 64);
    EXPECT_FALSE(view.isLocked());
    view.lock(60, 2);
    view.showCells(20, 10, 16);
    click(at);
    QTest::mouseDClick(&view, Qt::LeftButton, {}, at);
    EXPECT_EQ(view.crosshair(), (Cell{60, 2}));
}

TEST_F(MapViewTest, APictureChangesThePixelsQueriesDownKeysAcross) {
    const QImage before = view.grab().toImage();
    show(drawn(view.wanted(), {40, 12}));
    EXPECT_NE(view.grab().toImage(), before);
    EXPECT_EQ(seen({40, 12}), QColor(view.scale().colour(1.0F)));
    EXPECT_EQ(seen({41, 12}), QColor(view.scale().colour(0.01F)));
    EXPECT_EQ(seen({40, 13}), QColor(view.scale().colour(0.01F)));
    EXPECT_EQ(seen({12, 40}), Theme::of(view.palette()).masked);
    EXPECT_NE(view.scale().colour(1.0F), view.scale().colour(0.01F));
}

TEST_F(MapViewTest, TheOldPictureIsStretchedUntilTheNewOneComes) {
    show(drawn(view.wanted(), {40, 12}));
    view.showCells(36, 8, 16);
    EXPECT_EQ(seen({40, 12}), QColor(view.scale().colour(1.0F)));
    EXPECT_EQ(seen({41, 13}), QColor(view.scale().colour(0.01F)));
    // Back from a detail the whole is still there, dimmed.
    show(drawn(view.wanted(), {40, 12}));
    view.showAll();
    EXPECT_NE(seen({60, 2}), Theme::of(view.palette()).panel);
}

TEST_F(MapViewTest, MaskedCellsAreGreyBeforeAnyPicture) {
    EXPECT_EQ(seen({5, 50}), Theme::of(view.palette()).masked);
    EXPECT_NE(seen({50, 5}), Theme::of(view.palette()).masked);
    view.showCells(8, 24, 16); // no key here is visible to any query
    EXPECT_EQ(seen({20, 30}), Theme::of(view.palette()).masked);
}

TEST_F(MapViewTest, StalePicturesAreDimmed) {
    show(drawn(view.wanted(), {40, 12}));
    const QColor fresh = seen({40, 12});
    view.setStale(true);
    EXPECT_GT(seen({40, 12}).lightness(), fresh.lightness());
    view.setStale(false);
    EXPECT_EQ(seen({40, 12}), fresh);
}

TEST_F(MapViewTest, TheCrosshairComesFromOutsideToo) {
    show(drawn(view.wanted()));
    QSignalSpy hovered(&view, &MapView::hovered);
    const QImage before = view.grab().toImage();
    view.setCrosshair(33, 9);
    EXPECT_EQ(view.crosshair(), (Cell{33, 9}));
    EXPECT_NE(view.grab().toImage(), before);
    EXPECT_EQ(hovered.count(), 0);
    view.clearCrosshair();
    EXPECT_EQ(view.grab().toImage(), before);
    view.setCrosshair(64, 0); // past the text
    EXPECT_FALSE(view.crosshair());
    view.setCrosshair(-1, 0);
    EXPECT_FALSE(view.crosshair());
}

TEST_F(MapViewTest, ShiftAndTheArrowsMoveTheLockIntoView) {
    view.showCells(20, 10, 4);
    view.lock(23, 12);
    QTest::keyClick(&view, Qt::Key_Down, Qt::ShiftModifier);
    EXPECT_EQ(view.crosshair(), (Cell{24, 12}));
    EXPECT_EQ(view.wanted().queryBegin, 21);
    QTest::keyClick(&view, Qt::Key_Left, Qt::ShiftModifier);
    EXPECT_EQ(view.crosshair(), (Cell{24, 11}));
    QKeyEvent plain(QEvent::KeyPress, Qt::Key_Left, Qt::NoModifier);
    QCoreApplication::sendEvent(&view, &plain);
    EXPECT_FALSE(plain.isAccepted()); // changes the head, in the window
}

TEST_F(MapViewTest, TheToolTipDescribesTheCellUnderTheCursor) {
    view.setDescription([](const Cell& cell) { return QString("query %1, key %2").arg(cell.query).arg(cell.key); });
    const QPoint place = middleOf({40, 12});
    QHelpEvent help(QEvent::ToolTip, place, view.mapToGlobal(place));
    QCoreApplication::sendEvent(&view, &help);
    EXPECT_EQ(QToolTip::text(), "query 40, key 12");
    QToolTip::hideText();
}

TEST_F(MapViewTest, BrokenPicturesAreLeftAside) {
    const Picture good = drawn(view.wanted(), {40, 12});
    show(good);
    show(Picture{});
    show(Picture{{0, 64, 0, 64, 64, 64}, {1, 2, 3}});
    show(Picture{{5, 5, 0, 64, 1, 1}, {1}});
    show(Picture{{0, 64, 0, 64, -1, -1}, {1}});
    ASSERT_TRUE(view.picture());
    EXPECT_EQ(view.picture()->values.size(), good.values.size());
}

TEST_F(MapViewTest, AnotherLengthForgetsTheLockAndKeepsThePictureUntilTheNextOne) {
    Picture dark = drawn(view.wanted());
    for (float& value : dark.values)
        value = std::isnan(value) ? value : 1.0F;
    show(dark);
    view.lock(60, 2);
    QSignalSpy unlocked(&view, &MapView::unlocked);
    view.setLength(4096);
    EXPECT_EQ(unlocked.count(), 1);
    EXPECT_FALSE(view.crosshair());
    // The plot is filled by the picture of 64 tokens.
    const QRect plot = view.plotRect();
    const QImage image = view.grab().toImage();
    const QPoint low(plot.left() + plot.width() / 4, plot.top() + 3 * plot.height() / 4);
    EXPECT_EQ(image.pixelColor(low), QColor(view.scale().colour(1.0F)));
    EXPECT_EQ(image.pixelColor(plot.left() + 3 * plot.width() / 4, plot.top() + plot.height() / 4),
              Theme::of(view.palette()).masked);
    view.setStale(true);
    EXPECT_GT(view.grab().toImage().pixelColor(low).lightness(), image.pixelColor(low).lightness());
    view.setLength(0);
    EXPECT_FALSE(view.picture());
}

TEST_F(MapViewTest, WhatIsShownAlreadyIsNotColouredAnew) {
    const auto picture = std::make_shared<const Picture>(drawn(view.wanted(), {40, 12}));
    ColourScale scale(ScaleSettings{}, false);
    scale.fit(*picture);
    view.setPicture(picture, 64, scale);
    view.grab();
    view.setPicture(picture, 64, scale);
    EXPECT_EQ(view.picture(), picture.get());
    ColourScale other({ColourMap::Viridis, ScaleKind::Log, ScaleRange::Head, {}, {}}, false);
    other.fit(*picture);
    view.setPicture(picture, 64, other);
    EXPECT_EQ(seen({40, 12}), QColor(other.colour(1.0F)));
}

TEST(TokenAxis, TicksAreMultiplesOfAPowerOfTwoApart) {
    for (const std::int64_t span : {1, 7, 64, 1000, 2048, 100000}) {
        for (const std::int64_t begin : {0, 3, 777}) {
            const auto ticks = tokenTicks(begin, span, 500, 70);
            ASSERT_FALSE(ticks.empty()) << span;
            for (std::size_t i = 0; i < ticks.size(); ++i) {
                EXPECT_GE(ticks[i].token, begin);
                EXPECT_LE(ticks[i].token, begin + span);
                EXPECT_GE(ticks[i].pixel, 0);
                EXPECT_LE(ticks[i].pixel, 500);
                if (i == 0)
                    continue;
                const std::int64_t step = ticks[i].token - ticks[i - 1].token;
                EXPECT_EQ(step & (step - 1), 0);
                EXPECT_EQ(ticks[i].token % step, 0);
                EXPECT_GE(ticks[i].pixel - ticks[i - 1].pixel, 70 - 1e-9);
            }
        }
    }
}

TEST(TokenAxis, NarrowTokensAreMarkedAtTheirEdgeWideOnesInTheMiddle) {
    const auto narrow = tokenTicks(0, 2048, 500, 70);
    ASSERT_EQ(narrow.size(), 5U);
    EXPECT_EQ(narrow.back().token, 2048);
    EXPECT_DOUBLE_EQ(narrow.back().pixel, 500);
    EXPECT_DOUBLE_EQ(narrow[1].pixel, 125);
    const auto wide = tokenTicks(10, 5, 500, 70);
    ASSERT_EQ(wide.size(), 5U);
    EXPECT_DOUBLE_EQ(wide.front().pixel, 50);
    EXPECT_TRUE(tokenTicks(0, 0, 500, 70).empty());
}
