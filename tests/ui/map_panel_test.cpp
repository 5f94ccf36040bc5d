#include "ui/map/map_panel.h"

#include "ui/map/colour_bar.h"
#include "ui/map/map_view.h"
#include "ui/widgets/panel_header.h"
#include "ui/widgets/segmented_buttons.h"
#include "ui/widgets/value_text.h"

#include <QAbstractButton>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMenu>
#include <QSignalSpy>
#include <QTest>
#include <gtest/gtest.h>

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
        panel.setLength(64);
        panel.show();
        bar = panel.findChild<ColourBar*>();
    }
    ~MapPanelTest() override { QLocale::setDefault(QLocale::system()); }

    MapResult resultOf(Stage stage, float largest = 0.5F) {
        MapResult result;
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

    MapPanel panel;
    ColourBar* bar = nullptr;
};

} // namespace

TEST_F(MapPanelTest, TheHeaderSaysWhichHeadAndItsFacts) {
    panel.setHead({2, 5}, 1.0 / 64);
    ProfileResult profile;
    profile.head = {2, 5};
    profile.meanDistance = 41.3;
    profile.entropyBits = 3.14;
    panel.setProfile(profile);
    EXPECT_EQ(panel.header()->title(), "Layer 2 · Head 5");
    EXPECT_EQ(panel.header()->facts(), "slope 1/64 · mean distance 41 · entropy 3.1 bits");
    profile.head = {0, 0}; // late, of another head
    profile.meanDistance = 7;
    panel.setProfile(profile);
    EXPECT_TRUE(panel.header()->facts().contains("41"));
    panel.setHead({2, 5}, 1.0 / 32); // the slope in hand: the old numbers stay until new ones come
    EXPECT_EQ(panel.header()->facts(), "slope 1/32 · mean distance 41 · entropy 3.1 bits");
    panel.setHead({2, 6}, std::nullopt);
    EXPECT_EQ(panel.header()->facts(), "");
}

TEST_F(MapPanelTest, WhereTheHeaderIsNarrowTheFactsStandBelow) {
    panel.setHead({2, 5}, 1.0 / 64);
    panel.resize(620, 560);
    EXPECT_EQ(panel.header()->facts(), "");
    EXPECT_TRUE(says("slope 1/64"));
    panel.resize(1100, 640);
    EXPECT_EQ(panel.header()->facts(), "slope 1/64");
    EXPECT_FALSE(says("slope 1/64"));
}

TEST_F(MapPanelTest, StageAndPoolingAreChosenByTheirButtons) {
    QSignalSpy stages(&panel, &MapPanel::stageChosen), poolings(&panel, &MapPanel::poolingChosen);
    EXPECT_EQ(panel.stage(), Stage::Probability);
    QTest::mouseClick(button("Score"), Qt::LeftButton);
    ASSERT_EQ(stages.count(), 1);
    EXPECT_EQ(stages[0][0].value<Stage>(), Stage::Score);
    EXPECT_EQ(panel.stage(), Stage::Score);
    QTest::mouseClick(button("max"), Qt::LeftButton);
    ASSERT_EQ(poolings.count(), 1);
    EXPECT_EQ(poolings[0][0].value<Pooling>(), Pooling::Max);
    panel.setStage(Stage::Bias);
    panel.setPooling(Pooling::Mean);
    EXPECT_EQ(panel.stage(), Stage::Bias);
    EXPECT_EQ(panel.pooling(), Pooling::Mean);
    EXPECT_EQ(stages.count() + poolings.count(), 2);
}

// A picture of the stage before must not be shown in the colours of the next.
TEST_F(MapPanelTest, ColoursChangeWithThePictureNotWithTheButton) {
    panel.setResult(resultOf(Stage::Probability));
    EXPECT_EQ(panel.map()->scale().settings().map, ColourMap::Blues);
    QTest::mouseClick(button("Score"), Qt::LeftButton);
    EXPECT_EQ(panel.map()->scale().settings().map, ColourMap::Blues);
    panel.setResult(resultOf(Stage::Score));
    EXPECT_EQ(panel.map()->scale().settings().map, ColourMap::Signed);
}

TEST_F(MapPanelTest, TheBadgeTellsExactFromPreviewFromOld) {
    EXPECT_FALSE(says("exact"));
    MapResult result = resultOf(Stage::Probability);
    panel.setResult(result);
    EXPECT_TRUE(says("exact"));
    result.freshness = Freshness::Preview;
    panel.setResult(result);
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
    panel.setResult(resultOf(Stage::Probability));
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
    panel.setResult(resultOf(Stage::Probability));
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
    panel.setResult(resultOf(Stage::Probability));
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
    panel.setGlobalPictures({Picture{{0, 2, 0, 1, 2, 1}, {0.0F, 3.0F}}});
    trigger("Linear");
    EXPECT_DOUBLE_EQ(panel.map()->scale().high(), 3);
    panel.setResult(resultOf(Stage::Score)); // other stages keep their own
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
