// The row beside the map: its bars and its arithmetic, which is done here once more.
#include "ui/map/row_panel.h"

#include "ui/map/row_bars.h"
#include "ui/map/row_words.h"

#include <QApplication>
#include <QLocale>
#include <QMouseEvent>
#include <QSignalSpy>
#include <QTest>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using namespace slopescope;
using namespace slopescope::ui;

namespace {

constexpr float kMasked = std::numeric_limits<float>::quiet_NaN();

// Three tokens of a head of 16 with slope 1/4; scores chosen by hand.
RowsResult threeRows() {
    RowsResult rows;
    rows.of = {{"alibi", {}, {}}, 3, {1, 2}, 0, 3};
    rows.scale = 0.25;
    rows.headDim = 16;
    rows.slope = 0.25;
    rows.scores = {1, 5, 5, 0.5F, -1, 5, 2, 0, 1};
    for (int query = 0; query < 3; ++query) {
        double sum = 0;
        for (int key = 0; key < 3; ++key) {
            rows.biases.push_back(key > query ? kMasked : -0.25F * float(query - key));
            if (key <= query)
                sum += std::exp(double(rows.scores[std::size_t(3 * query + key)]) - 0.25 * (query - key));
        }
        rows.logSums.push_back(std::log(sum));
        for (int key = 0; key < 3; ++key)
            rows.probabilities.push_back(
                key > query
                    ? kMasked
                    : float(std::exp(double(rows.scores[std::size_t(3 * query + key)]) - 0.25 * (query - key)) / sum));
    }
    return rows;
}

TextFacts catSatDown() {
    TextFacts text;
    text.text = "cat sat down";
    text.tokens = {{1, 0, 3}, {2, 3, 7}, {3, 7, 12}};
    return text;
}

class RowPanelTest : public testing::Test {
protected:
    RowPanelTest() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
        panel.resize(232, 500);
        panel.QWidget::show();
    }
    ~RowPanelTest() override { QLocale::setDefault(QLocale::system()); }

    void showRow(Cell cell, Stage stage, bool unmasked = false) {
        panel.showRow({std::make_shared<const RowsResult>(threeRows()), std::make_shared<const TextFacts>(catSatDown()),
                       cell, stage, unmasked});
    }
    RowBars& bars() { return *panel.bars(); }

    RowPanel panel;
};

} // namespace

TEST(RowWords, WriteOutAlibi) {
    const QStringList lines = arithmeticOf(threeRows(), 2, 0);
    ASSERT_EQ(lines.size(), 4);
    EXPECT_EQ(lines[0], QString("q·k / √d = 8.00 / √16 = 2.000"));
    EXPECT_EQ(lines[1], QString("− m × distance = − 1/4 × 2 = −0.500"));
    EXPECT_EQ(lines[2], QString("sum = 2.000 − 0.500 = 1.500"));
    // e^1.5 = 4.4817, and with e^-0.25 = 0.7788 and e^1 = 2.7183 the sum is 7.9788.
    EXPECT_EQ(lines[3], QString("softmax: e^1.500 / Σ = 4.482 / 7.979 = 0.562"));
}

TEST(RowWords, TellTablesFromNothing) {
    RowsResult rows = threeRows();
    rows.slope = 0;
    EXPECT_EQ(arithmeticOf(rows, 1, 1)[1], QString("no bias by distance: 0"));
    rows.fromTable = true;
    EXPECT_EQ(arithmeticOf(rows, 2, 1)[1], QString("bias of distance 1 = −0.250 (learned table)"));
}

TEST(RowWords, OtherScalesAndLargeSumsAreWrittenDifferently) {
    RowsResult rows = threeRows();
    rows.scale = 1;
    EXPECT_EQ(arithmeticOf(rows, 2, 0)[0], QString("q·k × 1.000 = 2.00 × 1.000 = 2.000"));
    rows.scores[6] = 40;
    rows.logSums[2] = 39.5;
    rows.probabilities[6] = 1;
    EXPECT_EQ(arithmeticOf(rows, 2, 0)[3], QString("softmax: e^(39.500 − ln Σ) = e^(39.500 − 39.500) = 1.000"));
}

TEST(RowWords, AMaskedKeyHasAScoreAndNoWeight) {
    const QStringList lines = arithmeticOf(threeRows(), 0, 2);
    ASSERT_EQ(lines.size(), 2);
    EXPECT_EQ(lines[0], QString("q·k / √d = 20.00 / √16 = 5.000"));
    EXPECT_TRUE(lines[1].contains("after the query"));
}

TEST_F(RowPanelTest, BarsAreTheStage) {
    showRow({2, 0}, Stage::Probability);
    ASSERT_EQ(bars().keys(), 3);
    EXPECT_NEAR(bars().valueOf(0), 0.562, 5e-4);
    // Lengths are in proportion to the values.
    const double unit = bars().barRect(0).width() / bars().valueOf(0);
    EXPECT_NEAR(bars().barRect(2).width() / unit, bars().valueOf(2), 1.5 / unit);
    showRow({2, 0}, Stage::Score);
    EXPECT_EQ(bars().valueOf(0), 2);
    showRow({2, 0}, Stage::Bias);
    EXPECT_EQ(bars().valueOf(0), -0.5);
    EXPECT_LT(bars().barRect(0).left(), bars().barRect(2).left()); // below 0: to the left
    showRow({2, 0}, Stage::Sum);
    EXPECT_EQ(bars().valueOf(0), 1.5);
}

TEST_F(RowPanelTest, KeysAfterTheQueryStandThereUntilTheMask) {
    showRow({1, 0}, Stage::Sum, true);
    EXPECT_EQ(bars().keys(), 3);
    EXPECT_EQ(bars().valueOf(2), 5);
    EXPECT_EQ(bars().valueOf(0), 0.25);
    showRow({1, 0}, Stage::Sum, false);
    EXPECT_EQ(bars().keys(), 2);
}

TEST_F(RowPanelTest, TheMousePointsAtAKeyAndChoosesIt) {
    showRow({2, 0}, Stage::Probability);
    EXPECT_TRUE(panel.arithmetic().startsWith(QString("key 0 “cat”")));
    QSignalSpy chosen(&panel, &RowPanel::keyChosen);
    const QPoint second = bars().barRect(1).center();
    QMouseEvent move(QEvent::MouseMove, second, bars().viewport()->mapToGlobal(second), Qt::NoButton, Qt::NoButton,
                     Qt::NoModifier);
    QApplication::sendEvent(bars().viewport(), &move);
    EXPECT_TRUE(panel.arithmetic().startsWith(QString("key 1 “·sat”"))) << panel.arithmetic().toStdString();
    QTest::mouseClick(bars().viewport(), Qt::LeftButton, {}, second);
    ASSERT_EQ(chosen.count(), 1);
    EXPECT_EQ(chosen[0][0].toLongLong(), 2);
    EXPECT_EQ(chosen[0][1].toLongLong(), 1);
}

TEST_F(RowPanelTest, WithoutACellItSaysWhatToDo) {
    panel.showRow({});
    EXPECT_EQ(bars().keys(), 0);
    EXPECT_EQ(panel.arithmetic(), QString());
    showRow({2, 0}, Stage::Probability);
    EXPECT_GT(bars().keys(), 0);
}
