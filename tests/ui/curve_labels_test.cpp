#include "ui/figures/curve_labels.h"

#include "ui/figures/plot_style.h"
#include "ui/widgets/theme.h"

#include <QFontMetricsF>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

using namespace slopescope::ui;

namespace {

LabelRoom room() {
    return {QRectF(50, 10, 800, 200), 858, 990, {QRectF(200, 11, 90, 14)}};
}

std::vector<LabelWish> randomWishes(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> x(50, 850), y(10, 210), share(0, 1);
    std::vector<LabelWish> wishes;
    for (std::size_t i = 0; i < count; ++i) {
        const double kind = share(random);
        const QString name = QString("alibi, variant %1").arg(i);
        if (kind < 0.6)
            wishes.push_back(
                {QPointF(850, y(random)), LabelWish::Place::Right, name, QString("variant %1").arg(i), i == 1});
        else if (kind < 0.8)
            wishes.push_back(
                {QPointF(x(random), 10), LabelWish::Place::Top, name, QString("variant %1").arg(i), i == 1});
        else
            wishes.push_back(
                {QPointF(x(random), y(random)), LabelWish::Place::Inside, name, QString("variant %1").arg(i), i == 1});
    }
    return wishes;
}

} // namespace

TEST(PlaceLabels, NoTwoEverMeet) {
    for (const std::size_t count : {2, 4, 8, 50})
        for (unsigned seed = 0; seed < 40; ++seed) {
            const LabelRoom where = room();
            const std::vector<LabelWish> wishes = randomWishes(count, seed);
            const std::vector<PlacedLabel> placed = placeLabels(wishes, where, labelFont(), boldFont());
            std::set<std::size_t> named;
            std::size_t leftOut = 0;
            for (std::size_t i = 0; i < placed.size(); ++i) {
                for (std::size_t j = i + 1; j < placed.size(); ++j)
                    ASSERT_FALSE(placed[i].rect.intersects(placed[j].rect))
                        << placed[i].text.toStdString() << " meets " << placed[j].text.toStdString() << ", " << count
                        << " " << seed;
                for (const QRectF& taken : where.taken)
                    ASSERT_FALSE(placed[i].rect.intersects(taken));
                ASSERT_GE(placed[i].rect.left(), 50);
                ASSERT_LE(placed[i].rect.right(), 990 + 1e-6);
                ASSERT_GE(placed[i].rect.top(), 0);
                ASSERT_LE(placed[i].rect.bottom(), 221);
                if (placed[i].wish)
                    EXPECT_TRUE(named.insert(*placed[i].wish).second) << "named once";
                else
                    leftOut = placed[i].text.mid(1).toULong();
            }
            EXPECT_EQ(named.size() + leftOut, count) << "everyone is named or counted";
            EXPECT_TRUE(named.contains(1)) << "the selected one always is";
            if (count <= 8) {
                EXPECT_EQ(leftOut, 0U);
            }
        }
}

TEST(PlaceLabels, ANameStandsAtItsLinesEnd) {
    const auto placed = placeLabels({{QPointF(850, 100), LabelWish::Place::Right, "alibi", "alibi", false}}, room(),
                                    labelFont(), boldFont());
    ASSERT_EQ(placed.size(), 1U);
    EXPECT_NEAR(placed[0].rect.center().y(), 100, 0.01);
    EXPECT_DOUBLE_EQ(placed[0].rect.left(), 858);
    EXPECT_EQ(placed[0].text, "alibi");
}

TEST(PlaceLabels, OneThatLeavesSaysSoWhereItLeaves) {
    const auto placed = placeLabels({{QPointF(400, 10), LabelWish::Place::Top, "rotary", "rotary", false}}, room(),
                                    labelFont(), boldFont());
    ASSERT_EQ(placed.size(), 1U);
    EXPECT_EQ(placed[0].text, "rotary ↑");
    EXPECT_NEAR(placed[0].rect.left(), 408, 0.01);
    EXPECT_LT(placed[0].rect.top(), 14);
}

TEST(PlaceLabels, ALongNameGoesShort) {
    LabelRoom narrow = room();
    narrow.columnRight = narrow.columnLeft + QFontMetricsF(labelFont()).horizontalAdvance("slopes × 0.5") + 1;
    const LabelWish wish{QPointF(850, 100), LabelWish::Place::Right, "alibi, slopes × 0.5", "slopes × 0.5", false};
    EXPECT_EQ(placeLabels({wish}, narrow, labelFont(), boldFont()).front().text, "slopes × 0.5");
    narrow.columnRight -= 20;
    EXPECT_TRUE(placeLabels({wish}, narrow, labelFont(), boldFont()).front().text.endsWith(u'…'));
}

TEST(ShortNames, KeepWhatTellsThemApart) {
    EXPECT_EQ(shortNames({"alibi", "alibi, H5 ÷ 2", "rotary, NTK × 4"}), QStringList({"alibi", "H5 ÷ 2", "NTK × 4"}));
    EXPECT_EQ(shortNames({"alibi, window 64", "rotary, window 64"}),
              QStringList({"alibi, window 64", "rotary, window 64"}));
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
