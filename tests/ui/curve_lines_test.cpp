// Units, ranges and differences: what the panel draws of what was measured.
#include "tests/ui/curve_fixture.h"

using namespace slopescope;
using namespace slopescope::ui;
using namespace slopescope::ui::tests;

TEST_F(CurveViewTest, TheAxisFollowsTheGoodCurves) {
    Shown shown({curve("alibi", 90, -0.1), curve("sinusoidal", 90, 0.7)});
    show(shown);
    const double best = 90 * std::pow(128, -0.1);
    EXPECT_LT(view.valueRange().high, best + 4 * (90 - best) + 20) << "not 2,700";
    EXPECT_FALSE(view.valueRange().logarithmic);
    EXPECT_LT(view.valueRange().low, best);
    EXPECT_EQ(names(), QStringList({"sinusoidal ↑", "alibi"}));
    const QRectF stands = view.labels().front().rect;
    EXPECT_LT(stands.left(), 500) << "where it leaves, not at the right";
    for (CurvePoint& one : shown.result.curves[0].points)
        one.standardError = 0.8; // the band is no reason
    const ValueRange before = view.valueRange();
    show(shown);
    EXPECT_DOUBLE_EQ(view.valueRange().high, before.high);
}

TEST_F(CurveViewTest, ACurveThatIsAloneIsSeenWhole) {
    show(Shown({curve("sinusoidal", 60, 0.3)}));
    EXPECT_GT(view.valueRange().high, 60 * std::pow(128, 0.3));
    EXPECT_FALSE(view.valueRange().logarithmic);
    show(Shown({curve("sinusoidal", 60, 0.6)})); // 18 times
    EXPECT_TRUE(view.valueRange().logarithmic);
    press("Linear");
    EXPECT_FALSE(view.valueRange().logarithmic) << "a person's choice stands";
}

TEST_F(CurveViewTest, UnitsAreThoseOfTheResult) {
    Shown shown({curve("alibi", 60), curve("rotary", 66)}, 1);
    show(shown);
    EXPECT_NEAR(view.picture().curves[0].dots[0].value, 60, 1e-9);
    EXPECT_NEAR(view.picture().curves[0].dots[0].high, 60 * std::exp(0.02), 1e-9);
    setUnit(CurveUnit::BitsPerByte);
    EXPECT_NEAR(view.picture().curves[0].dots[0].value, std::log(60) / 3, 1e-12);
    EXPECT_NEAR(view.picture().curves[0].dots[0].high, (std::log(60) + 0.02) / 3, 1e-12);
    setUnit(CurveUnit::Difference);
    EXPECT_NEAR(view.picture().curves[0].dots[0].value, std::log(60.0 / 66), 1e-12);
    EXPECT_NEAR(view.picture().curves[0].dots[0].high, std::log(60.0 / 66) + 0.0008, 1e-12);
    EXPECT_TRUE(view.picture().curves[1].dots.empty()) << "B is the zero line";
    EXPECT_TRUE(view.caption().contains("below 0: better than B")) << view.caption().toStdString();
    EXPECT_LT(view.valueRange().low, std::log(60.0 / 66));
    EXPECT_GE(view.valueRange().high, 0);
    EXPECT_GT(count(picture(), shown.lines[1].colour), 500) << "which is in its colour";
}

TEST_F(CurveViewTest, ADifferenceNeedsB) {
    show(Shown({curve("alibi", 60), curve("rotary", 66)}));
    setUnit(CurveUnit::Difference);
    EXPECT_TRUE(view.emptyText().contains("Choose B")) << view.emptyText().toStdString();
}

TEST_F(CurveViewTest, OtherTokensShareNoPerplexity) {
    Shown shown({curve("alibi", 60), curve("gpt2", 30), curve("rotary", 62)}, 0);
    shown.result.curves[1].textDigest = 2;
    shown.result.differences[1] = {};
    show(shown);
    EXPECT_EQ(view.picture().unit, CurveUnit::BitsPerByte);
    EXPECT_TRUE(view.caption().startsWith("Different tokenizers share no perplexity: shown as bits per byte"))
        << view.caption().toStdString();
    EXPECT_TRUE(view.header()->title().contains("Bits per byte"));
    EXPECT_EQ(view.curveLook().unit, CurveUnit::Perplexity) << "the choice stands";
    setUnit(CurveUnit::Difference);
    EXPECT_TRUE(view.picture().curves[1].dots.empty());
    EXPECT_FALSE(view.picture().curves[2].dots.empty());
    EXPECT_TRUE(view.caption().contains("gpt2 reads other tokens than B: no difference"));
    setUnit(CurveUnit::Perplexity);
    shown.lines[1].visible = false;
    show(shown);
    EXPECT_EQ(view.picture().unit, CurveUnit::Perplexity) << "once those that are seen share their tokens";
}

TEST_F(CurveViewTest, LossByTokenIsARunningMean) {
    Shown shown({curve("alibi", 60), curve("rotary", 64)}, 1);
    show(shown);
    TokenLosses losses;
    const auto made = [](double nll) {
        auto result = std::make_shared<TokenLossResult>();
        result->length = 4001;
        result->nll.assign(4001, float(nll));
        result->nll[0] = std::nanf("");
        for (std::size_t i = 1; i < 4001; i += 2) // a mean of an even number of tokens does not see it
            result->nll[i] += 1;
        return result;
    };
    losses.a = made(3);
    losses.b = made(3.5);
    view.setLosses(losses);
    view.setCurveLook({CurveUnit::Perplexity, CurveAxis::Token, {}});
    for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
        ASSERT_GT(view.picture().curves[i].dots.size(), 200U);
        EXPECT_NEAR(std::log(view.picture().curves[i].dots.back().value), i == 0 ? 3.5 : 4.0, 0.06);
    }
    view.setCurveLook({CurveUnit::Difference, CurveAxis::Token, {}});
    for (const CurveDot& dot : view.picture().curves[0].dots)
        EXPECT_NEAR(dot.value, -0.5, 1e-5);
    EXPECT_TRUE(view.caption().contains("the first 4,001 tokens of the text, running mean over 20"));
    EXPECT_TRUE(view.tooltipAt(2000).contains("token 2,000"));
    const QImage drawn = picture();
    int magenta = 0; // a thin line, blended with the ground
    for (int y = 0; y < drawn.height(); ++y)
        for (int x = 0; x < drawn.width(); ++x)
            magenta += drawn.pixelColor(x, y).red() > 200 && drawn.pixelColor(x, y).green() < 140;
    EXPECT_GT(magenta, 500);
}
