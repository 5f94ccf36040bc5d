#include "ui/map/cell_card.h"

#include <QLabel>
#include <QLocale>
#include <gtest/gtest.h>

#include <algorithm>

using namespace slopescope;
using namespace slopescope::ui;

namespace {

class CellCardTest : public testing::Test {
protected:
    CellCardTest() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
        card.show();
        cell.query = 1204;
        cell.key = 1131;
        cell.probability = 0.084123;
        cell.score = 3.71249;
        cell.bias = -1.140625;
        cell.rank = 3;
    }
    ~CellCardTest() override { QLocale::setDefault(QLocale::system()); }

    QString shown() const {
        QStringList texts;
        for (const QLabel* label : card.findChildren<QLabel*>()) {
            if (label->isVisible())
                texts << label->text();
        }
        return texts.join(u'\n').replace(QChar(0xa0), u' ');
    }

    CellCard card;
    CellResult cell;
};

} // namespace

TEST_F(CellCardTest, SaysBothTokensAndEveryNumber) {
    card.setCell(cell, "·lamp", "↵");
    const QString text = shown();
    for (const char* part : {"query 1,204 “·lamp”", "key 1,131 “↵”", "73", "0.0841", "3.712", "−1.141", "\n3"})
        EXPECT_TRUE(text.contains(QString::fromUtf8(part))) << part << " in\n" << text.toStdString();
    EXPECT_FALSE(text.contains("preview"));
    EXPECT_FALSE(text.contains("masked"));
}

TEST_F(CellCardTest, PushesNothingWhateverTheNumbers) {
    const QSize empty = card.minimumSizeHint();
    cell.query = 131071;
    cell.probability = 2.137e-7;
    cell.score = -1234.5678;
    cell.bias = -65535.5;
    cell.freshness = Freshness::Preview;
    card.setCell(cell, "·extraordinary", "↵");
    constexpr int kHeadsPanel = 230; // the narrowest that the window gives it
    EXPECT_LE(card.minimumSizeHint().width(), kHeadsPanel);
    EXPECT_LE(card.minimumSizeHint().height(), std::max(empty.height(), card.minimumHeight()));
}

TEST_F(CellCardTest, TinyProbabilitiesAreWrittenOut) {
    cell.probability = 2.137e-7;
    card.setCell(cell, "a", "b");
    EXPECT_TRUE(shown().contains(QStringLiteral("2.14 × 10⁻⁷"))) << shown().toStdString();
}

TEST_F(CellCardTest, MaskedCellsHaveNoNumbers) {
    cell.key = 1300;
    cell.masked = true;
    cell.probability = cell.score = cell.bias = 0;
    card.setCell(cell, "a", "b");
    EXPECT_TRUE(shown().contains("masked: the key comes after the query"));
    EXPECT_FALSE(shown().contains("probability"));
    cell.key = 3;
    card.setCell(cell, "a", "b");
    EXPECT_TRUE(shown().contains("masked: the key lies outside the attention window"));
}

TEST_F(CellCardTest, PreviewsSaySo) {
    cell.freshness = Freshness::Preview;
    card.setCell(cell, "a", "b");
    EXPECT_TRUE(shown().contains("preview"));
}

TEST_F(CellCardTest, TokensAreTextNotMarkup) {
    card.setCell(cell, "<b>x</b>", "y");
    EXPECT_TRUE(shown().contains("<b>x</b>"));
    for (const QLabel* label : card.findChildren<QLabel*>()) {
        if (label->text().contains("<b>x")) {
            EXPECT_EQ(label->textFormat(), Qt::PlainText);
        }
    }
    EXPECT_TRUE(cellText(cell, "<i>", "y").contains("&lt;i&gt;"));
}

TEST_F(CellCardTest, ClearedItSaysWhatToDo) {
    card.setCell(cell, "a", "b");
    card.clear();
    EXPECT_TRUE(shown().contains("Point at a cell"));
    EXPECT_FALSE(shown().contains("1,204"));
}
