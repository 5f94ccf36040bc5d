#include "ui/map/map_panel.h"

#include "ui/map/colour_bar.h"
#include "ui/map/loss_strip.h"
#include "ui/map/map_view.h"
#include "ui/map/variant_chips.h"
#include "ui/widgets/panel_header.h"
#include "ui/widgets/segmented_buttons.h"
#include "ui/widgets/theme.h"
#include "ui/widgets/value_text.h"

#include <QAbstractButton>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMenu>
#include <QSignalSpy>
#include <QTest>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>

using namespace slopescope;
using namespace slopescope::ui;

namespace {

class MapPanelTest : public testing::Test {
protected:
    MapPanelTest() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
        panel.resize(1100, 640);
        sides[0] = {Side{{"alibi", {}, {}}, {{2, 5}}}, "alibi", QColor(0x20, 0x67, 0xdd)};
        panel.setSides(sides, "Choose B.");
        panel.setShape(4, 8, std::nullopt);
        panel.setLength(64);
        panel.show();
        bar = panel.findChild<ColourBar*>();
    }
    ~MapPanelTest() override { QLocale::setDefault(QLocale::system()); }

    void compare() {
        sides[1] = {Side{{"rotary", {}, {}}, {{2, 5}}}, "rotary", QColor(0xd5, 0x8d, 0x03)};
        panel.setSides(sides, {});
    }
    MapResult resultOf(Stage stage, float largest = 0.5F, int side = 0) {
        MapResult result;
        if (sides[std::size_t(side)].side) {
            result.variant = sides[std::size_t(side)].side->variant;
            result.heads = sides[std::size_t(side)].side->heads;
        }
        result.stage = stage;
        result.length = 64;
        result.picture.viewport = panel.map()->wanted();
        const Viewport& v = result.picture.viewport;
        for (int r = 0; r < v.rows; ++r) {
            for (int c = 0; c < v.columns; ++c)
                result.picture.values.push_back(c > r ? std::numeric_limits<float>::quiet_NaN()
                                                      : largest * float(c + 1) / float(v.columns));
        }
        return result;
    }
    QAbstractButton* button(const QString& text) {
        for (auto* candidate : panel.findChildren<QAbstractButton*>()) {
            if (candidate->text() == text)
                return candidate;
        }
        return nullptr;
    }
    bool says(const QString& text) {
        for (const QLabel* label : panel.findChildren<QLabel*>()) {
            if (label->isVisible() && label->text() == text)
                return true;
        }
        return false;
    }
    void typeEnd(bool high, const QString& text, Qt::Key finish = Qt::Key_Return) {
        bar->openEditor(high);
        auto* editor = bar->findChild<QLineEdit*>();
        editor->setText(text);
        QTest::keyClick(editor, finish);
    }

    void show(const MapResult& result, int side = 0) { panel.setResult(side, std::make_shared<const MapResult>(result)); }

    MapPanel panel;
    SideLooks sides;
    ColourBar* bar = nullptr;
};

} // namespace

TEST_F(MapPanelTest, FactsAreOfTheHeadsAndVariantOnViewOrBlank) {
    panel.resize(1500, 640);
    panel.setShape(4, 8, 1.0 / 64);
    ProfileResult profile{sides[0].side->variant, {{2, 5}}, 64, {}, 41.3, 0, 3.14, 0, 0, Freshness::Exact};
    const auto give = [&] { panel.setProfile(std::make_shared<const ProfileResult>(profile)); };
    EXPECT_EQ(panel.header()->title(), "Layer 2 · Head 5");
    EXPECT_EQ(panel.header()->facts(), "slope 1/64 · mean distance – · entropy – bits");
    give();
    EXPECT_EQ(panel.header()->facts(), "slope 1/64 · mean distance 41 · entropy 3.1 bits");
    profile.heads = {{0, 0}}; // late, of another head
    give();
    EXPECT_EQ(panel.header()->facts(), "slope 1/64 · mean distance – · entropy – bits");
    profile.heads = {{2, 5}};
    profile.variant.model = "rotary"; // of another model
    give();
    EXPECT_FALSE(panel.header()->facts().contains("41"));
    profile.variant.model = "alibi";
    profile.length = 32; // of another length
    give();
    EXPECT_FALSE(panel.header()->facts().contains("41"));
    profile.length = 64;
    give();
    EXPECT_TRUE(panel.header()->facts().contains("41"));
    sides[0].side->variant.slopes = {{1.0}}; // other slopes: the old numbers are not theirs
    panel.setSides(sides, "Choose B.");
    EXPECT_FALSE(panel.header()->facts().contains("41"));
}

TEST_F(MapPanelTest, TheTitleSaysWhatIsAveraged) {
    const auto titled = [&](std::vector<HeadAddress> heads) {
        sides[0].side->heads = std::move(heads);
        panel.setSides(sides, "Choose B.");
        return panel.header()->title();
    };
    EXPECT_EQ(titled({{2, 5}, {1, 1}, {0, 3}}), "Mean of 3 heads");
    std::vector<HeadAddress> layer, all;
    for (int i = 0; i < 32; ++i)
        all.push_back({i / 8, i % 8});
    layer.assign(all.begin() + 16, all.begin() + 24);
    EXPECT_EQ(titled(layer), "Layer 2, all heads");
    EXPECT_EQ(titled(all), "All heads");
}

TEST_F(MapPanelTest, WhereTheHeaderIsNarrowTheFactsStandBelow) {
    panel.resize(620, 560);
    EXPECT_EQ(panel.header()->facts(), "");
    EXPECT_TRUE(says("mean distance – · entropy – bits"));
    panel.resize(1500, 640);
    EXPECT_EQ(panel.header()->facts(), "mean distance – · entropy – bits");
    EXPECT_FALSE(says("mean distance – · entropy – bits"));
}

TEST_F(MapPanelTest, StageAndPoolingAreChosenByTheirButtons) {
    QSignalSpy stages(&panel, &MapPanel::stageChosen), poolings(&panel, &MapPanel::poolingChosen);
    QTest::mouseClick(button("Score"), Qt::LeftButton);
    ASSERT_EQ(stages.count(), 1);
    EXPECT_EQ(stages[0][0].value<Stage>(), Stage::Score);
    QTest::mouseClick(button("max"), Qt::LeftButton);
    ASSERT_EQ(poolings.count(), 1);
    EXPECT_EQ(poolings[0][0].value<Pooling>(), Pooling::Max);
    panel.setStage(Stage::Bias);
    panel.setPooling(Pooling::Mean);
    EXPECT_TRUE(button("Bias")->isChecked());
    EXPECT_TRUE(button("mean")->isChecked());
    EXPECT_EQ(stages.count() + poolings.count(), 2);
}

TEST_F(MapPanelTest, WithoutBThereIsNothingToCompareAndItSaysWhy) {
    QSignalSpy modes(&panel, &MapPanel::modeChosen);
    EXPECT_FALSE(button("A − B")->isEnabled());
    EXPECT_EQ(button("A − B")->toolTip(), "Choose B.");
    compare();
    QTest::mouseClick(button("A − B"), Qt::LeftButton);
    ASSERT_EQ(modes.count(), 1);
    EXPECT_EQ(modes[0][0].value<MapMode>(), MapMode::Difference);
    sides[1] = {};
    panel.setSides(sides, "Choose B.");
    EXPECT_TRUE(button("A")->isChecked());
}

TEST_F(MapPanelTest, TheDifferenceIsAMinusBWithSymmetricalEnds) {
    compare();
    panel.setMode(MapMode::Difference);
    show(resultOf(Stage::Probability, 0.5F));
    EXPECT_EQ(panel.map()->scale().settings().map, ColourMap::Blues); // A alone until B is there
    EXPECT_EQ(panel.chips()->caption(), "A alone until B is there");
    show(resultOf(Stage::Probability, 0.25F, 1), 1);
    ASSERT_TRUE(panel.map()->picture());
    const int columns = panel.map()->picture()->viewport.columns;
    EXPECT_FLOAT_EQ(panel.map()->picture()->values[std::size_t(63 * columns + 31)], 0.125F);
    EXPECT_TRUE(std::isnan(panel.map()->picture()->values[31]));
    EXPECT_EQ(panel.scale().settings().map, ColourMap::Signed);
    EXPECT_DOUBLE_EQ(panel.scale().low(), -panel.scale().high());
    EXPECT_TRUE(panel.chips()->caption().contains("blue where A is higher"));
    const QImage image = panel.map()->grab().toImage();
    const QColor high = image.pixelColor(panel.map()->cellRect(63, 60).center());
    EXPECT_GT(high.blue(), high.red() + 50);
    typeEnd(true, "0.05");
    EXPECT_DOUBLE_EQ(panel.scale().high(), 0.05);
    EXPECT_DOUBLE_EQ(panel.scale().low(), -0.05);
}

TEST_F(MapPanelTest, ThePairBeforeStaysUntilBothAreThere) {
    compare();
    panel.setMode(MapMode::SideBySide);
    show(resultOf(Stage::Probability, 0.5F));
    show(resultOf(Stage::Probability, 0.25F, 1), 1);
    const Picture *const a = panel.map(0)->picture(), *const b = panel.map(1)->picture();
    ASSERT_TRUE(a && b);
    EXPECT_EQ(panel.map(0)->scale().version(), panel.map(1)->scale().version()); // one scale
    EXPECT_DOUBLE_EQ(panel.scale().high(), 0.5);
    panel.map(1)->zoomBy(2);
    show(resultOf(Stage::Probability, 0.5F)); // A's of the new cells, B's is not there yet
    EXPECT_EQ(panel.map(0)->picture(), a);
    EXPECT_EQ(panel.map(1)->picture(), b);
    show(resultOf(Stage::Probability, 0.25F, 1), 1);
    EXPECT_NE(panel.map(0)->picture(), a);
    EXPECT_EQ(panel.map(0)->picture()->viewport, panel.map(1)->picture()->viewport);
    // Another B: the picture of the one before makes no new pair.
    sides[1].side->variant.model = "t5-bias";
    panel.setSides(sides, {});
    const Picture* const last = panel.map(0)->picture();
    show(resultOf(Stage::Probability, 0.75F));
    EXPECT_EQ(panel.map(0)->picture(), last);
}

TEST_F(MapPanelTest, TwoMapsAskForOneViewportAndShareTheCursor) {
    compare();
    panel.setMode(MapMode::SideBySide);
    QTest::qWait(20);
    EXPECT_EQ(panel.map(0)->plotRect().size(), panel.map(1)->plotRect().size());
    QSignalSpy asked(&panel, &MapPanel::viewportWanted), pointed(&panel, &MapPanel::pointed);
    panel.map(1)->zoomBy(2, panel.map(1)->plotRect().center());
    ASSERT_EQ(asked.count(), 1);
    EXPECT_EQ(asked[0][0].value<Viewport>(), panel.map(0)->wanted());
    EXPECT_EQ(panel.map(0)->wanted(), panel.map(1)->wanted());
    panel.map(0)->zoomBy(2, panel.map(0)->plotRect().topLeft() + QPoint(9, 9));
    EXPECT_EQ(asked.count(), 2);
    EXPECT_EQ(panel.map(0)->wanted(), panel.map(1)->wanted());
    panel.map(0)->showAll();
    QTest::mouseMove(panel.map(1), panel.map(1)->cellRect(40, 12).center());
    EXPECT_EQ(panel.map(0)->crosshair(), (Cell{40, 12}));
    EXPECT_EQ(pointed.count(), 1);
    QTest::mouseClick(panel.map(1), Qt::LeftButton, {}, panel.map(1)->cellRect(40, 12).center());
    EXPECT_TRUE(panel.map(0)->isLocked());
    QTest::mouseClick(panel.map(0), Qt::LeftButton, {}, panel.map(0)->cellRect(40, 12).center());
    EXPECT_FALSE(panel.map(1)->isLocked());
}

TEST_F(MapPanelTest, ALongerTextKeepsTheOldPicture) {
    show(resultOf(Stage::Probability));
    const Picture* const old = panel.map()->picture();
    panel.setLength(4096);
    EXPECT_EQ(panel.map()->picture(), old);
    EXPECT_EQ(panel.map()->length(), 4096);
}

TEST_F(MapPanelTest, TheLossStandsBesideItsQueries) {
    auto losses = std::make_shared<TokenLossResult>();
    losses->variant = sides[0].side->variant;
    losses->length = 64;
    losses->nll.assign(64, 1.0F);
    losses->nll[0] = std::numeric_limits<float>::quiet_NaN();
    for (int i = 32; i < 64; ++i)
        losses->nll[std::size_t(i)] = 5.0F;
    panel.setLosses(0, losses);
    EXPECT_FALSE(panel.lossStrip()->isVisible());
    panel.setLossesShown(true, 32);
    QTest::qWait(20);
    ASSERT_TRUE(panel.lossStrip()->isVisible());
    LossStrip* const strip = panel.lossStrip();
    const QRect plot = panel.map()->plotRect();
    const auto lineOf = [&](std::int64_t token) {
        return panel.map()->mapTo(&panel, panel.map()->cellRect(token, 0).center()).y() - strip->mapTo(&panel, QPoint()).y();
    };
    EXPECT_GT(plot.height(), 64);
    EXPECT_DOUBLE_EQ(strip->rowAt(lineOf(10)).nll, 1);
    EXPECT_DOUBLE_EQ(strip->rowAt(lineOf(50)).nll, 5);
    EXPECT_TRUE(std::isnan(strip->rowAt(lineOf(0)).nll));
    const QImage image = strip->grab().toImage();
    EXPECT_EQ(image.pixelColor(8, lineOf(50)), Theme::of(panel.palette()).crosshair);
    EXPECT_GT(image.pixelColor(8, lineOf(10)).blue(), 240);
    sides[0].side->variant.model = "rotary"; // whose losses are not known
    panel.setSides(sides, "Choose B.");
    EXPECT_TRUE(std::isnan(strip->rowAt(lineOf(50)).nll));
}

// A picture of the stage before must not be shown in the colours of the next.
TEST_F(MapPanelTest, ColoursChangeWithThePictureNotWithTheButton) {
    show(resultOf(Stage::Probability));
    EXPECT_EQ(panel.map()->scale().settings().map, ColourMap::Blues);
    QTest::mouseClick(button("Score"), Qt::LeftButton);
    panel.setStale(true);
    EXPECT_EQ(panel.map()->scale().settings().map, ColourMap::Blues);
    show(resultOf(Stage::Score));
    EXPECT_EQ(panel.map()->scale().settings().map, ColourMap::Signed);
}

TEST_F(MapPanelTest, TheBadgeTellsExactFromPreviewFromOld) {
    EXPECT_FALSE(says("exact"));
    MapResult result = resultOf(Stage::Probability);
    show(result);
    EXPECT_TRUE(says("exact"));
    result.freshness = Freshness::Preview;
    show(result);
    EXPECT_TRUE(says("preview: q and k from before the edit") || says("preview"));
    EXPECT_FALSE(says("exact"));
    panel.setStale(true);
    EXPECT_TRUE(says("updating"));
    panel.resize(1500, 640);
    panel.setStale(false);
    EXPECT_TRUE(says("preview: q and k from before the edit"));
}

TEST_F(MapPanelTest, TheBarStandsBesideThePlot) {
    for (const QSize size : {QSize(1100, 640), QSize(620, 700), QSize(900, 420)}) {
        panel.resize(size);
        QTest::qWait(1);
        const QRect plot = panel.map()->plotRect().translated(panel.map()->mapTo(&panel, QPoint()));
        const int left = bar->mapTo(&panel, QPoint()).x();
        EXPECT_GT(left, plot.right());
        EXPECT_LT(left - plot.right(), 40) << size.width();
        EXPECT_TRUE(panel.rect().contains(plot));
        EXPECT_LE(bar->mapTo(&panel, QPoint(bar->width(), 0)).x(), panel.width());
    }
}

TEST_F(MapPanelTest, AnEndOfTheScaleCanBeTyped) {
    show(resultOf(Stage::Probability));
    QSignalSpy changed(&panel, &MapPanel::scaleSettingsChanged);
    typeEnd(true, "0.05");
    EXPECT_DOUBLE_EQ(panel.map()->scale().high(), 0.05);
    EXPECT_EQ(changed.count(), 1);
    typeEnd(false, "0.9"); // above the upper end: refused
    EXPECT_FALSE(panel.scaleSettings().low);
    typeEnd(true, "nonsense");
    EXPECT_DOUBLE_EQ(panel.map()->scale().high(), 0.05);
    typeEnd(true, "0.7", Qt::Key_Escape);
    EXPECT_DOUBLE_EQ(panel.map()->scale().high(), 0.05);
    typeEnd(true, "");
    EXPECT_FALSE(panel.scaleSettings().high);
    EXPECT_DOUBLE_EQ(panel.map()->scale().high(), 0.5);
}

TEST_F(MapPanelTest, ADoubleClickOnAnEndOpensItsEditor) {
    show(resultOf(Stage::Probability));
    auto* editor = bar->findChild<QLineEdit*>();
    EXPECT_FALSE(editor->isVisible());
    const int top =
        panel.map()->mapTo(&panel, panel.map()->plotRect().topLeft()).y() - bar->mapTo(&panel, QPoint()).y();
    QTest::mouseDClick(bar, Qt::LeftButton, {}, {30, top + 3});
    ASSERT_TRUE(editor->isVisible());
    EXPECT_EQ(typedValue(editor->text()), panel.map()->scale().high());
    QTest::keyClick(editor, Qt::Key_Escape);
    EXPECT_FALSE(editor->isVisible());
    QTest::mouseDClick(bar, Qt::LeftButton, {}, {30, top + panel.map()->plotRect().height() - 3});
    ASSERT_TRUE(editor->isVisible());
    EXPECT_NEAR(typedValue(editor->text()).value(), panel.map()->scale().low(), 1e-9);
}

TEST_F(MapPanelTest, TheMenuChoosesColoursScaleAndRange) {
    show(resultOf(Stage::Probability));
    const auto trigger = [&](const QString& text) {
        const std::unique_ptr<QMenu> menu(bar->createMenu());
        for (QAction* action : menu->actions()) {
            if (action->text() == text)
                return action->trigger();
        }
        ADD_FAILURE() << text.toStdString();
    };
    trigger("Viridis");
    trigger("Percentile");
    trigger("Each row by itself");
    EXPECT_EQ(panel.map()->scale().settings(),
              (ScaleSettings{ColourMap::Viridis, ScaleKind::Percentile, ScaleRange::Row, {}, {}}));
    trigger("All heads alike");
    ThumbnailsResult thumbnails;
    thumbnails.pictures = {Picture{{0, 2, 0, 1, 2, 1}, {0.0F, 3.0F}}};
    panel.setThumbnails(0, std::make_shared<const ThumbnailsResult>(thumbnails));
    trigger("Linear");
    EXPECT_DOUBLE_EQ(panel.map()->scale().high(), 3);
    show(resultOf(Stage::Score)); // other stages keep their own
    EXPECT_EQ(panel.map()->scale().settings(), defaultSettings(Stage::Score));
}

TEST(ValueText, IsReadBackAsWritten) {
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    EXPECT_EQ(valueText(-1.140625, 4), QStringLiteral("−1.141"));
    EXPECT_EQ(roundValueText(0.05, 2), "0.05");
    EXPECT_EQ(roundValueText(20, 2), "20");
    EXPECT_EQ(roundValueText(100, 2), "100");
    EXPECT_EQ(valueText(2.1e-10, 2), QStringLiteral("2.1 × 10⁻¹⁰"));
    for (const double value : {0.0, 0.05, -3.0, 2.1e-10, -4.7e-6, 1500.0, 3e12})
        EXPECT_DOUBLE_EQ(typedValue(roundValueText(value, 4)).value(), value);
    for (const char* text : {"", "x", "inf", "nan", "1e999", "1 2"})
        EXPECT_FALSE(typedValue(text)) << text;
    EXPECT_DOUBLE_EQ(typedValue(" 1e-3 ").value(), 1e-3);
    QLocale::setDefault(QLocale::system());
}
