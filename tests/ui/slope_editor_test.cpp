#include "ui/slopes/slope_editor.h"

#include "ui/lab/lab.h"
#include "ui/slopes/decay_view.h"
#include "ui/slopes/slope_canvas.h"
#include "ui/slopes/slope_presets.h"
#include "ui/widgets/panel_header.h"

#include "tests/ui/pixels.h"

#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPaintEvent>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QUndoStack>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

using namespace slopescope;
using namespace slopescope::ui;

namespace {

ModelFacts alibi(int layers = 3, int heads = 8) {
    ModelFacts facts;
    facts.name = "alibi";
    facts.positions.bias = BiasKind::Linear;
    facts.layers = layers;
    facts.heads = heads;
    facts.trainedLength = 256;
    facts.slopes = SlopeTable(static_cast<std::size_t>(layers), paperSlopes(heads));
    return facts;
}

// One step of whoever keeps the slopes, as the Lab does.
class Step : public QUndoCommand {
public:
    Step(SlopeEditor& editor, SlopeTable before, SlopeTable after, const QString& what, int merge)
        : QUndoCommand(what), m_editor(editor), m_before(std::move(before)), m_after(std::move(after)), m_merge(merge) {
    }
    void undo() override { m_editor.setSlopes(m_before); }
    void redo() override { m_editor.setSlopes(m_after); }
    int id() const override { return m_merge > 0 ? m_merge : -1; }
    bool mergeWith(const QUndoCommand* other) override {
        m_after = static_cast<const Step*>(other)->m_after;
        setObsolete(m_before == m_after);
        return true;
    }

private:
    SlopeEditor& m_editor;
    SlopeTable m_before, m_after;
    int m_merge;
};

class SlopeEditorTest : public testing::Test {
protected:
    void SetUp() override {
        editor.setModel(alibi(), alibi().slopes);
        editor.setUndoStack(&stack);
        QObject::connect(&editor, &SlopeEditor::slopesChanged,
                         [this](const SlopeTable& slopes, const QString& what, int merge) {
                             stack.push(new Step(editor, last, slopes, what, merge));
                         });
        QObject::connect(&stack, &QUndoStack::indexChanged, &editor, [this] { last = editor.slopes(); });
        editor.resize(392, 640);
        editor.show();
        QApplication::processEvents();
        canvas = editor.findChild<SlopeCanvas*>();
        ASSERT_TRUE(canvas);
    }

    QPoint handle(int head) const { return canvas->handlePosition(head).toPoint(); }
    QPoint at(int head, double slope) const {
        return {handle(head).x(), static_cast<int>(std::lround(canvas->axis().heightOf(slope)))};
    }
    void drag(int head, double slope) {
        const QPoint to = at(head, slope);
        QTest::mousePress(canvas, Qt::LeftButton, {}, handle(head));
        QTest::mouseMove(canvas, (handle(head) + to) / 2);
        QTest::mouseMove(canvas, to);
        QTest::mouseRelease(canvas, Qt::LeftButton, {}, to);
    }
    QLineEdit* field() const { // a closed one is deleted in the next turn only
        for (QLineEdit* one : canvas->findChildren<QLineEdit*>("slopeField"))
            if (one->isVisible())
                return one;
        return nullptr;
    }
    QString error() const {
        const auto* label = editor.findChild<QLabel*>("slopeError");
        return label->isVisible() ? label->text() : QString();
    }
    void type(int head, const QString& text) {
        QTest::mouseClick(canvas, Qt::LeftButton, {}, canvas->valueRect(head).center().toPoint());
        ASSERT_TRUE(field());
        QTest::keyClicks(field(), text); // what stood there is selected
        QTest::keyClick(field(), Qt::Key_Return);
    }
    void preset(const QString& name) {
        for (QAction* action : editor.findChild<SlopePresets*>()->findChild<QMenu*>()->actions())
            if (action->text() == name)
                return action->trigger();
        FAIL() << "no preset " << name.toStdString();
    }

    QUndoStack stack;
    SlopeEditor editor;
    SlopeTable last = alibi().slopes; // of the newest step
    SlopeCanvas* canvas = nullptr;
};

} // namespace

TEST_F(SlopeEditorTest, ShowsTheSlopesAsTrained) {
    EXPECT_EQ(editor.slopes(), alibi().slopes);
    EXPECT_FALSE(editor.edited());
    EXPECT_TRUE(editor.tied());
    for (int head = 1; head < 8; ++head)
        EXPECT_GT(handle(head).y(), handle(head - 1).y()) << "smaller slopes stand lower";
}

// A drag repaints the moved head alone; the screen must be what a painting of everything would be.
TEST_F(SlopeEditorTest, WhatADragRepaintsIsAllThatItChanges) {
    struct Painted : QObject {
        QRegion region;
        bool eventFilter(QObject*, QEvent* event) override {
            if (event->type() == QEvent::Paint)
                region += static_cast<QPaintEvent*>(event)->region();
            return false;
        }
    } painted;
    QTest::mousePress(canvas, Qt::LeftButton, {}, handle(3));
    QApplication::processEvents();
    QImage screen = canvas->grab().toImage();
    canvas->installEventFilter(&painted);
    int narrow = 0;
    for (const double slope :
         {0.02, 0.3, 1.0 / 700, 1.0 / 900}) { // 0.0202 is a long number: all values move apart, and stay so
        QTest::mouseMove(canvas, at(3, slope));
        QApplication::processEvents();
        ASSERT_FALSE(painted.region.isEmpty());
        narrow += painted.region.boundingRect().width() < canvas->width() / 2;
        canvas->render(&screen, painted.region.boundingRect().topLeft(), painted.region);
        painted.region = {};
        EXPECT_EQ(screen, canvas->grab().toImage().convertToFormat(screen.format())) << slope;
        painted.region = {}; // of the grab
    }
    EXPECT_GE(narrow, 3);
    canvas->removeEventFilter(&painted);
    QTest::mouseRelease(canvas, Qt::LeftButton, {}, at(3, 1.0 / 700));
}

TEST_F(SlopeEditorTest, ADragMovesTheHeadInEveryLayerAndIsOneUndoStep) {
    QSignalSpy changing(&editor, &SlopeEditor::slopesMoved), committed(&editor, &SlopeEditor::slopesChanged);
    drag(2, 1.0 / 256);
    EXPECT_GE(changing.size(), 1);
    ASSERT_EQ(committed.size(), 1);
    EXPECT_EQ(committed[0][1].toString(), "drag H2");
    EXPECT_EQ(committed[0][2].toInt(), 0) << "no drag is one step with another";
    const auto table = committed[0][0].value<SlopeTable>();
    for (const SlopeSet& layer : table) {
        EXPECT_EQ(layer[2], 1.0 / 256) << "a hand near a gridline means it";
        EXPECT_EQ(layer[3], paperSlopes(8)[3]);
    }
    EXPECT_EQ(editor.slopes(), table);
    EXPECT_EQ(stack.count(), 1);

    stack.undo();
    EXPECT_EQ(editor.slopes(), alibi().slopes);
    stack.redo();
    EXPECT_EQ(editor.slopes(), table);
    EXPECT_EQ(committed.size(), 1) << "slopes from elsewhere are nobody's change";
}

TEST_F(SlopeEditorTest, ADragChangesThePicture) {
    const QImage before = canvas->grab().toImage(), decayBefore = editor.decayView()->grab().toImage();
    drag(7, 1.0 / 4);
    EXPECT_NE(canvas->grab().toImage(), before);
    QTest::qWait(20); // the plot is drawn in the next turn
    EXPECT_NE(editor.decayView()->grab().toImage(), decayBefore);
}

TEST_F(SlopeEditorTest, AClickSelectsAndChangesNothing) {
    QSignalSpy selected(&editor, &SlopeEditor::headSelected);
    QTest::mouseClick(canvas, Qt::LeftButton, {}, handle(5));
    ASSERT_EQ(selected.size(), 1);
    EXPECT_EQ(selected[0][0].value<HeadAddress>(), (HeadAddress{0, 5}));
    EXPECT_EQ(stack.count(), 0);
    EXPECT_FALSE(editor.edited());
}

TEST_F(SlopeEditorTest, ADragThatReturnsLeavesNoUndoStep) {
    QTest::mousePress(canvas, Qt::LeftButton, {}, handle(3));
    const QPoint home = handle(3);
    QTest::mouseMove(canvas, at(3, 1.0 / 512));
    EXPECT_TRUE(editor.edited());
    QTest::mouseMove(canvas, home);
    QSignalSpy left(&editor, &SlopeEditor::handLeft);
    QTest::mouseRelease(canvas, Qt::LeftButton, {}, home);
    EXPECT_FALSE(editor.edited());
    EXPECT_EQ(left.size(), 1);
    EXPECT_EQ(stack.count(), 0);
}

TEST_F(SlopeEditorTest, EscTakesADragBack) {
    QSignalSpy left(&editor, &SlopeEditor::handLeft), committed(&editor, &SlopeEditor::slopesChanged);
    QTest::mousePress(canvas, Qt::LeftButton, {}, handle(3));
    QTest::mouseMove(canvas, at(3, 1.0 / 512));
    EXPECT_TRUE(editor.edited());
    QTest::keyClick(canvas, Qt::Key_Escape);
    EXPECT_FALSE(editor.edited());
    EXPECT_EQ(committed.size(), 0);
    EXPECT_EQ(left.size(), 1) << "whoever followed the drag must hear that it is over";
    QTest::mouseRelease(canvas, Qt::LeftButton, {}, at(3, 1.0 / 512));
    EXPECT_FALSE(editor.edited());
    EXPECT_EQ(stack.count(), 0);
}

TEST_F(SlopeEditorTest, UndoUnderTheHandEndsTheDrag) {
    drag(1, 1.0 / 64);
    QTest::mousePress(canvas, Qt::LeftButton, {}, handle(3));
    QTest::mouseMove(canvas, at(3, 1.0 / 512));
    stack.undo();
    EXPECT_EQ(editor.slopes(), alibi().slopes);
    QTest::mouseMove(canvas, at(3, 1.0 / 2));
    QTest::mouseRelease(canvas, Qt::LeftButton, {}, at(3, 1.0 / 2));
    EXPECT_EQ(editor.slopes(), alibi().slopes);
}

TEST_F(SlopeEditorTest, TheBottomOfTheTrackIsZero) {
    drag(4, 0);
    EXPECT_EQ(editor.slopes()[0][4], 0);
    EXPECT_EQ(handle(4).y(), std::lround(canvas->axis().zero));
    drag(4, 1.0 / 32);
    EXPECT_EQ(editor.slopes()[0][4], 1.0 / 32);
}

TEST_F(SlopeEditorTest, ShiftDragsFinely) {
    const double before = editor.slopes()[0][3];
    const QPoint from = handle(3);
    QTest::mousePress(canvas, Qt::LeftButton, Qt::ShiftModifier, from);
    // QTest::mouseMove knows no modifiers.
    QMouseEvent move(QEvent::MouseMove, from + QPoint(0, 40), canvas->mapToGlobal(from + QPoint(0, 40)), Qt::NoButton,
                     Qt::LeftButton, Qt::ShiftModifier);
    QApplication::sendEvent(canvas, &move);
    QTest::mouseRelease(canvas, Qt::LeftButton, Qt::ShiftModifier, from + QPoint(0, 40));
    const double expected = before * std::exp2(-5 / (canvas->axis().heightOf(0.5) - canvas->axis().heightOf(1)));
    EXPECT_NEAR(editor.slopes()[0][3], expected, 1e-9) << "an eighth of the 40 pixels";
}

TEST_F(SlopeEditorTest, TypesAValue) {
    type(6, "1/3");
    EXPECT_EQ(editor.slopes()[1][6], 1.0 / 3);
    EXPECT_FALSE(field());
    EXPECT_EQ(stack.count(), 1);
    type(6, "2^-6");
    EXPECT_EQ(editor.slopes()[1][6], 0.015625);
}

TEST_F(SlopeEditorTest, RefusesABadValueInlineAndKeepsTheField) {
    type(6, "-1");
    EXPECT_TRUE(error().contains("negative"));
    ASSERT_TRUE(field());
    EXPECT_FALSE(editor.edited());
    QTest::keyClick(field(), Qt::Key_Escape);
    EXPECT_FALSE(field());
    EXPECT_EQ(error(), "");
    type(6, "lamp");
    EXPECT_TRUE(error().contains("lamp"));
    QTest::keyClicks(field(), "0.25");
    QTest::keyClick(field(), Qt::Key_Return);
    EXPECT_EQ(error(), "");
    EXPECT_EQ(editor.slopes()[0][6], 0.25);
}

TEST_F(SlopeEditorTest, ATypedValueOutsideExtendsTheAxis) {
    EXPECT_EQ(canvas->axis().bottomExponent, -10);
    EXPECT_EQ(canvas->axis().topExponent, 0);
    type(6, "2^-14");
    EXPECT_EQ(canvas->axis().bottomExponent, -14);
    type(0, "3");
    EXPECT_EQ(canvas->axis().topExponent, 2);
    EXPECT_EQ(editor.slopes()[0][0], 3);
    stack.setIndex(0);
    EXPECT_EQ(canvas->axis().bottomExponent, -10);
}

TEST_F(SlopeEditorTest, ArrowsNudgeAndARunOfNudgesIsOneUndoStep) {
    canvas->setFocus(Qt::TabFocusReason);
    editor.setSelectedHead({0, 3});
    for (int i = 0; i < 4; ++i)
        QTest::keyClick(canvas, Qt::Key_Down);
    EXPECT_DOUBLE_EQ(editor.slopes()[0][3], 1.0 / 32) << "four nudges are a factor of two";
    EXPECT_EQ(stack.count(), 1);
    QTest::keyClick(canvas, Qt::Key_Up, Qt::ShiftModifier);
    EXPECT_DOUBLE_EQ(editor.slopes()[0][3], std::exp2(-5 + 1.0 / 32));
    QTest::keyClick(canvas, Qt::Key_Right);
    QTest::keyClick(canvas, Qt::Key_Up);
    EXPECT_EQ(stack.count(), 2) << "another head, another step";
    stack.undo();
    EXPECT_DOUBLE_EQ(editor.slopes()[0][3], std::exp2(-5 + 1.0 / 32));
    stack.undo();
    EXPECT_EQ(editor.slopes(), alibi().slopes);
}

TEST_F(SlopeEditorTest, TheFirstHeadIsNudgedLikeTheOthers) {
    canvas->setFocus(Qt::TabFocusReason);
    for (int i = 0; i < 4; ++i)
        QTest::keyClick(canvas, Qt::Key_Up);
    EXPECT_DOUBLE_EQ(editor.slopes()[0][0], 1);
    EXPECT_EQ(stack.count(), 1);
}

TEST_F(SlopeEditorTest, NudgesBackToTheStartLeaveNoStep) {
    canvas->setFocus(Qt::TabFocusReason);
    editor.setSelectedHead({0, 3});
    QTest::keyClick(canvas, Qt::Key_Down);
    QTest::keyClick(canvas, Qt::Key_Up);
    EXPECT_FALSE(editor.edited());
    EXPECT_EQ(stack.count(), 0);
}

TEST_F(SlopeEditorTest, TabWalksTheHeads) {
    editor.activateWindow();
    canvas->setFocus();
    editor.setSelectedHead({0, 0});
    QSignalSpy selected(&editor, &SlopeEditor::headSelected);
    QTest::keyClick(canvas, Qt::Key_Tab);
    QTest::keyClick(canvas, Qt::Key_Tab);
    EXPECT_EQ(editor.selectedHead().head, 2);
    QTest::keyClick(canvas, Qt::Key_Backtab);
    EXPECT_EQ(editor.selectedHead().head, 1);
    EXPECT_EQ(selected.size(), 3);
}

TEST_F(SlopeEditorTest, OneLayerAloneWhenUntied) {
    editor.setSelectedHead({1, 0});
    for (QPushButton* button : editor.header()->findChildren<QPushButton*>())
        if (button->text() == "Layer 1")
            QTest::mouseClick(button, Qt::LeftButton);
    EXPECT_FALSE(editor.tied());
    drag(2, 1.0 / 256);
    EXPECT_EQ(editor.slopes()[0], paperSlopes(8));
    EXPECT_EQ(editor.slopes()[1][2], 1.0 / 256);
    EXPECT_EQ(editor.slopes()[2], paperSlopes(8));
    preset("Zero");
    EXPECT_EQ(editor.slopes()[0], paperSlopes(8));
    EXPECT_EQ(editor.slopes()[1], SlopeSet(8, 0.0));
}

TEST_F(SlopeEditorTest, PresetsActOnWhatIsThere) {
    drag(0, 1.0 / 8);
    const double dragged = editor.slopes()[0][0];
    preset("Scaled × 0.5");
    EXPECT_EQ(editor.slopes()[0][0], dragged / 2);
    EXPECT_EQ(editor.slopes()[2][7], 1.0 / 512);
    preset("Zero");
    EXPECT_EQ(editor.slopes(), SlopeTable(3, SlopeSet(8, 0.0)));
    preset("Paper");
    EXPECT_EQ(editor.slopes(), alibi().slopes);
    preset("Bias max 16");
    EXPECT_EQ(editor.slopes()[0], paperSlopes(8, 16));
    preset("Random");
    const SlopeTable first = editor.slopes();
    preset("Random");
    EXPECT_NE(editor.slopes(), first);
    editor.reset();
    EXPECT_EQ(editor.slopes(), alibi().slopes);
    EXPECT_EQ(stack.count(), 8);
}

TEST_F(SlopeEditorTest, APresetAsksForItsNumbers) {
    preset("Geometric…");
    auto* input = editor.findChild<QLineEdit*>("presetInput");
    ASSERT_TRUE(input->isVisible());
    input->setText("1, -2");
    QTest::keyClick(input, Qt::Key_Return);
    EXPECT_NE(error(), "");
    EXPECT_TRUE(input->isVisible());
    EXPECT_FALSE(editor.edited());
    input->setText("1/4, 1/2");
    QTest::keyClick(input, Qt::Key_Return);
    EXPECT_FALSE(input->isVisible());
    EXPECT_EQ(error(), "");
    EXPECT_EQ(editor.slopes()[0], geometricSlopes(8, 0.25, 0.5));
}

TEST_F(SlopeEditorTest, SavesAndLoads) {
    QTemporaryDir folder;
    const QString tied = folder.filePath("tied.json"), untied = folder.filePath("untied.json");
    type(3, "0.123456789012345");
    const SlopeTable first = editor.slopes();
    ASSERT_TRUE(editor.saveToFile(tied));
    SlopeTable second = first;
    second[1][5] = 0.7;
    editor.setSlopes(second);
    ASSERT_TRUE(editor.saveToFile(untied));
    editor.reset();
    EXPECT_TRUE(editor.loadFromFile(tied));
    EXPECT_EQ(editor.slopes(), first);
    EXPECT_TRUE(editor.loadFromFile(untied));
    EXPECT_EQ(editor.slopes(), second);
    EXPECT_FALSE(editor.tied()) << "layers that differ are shown one by one";
}

TEST_F(SlopeEditorTest, ABadFileIsRefusedInOneSentenceAndNothingIsLost) {
    QTemporaryDir folder;
    const QString file = folder.filePath("bad.json");
    drag(2, 1.0 / 256);
    const SlopeTable before = editor.slopes();
    for (const char* content : {"", "[1,2", "[1,2,3]", "[1,1,1,1,1,1,1,-1]", "{\"slopes\":1}", "[[1,2],[3]]"}) {
        std::ofstream(file.toStdString()) << content;
        EXPECT_FALSE(editor.loadFromFile(file)) << content;
        EXPECT_NE(error(), "") << content;
        EXPECT_EQ(editor.slopes(), before);
    }
    EXPECT_FALSE(editor.loadFromFile(folder.filePath("missing.json")));
    EXPECT_TRUE(error().contains("missing.json"));
    EXPECT_FALSE(editor.saveToFile(folder.filePath("no/such/folder.json")));
    EXPECT_TRUE(error().contains("folder.json"));
}

TEST_F(SlopeEditorTest, ArrowsAreTheWindowsUnlessAHandleWasChosenByKey) {
    QTest::mouseClick(canvas, Qt::LeftButton, {}, handle(3));
    editor.activateWindow();
    ASSERT_TRUE(QTest::qWaitForWindowActive(&editor));
    canvas->setFocus(Qt::MouseFocusReason);
    const auto arrow = [this] {
        QKeyEvent press(QEvent::KeyPress, Qt::Key_Up, Qt::NoModifier);
        QApplication::sendEvent(canvas, &press);
        return press.isAccepted();
    };
    EXPECT_FALSE(arrow());
    drag(3, 1.0 / 256);
    EXPECT_FALSE(arrow());
    QTest::keyClick(canvas, Qt::Key_Control); // as in Ctrl+Z
    QTest::keyClick(canvas, Qt::Key_BracketLeft);
    EXPECT_FALSE(arrow());
    EXPECT_EQ(editor.slopes()[0][3], 1.0 / 256);
    QTest::keyClick(canvas, Qt::Key_Tab);
    EXPECT_TRUE(arrow());
    EXPECT_NE(editor.slopes()[0][4], paperSlopes(8)[4]);
}

TEST_F(SlopeEditorTest, NoHandReachesPastTheSteepest) {
    type(2, "1000000");
    EXPECT_EQ(editor.slopes()[0][2], kSteepestSlope);
    canvas->clearFocus(); // it came back from the field
    canvas->setFocus(Qt::TabFocusReason);
    editor.setSelectedHead({0, 2});
    QTest::keyClick(canvas, Qt::Key_Up);
    EXPECT_EQ(editor.slopes()[0][2], kSteepestSlope);
    drag(2, 1.0);
    QTest::mousePress(canvas, Qt::LeftButton, {}, handle(2));
    QTest::mouseMove(canvas, {handle(2).x(), -50});
    QTest::mouseRelease(canvas, Qt::LeftButton, {}, {handle(2).x(), -50});
    EXPECT_LE(editor.slopes()[0][2], kSteepestSlope);
    type(2, "1000001");
    EXPECT_TRUE(error().contains("1000001"));
    EXPECT_LE(editor.slopes()[0][2], kSteepestSlope);
}

TEST_F(SlopeEditorTest, BsSlopesStandBehindInItsColour) {
    const QImage alone = canvas->grab().toImage();
    const QColor colour(200, 30, 160);
    editor.setOther(SlopeTable(3, SlopeSet(8, 1.0 / 600)), colour);
    EXPECT_GT(tests::count(canvas->grab().toImage(), colour), 20);
    EXPECT_EQ(editor.slopes(), alibi().slopes);
    editor.setOther(SlopeTable(3, SlopeSet(5, 1.0 / 600)), colour); // other heads than A's: nothing to set beside
    EXPECT_EQ(canvas->grab().toImage(), alone);
    editor.setOther({}, {});
    EXPECT_EQ(canvas->grab().toImage(), alone);
}

TEST_F(SlopeEditorTest, TheButtonsAreTheStacks) {
    const auto button = [this](const QString& text) {
        for (QPushButton* one : editor.findChildren<QPushButton*>())
            if (one->text() == text)
                return one;
        return static_cast<QPushButton*>(nullptr);
    };
    EXPECT_FALSE(button("Undo")->isEnabled());
    drag(2, 1.0 / 256);
    EXPECT_TRUE(button("Undo")->toolTip().contains("drag H2"));
    QTest::mouseClick(button("Undo"), Qt::LeftButton);
    EXPECT_EQ(editor.slopes(), alibi().slopes);
    QTest::mouseClick(button("Redo"), Qt::LeftButton);
    EXPECT_EQ(editor.slopes()[0][2], 1.0 / 256);
    QTest::mouseClick(button("Reset"), Qt::LeftButton);
    EXPECT_FALSE(editor.edited());
    EXPECT_EQ(stack.undoText(), "reset slopes");
}

TEST_F(SlopeEditorTest, SaysWhyThereIsNothingToDrag) {
    drag(2, 1.0 / 256);
    QSignalSpy changed(&editor, &SlopeEditor::slopesChanged);
    editor.setNone("There are none.");
    const auto* sentence = editor.findChild<QLabel*>("slopeSentence");
    EXPECT_TRUE(sentence->isVisible());
    EXPECT_EQ(sentence->text(), "There are none.");
    EXPECT_FALSE(canvas->isVisible());
    EXPECT_FALSE(editor.available());
    editor.reset();
    EXPECT_FALSE(editor.loadFromFile("any.json"));
    EXPECT_EQ(changed.size(), 0);
    editor.setModel(alibi(), alibi().slopes);
    EXPECT_TRUE(canvas->isVisible());
}

TEST_F(SlopeEditorTest, ManyHeadsStillFit) {
    for (const int heads : {1, 12, 32, 112}) {
        editor.setModel(alibi(2, heads), alibi(2, heads).slopes);
        last = editor.slopes();
        QApplication::processEvents();
        EXPECT_GE(canvas->width(), canvas->minimumSizeHint().width());
        for (int head = 1; head < heads; ++head)
            EXPECT_GE(handle(head).x() - handle(head - 1).x(), 9);
        drag(heads - 1, 1.0 / 1024);
        EXPECT_EQ(editor.slopes()[1].back(), 1.0 / 1024);
        EXPECT_FALSE(editor.grab().isNull());
    }
}

TEST(SlopeEditorEnd, AnOpenFieldDoesNotMatter) {
    SlopeEditor editor;
    editor.setModel(alibi(), alibi().slopes);
    editor.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&editor));
    auto* canvas = editor.findChild<SlopeCanvas*>();
    canvas->editValue(2);
    auto* field = canvas->findChild<QLineEdit*>("slopeField");
    field->setText("0.25");
}

TEST(SlopeEditorEnd, TheStackMayOutliveIt) {
    QUndoStack stack;
    {
        SlopeEditor editor;
        editor.setModel(alibi(), alibi().slopes);
        editor.setUndoStack(&stack);
    }
    stack.push(new QUndoCommand("later"));
    stack.undo();
    EXPECT_EQ(stack.index(), 0);
}

// With the Lab behind it, and the bundled models.
class SlopeEditorLabTest : public testing::Test {
protected:
    void SetUp() override {
        editor.attach(lab);
        editor.resize(392, 640);
        editor.show();
        lab.openText({{}, "tide", "The keeper wound the clock at dusk, and set the lamp lower. The tide came in."});
        lab.addModel("alibi");
        ASSERT_TRUE(QTest::qWaitFor([&] { return lab.text() && editor.available(); }, 60'000));
        QApplication::processEvents();
        lab.undoStack().clear();
    }
    QPoint handle(int head) const { return canvas->handlePosition(head).toPoint(); }
    void take(int head) {
        QTest::mousePress(canvas, Qt::LeftButton, {}, handle(head));
        for (int step = 1; step <= 5; ++step)
            QTest::mouseMove(canvas,
                             canvas->mapFromGlobal(canvas->mapToGlobal(QPoint(handle(head).x(), 60 + 7 * step))));
    }
    void release() { QTest::mouseRelease(canvas, Qt::LeftButton, {}, {handle(editor.selectedHead().head).x(), 95}); }

    Lab lab{SLOPESCOPE_RESOURCES};
    SlopeEditor editor;
    SlopeCanvas* canvas = editor.findChild<SlopeCanvas*>();
};

TEST_F(SlopeEditorLabTest, ADragOfAsTrainedForksOnReleaseAndUndoTakesTheForkAway) {
    const SlopeTable trained = editor.slopes();
    std::vector<Changes> heard;
    take(5);
    QObject::connect(&lab, &Lab::changed, &editor, [&](Changes changes) { heard.push_back(changes); });
    QTest::mouseMove(canvas, {handle(5).x(), 120});
    QTest::mouseMove(canvas, {handle(5).x(), 140});
    EXPECT_EQ(heard, (std::vector<Changes>{kSlopes, kSlopes}));
    EXPECT_TRUE(lab.inHand());
    EXPECT_EQ(lab.workspace().variants.size(), 1U);
    EXPECT_EQ(lab.variantOnView().slopes, editor.slopes());
    const SlopeTable dragged = editor.slopes();
    release();
    EXPECT_FALSE(lab.inHand());
    ASSERT_EQ(lab.workspace().variants.size(), 2U);
    EXPECT_TRUE(lab.workspace().variants[0].variant.isAsTrained());
    EXPECT_EQ(lab.workspace().a()->variant.slopes, editor.slopes());
    EXPECT_NE(editor.slopes(), trained);
    EXPECT_EQ(lab.undoStack().count(), 1);
    lab.undoStack().undo();
    EXPECT_EQ(lab.workspace().variants.size(), 1U);
    EXPECT_EQ(editor.slopes(), trained);
    lab.undoStack().redo();
    EXPECT_EQ(lab.workspace().variants.size(), 2U);
    EXPECT_NE(editor.slopes(), trained);
}

TEST_F(SlopeEditorLabTest, EscAndUndoUnderTheHandLeaveNoTrace) {
    const SlopeTable trained = editor.slopes();
    take(5);
    QTest::keyClick(canvas, Qt::Key_Escape);
    EXPECT_FALSE(lab.inHand());
    EXPECT_EQ(lab.variantOnView().slopes, SlopeTable());
    EXPECT_EQ(editor.slopes(), trained);
    release();
    EXPECT_EQ(lab.undoStack().count(), 0);

    take(3);
    release();
    ASSERT_EQ(lab.undoStack().count(), 1);
    take(5);
    lab.undoStack().undo();
    EXPECT_FALSE(lab.inHand());
    EXPECT_EQ(editor.slopes(), trained);
    QTest::mouseMove(canvas, {handle(5).x(), 200});
    release();
    EXPECT_EQ(editor.slopes(), trained);
    EXPECT_EQ(lab.workspace().variants.size(), 1U);
}

TEST_F(SlopeEditorLabTest, FollowsTheSelectionAndShowsBBehind) {
    const auto* sentence = editor.findChild<QLabel*>("slopeSentence");
    const VariantId first = lab.workspace().selected;
    take(5);
    release();
    const VariantId fork = lab.workspace().selected;
    const SlopeTable forked = editor.slopes();
    EXPECT_NE(fork, first);
    lab.look([&](Workspace& w) { w.selected = first; });
    EXPECT_FALSE(editor.edited());
    const QImage alone = canvas->grab().toImage();
    lab.edit("compare", [&](Workspace& w) { w.against = fork; });
    EXPECT_NE(canvas->grab().toImage(), alone);
    lab.look([&](Workspace& w) { w.selected = fork; });
    EXPECT_EQ(editor.slopes(), forked);

    lab.addModel("rotary");
    ASSERT_TRUE(QTest::qWaitFor([&] { return !editor.available(); }, 60'000));
    EXPECT_TRUE(sentence->isVisible());
    EXPECT_TRUE(sentence->text().contains("positions are rotary: there are no slopes to drag"))
        << sentence->text().toStdString();
    lab.edit("all away", [](Workspace& w) { w.variants.clear(); });
    EXPECT_TRUE(sentence->text().contains("Open a model"));
    lab.undoStack().undo();
    ASSERT_TRUE(QTest::qWaitFor([&] { return lab.factsOnView().has_value(); }, 60'000))
        << "undo opens the models again";
}
