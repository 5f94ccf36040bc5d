// The table of heads: what it shows and how it sorts, and that its rows and the heads on view follow each other.
#include "tests/ui/small_lab.h"
#include "ui/heads/head_table_model.h"
#include "ui/heads/head_table_view.h"

#include <QAbstractItemModel>
#include <QClipboard>
#include <QGuiApplication>
#include <QPushButton>
#include <QTableView>
#include <QTest>

#include <gtest/gtest.h>

namespace slopescope::ui {
namespace {

class HeadTableTest : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(openSmallText(lab));
        view.attach(lab);
        view.resize(900, 400);
    }

    void open() {
        view.show();
        ASSERT_TRUE(waitFor([this] { return view.model().rowCount() == 32; }));
    }
    QString shown(int row, int column) const { return sorted().index(row, column).data().toString(); }
    const QAbstractItemModel& sorted() const { return *const_cast<HeadTableView&>(view).table().model(); }
    int columnOf(const QString& title) const {
        for (int column = 0; column < sorted().columnCount(); ++column)
            if (sorted().headerData(column, Qt::Horizontal).toString() == title)
                return column;
        return -1;
    }
    HeadAddress headAt(int row) const { return {shown(row, 0).toInt(), shown(row, 1).toInt()}; }

    Lab lab{SLOPESCOPE_RESOURCES};
    HeadTableView view;
};

TEST_F(HeadTableTest, IsMeasuredOnlyWhileItIsVisible) {
    EXPECT_EQ(view.model().rowCount(), 0);
    open();
    EXPECT_EQ(view.model().table()->variant, lab.variantOnView());
    EXPECT_EQ(view.model().table()->length, 64);
    EXPECT_TRUE(waitFor([this] { return view.model().table()->complete && lab.isSettled(); }));
    view.hide();
    lab.look([](Workspace& w) { w.look.length = 32; });
    lab.setMapPixels({0, 32, 0, 32, 32, 32});
    ASSERT_TRUE(waitFor([this] { return lab.isSettled(); }));
    EXPECT_EQ(view.model().table()->length, 64);
    view.show();
    EXPECT_TRUE(waitFor([this] { return view.model().table()->length == 32 && view.model().table()->complete; }));
}

TEST_F(HeadTableTest, SortsByNumberAndWhatHasNoneStandsLast) {
    open();
    ASSERT_EQ(headAt(0), (HeadAddress{0, 0}));
    const int distance = columnOf(QStringLiteral("Distance"));
    ASSERT_GE(distance, 0);
    for (const Qt::SortOrder order : {Qt::AscendingOrder, Qt::DescendingOrder}) {
        view.table().sortByColumn(distance, order);
        for (int row = 1; row < 32; ++row) {
            const double above = sorted().index(row - 1, distance).data(HeadTableModel::kSortRole).toDouble();
            const double below = sorted().index(row, distance).data(HeadTableModel::kSortRole).toDouble();
            EXPECT_TRUE(order == Qt::AscendingOrder ? above <= below : above >= below) << row;
        }
    }
    // Nobody has measured gradients; a table of them alone keeps its rows.
    view.table().sortByColumn(HeadTableModel::gradientColumn(), Qt::DescendingOrder);
    EXPECT_EQ(shown(0, HeadTableModel::gradientColumn()), QStringLiteral("–"));
}

TEST_F(HeadTableTest, ARowThatIsChosenIsTheHeadOnViewAndTheOtherWayRound) {
    open();
    view.table().sortByColumn(columnOf(QStringLiteral("Entropy")), Qt::DescendingOrder);
    QTest::keyClick(&view.table(), Qt::Key_F12); // no modifier is held, whatever was pressed before
    view.table().selectRow(3);
    ASSERT_FALSE(lab.workspace().look.heads.empty());
    EXPECT_EQ(lab.workspace().look.heads, (std::vector<HeadAddress>{headAt(3)}));
    lab.look([](Workspace& w) { w.look.heads = {{2, 5}, {1, 1}}; });
    const QModelIndexList rows = view.table().selectionModel()->selectedRows();
    ASSERT_EQ(rows.size(), 2);
    EXPECT_EQ(headAt(view.table().selectionModel()->currentIndex().row()), (HeadAddress{2, 5}));
    EXPECT_EQ(lab.workspace().look.heads, (std::vector<HeadAddress>{{2, 5}, {1, 1}})); // showing them chooses nothing
}

TEST_F(HeadTableTest, GradientsAreAColumnOnRequestAndTheCsvHasAllInFullPrecision) {
    open();
    EXPECT_TRUE(view.table().isColumnHidden(HeadTableModel::gradientColumn()));
    const auto buttons = view.findChildren<QPushButton*>();
    ASSERT_EQ(buttons.size(), 2);
    buttons[0]->click();
    EXPECT_FALSE(view.table().isColumnHidden(HeadTableModel::gradientColumn()));
    ASSERT_TRUE(waitFor([this] { return lab.gradients() && lab.gradients()->complete; }));
    EXPECT_NE(shown(0, HeadTableModel::gradientColumn()), QStringLiteral("–"));
    buttons[1]->click();
    const QStringList lines = QGuiApplication::clipboard()->text().split(u'\n', Qt::SkipEmptyParts);
    ASSERT_EQ(lines.size(), 33);
    EXPECT_TRUE(lines[0].startsWith(QLatin1String("layer,head,slope,entropy,")));
    const QStringList titles = lines[0].split(u','), last = lines[32].split(u',');
    ASSERT_EQ(last.size(), titles.size());
    EXPECT_EQ(last[0] + last[1], QStringLiteral("37"));
    const HeadRow& row = view.model().table()->rows.back();
    EXPECT_NEAR(last[titles.indexOf(QLatin1String("mean_distance"))].toDouble(), row.meanDistance, 1e-6);
    const SlopeGradient& gradient = lab.gradients()->heads.back();
    EXPECT_NEAR(last[titles.indexOf(QLatin1String("gradient"))].toDouble(), gradient.perSlope * gradient.slope, 1e-9);
}

} // namespace
} // namespace slopescope::ui
