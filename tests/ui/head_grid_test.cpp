#include "ui/heads/head_grid.h"

#include "ui/widgets/theme.h"

#include <QHelpEvent>
#include <QSignalSpy>
#include <QTest>
#include <QToolTip>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

using namespace slopescope;
using namespace slopescope::ui;

namespace {

ThumbnailsResult thumbnailsOf(int layers, int heads, float loudest = 1) {
    ThumbnailsResult result;
    result.length = 64;
    result.layers = layers;
    result.heads = heads;
    for (int i = 0; i < layers * heads; ++i) {
        Picture picture{{0, 64, 0, 64, 16, 16}, {}};
        for (int r = 0; r < 16; ++r) {
            for (int c = 0; c < 16; ++c)
                picture.values.push_back(c > r ? std::numeric_limits<float>::quiet_NaN()
                                               : loudest * std::exp(-float(r - c) * float(i + 1) / 8));
        }
        result.pictures.push_back(picture);
    }
    return result;
}

class HeadGridTest : public testing::Test {
protected:
    HeadGridTest() {
        grid.setThumbnails(0, std::make_shared<const ThumbnailsResult>(thumbnailsOf(4, 8)));
        grid.resize(260, grid.heightForWidth(260));
        grid.show();
    }
    QPoint middleOf(HeadAddress head) { return grid.thumbnailRect(head).center(); }

    HeadGrid grid;
};

} // namespace

TEST_F(HeadGridTest, LayersRunDownHeadsAcrossWithinTheWidget) {
    EXPECT_GT(grid.thumbnailRect({1, 0}).top(), grid.thumbnailRect({0, 0}).bottom());
    EXPECT_GT(grid.thumbnailRect({0, 1}).left(), grid.thumbnailRect({0, 0}).right());
    for (const int width : {200, 260, 600}) {
        grid.resize(width, grid.heightForWidth(width));
        EXPECT_TRUE(grid.rect().contains(grid.thumbnailRect({0, 0})));
        EXPECT_TRUE(grid.rect().contains(grid.thumbnailRect({3, 7}))) << width;
    }
}

TEST_F(HeadGridTest, AClickSelects) {
    QSignalSpy selected(&grid, &HeadGrid::chosenByUser);
    QTest::mouseClick(&grid, Qt::LeftButton, {}, middleOf({2, 5}));
    ASSERT_EQ(selected.count(), 1);
    EXPECT_EQ(selected[0][0].value<std::vector<HeadAddress>>(), (std::vector<HeadAddress>{{2, 5}}));
    EXPECT_EQ(grid.selected(), (HeadAddress{2, 5}));
    QTest::mouseClick(&grid, Qt::LeftButton, {}, middleOf({2, 5}));
    EXPECT_EQ(selected.count(), 1);
    grid.setHeads(std::vector<HeadAddress>{{0, 0}});
    EXPECT_EQ(selected.count(), 1);
}

TEST_F(HeadGridTest, ArrowsMoveAndStopAtTheEdges) {
    QSignalSpy selected(&grid, &HeadGrid::chosenByUser);
    QTest::keyClick(&grid, Qt::Key_Up);
    QTest::keyClick(&grid, Qt::Key_Left);
    EXPECT_EQ(selected.count(), 0);
    QTest::keyClick(&grid, Qt::Key_Down);
    QTest::keyClick(&grid, Qt::Key_Right);
    EXPECT_EQ(grid.selected(), (HeadAddress{1, 1}));
    grid.setHeads(std::vector<HeadAddress>{{3, 7}});
    QTest::keyClick(&grid, Qt::Key_Down);
    QTest::keyClick(&grid, Qt::Key_Right);
    EXPECT_EQ(grid.selected(), (HeadAddress{3, 7}));
    EXPECT_EQ(selected.count(), 2);
}

TEST_F(HeadGridTest, TheSelectionHasTheHeadsHue) {
    for (const HeadAddress head : {HeadAddress{0, 0}, HeadAddress{2, 5}, HeadAddress{3, 7}}) {
        grid.setHeads(std::vector<HeadAddress>{head});
        const QRect at = grid.thumbnailRect(head);
        EXPECT_EQ(grid.grab().toImage().pixelColor(at.center().x(), at.top() - 1), headColour(head.head));
    }
}

TEST_F(HeadGridTest, TheToolTipNamesHeadAndSlope) {
    grid.setSlopes(
        SlopeTable(4, SlopeSet{1.0 / 2, 1.0 / 4, 1.0 / 8, 1.0 / 16, 1.0 / 32, 1.0 / 64, 1.0 / 128, 1.0 / 256}));
    const QPoint place = middleOf({2, 5});
    QHelpEvent help(QEvent::ToolTip, place, grid.mapToGlobal(place));
    QCoreApplication::sendEvent(&grid, &help);
    EXPECT_EQ(QToolTip::text().section(u'\n', 0, 0), "Layer 2 · Head 5, slope 1/64");
    EXPECT_TRUE(QToolTip::text().contains("largest value of a pixel: 1")) << QToolTip::text().toStdString();
    grid.setSlopes({});
    const QPoint other = middleOf({3, 1});
    QHelpEvent again(QEvent::ToolTip, other, grid.mapToGlobal(other));
    QCoreApplication::sendEvent(&grid, &again);
    EXPECT_EQ(QToolTip::text().section(u'\n', 0, 0), "Layer 3 · Head 1");
}

TEST_F(HeadGridTest, PicturesShowAndAreDimmedWhileStale) {
    const QPoint corner = grid.thumbnailRect({1, 2}).topLeft() + QPoint(1, 1);
    const QColor fresh = grid.grab().toImage().pixelColor(corner);
    EXPECT_LT(fresh.lightness(), 150); // the diagonal is dark
    grid.setStale(true);
    EXPECT_GT(grid.grab().toImage().pixelColor(corner).lightness(), fresh.lightness());
}

TEST_F(HeadGridTest, AllHeadsAlikeKeepsQuietHeadsPale) {
    ThumbnailsResult mixed = thumbnailsOf(1, 2);
    for (float& value : mixed.pictures[1].values)
        value *= 0.02F;
    ScaleSettings settings;
    settings.kind = ScaleKind::Linear;
    grid.setScaleSettings(settings);
    grid.setThumbnails(0, std::make_shared<const ThumbnailsResult>(mixed));
    const auto diagonal = [&](int head) {
        return grid.grab().toImage().pixelColor(grid.thumbnailRect({0, head}).topLeft() + QPoint(1, 1)).lightness();
    };
    EXPECT_NEAR(diagonal(0), diagonal(1), 12);
    settings.range = ScaleRange::Global;
    grid.setScaleSettings(settings);
    EXPECT_GT(diagonal(1), diagonal(0) + 60);
}

TEST_F(HeadGridTest, AnotherModelForgetsThePicturesAndKeepsTheSelectionInside) {
    grid.setHeads(std::vector<HeadAddress>{{3, 7}});
    grid.setShape(2, 4);
    EXPECT_EQ(grid.selected(), (HeadAddress{1, 3}));
    ThumbnailsResult broken = thumbnailsOf(2, 4);
    broken.pictures.pop_back();
    grid.setThumbnails(0, std::make_shared<const ThumbnailsResult>(broken)); // left aside
    grid.setShape(70, 112);     // the largest of the field still fits
    grid.resize(grid.minimumSizeHint());
    EXPECT_TRUE(grid.rect().contains(grid.thumbnailRect({69, 111})));
    EXPECT_FALSE(grid.grab().isNull());
    grid.setShape(0, 0);
    EXPECT_FALSE(grid.grab().isNull());
    EXPECT_GT(grid.wantedPixels(), 0);
}

using Heads = std::vector<HeadAddress>;

TEST_F(HeadGridTest, ShiftClickAddsToTheAverageAndTakesAway) {
    QSignalSpy chosen(&grid, &HeadGrid::chosenByUser);
    grid.setHeads(Heads{{2, 5}});
    QTest::mouseClick(&grid, Qt::LeftButton, Qt::ShiftModifier, middleOf({1, 3}));
    QTest::mouseClick(&grid, Qt::LeftButton, Qt::ShiftModifier, middleOf({0, 0}));
    EXPECT_EQ(grid.heads(), (Heads{{2, 5}, {1, 3}, {0, 0}}));
    QTest::mouseClick(&grid, Qt::LeftButton, Qt::ShiftModifier, middleOf({2, 5})); // the next one is selected then
    EXPECT_EQ(grid.heads(), (Heads{{1, 3}, {0, 0}}));
    QTest::mouseClick(&grid, Qt::LeftButton, Qt::ShiftModifier, middleOf({1, 3}));
    QTest::mouseClick(&grid, Qt::LeftButton, Qt::ShiftModifier, middleOf({0, 0})); // one stays
    EXPECT_EQ(grid.heads(), (Heads{{0, 0}}));
    EXPECT_EQ(chosen.count(), 4);
    QTest::mouseClick(&grid, Qt::LeftButton, {}, middleOf({3, 3}));
    EXPECT_EQ(grid.heads(), (Heads{{3, 3}}));
}

TEST_F(HeadGridTest, ALayersNameTakesTheLayerAndTheCornerAll) {
    grid.setHeads(Heads{{2, 5}});
    QTest::mouseClick(&grid, Qt::LeftButton, {}, grid.layerRect(1).center());
    EXPECT_EQ(grid.heads().size(), 8U);
    EXPECT_EQ(grid.selected(), (HeadAddress{1, 5}));
    for (const HeadAddress head : grid.heads())
        EXPECT_EQ(head.layer, 1);
    QTest::mouseClick(&grid, Qt::LeftButton, {}, grid.allRect().center());
    EXPECT_EQ(grid.heads().size(), 32U);
    EXPECT_EQ(grid.selected(), (HeadAddress{1, 5}));
}

TEST_F(HeadGridTest, CtrlClickComparesAndAgainStops) {
    QSignalSpy compared(&grid, &HeadGrid::comparedByUser), chosen(&grid, &HeadGrid::chosenByUser);
    const QImage before = grid.grab().toImage();
    QTest::mouseClick(&grid, Qt::LeftButton, Qt::ControlModifier, middleOf({3, 1}));
    ASSERT_EQ(compared.count(), 1);
    EXPECT_EQ(compared[0][0].value<std::optional<HeadAddress>>(), (HeadAddress{3, 1}));
    EXPECT_NE(grid.grab().toImage(), before);
    QTest::mouseClick(&grid, Qt::LeftButton, Qt::ControlModifier, middleOf({3, 1}));
    ASSERT_EQ(compared.count(), 2);
    EXPECT_FALSE(compared[1][0].value<std::optional<HeadAddress>>());
    EXPECT_EQ(grid.grab().toImage(), before);
    EXPECT_EQ(chosen.count(), 0);
}

TEST_F(HeadGridTest, TheModeSaysWhosePicturesAreShown) {
    ThumbnailsResult quiet = thumbnailsOf(4, 8);
    for (Picture& picture : quiet.pictures)
        for (float& value : picture.values)
            value *= 2;
    quiet.pictures[9] = thumbnailsOf(4, 8).pictures[9]; // layer 1, head 1: the same as A's
    const auto at = [&](HeadAddress head) {
        return grid.grab().toImage().pixelColor(grid.thumbnailRect(head).topLeft() + QPoint(1, 1));
    };
    const QColor ofA = at({1, 2});
    grid.setThumbnails(1, std::make_shared<const ThumbnailsResult>(quiet));
    EXPECT_EQ(at({1, 2}), ofA);
    grid.setMode(MapMode::Difference);
    EXPECT_GT(at({1, 2}).red(), at({1, 2}).blue() + 30); // A is lower
    const QColor same = at({1, 1});
    EXPECT_LT(std::abs(same.red() - same.blue()), 12);
    EXPECT_GT(same.lightness(), 200);
    grid.setThumbnails(1, nullptr);
    EXPECT_EQ(at({1, 2}), ofA);
}

TEST_F(HeadGridTest, NamesOfManyHeadsThinOutAndDoNotCollide) {
    for (const int heads : {8, 12, 16, 32, 64}) {
        for (const int width : {200, 260, 420}) {
            grid.setShape(heads, heads);
            grid.resize(width, grid.heightForWidth(width));
            for (const int chosen : {0, heads / 2 + 1, heads - 1}) {
                grid.setHeads(Heads{{0, chosen}});
                const auto names = grid.headNames();
                EXPECT_GE(names.size(), 3U) << heads << " in " << width;
                bool named = false;
                for (std::size_t i = 0; i < names.size(); ++i) {
                    named = named || names[i].head == chosen;
                    for (std::size_t j = 0; j < i; ++j)
                        EXPECT_FALSE(names[i].box.intersects(names[j].box)) << heads << " in " << width;
                }
                EXPECT_TRUE(named);
            }
        }
    }
    grid.setShape(12, 12);
    grid.resize(260, grid.heightForWidth(260));
    EXPECT_EQ(grid.headNames().size(), 12U); // GPT-2: all of them
}
