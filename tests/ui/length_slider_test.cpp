// The length on view: the slider's stops, any number typed beside it, and what becomes of either when the text changes.
#include "ui/window/length_slider.h"

#include "ui/lab/lab.h"

#include <QApplication>
#include <QLineEdit>
#include <QSignalSpy>
#include <QSlider>
#include <QTest>
#include <gtest/gtest.h>

namespace slopescope::ui {
namespace {

class LengthSliderTest : public testing::Test {
protected:
    LengthSliderTest() {
        length.setLongest(5000);
        length.setLength(1024);
        length.show();
        QApplication::setActiveWindow(&length);
        number->setFocus();
        QApplication::processEvents(); // what was there is selected
    }

    void type(const char* text) {
        number->setFocus();
        number->selectAll();
        QTest::keyClicks(number, text);
        QTest::keyClick(number, Qt::Key_Return);
    }

    LengthSlider length;
    QLineEdit* number = length.findChild<QLineEdit*>();
    QSlider* slider = length.findChild<QSlider*>();
    QSignalSpy chosen{&length, &LengthSlider::lengthChosen};
};

TEST_F(LengthSliderTest, OffersPowersOfTwoAndTheWhole) {
    EXPECT_EQ(length.lengths(), (std::vector<std::int64_t>{32, 64, 128, 256, 512, 1024, 2048, 4096, 5000}));
    EXPECT_EQ(LengthSlider::lengthsUpTo(20), std::vector<std::int64_t>{20});
    EXPECT_EQ(LengthSlider::lengthsUpTo(64), (std::vector<std::int64_t>{32, 64}));
    slider->setValue(3);
    EXPECT_EQ(length.length(), 256);
    EXPECT_EQ(number->text(), "256");
    EXPECT_EQ(chosen.count(), 1);
}

TEST_F(LengthSliderTest, TakesAnyNumberThatIsTyped) {
    type("3000");
    EXPECT_EQ(length.length(), 3000);
    ASSERT_EQ(chosen.count(), 1);
    EXPECT_EQ(chosen[0][0].toLongLong(), 3000);
    EXPECT_EQ(number->text(), "3,000");
    EXPECT_EQ(slider->value(), 6); // 2,048: the stop below
    EXPECT_FALSE(number->hasFocus()); // the keys mean the map again
    type("1,500");
    EXPECT_EQ(length.length(), 1500);
}

TEST_F(LengthSliderTest, KeepsWithinTheText) {
    type("99999");
    EXPECT_EQ(length.length(), 5000);
    type("0");
    EXPECT_EQ(length.length(), 2);
    type("99999999999999999999999");
    EXPECT_EQ(length.length(), 2) << "no number at all";
    for (const char* noNumber : {"2^12", "4k", "1.5", "-3", "x"})
        type(noNumber);
    EXPECT_EQ(length.length(), 2);
    type("");
    EXPECT_EQ(length.length(), 2);
    EXPECT_EQ(number->text(), "2");
    EXPECT_EQ(chosen.count(), 2);
}

TEST_F(LengthSliderTest, EscapeTakesBackWhatWasTyped) {
    number->selectAll();
    QTest::keyClicks(number, "77");
    QTest::keyClick(number, Qt::Key_Escape);
    EXPECT_EQ(number->text(), "1,024");
    EXPECT_EQ(length.length(), 1024);
    EXPECT_EQ(chosen.count(), 0);
}

TEST_F(LengthSliderTest, StepsGoToTheNextStop) {
    type("3000");
    length.step(1);
    EXPECT_EQ(length.length(), 4096);
    type("3000");
    length.step(-1);
    EXPECT_EQ(length.length(), 2048);
    length.step(-1);
    EXPECT_EQ(length.length(), 1024);
    for (int i = 0; i < 20; ++i)
        length.step(1);
    EXPECT_EQ(length.length(), 5000);
    for (int i = 0; i < 20; ++i)
        length.step(-1);
    EXPECT_EQ(length.length(), 32);
    type("5");
    length.step(-1);
    EXPECT_EQ(length.length(), 5);
    length.step(1);
    EXPECT_EQ(length.length(), 32);
}

TEST_F(LengthSliderTest, KeysAndTheHandleReachTheStopsOnBothSides) {
    type("3000");
    QTest::keyClick(slider, Qt::Key_Left);
    EXPECT_EQ(length.length(), 2048);
    type("3000");
    QTest::keyClick(slider, Qt::Key_Right);
    EXPECT_EQ(length.length(), 4096);
    type("3000");
    QTest::keyClick(number, Qt::Key_Down);
    EXPECT_EQ(length.length(), 2048);
    QTest::keyClick(number, Qt::Key_Up);
    EXPECT_EQ(length.length(), 4096);
    type("3000");
    emit slider->sliderReleased(); // grasped and let go at its stop
    EXPECT_EQ(length.length(), 2048);
}

TEST_F(LengthSliderTest, AShorterTextShortens) {
    type("3000");
    chosen.clear();
    length.setLongest(100);
    EXPECT_EQ(length.length(), 100);
    length.setLength(3000);
    EXPECT_EQ(length.length(), 100);
    EXPECT_EQ(chosen.count(), 0);
    length.setLongest(0);
    EXPECT_EQ(length.length(), 0);
    EXPECT_FALSE(number->isEnabled());
    length.step(1);
    EXPECT_EQ(chosen.count(), 0);
}

TEST(LengthSliderLab, WritesTheWishAndShowsWhatTextAndModelAllow) {
    Lab lab(SLOPESCOPE_RESOURCES);
    LengthSlider length;
    length.attach(lab);
    const auto open = [&](int words) {
        std::string letters;
        for (int word = 0; word < words; ++word)
            letters += word % 2 ? " lamp" : " tide";
        lab.openText({{}, std::to_string(words), letters});
        return QTest::qWaitFor([&] { return lab.text() && lab.text()->name == std::to_string(words); }, 60'000);
    };
    lab.addModel("alibi");
    ASSERT_TRUE(open(1000));
    ASSERT_TRUE(QTest::qWaitFor([&] { return lab.longestLength() > 0; }, 60'000));
    const std::int64_t tokens = lab.longestLength();
    EXPECT_EQ(tokens, std::ssize(lab.text()->tokens));
    EXPECT_EQ(length.lengths().back(), tokens);
    EXPECT_EQ(length.length(), std::min<std::int64_t>(2048, tokens));
    length.setLength(256);
    length.step(1);
    EXPECT_EQ(lab.workspace().look.length, 512);
    EXPECT_EQ(lab.length(), 512);

    ASSERT_TRUE(open(100));
    EXPECT_EQ(length.length(), lab.longestLength()) << "a shorter text shows what it has";
    EXPECT_LT(length.length(), 512);
    EXPECT_EQ(lab.workspace().look.length, 512) << "and the wish stays";
    ASSERT_TRUE(open(1000));
    EXPECT_EQ(length.length(), 512);

    lab.addModel("learned"); // ends at its table
    ASSERT_TRUE(QTest::qWaitFor([&] { return lab.workspace().variants.size() == 2; }, 60'000));
    const auto facts = lab.factsOnView();
    ASSERT_TRUE(facts && facts->longestLength);
    EXPECT_EQ(length.lengths().back(), *facts->longestLength);
    EXPECT_EQ(length.length(), std::min<std::int64_t>(512, *facts->longestLength));
    EXPECT_EQ(lab.undoStack().count(), 2) << "two models; no length is a step";
}

} // namespace
} // namespace slopescope::ui
