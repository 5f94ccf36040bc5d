// Large cells: tokens on both axes, numbers in the cells.
#include "ui/map/map_view.h"

#include "ui/widgets/theme.h"

#include <QLocale>
#include <QMap>
#include <QSignalSpy>
#include <QTest>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <string>

using namespace slopescope;
using namespace slopescope::ui;

namespace {

std::shared_ptr<const TextFacts> words(int count) {
    auto facts = std::make_shared<TextFacts>();
    for (int word = 0; word < count; ++word) {
        const auto begin = std::int64_t(facts->text.size());
        facts->text += " w" + std::to_string(word);
        facts->tokens.push_back({word, begin, std::int64_t(facts->text.size())});
    }
    return facts;
}

class MapViewTokens : public testing::Test {
protected:
    MapViewTokens() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
        view.resize(600, 560);
        view.show();
    }
    ~MapViewTokens() override { QLocale::setDefault(QLocale::system()); }

    void open(int tokens) {
        view.setTokens(words(tokens));
        view.setLength(tokens);
    }
    // Each row gives all its keys the same.
    void draw(float factor = 1) {
        const Viewport v = view.wanted();
        Picture picture{v, {}};
        for (int row = 0; row < v.rows; ++row)
            for (int column = 0; column < v.columns; ++column)
                picture.values.push_back(v.keyBegin + column > v.queryBegin + row
                                             ? std::numeric_limits<float>::quiet_NaN()
                                             : factor / float(v.queryBegin + row + 1));
        ColourScale scale(ScaleSettings{}, false);
        scale.fit(picture);
        view.setPicture(std::make_shared<const Picture>(picture), view.length(), scale);
    }
    // Pixels of a part of the widget that are neither of the two most frequent colours.
    int ink(const QRect& part) {
        const QImage image = view.grab(part).toImage();
        QMap<QRgb, int> seen;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                ++seen[image.pixel(x, y)];
        QList<int> counts = seen.values();
        std::sort(counts.begin(), counts.end(), std::greater());
        return image.width() * image.height() - counts.value(0) - counts.value(1);
    }

    MapView view;
};

} // namespace

TEST_F(MapViewTokens, StandOnBothAxesOfASentence) {
    open(12);
    draw();
    ASSERT_TRUE(view.showsTokens());
    const QRect plot = view.plotRect();
    EXPECT_GE(plot.width(), 12 * 28);
    for (const int token : {0, 5, 11}) {
        const QRect row = view.cellRect(token, 0), column = view.cellRect(0, token);
        EXPECT_GT(ink({plot.left() - 40, row.top(), 38, row.height()}), 5) << token;
        EXPECT_GT(ink({column.left(), plot.top() - 24, column.width(), 22}), 5) << token;
    }
}

TEST_F(MapViewTokens, NumbersStandInTheCellsThatAreSeen) {
    open(12);
    draw();
    EXPECT_EQ(view.numberIn(0, 0), QString("1.00"));
    EXPECT_EQ(view.numberIn(2, 1), QString(".33"));
    EXPECT_EQ(view.numberIn(2, 3), QString()); // masked
    EXPECT_GT(ink(view.cellRect(6, 3).adjusted(3, 3, -3, -3)), 10);
    EXPECT_EQ(ink(view.cellRect(3, 6).adjusted(3, 3, -3, -3)), 0);
    view.setNumbersSigned(true);
    draw(-36);
    EXPECT_EQ(view.numberIn(0, 0), QString("\u221236.0"));
    EXPECT_EQ(view.numberIn(11, 4), QString("\u22123.00"));
}

TEST_F(MapViewTokens, ComeAndGoWithTheRoomThatTheyNeed) {
    QSignalSpy toggled(&view, &MapView::tokensToggled);
    open(400);
    draw();
    EXPECT_FALSE(view.showsTokens());
    EXPECT_EQ(toggled.count(), 0);
    view.showCells(200, 190, 20);
    EXPECT_TRUE(view.showsTokens());
    EXPECT_EQ(toggled.count(), 1);
    EXPECT_GE(view.plotRect().width() / 20, 14);
    view.showCells(200, 190, 60); // 560 pixels hold no 60 tokens of 14
    EXPECT_FALSE(view.showsTokens());
    EXPECT_EQ(toggled.count(), 2);
    view.resize(1100, 1060);
    EXPECT_TRUE(view.showsTokens());
}

TEST_F(MapViewTokens, AClickOnAQueryLocksItsRow) {
    open(12);
    draw();
    QSignalSpy locked(&view, &MapView::locked);
    const QRect row = view.cellRect(7, 0);
    QTest::mouseClick(&view, Qt::LeftButton, {}, {view.plotRect().left() - 15, row.center().y()});
    ASSERT_EQ(locked.count(), 1);
    EXPECT_EQ(view.crosshair(), (Cell{7, 7}));
    view.lock(9, 2);
    QTest::mouseClick(&view, Qt::LeftButton, {}, {view.plotRect().left() - 15, row.center().y()});
    EXPECT_EQ(view.crosshair(), (Cell{7, 2})); // its key stays where it can
}

TEST_F(MapViewTokens, WithoutTokensThereAreNumbersAlone) {
    view.setLength(12);
    EXPECT_FALSE(view.showsTokens());
    view.setTokens(words(12));
    EXPECT_TRUE(view.showsTokens());
    view.setTokens(nullptr);
    EXPECT_FALSE(view.showsTokens());
}
