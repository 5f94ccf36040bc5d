#include "ui/text/text_view.h"

#include "ui/widgets/panel_header.h"
#include "ui/widgets/theme.h"
#include "ui/text/token_area.h"

#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <string>

using namespace slopescope;
using namespace slopescope::ui;

namespace {

// One token a word with the space before it, a line feed its own.
TextFacts words(const std::string& text) {
    TextFacts facts;
    facts.name = "tide.txt";
    facts.text = text;
    for (std::size_t begin = 0; begin < text.size();) {
        std::size_t end = begin + 1;
        while (end < text.size() && text[end] != ' ' && text[end] != '\n' && text[begin] != '\n')
            ++end;
        facts.tokens.push_back({static_cast<std::int32_t>(end - begin), std::int64_t(begin), std::int64_t(end)});
        begin = end;
    }
    return facts;
}

TextFacts prose(int sentences) {
    std::string text;
    for (int i = 0; i < sentences; ++i)
        text += "The keeper wound clock " + std::to_string(i) + " at dusk, and set the lamp lower.\n";
    return words(text);
}

class TextLayoutTest : public testing::Test {
protected:
    void lay(const TextFacts& facts, qreal width) {
        QFont font;
        font.setPixelSize(13);
        layout.setFont(font);
        layout.setText(facts);
        layout.setWidth(width);
    }
    TextLayout layout;
};

class TextViewTest : public testing::Test {
protected:
    void SetUp() override {
        QLocale::setDefault(QLocale(QLocale::English));
        view.resize(320, 400);
        view.show();
        ASSERT_TRUE(QTest::qWaitForWindowExposed(&view));
    }
    void TearDown() override { QLocale::setDefault(QLocale::system()); }

    QPoint centre(std::int64_t token) const { return view.area()->tokenRect(token).center().toPoint(); }
    QColor behind(std::int64_t token) const { // above the letters, inside the token's background
        const QImage image = view.area()->viewport()->grab().toImage();
        const QRectF rect = view.area()->tokenRect(token);
        return image.pixelColor(int(rect.center().x()), int(rect.top()) + 5);
    }

    TextView view;
};

} // namespace

TEST_F(TextLayoutTest, EveryTokenIsOnOneLineAndInsideIt) {
    const TextFacts facts = prose(50);
    for (const qreal width : {120.0, 300.0, 1000.0}) {
        lay(facts, width);
        std::int64_t next = 0;
        for (int line = 0; line < layout.lines(); ++line) {
            EXPECT_EQ(layout.lineBegin(line), next);
            next = layout.lineEnd(line);
            EXPECT_GT(next, layout.lineBegin(line));
            qreal x = 0;
            for (std::int64_t token = layout.lineBegin(line); token < next; ++token) {
                EXPECT_EQ(layout.lineOf(token), line);
                EXPECT_NEAR(layout.rect(token).left(), x, 0.01);
                EXPECT_LE(layout.rect(token).right(), width + 0.01);
                x += layout.width(token);
            }
        }
        EXPECT_EQ(next, layout.tokens());
    }
}

TEST_F(TextLayoutTest, ALineFeedEndsItsLine) {
    lay(words("a b\n\nc\n"), 500);
    ASSERT_EQ(layout.lines(), 3);
    EXPECT_EQ(layout.lineEnd(0), 3);
    EXPECT_EQ(layout.lineEnd(1), 4);
}

TEST_F(TextLayoutTest, ALineFeedNeverGoesDownAlone) {
    QFont font;
    font.setPixelSize(13);
    const qreal width = QFontMetricsF(font).horizontalAdvance("keeper") + 1;
    lay(words("keeper\nlamp"), width);
    ASSERT_EQ(layout.lines(), 2);
    EXPECT_EQ(layout.lineEnd(0), 2);
    EXPECT_GT(layout.rect(1).width(), 5);
    EXPECT_EQ(layout.tokenAt(layout.rect(1).center()), 1);
}

TEST_F(TextLayoutTest, APointFindsItsToken) {
    lay(prose(30), 260);
    for (std::int64_t token = 0; token < layout.tokens(); ++token)
        EXPECT_EQ(layout.tokenAt(layout.rect(token).center()), token);
    EXPECT_EQ(layout.tokenAt({-1, 5}), -1);
    EXPECT_EQ(layout.tokenAt({5, -1}), -1);
    EXPECT_EQ(layout.tokenAt({5, layout.height() + 1}), -1);
    EXPECT_EQ(layout.tokenAt({259.9, 1}), -1) << "right of the last token of a line";
}

TEST_F(TextLayoutTest, WordsOfSeveralTokensStayTogether) {
    TextFacts facts;
    facts.text = "lamp lamplighter";
    facts.tokens = {{1, 0, 4}, {2, 4, 9}, {3, 9, 14}, {4, 14, 16}}; // "lamp" " lamp" "light" "er"
    QFont font;
    font.setPixelSize(13);
    const qreal width = QFontMetricsF(font).horizontalAdvance("lamp·lamplight") + 2;
    lay(facts, width);
    ASSERT_EQ(layout.lines(), 2);
    EXPECT_EQ(layout.lineBegin(1), 1) << "the whole word moves down";
}

TEST_F(TextLayoutTest, AWordWiderThanTheLineIsBrokenBetweenTokens) {
    TextFacts facts;
    for (int i = 0; i < 40; ++i) {
        facts.text += "wave";
        facts.tokens.push_back({1, 4 * i, 4 * i + 4});
    }
    lay(facts, 120);
    EXPECT_GT(layout.lines(), 5);
    for (int line = 0; line + 1 < layout.lines(); ++line)
        EXPECT_GT(layout.lineEnd(line) - layout.lineBegin(line), 1) << "lines are filled";
}

TEST_F(TextLayoutTest, ATokenWiderThanTheLineIsCutToIt) {
    lay(words("a " + std::string(500, 'w') + " b"), 100);
    EXPECT_EQ(layout.lines(), 3);
    EXPECT_LE(layout.rect(1).width(), 100);
    EXPECT_TRUE(layout.label(1).contains(QChar(0x2026)));
}

TEST_F(TextLayoutTest, ACharacterOverSeveralTokensIsShownByTheFirst) {
    TextFacts facts;
    facts.text = "a\xED\x95\x9C"
                 "b"; // a, three bytes of one syllable, b
    facts.tokens = {{1, 0, 2}, {2, 2, 3}, {3, 3, 5}};
    lay(facts, 300);
    EXPECT_EQ(layout.label(0), "a한");
    EXPECT_EQ(layout.label(1), "");
    EXPECT_EQ(layout.label(2), "b");
    EXPECT_GT(layout.width(1), 0) << "still a place for the mouse";
}

TEST_F(TextLayoutTest, OneIdMayHaveSeveralSpellings) {
    TextFacts facts;
    facts.text = "iWWWWWW";
    facts.tokens = {{7, 0, 1}, {7, 1, 7}}; // both unknown to the model
    lay(facts, 300);
    EXPECT_GT(layout.width(1), 3 * layout.width(0));
}

TEST_F(TextLayoutTest, HostileSpansStayInsideTheText) {
    TextFacts facts;
    facts.text = "abc";
    facts.tokens = {{1, -5, 2}, {2, 2, 900}, {3, 900, 950}, {4, 3, 1}};
    lay(facts, 300);
    EXPECT_EQ(layout.label(0), "ab");
    EXPECT_EQ(layout.label(1), "c");
    EXPECT_EQ(layout.label(2), "");
    EXPECT_EQ(layout.tokens(), 4);
    lay({}, 300);
    EXPECT_EQ(layout.lines(), 0);
    EXPECT_EQ(layout.tokenAt({1, 1}), -1);
}

TEST_F(TextViewTest, SaysNameAndTokens) {
    const TextFacts facts = prose(200);
    view.setText(facts);
    EXPECT_EQ(view.header()->facts(), "tide.txt · 2,600 tokens");
    EXPECT_EQ(view.tokens(), 2600);
    view.clear();
    EXPECT_EQ(view.header()->facts(), "");
}

TEST_F(TextViewTest, SaysWhatWasChangedAsTheTextWasRead) {
    TextFacts facts = prose(200);
    facts.changes = "12 line ends read as LF";
    view.setText(facts);
    EXPECT_EQ(view.header()->facts(), "tide.txt · 2,600 tokens · 12 line ends read as LF");
}

TEST_F(TextViewTest, HoversAndLocks) {
    view.setText(prose(20));
    QSignalSpy hovered(&view, &TextView::tokenHovered), locked(&view, &TextView::tokenLocked);
    QTest::mouseMove(view.area()->viewport(), QPoint(2, 2)); // comes in, beside the text
    QTest::mouseMove(view.area()->viewport(), centre(5));
    EXPECT_EQ(view.hovered(), 5);
    QTest::mouseMove(view.area()->viewport(), centre(8));
    ASSERT_EQ(hovered.size(), 2);
    EXPECT_EQ(hovered[0][0].toLongLong(), 5);
    EXPECT_EQ(hovered[1][0].toLongLong(), 8);

    QTest::mouseClick(view.area()->viewport(), Qt::LeftButton, {}, centre(8));
    EXPECT_EQ(view.locked(), 8);
    QTest::mouseClick(view.area()->viewport(), Qt::LeftButton, {}, centre(8));
    EXPECT_EQ(view.locked(), -1) << "a second click unlocks";
    QTest::mouseClick(view.area()->viewport(), Qt::LeftButton, {}, centre(3));
    QTest::keyClick(view.area(), Qt::Key_Escape);
    EXPECT_EQ(view.locked(), -1);
    ASSERT_EQ(locked.size(), 4);
    EXPECT_EQ(locked[2][0].toLongLong(), 3);
    EXPECT_EQ(locked[3][0].toLongLong(), -1);

    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(view.area()->viewport(), &leave);
    EXPECT_EQ(view.hovered(), -1);
}

TEST_F(TextViewTest, LinksAreBlueBeforeAndOrangeAfter) {
    view.setText(prose(20));
    LinksResult links;
    links.token = 20;
    links.reads.assign(60, 0);
    links.readBy.assign(60, 0);
    links.reads[4] = 0.3F;
    links.reads[5] = 0.03F;
    links.reads[20] = links.readBy[20] = 0.6F;
    links.readBy[30] = 0.2F;
    view.setLinks(links);
    const QColor paper = behind(7), strong = behind(4), weak = behind(5), reader = behind(30);
    EXPECT_GT(strong.blue(), strong.red() + 40);
    EXPECT_GT(weak.blue(), weak.red());
    EXPECT_LT(strong.red(), weak.red()) << "more weight, more colour";
    EXPECT_GT(reader.red(), reader.blue() + 40);
    EXPECT_EQ(paper, behind(31)) << "no weight, no colour";
    view.clearLinks();
    EXPECT_LE(std::abs(behind(4).blue() - behind(4).red()), 12);
}

TEST_F(TextViewTest, TheCursorOfTheMapIsShownWithoutScrolling) {
    view.setText(prose(400));
    const QImage before = view.area()->viewport()->grab().toImage();
    view.setCursor(12, 3);
    EXPECT_NE(view.area()->viewport()->grab().toImage(), before);
    view.setCursor(4000, 3900);
    EXPECT_EQ(view.area()->verticalScrollBar()->value(), 0);
    view.setCursor(-1, -1);
    EXPECT_EQ(view.area()->viewport()->grab().toImage(), before);
    view.reveal(4000);
    EXPECT_TRUE(QRectF(view.area()->viewport()->rect()).contains(view.area()->tokenRect(4000)));
}

TEST_F(TextViewTest, TokensPastTheLengthAreDimmed) {
    view.setText(prose(20));
    const QImage before = view.area()->viewport()->grab().toImage();
    view.setLength(10);
    const QImage after = view.area()->viewport()->grab().toImage();
    EXPECT_EQ(before.copy(0, 0, before.width(), 20), after.copy(0, 0, after.width(), 20));
    EXPECT_NE(before, after);
}

TEST_F(TextViewTest, FindsAndWraps) {
    view.setText(words("one Lamp two\nthree lamp four \xC3\xA9t\xC3\xA9 LAMP é"));
    const auto area = view.area();
    QSignalSpy locked(&view, &TextView::tokenLocked);
    const QImage before = area->viewport()->grab().toImage();
    EXPECT_TRUE(view.findNext("lamp"));
    const QImage first = area->viewport()->grab().toImage();
    EXPECT_NE(first, before);
    EXPECT_TRUE(view.findNext("lamp"));
    const QImage second = area->viewport()->grab().toImage();
    EXPECT_NE(second, first);
    EXPECT_TRUE(view.findNext("lamp"));
    EXPECT_NE(area->viewport()->grab().toImage(), second);
    EXPECT_TRUE(view.findNext("lamp"));
    EXPECT_EQ(area->viewport()->grab().toImage(), first) << "around to the first";
    EXPECT_FALSE(view.findNext("harbour"));
    const QRect lines(0, 0, before.width(), 60); // the sentence below takes some of the height
    EXPECT_EQ(area->viewport()->grab().toImage().copy(lines), before.copy(lines));
    EXPECT_FALSE(view.findNext(""));
    EXPECT_EQ(locked.size(), 0);
}

TEST_F(TextViewTest, FindScrollsThere) {
    view.setText(prose(400));
    EXPECT_TRUE(view.findNext("clock 399"));
    EXPECT_GT(view.area()->verticalScrollBar()->value(), 0);
    const std::int64_t token = view.area()->textLayout().tokenOfByte(
        static_cast<std::int64_t>(view.area()->textLayout().facts().text.find("clock 399")));
    EXPECT_TRUE(QRectF(view.area()->viewport()->rect()).contains(view.area()->tokenRect(token)));
}

TEST_F(TextViewTest, AHundredThousandTokensScrollToTheirEnd) {
    view.setText(prose(8000));
    EXPECT_EQ(view.tokens(), 104000);
    QTest::keyClick(view.area(), Qt::Key_End);
    EXPECT_TRUE(view.area()->viewport()->rect().contains(centre(103999)));
    EXPECT_EQ(view.area()->tokenAt(centre(103999)), 103999);
    view.resize(500, 400);
    QApplication::processEvents();
    EXPECT_EQ(view.area()->tokenAt(centre(103990)), 103990);
}

TEST_F(TextViewTest, AWordThatIsNotThereIsSaidUntilAnotherIsTyped) {
    view.setText(words("one Lamp two"));
    const auto* said = view.findChild<QLabel*>("nothingFound");
    auto* field = view.findChild<QLineEdit*>();
    EXPECT_FALSE(field->isVisible());
    view.openFind();
    ASSERT_TRUE(field->isVisible());
    QTest::keyClicks(field, "harbour");
    EXPECT_FALSE(said->isVisible()) << "only what was asked for is answered";
    QTest::keyClick(field, Qt::Key_Return);
    EXPECT_TRUE(said->isVisible());
    EXPECT_EQ(said->text(), "“harbour” is not in this text.");
    QTest::keyClick(field, Qt::Key_Backspace);
    EXPECT_FALSE(said->isVisible());
    field->selectAll();
    QTest::keyClicks(field, "<b>lamp");
    QTest::keyClick(field, Qt::Key_Return);
    EXPECT_EQ(said->text(), "“<b>lamp” is not in this text.");
    EXPECT_EQ(said->textFormat(), Qt::PlainText);
    view.setText(words("another text"));
    EXPECT_FALSE(said->isVisible()) << "it was said of the text before";
}

TEST_F(TextViewTest, EscClosesTheFieldAndTheMarkGoesWithIt) {
    view.setText(words("one Lamp two"));
    const QImage before = view.area()->viewport()->grab().toImage();
    auto* field = view.findChild<QLineEdit*>();
    view.openFind();
    QTest::keyClicks(field, "lamp");
    QTest::keyClick(field, Qt::Key_Return);
    QTest::keyClick(field, Qt::Key_Escape);
    EXPECT_FALSE(field->isVisible());
    const QRect lines(0, 0, before.width(), 60);
    EXPECT_EQ(view.area()->viewport()->grab().toImage().copy(lines), before.copy(lines));
    view.openFind();
    EXPECT_EQ(field->selectedText(), "lamp") << "the next word takes its place";
}

TEST_F(TextViewTest, TheLossOfATokenIsItsBackground) {
    view.setText(prose(20));
    const QColor paper = behind(8);
    std::vector<float> a(60, 0), b(60, 0);
    a[0] = std::nanf("");
    a[8] = 9;
    a[10] = 3;
    view.area()->setLosses(a, {});
    const auto distance = [&](const QColor& one) {
        return std::abs(one.red() - paper.red()) + std::abs(one.green() - paper.green()) + std::abs(one.blue() - paper.blue());
    };
    EXPECT_GT(distance(behind(8)), distance(behind(10))) << "more loss, more colour";
    EXPECT_GT(distance(behind(10)), 4);
    EXPECT_LE(distance(behind(0)), 40) << "the first token has no loss";

    b = a;
    b[8] = 7;  // A loses 2 nats more: red
    b[10] = 5; // and 2 less here: blue
    view.area()->setLosses(a, b);
    EXPECT_GT(behind(8).red(), behind(8).blue() + 40);
    EXPECT_GT(behind(10).blue(), behind(10).red() + 40);
    view.area()->setLosses({}, {});
    EXPECT_EQ(behind(8), paper);
}
