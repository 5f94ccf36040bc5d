#include "ui/map/cell_card.h"

#include <QLabel>
#include <QLocale>
#include <QTextDocumentFragment>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>

using namespace slopescope;
using namespace slopescope::ui;

namespace {

class CellCardTest : public testing::Test {
protected:
    CellCardTest() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
        card.resize(320, 220);
        card.show();
        cell.query = 1204;
        cell.key = 1131;
        cell.probability = 0.084123;
        cell.score = 3.71249;
        cell.bias = -1.140625;
        cell.rank = 3;
    }
    ~CellCardTest() override { QLocale::setDefault(QLocale::system()); }

    CellPair pair(const QString& query, const QString& key) const {
        CellPair pair{{cell.query, cell.key}, query, key, {}, false};
        pair.halves[0] = {"alibi, edited", QColor(0x20, 0x67, 0xdd), std::make_shared<const CellResult>(cell)};
        return pair;
    }
    void show(const QString& query, const QString& key) { card.setCell(pair(query, key)); }

    QString shown() const {
        QStringList texts;
        for (const QLabel* label : card.findChildren<QLabel*>()) {
            if (label->isVisible())
                texts << (label->textFormat() == Qt::RichText ? QTextDocumentFragment::fromHtml(label->text()).toPlainText()
                                                              : label->text());
        }
        return texts.join(u'\n').replace(QChar(0xa0), u' ').replace(QChar(0x2002), u' ');
    }

    CellCard card;
    CellResult cell;
};

} // namespace

TEST_F(CellCardTest, SaysBothTokensAndEveryNumber) {
    show("·lamp", "↵");
    const QString text = shown();
    for (const char* part : {"query 1,204 “·lamp”", "key 1,131 “↵”", "distance 73 · rank 3", "probability 0.0841", "score 3.712",
                             "bias −1.141"})
        EXPECT_TRUE(text.contains(QString::fromUtf8(part))) << part << " in\n" << text.toStdString();
    EXPECT_FALSE(text.contains("preview"));
    EXPECT_FALSE(text.contains("masked"));
}

TEST_F(CellCardTest, ComparesAWithB) {
    CellPair both = pair("a", "b");
    both.compared = true;
    CellResult other = cell;
    other.probability = 0.0512;
    other.bias = -0.570625;
    other.rank = 4;
    both.halves[1] = {"alibi", QColor(0x94, 0x9b, 0xa5), std::make_shared<const CellResult>(other)};
    card.setCell(both);
    const QString text = shown();
    for (const char* part : {"A alibi, edited", "B alibi", "rank A 3 B 4", "probability A 0.0841 B 0.0512 A−B +0.0329",
                             "bias A −1.141 B −0.5706 A−B −0.5700", "score A 3.712 B 3.712 A−B 0"})
        EXPECT_TRUE(text.contains(QString::fromUtf8(part))) << part << " in\n" << text.toStdString();
    both.halves[1].cell = nullptr; // not there yet
    card.setCell(both);
    EXPECT_TRUE(shown().contains(QString::fromUtf8("probability A 0.0841 B –"))) << shown().toStdString();
    EXPECT_FALSE(shown().contains(QString::fromUtf8("A−B")));
}

// Another head's numbers beside this head's name were the worst that could be read here.
TEST_F(CellCardTest, NumbersAreOfTheCellHeadAndVariantOnViewOrNotThere) {
    cell.length = 2048;
    cell.head = {2, 5};
    cell.variant.model = "alibi";
    SideLooks sides;
    sides[0].side = Side{cell.variant, {{2, 5}}};
    const TextFacts text{"t", {}, std::vector<TextToken>(2048), {}, 1};
    const auto said = [&](const CellResult& result, bool inHand = false) {
        const std::array cells{std::make_shared<const CellResult>(result), std::shared_ptr<const CellResult>()};
        const CellPair found = cellPairOf(sides, text, {1204, 1131}, cells, 2048, inHand);
        card.setCell(found);
        return shown();
    };
    EXPECT_TRUE(said(cell).contains("0.0841"));
    for (auto change : std::vector<std::function<void(CellResult&)>>{
             [](CellResult& c) { c.head = {2, 4}; }, [](CellResult& c) { c.head = {1, 5}; }, [](CellResult& c) { c.key = 1130; },
             [](CellResult& c) { c.query = 1205; }, [](CellResult& c) { c.length = 1500; },
             [](CellResult& c) { c.variant.model = "rotary"; }, [](CellResult& c) { c.variant.slopes = {{1.0}}; }}) {
        CellResult wrong = cell;
        change(wrong);
        EXPECT_FALSE(said(wrong).contains("0.0841"));
        EXPECT_TRUE(shown().contains(QString::fromUtf8("probability –")));
    }
    CellResult step = cell; // a step of the hand ago
    step.variant.slopes = {{1.0}};
    EXPECT_TRUE(said(step, true).contains("0.0841"));
}

TEST_F(CellCardTest, WhatTheMapSkippedIsSaidToBeSmallNotZero) {
    CellPair known = pair("a", "b");
    known.halves[0].cell = nullptr;
    known.halves[0].pictured = 0;
    EXPECT_TRUE(cellText(known).replace(QChar(0xa0), u' ').contains(QStringLiteral("probability &lt; 6 × 10⁻⁸")))
        << cellText(known).toStdString();
    known.halves[0].pictured = 0.25;
    EXPECT_TRUE(cellText(known).contains("0.250"));
    known.halves[0].pictured = 0;
    known.halves[0].cell = std::make_shared<const CellResult>(cell); // the exact number is there
    EXPECT_TRUE(cellText(known).contains("0.0841"));
}

TEST_F(CellCardTest, PushesNothingWhateverTheNumbers) {
    const QSize empty = card.minimumSizeHint();
    cell.query = 131071;
    cell.probability = 2.137e-7;
    cell.score = -1234.5678;
    cell.bias = -65535.5;
    cell.freshness = Freshness::Preview;
    show("·extraordinary", "↵");
    constexpr int kHeadsPanel = 230; // the narrowest that the window gives it
    EXPECT_LE(card.minimumSizeHint().width(), kHeadsPanel);
    EXPECT_LE(card.minimumSizeHint().height(), std::max(empty.height(), card.minimumHeight()));
}

TEST_F(CellCardTest, TinyProbabilitiesAreWrittenOut) {
    cell.probability = 2.137e-7;
    show("a", "b");
    EXPECT_TRUE(shown().contains(QStringLiteral("2.14 × 10⁻⁷"))) << shown().toStdString();
}

TEST_F(CellCardTest, MaskedCellsHaveNoNumbers) {
    cell.key = 1300;
    cell.masked = true;
    cell.probability = cell.score = cell.bias = 0;
    show("a", "b");
    EXPECT_TRUE(shown().contains("masked: the key comes after the query"));
    EXPECT_FALSE(shown().contains("probability"));
    cell.key = 3;
    show("a", "b");
    EXPECT_TRUE(shown().contains("masked: the key lies outside the attention window"));
}

TEST_F(CellCardTest, PreviewsSaySo) {
    cell.freshness = Freshness::Preview;
    show("a", "b");
    EXPECT_TRUE(shown().contains("preview"));
}

TEST_F(CellCardTest, TokensAreTextNotMarkup) {
    show("<b>x</b>", "y");
    EXPECT_TRUE(shown().contains("<b>x</b>"));
    for (const QLabel* label : card.findChildren<QLabel*>()) {
        if (label->text().contains("<b>x")) {
            EXPECT_EQ(label->textFormat(), Qt::PlainText);
        }
    }
    EXPECT_TRUE(cellText(pair("<i>", "y")).contains("&lt;i&gt;"));
}

TEST_F(CellCardTest, ClearedItSaysWhatToDo) {
    show("a", "b");
    card.clear();
    EXPECT_TRUE(shown().contains("Point at a cell"));
    EXPECT_FALSE(shown().contains("1,204"));
}
