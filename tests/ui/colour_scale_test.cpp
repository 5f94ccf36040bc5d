#include "ui/figures/colour_scale.h"

#include "ui/figures/picture_difference.h"
#include "ui/widgets/theme.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

using namespace slopescope;
using namespace slopescope::ui;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Picture pictureOf(int rows, int columns, std::vector<float> values) {
    return {{0, rows, 0, columns, rows, columns}, std::move(values)};
}

Picture column(std::vector<float> values) {
    const int rows = int(values.size());
    return pictureOf(rows, 1, std::move(values));
}

ColourScale scaleOf(ColourMap map, ScaleKind kind, ScaleRange range = ScaleRange::Head, std::optional<double> low = {},
                    std::optional<double> high = {}) {
    return {ScaleSettings{map, kind, range, low, high}, false};
}

double lightness(QRgb colour) {
    return 0.299 * qRed(colour) + 0.587 * qGreen(colour) + 0.114 * qBlue(colour);
}

} // namespace

TEST(ColourScale, MasksWhatIsNotANumber) {
    for (const bool dark : {false, true}) {
        const QRgb masked = (dark ? Theme::forNight() : Theme::forDay()).masked.rgb();
        for (const ColourMap map : {ColourMap::Blues, ColourMap::Viridis, ColourMap::Signed}) {
            for (const ScaleKind kind : {ScaleKind::Linear, ScaleKind::Log, ScaleKind::Percentile}) {
                ColourScale scale({map, kind, ScaleRange::Head, {}, {}}, dark);
                const Picture picture = column({kNaN, 0.25F, 0.5F, -kNaN});
                scale.fit(picture);
                EXPECT_EQ(scale.colour(kNaN), masked);
                EXPECT_EQ(scale.colour(-kNaN), masked);
                EXPECT_EQ(scale.colour(-std::numeric_limits<float>::infinity()), masked);
                EXPECT_NE(scale.colour(0.5F), masked);
                const QImage image = scale.image(picture);
                EXPECT_EQ(image.pixel(0, 0), masked);
                EXPECT_EQ(image.pixel(0, 3), masked);
                EXPECT_NE(image.pixel(0, 1), masked);
            }
        }
    }
}

TEST(ColourScale, MagnitudeRunsEvenlyFromLightToDark) {
    for (const ColourMap map : {ColourMap::Blues, ColourMap::Viridis}) {
        for (const bool dark : {false, true}) {
            const Ramp& ramp = colourRamp(map, dark);
            const bool rises = map == ColourMap::Viridis || dark;
            for (std::size_t i = 8; i < ramp.size(); i += 8)
                EXPECT_EQ(lightness(ramp[i]) > lightness(ramp[i - 8]), rises) << i;
        }
    }
    EXPECT_GT(lightness(colourRamp(ColourMap::Blues, false).front()), 245);
    EXPECT_LT(lightness(colourRamp(ColourMap::Blues, true).front()), 30);
}

TEST(ColourScale, LinearPutsTheMiddleInTheMiddle) {
    const auto scale = scaleOf(ColourMap::Blues, ScaleKind::Linear, ScaleRange::Head, 0.0, 0.2);
    EXPECT_DOUBLE_EQ(scale.position(0.1), 0.5);
    EXPECT_DOUBLE_EQ(scale.position(-3), 0);
    EXPECT_DOUBLE_EQ(scale.position(7), 1);
    EXPECT_EQ(scale.colour(0), colourRamp(ColourMap::Blues, false).front());
    EXPECT_EQ(scale.colour(0.3F), colourRamp(ColourMap::Blues, false).back());
}

TEST(ColourScale, LogPutsTheGeometricMeanInTheMiddle) {
    const auto scale = scaleOf(ColourMap::Blues, ScaleKind::Log, ScaleRange::Head, 1e-4, 1.0);
    EXPECT_NEAR(scale.position(1e-2), 0.5, 1e-12);
    EXPECT_NEAR(scale.position(1e-3), 0.25, 1e-12);
    EXPECT_DOUBLE_EQ(scale.position(0), 0);
    EXPECT_EQ(scale.colour(0), colourRamp(ColourMap::Blues, false).front());
}

TEST(ColourScale, TheTableFollowsThePosition) {
    std::mt19937 random(1);
    std::uniform_real_distribution<double> exponent(-9, 1);
    for (const ColourMap map : {ColourMap::Blues, ColourMap::Signed}) {
        for (const ScaleKind kind : {ScaleKind::Linear, ScaleKind::Log, ScaleKind::Percentile}) {
            std::vector<float> values;
            for (int i = 0; i < 4000; ++i)
                values.push_back(float(std::pow(10, exponent(random)) * (map == ColourMap::Signed && i % 2 ? -1 : 1)));
            auto scale = scaleOf(map, kind);
            scale.fit(column(values));
            const Ramp& ramp = colourRamp(map, false);
            for (const float value : values) {
                const QRgb told = ramp[std::size_t(std::lround(scale.position(value) * (kRampColours - 1)))];
                const QRgb drawn = scale.colour(value);
                EXPECT_NEAR(qRed(told), qRed(drawn), 5) << value;
                EXPECT_NEAR(qGreen(told), qGreen(drawn), 5) << value;
                EXPECT_NEAR(qBlue(told), qBlue(drawn), 5) << value;
            }
        }
    }
}

TEST(ColourScale, ValueAtUndoesPosition) {
    std::vector<float> mixed(2001);
    for (std::size_t i = 0; i < mixed.size(); ++i)
        mixed[i] = (float(i) - 1000) / 50;
    for (const ColourMap map : {ColourMap::Blues, ColourMap::Signed}) {
        for (const ScaleKind kind : {ScaleKind::Linear, ScaleKind::Log, ScaleKind::Percentile}) {
            auto scale = scaleOf(map, kind);
            scale.fit(column(mixed));
            for (const double t : {0.0, 0.1, 0.3, 0.5, 0.77, 1.0})
                EXPECT_NEAR(scale.position(scale.valueAt(t)), t, 2e-3) << int(map) << int(kind);
        }
    }
}

TEST(ColourScale, SignedIsWhiteAtZeroWhereverTheEndsAre) {
    for (const ScaleKind kind : {ScaleKind::Linear, ScaleKind::Log}) {
        const auto scale = scaleOf(ColourMap::Signed, kind, ScaleRange::Head, -10.0, 2.0);
        EXPECT_DOUBLE_EQ(scale.position(0), 0.5);
        EXPECT_GT(lightness(scale.colour(0)), 240);
        EXPECT_GT(qRed(scale.colour(-9)), qBlue(scale.colour(-9)));
        EXPECT_GT(qBlue(scale.colour(1.9F)), qRed(scale.colour(1.9F)));
        EXPECT_DOUBLE_EQ(scale.position(-10), 0);
        EXPECT_DOUBLE_EQ(scale.position(2), 1);
    }
    auto fitted = scaleOf(ColourMap::Signed, ScaleKind::Linear);
    fitted.fit(column({-8, -1, 0, 3}));
    EXPECT_DOUBLE_EQ(fitted.low(), -fitted.high());
    auto ranked = scaleOf(ColourMap::Signed, ScaleKind::Percentile);
    ranked.fit(column({-8, -1, 0, 3}));
    EXPECT_DOUBLE_EQ(ranked.position(0), 0.5);
    EXPECT_LT(ranked.position(-8), ranked.position(-1));
}

// The rank of a value does not change under a monotone function.
TEST(ColourScale, PercentileIsTheRank) {
    std::vector<float> values(1000), bent(1000);
    std::iota(values.begin(), values.end(), 1.0F);
    std::shuffle(values.begin(), values.end(), std::mt19937(3));
    std::transform(values.begin(), values.end(), bent.begin(), [](float v) { return std::exp(v / 100); });
    auto scale = scaleOf(ColourMap::Blues, ScaleKind::Percentile);
    auto bentScale = scale;
    scale.fit(column(values));
    bentScale.fit(column(bent));
    for (std::size_t i = 0; i < values.size(); ++i) {
        EXPECT_NEAR(scale.position(values[i]), (values[i] - 1) / 999, 2e-3);
        EXPECT_NEAR(bentScale.position(bent[i]), scale.position(values[i]), 2e-3);
    }
    // Half of the values are equal: they are the lowest, not the middle.
    std::vector<float> zeros(1000, 0);
    std::fill(zeros.begin() + 500, zeros.end(), 1.0F);
    scale.fit(column(zeros));
    EXPECT_DOUBLE_EQ(scale.position(0), 0);
}

TEST(ColourScale, EveryRowByItsOwnLargest) {
    auto scale = scaleOf(ColourMap::Blues, ScaleKind::Linear, ScaleRange::Row);
    const Picture picture = pictureOf(3, 3, {1, 0.5F, 0, 1e-3F, 0.5e-3F, 0, 0, 0, kNaN});
    scale.fit(picture);
    const QImage image = scale.image(picture);
    EXPECT_EQ(image.pixel(0, 0), colourRamp(ColourMap::Blues, false).back());
    for (int x = 0; x < 3; ++x)
        EXPECT_EQ(image.pixel(x, 0), image.pixel(x, 1));
    EXPECT_EQ(image.pixel(0, 2), colourRamp(ColourMap::Blues, false).front());
    EXPECT_DOUBLE_EQ(scale.high(), 1);
}

TEST(ColourScale, GlobalEndsRestWhilePicturesCome) {
    auto scale = scaleOf(ColourMap::Blues, ScaleKind::Linear, ScaleRange::Global);
    const Picture quiet = column({0, 0.2F}), loud = column({0, 0.8F});
    scale.setGlobal({&quiet, &loud});
    EXPECT_DOUBLE_EQ(scale.high(), 0.8);
    scale.fit(column({0, 0.01F}));
    EXPECT_DOUBLE_EQ(scale.high(), 0.8);
    auto head = scaleOf(ColourMap::Blues, ScaleKind::Linear, ScaleRange::Head);
    head.setGlobal({&loud});
    head.fit(column({0, 0.01F}));
    EXPECT_DOUBLE_EQ(head.high(), 0.01);
}

TEST(ColourScale, TypedEndsHold) {
    auto scale = scaleOf(ColourMap::Blues, ScaleKind::Linear, ScaleRange::Head, {}, 0.05);
    scale.fit(column({0, 1}));
    EXPECT_DOUBLE_EQ(scale.low(), 0);
    EXPECT_DOUBLE_EQ(scale.high(), 0.05);
    auto beyond = scaleOf(ColourMap::Blues, ScaleKind::Linear, ScaleRange::Head, 5.0, {});
    beyond.fit(column({0, 1}));
    EXPECT_DOUBLE_EQ(beyond.low(), 5);
    EXPECT_GT(beyond.high(), 5);
}

TEST(ColourScale, AFewOutliersDoNotWashOutTheRest) {
    std::vector<float> values(10000, 0.01F);
    values[17] = 1;
    auto scale = scaleOf(ColourMap::Blues, ScaleKind::Linear);
    scale.fit(column(values));
    EXPECT_DOUBLE_EQ(scale.high(), 0.01);
    // Of a handful of cells none is an outlier.
    scale.fit(column({0.01F, 0.01F, 1}));
    EXPECT_DOUBLE_EQ(scale.high(), 1);
}

TEST(ColourScale, TicksAscendApartWithBothEnds) {
    std::vector<float> values(2001);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = (float(i) - 700) / 90;
    for (const ColourMap map : {ColourMap::Blues, ColourMap::Signed}) {
        for (const ScaleKind kind : {ScaleKind::Linear, ScaleKind::Log, ScaleKind::Percentile}) {
            auto scale = scaleOf(map, kind);
            scale.fit(column(values));
            for (const int most : {2, 5, 12}) {
                const auto ticks = scale.ticks(most);
                ASSERT_GE(ticks.size(), 2U);
                EXPECT_DOUBLE_EQ(ticks.front().value, scale.low());
                EXPECT_DOUBLE_EQ(ticks.back().value, scale.high());
                for (std::size_t i = 1; i < ticks.size(); ++i) {
                    EXPECT_GT(ticks[i].value, ticks[i - 1].value);
                    EXPECT_NEAR(ticks[i].position, scale.position(ticks[i].value), 1e-9);
                    if (i > 1 && i + 1 < ticks.size()) {
                        EXPECT_GT(ticks[i].position - ticks[i - 1].position, 0.5 / most);
                    }
                }
            }
        }
    }
}

TEST(ColourScale, SurvivesPicturesOfNothing) {
    for (const ScaleKind kind : {ScaleKind::Linear, ScaleKind::Log, ScaleKind::Percentile}) {
        for (const ColourMap map : {ColourMap::Blues, ColourMap::Signed}) {
            auto scale = scaleOf(map, kind);
            scale.fit(column({kNaN, kNaN}));
            EXPECT_LT(scale.low(), scale.high());
            scale.fit(column({0, 0, 0}));
            EXPECT_LT(scale.low(), scale.high());
            EXPECT_EQ(scale.colour(0), scale.image(column({0})).pixel(0, 0));
            scale.fit(Picture{});
            EXPECT_TRUE(scale.image(Picture{}).isNull());
            EXPECT_TRUE(scale.image(Picture{{0, 9, 0, 9, 9, 9}, {1, 2}}).isNull());
            EXPECT_GE(scale.ticks(4).size(), 2U);
        }
    }
}

// Blocks that cannot matter are skipped and hold zeros beside tiny values: their border must not be seen.
TEST(ColourScale, PercentileShowsNoBorderOfSkippedBlocks) {
    std::vector<float> values(900, 0.0F);
    for (int i = 0; i < 100; ++i)
        values.push_back(1e-10F * float(i + 1)); // computed, but no larger than what is skipped
    for (int i = 1; i <= 1000; ++i)
        values.push_back(float(i) / 1000);
    auto scale = scaleOf(ColourMap::Blues, ScaleKind::Percentile);
    scale.fit(column(values));
    EXPECT_DOUBLE_EQ(scale.position(0), 0);
    EXPECT_DOUBLE_EQ(scale.position(1e-8), 0);
    EXPECT_EQ(scale.colour(0), scale.colour(5e-9F));
    EXPECT_NEAR(scale.position(0.25), 0.25, 5e-3); // the rank among those that count, not among the zeros
    EXPECT_NEAR(scale.position(0.75), 0.75, 5e-3);
    EXPECT_DOUBLE_EQ(scale.low(), 0);
    // Without any zero everything has its rank.
    auto whole = scaleOf(ColourMap::Blues, ScaleKind::Percentile);
    whole.fit(column({1e-10F, 2e-10F, 3e-10F}));
    EXPECT_GT(whole.position(2e-10), 0.2);
    EXPECT_DOUBLE_EQ(whole.position(4e-10), 1);
}

TEST(ColourScale, TheVersionTellsWhetherColoursChanged) {
    auto scale = scaleOf(ColourMap::Blues, ScaleKind::Linear);
    scale.fit(column({0, 0.8F}));
    const auto version = scale.version();
    scale.fit(column({0, 0.79F, 0.3F})); // the same round ends
    EXPECT_EQ(scale.version(), version);
    const ColourScale copy = scale;
    scale.fit(column({0, 0.1F}));
    EXPECT_NE(scale.version(), version);
    EXPECT_EQ(copy.version(), version);
    EXPECT_NE(copy.colour(0.1F), scale.colour(0.1F));
}

TEST(PictureDifference, IsAMinusBAndMaskedWhereNothingIsKnown) {
    const Picture a = pictureOf(2, 2, {0.5F, kNaN, 0.25F, 0.75F}), b = pictureOf(2, 2, {0.125F, kNaN, kNaN, 1.0F});
    const Picture difference = differenceOf(a, b, Stage::Probability);
    EXPECT_EQ(difference.viewport, a.viewport);
    EXPECT_EQ(difference.values[0], 0.375F);
    EXPECT_TRUE(std::isnan(difference.values[1]));
    EXPECT_EQ(difference.values[2], 0.25F); // outside B's window: probability 0 there
    EXPECT_EQ(difference.values[3], -0.25F);
    EXPECT_TRUE(std::isnan(differenceOf(a, b, Stage::Score).values[2])); // no score stands for a masked cell
    EXPECT_TRUE(differenceOf(a, pictureOf(1, 2, {1, 2}), Stage::Score).values.empty());
    EXPECT_TRUE(differenceOf(Picture{}, Picture{}, Stage::Score).values.empty());
}
