// A text of one's own in the whole window, offscreen, by mouse and keyboard: typed, pasted, gone to, picked, copied,
// undone.
#include "ui/window/main_window.h"

#include "ui/map/map_panel.h"
#include "ui/map/map_view.h"
#include "ui/map/row_bars.h"
#include "ui/map/row_panel.h"
#include "ui/text/continue_panel.h"
#include "ui/text/pair_strip.h"
#include "ui/text/text_editor.h"
#include "ui/text/text_view.h"
#include "ui/text/token_area.h"
#include "ui/widgets/notice_strip.h"

#include <QApplication>
#include <QClipboard>
#include <QLineEdit>
#include <QMouseEvent>
#include <QPushButton>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBrowser>
#include <QToolButton>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <functional>

namespace slopescope::ui {
namespace {

constexpr int kPatience = 180'000; // ms; reached only when something hangs

LaunchOptions smallStudy() {
    LaunchOptions options;
    options.resources = SLOPESCOPE_RESOURCES;
    options.length = 256;
    options.sweepLength = 256;
    return options;
}

class OwnText : public testing::Test {
protected:
    void SetUp() override {
        window.resize(1500, 950);
        window.show();
        window.activateWindow();
        ASSERT_TRUE(QTest::qWaitForWindowActive(&window));
        ASSERT_TRUE(wait([this] { return map().picture() != nullptr && lab().text() != nullptr; }));
    }

    static bool wait(const std::function<bool()>& reached) { return QTest::qWaitFor(reached, kPatience); }
    void key(int code, Qt::KeyboardModifiers modifiers = {}) {
        QWidget* const focus = QApplication::focusWidget();
        QTest::keyClick(focus != nullptr && focus->window() == &window ? focus : &window, Qt::Key(code), modifiers);
    }
    void type(const QString& text) { QTest::keyClicks(QApplication::focusWidget(), text); }
    bool shows(const QString& text) {
        return wait([&] {
            const auto now = lab().text();
            return now && now->text == text.toStdString() && map().length() == std::ssize(now->tokens) &&
                   map().picture() != nullptr && map().picture()->viewport == map().wanted();
        });
    }
    // Opens the field and types a sentence into it.
    void typeSentence() {
        key(Qt::Key_T, Qt::ControlModifier);
        type("The cat sat on the mat");
        ASSERT_TRUE(shows("The cat sat on the mat")) << window.notice().sentence().toStdString();
    }
    void clickToken(std::int64_t token, Qt::KeyboardModifiers modifiers = {}) {
        QTest::mouseClick(area().viewport(), Qt::LeftButton, modifiers, area().tokenRect(token).center().toPoint());
    }
    QToolButton* button(const QString& text) {
        for (auto* const candidate : window.mapPanel().findChildren<QToolButton*>())
            if (candidate->text() == text && candidate->isVisible())
                return candidate;
        return nullptr;
    }

    Lab& lab() { return window.lab(); }
    MapView& map() { return *window.mapPanel().map(); }
    TextView& text() { return window.textView(); }
    TokenArea& area() { return *text().area(); }

    MainWindow window{smallStudy()};
};

TEST_F(OwnText, IsReadAsItIsTyped) {
    key(Qt::Key_T, Qt::ControlModifier);
    ASSERT_TRUE(text().editor()->hasFocus());
    EXPECT_EQ(text().editor()->toPlainText(), QString()); // a book is not edited here
    const std::int64_t span = map().span();
    type("A [0] + ");
    EXPECT_EQ(map().span(), span); // keys of the window are letters here
    EXPECT_EQ(text().editor()->toPlainText(), QString("A [0] + "));
    ASSERT_TRUE(shows("A [0] + "));
    type("cat");
    ASSERT_TRUE(shows("A [0] + cat"));
    EXPECT_TRUE(map().showsTokens());
    EXPECT_EQ(lab().workspace().text.letters, "A [0] + cat"); // what a workspace keeps
    key(Qt::Key_Backspace);
    ASSERT_TRUE(shows("A [0] + ca"));
    key(Qt::Key_Z, Qt::ControlModifier); // the field's own undo
    ASSERT_TRUE(wait([this] { return lab().workspace().text.letters != "A [0] + ca"; }));
    key(Qt::Key_Escape);
    EXPECT_TRUE(text().editor()->isHidden());
}

TEST_F(OwnText, TypingIsOneStepOfUndo) {
    const std::string before = lab().text()->text;
    typeSentence();
    key(Qt::Key_Escape);
    EXPECT_EQ(lab().undoStack().count(), 1);
    key(Qt::Key_Z, Qt::ControlModifier);
    ASSERT_TRUE(wait([&] { return lab().text() && lab().text()->text == before; }));
    key(Qt::Key_Y, Qt::ControlModifier);
    ASSERT_TRUE(shows("The cat sat on the mat"));
    key(Qt::Key_T, Qt::ControlModifier); // a short text is taken up where it was left
    EXPECT_EQ(text().editor()->toPlainText(), QString("The cat sat on the mat"));
}

TEST_F(OwnText, AnUndoneSlopeLeavesATextThatWasOpenedSince) {
    const SlopeTable slopes = lab().factsOnView()->slopes;
    SlopeTable steeper = slopes;
    steeper[0][0] *= 2;
    lab().setSlopes(steeper, "steeper");
    QApplication::clipboard()->setText("A pasted sentence stands here");
    map().setFocus();
    key(Qt::Key_V, Qt::ControlModifier);
    ASSERT_TRUE(shows("A pasted sentence stands here"));
    key(Qt::Key_Z, Qt::ControlModifier);
    EXPECT_EQ(lab().factsOnView()->slopes, slopes);
    EXPECT_EQ(lab().workspace().text.letters, "A pasted sentence stands here");
}

TEST_F(OwnText, TwoTokensArePickedAndSeenInEveryHead) {
    typeSentence();
    clickToken(1);
    EXPECT_EQ(area().locked(), 1);
    clickToken(4, Qt::ShiftModifier);
    EXPECT_EQ(map().crosshair(), (Cell{4, 1}));
    EXPECT_TRUE(map().isLocked());
    PairStrip& strip = *text().pairStrip();
    ASSERT_TRUE(wait([&] { return strip.isVisible() && strip.result() != nullptr; }));
    ASSERT_EQ(strip.result()->probabilities.size(), 32U);
    // Another head by a click: the map then shows the number that the strip has.
    QTest::mouseClick(&strip, Qt::LeftButton, {}, strip.headRect({3, 6}).center());
    EXPECT_EQ(lab().workspace().look.heads.front(), (HeadAddress{3, 6}));
    ASSERT_TRUE(
        wait([this] { return lab().isSettled() || (map().picture() && map().picture()->values.size() >= 36); }));
    const double given = double(strip.result()->probabilities[3 * 8 + 6]);
    ASSERT_TRUE(wait([&] {
        const Picture* const picture = map().picture();
        const auto at = std::size_t(4 * picture->viewport.columns + 1);
        return at < picture->values.size() && std::abs(double(picture->values[at]) - given) < 1e-5;
    }));
}

TEST_F(OwnText, GoesToAQueryAndAKey) {
    typeSentence();
    key(Qt::Key_G, Qt::ControlModifier);
    type("mat, cat");
    key(Qt::Key_Return);
    const auto cell = map().crosshair();
    ASSERT_TRUE(cell);
    EXPECT_TRUE(map().isLocked());
    const auto& tokens = lab().text()->tokens;
    EXPECT_EQ(tokens[std::size_t(cell->query)].end, 22);
    EXPECT_LE(tokens[std::size_t(cell->key)].begin, 4);
    EXPECT_GT(tokens[std::size_t(cell->key)].end, 4);
    key(Qt::Key_A, Qt::ControlModifier);
    type("5");
    key(Qt::Key_Return);
    EXPECT_EQ(map().crosshair()->query, 5);
    key(Qt::Key_Escape);
    key(Qt::Key_Escape);
    EXPECT_FALSE(map().isLocked());
}

TEST_F(OwnText, TokensAreSelectedAndCopied) {
    typeSentence();
    const QPoint from = area().tokenRect(1).center().toPoint(), to = area().tokenRect(3).center().toPoint();
    QTest::mousePress(area().viewport(), Qt::LeftButton, {}, from);
    QMouseEvent move(QEvent::MouseMove, to, area().viewport()->mapToGlobal(to), Qt::NoButton, Qt::LeftButton,
                     Qt::NoModifier);
    QApplication::sendEvent(area().viewport(), &move);
    QTest::mouseRelease(area().viewport(), Qt::LeftButton, {}, to);
    EXPECT_EQ(area().locked(), -1); // a drag locks nothing
    EXPECT_EQ(area().selectionBegin(), 1);
    EXPECT_EQ(area().selectionEnd(), 4);
    area().setFocus();
    key(Qt::Key_C, Qt::ControlModifier);
    const auto& tokens = lab().text()->tokens;
    const std::string copied =
        lab().text()->text.substr(std::size_t(tokens[1].begin), std::size_t(tokens[3].end - tokens[1].begin));
    EXPECT_EQ(QApplication::clipboard()->text().toStdString(), copied);
    key(Qt::Key_A, Qt::ControlModifier);
    key(Qt::Key_C, Qt::ControlModifier);
    EXPECT_EQ(QApplication::clipboard()->text(), QString("The cat sat on the mat"));
}

TEST_F(OwnText, TokenIdsStandInPlaceOfLetters) {
    const QTemporaryDir folder;
    const QString file = folder.filePath("ids.json");
    std::ofstream(file.toStdString()) << "[5, 70, 301, 12, 999]";
    window.openFile(file);
    ASSERT_TRUE(wait([this] { return lab().text() && lab().text()->tokens.size() == 5; }));
    EXPECT_EQ(lab().text()->tokens[4].id, 999);
    EXPECT_EQ(area().textLayout().label(2), QString("301 "));
    std::ofstream(file.toStdString()) << R"(["five"])";
    window.openFile(file);
    ASSERT_TRUE(wait([this] { return window.notice().sentence().contains("not a token id"); }));
    EXPECT_EQ(lab().text()->tokens.size(), 5U); // the one on view stays
}

TEST_F(OwnText, TheRowAndItsArithmeticFollowThePointer) {
    window.resize(1900, 950); // room for the tokens of the map and for the row
    typeSentence();
    RowPanel& row = *window.mapPanel().rowPanel();
    ASSERT_TRUE(row.isVisible());
    QTest::mouseClick(&map(), Qt::LeftButton, {}, map().cellRect(4, 2).center());
    ASSERT_TRUE(wait([&] { return row.bars()->keys() == 5; }));
    double sum = 0;
    for (std::int64_t at = 0; at < 5; ++at) {
        const double value = row.bars()->valueOf(at);
        EXPECT_NEAR(value, double(map().picture()->values[std::size_t(4 * map().picture()->viewport.columns + at)]),
                    1e-5);
        sum += value;
    }
    EXPECT_NEAR(sum, 1, 1e-5);
    EXPECT_TRUE(row.arithmetic().contains("/ √32 =")) << row.arithmetic().toStdString();
    EXPECT_TRUE(row.arithmetic().contains("− m × distance")) << row.arithmetic().toStdString();
    QTest::mouseClick(row.bars()->viewport(), Qt::LeftButton, {}, row.bars()->barRect(1).center());
    EXPECT_EQ(map().crosshair(), (Cell{4, 1}));
}

TEST_F(OwnText, TheFourStagesPlayFromTheFirstToTheLast) {
    typeSentence();
    MapPanel& panel = window.mapPanel();
    ASSERT_TRUE(button("Step"));
    QTest::mouseClick(button("Step"), Qt::LeftButton);
    EXPECT_EQ(panel.step(), 0);
    const auto above = [this] { return map().picture()->values[1]; }; // query 0, key 1: after the query
    ASSERT_TRUE(wait([&] { return lab().workspace().look.stage == Stage::Score && std::isfinite(above()); }));
    const float score = above();
    QTest::mouseClick(button("Step"), Qt::LeftButton);
    ASSERT_TRUE(wait([&] { return lab().workspace().look.stage == Stage::Sum && above() == score; })); // no bias there
    QTest::mouseClick(button("Step"), Qt::LeftButton);
    ASSERT_TRUE(wait([&] { return lab().workspace().look.stage == Stage::Sum && std::isnan(above()); }));
    QTest::mouseClick(button("Step"), Qt::LeftButton);
    ASSERT_TRUE(
        wait([&] { return lab().workspace().look.stage == Stage::Probability && map().picture()->values[0] == 1; }));
    QTest::mouseClick(button("Play"), Qt::LeftButton);
    EXPECT_EQ(panel.step(), 0);
    ASSERT_TRUE(wait([&] { return panel.step() == 3 && button("Play") != nullptr; }));
}

TEST_F(OwnText, IsContinuedAndWhatIsNewCanBeKept) {
    typeSentence();
    text().openContinue();
    ContinuePanel& panel = *text().continuePanel();
    ASSERT_TRUE(panel.isVisible());
    auto* const start = panel.findChild<QPushButton*>();
    ASSERT_EQ(start->text(), QString("Continue"));
    QTest::mouseClick(start, Qt::LeftButton);
    EXPECT_EQ(start->text(), QString("Stop"));
    ASSERT_TRUE(wait([&] { return !panel.isWriting(); }));
    ASSERT_NE(panel.written(0), nullptr);
    const GenerationResult& written = *panel.written(0);
    EXPECT_EQ(written.tokens.size(), 60U);
    EXPECT_EQ(written.tokens.back().end, std::ssize(written.text));
    EXPECT_EQ(panel.written(1), nullptr); // nothing is compared
    // The pages show it, and Keep makes it part of the text.
    EXPECT_TRUE(panel.findChild<QTextBrowser*>()->toPlainText().contains(QString::fromStdString(written.text).trimmed().left(12)));
    const std::string whole = "The cat sat on the mat" + written.text;
    for (auto* const candidate : panel.findChildren<QPushButton*>())
        if (candidate->text() == "Keep")
            QTest::mouseClick(candidate, Qt::LeftButton);
    ASSERT_TRUE(wait([&] { return lab().text() && lab().text()->text == whole; }));
}

TEST_F(OwnText, AContinuationStopsAtOnceAndKeepsWhatItHas) {
    typeSentence();
    text().openContinue();
    ContinuePanel& panel = *text().continuePanel();
    for (auto* const box : panel.findChildren<QSpinBox*>())
        if (box->accessibleName() == "New tokens")
            box->setValue(4096);
    auto* const start = panel.findChild<QPushButton*>();
    QTest::mouseClick(start, Qt::LeftButton);
    ASSERT_TRUE(wait([&] { return panel.written(0) != nullptr && panel.written(0)->tokens.size() >= 3; }));
    QTest::mouseClick(start, Qt::LeftButton);
    ASSERT_TRUE(wait([&] { return !panel.isWriting(); }));
    EXPECT_GE(panel.written(0)->tokens.size(), 3U);
    EXPECT_LT(panel.written(0)->tokens.size(), 4096U);
}

} // namespace
} // namespace slopescope::ui
