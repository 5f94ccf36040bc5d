#include "ui/slopes/slope_editor.h"

#include "core/base/error.h"
#include "ui/slopes/decay_view.h"
#include "ui/widgets/panel_header.h"
#include "ui/slopes/slope_canvas.h"
#include "ui/slopes/slope_presets.h"

#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPaintEvent>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

using namespace slopescope;
using namespace slopescope::ui;

namespace {

ModelFacts alibi(int layers = 3, int heads = 8) {
    ModelFacts facts;
    facts.name = "alibi";
    facts.positions = "ALiBi";
    facts.linearBias = true;
    facts.layers = layers;
    facts.heads = heads;
    facts.trainedLength = 256;
    facts.slopes = SlopeTable(static_cast<std::size_t>(layers), paperSlopes(heads));
    return facts;
}

class SlopeEditorTest : public testing::Test {
protected:
    void SetUp() override {
        editor.setModel(alibi());
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

    SlopeEditor editor;
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
    for (const double slope : {0.02, 0.3, 1.0 / 700, 1.0 / 900}) { // 0.0202 is a long number: all values move apart, and stay so
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
    QSignalSpy changing(&editor, &SlopeEditor::slopesChanging), committed(&editor, &SlopeEditor::slopesCommitted);
    drag(2, 1.0 / 256);
    EXPECT_GE(changing.size(), 1);
    ASSERT_EQ(committed.size(), 1);
    const auto table = committed[0][0].value<SlopeTable>();
    for (const SlopeSet& layer : table) {
        EXPECT_EQ(layer[2], 1.0 / 256) << "a hand near a gridline means it";
        EXPECT_EQ(layer[3], paperSlopes(8)[3]);
    }
    EXPECT_EQ(editor.slopes(), table);
    EXPECT_EQ(editor.undoStack()->count(), 1);

    editor.undoStack()->undo();
    EXPECT_EQ(editor.slopes(), alibi().slopes);
    EXPECT_EQ(committed.size(), 2);
    editor.undoStack()->redo();
    EXPECT_EQ(editor.slopes(), table);
    EXPECT_EQ(committed.size(), 3);
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
    EXPECT_EQ(editor.undoStack()->count(), 0);
    EXPECT_FALSE(editor.edited());
}

TEST_F(SlopeEditorTest, ADragThatReturnsLeavesNoUndoStep) {
    QTest::mousePress(canvas, Qt::LeftButton, {}, handle(3));
    const QPoint home = handle(3);
    QTest::mouseMove(canvas, at(3, 1.0 / 512));
    EXPECT_TRUE(editor.edited());
    QTest::mouseMove(canvas, home);
    QTest::mouseRelease(canvas, Qt::LeftButton, {}, home);
    EXPECT_FALSE(editor.edited());
    EXPECT_EQ(editor.undoStack()->count(), 0);
}

TEST_F(SlopeEditorTest, EscTakesADragBack) {
    QSignalSpy committed(&editor, &SlopeEditor::slopesCommitted);
    QTest::mousePress(canvas, Qt::LeftButton, {}, handle(3));
    QTest::mouseMove(canvas, at(3, 1.0 / 512));
    EXPECT_TRUE(editor.edited());
    QTest::keyClick(canvas, Qt::Key_Escape);
    EXPECT_FALSE(editor.edited());
    EXPECT_EQ(committed.size(), 1) << "whoever followed the drag must hear that it is over";
    QTest::mouseRelease(canvas, Qt::LeftButton, {}, at(3, 1.0 / 512));
    EXPECT_FALSE(editor.edited());
    EXPECT_EQ(editor.undoStack()->count(), 0);
}

TEST_F(SlopeEditorTest, UndoUnderTheHandEndsTheDrag) {
    drag(1, 1.0 / 64);
    QTest::mousePress(canvas, Qt::LeftButton, {}, handle(3));
    QTest::mouseMove(canvas, at(3, 1.0 / 512));
    editor.undoStack()->undo();
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
    EXPECT_EQ(editor.undoStack()->count(), 1);
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
    editor.undoStack()->setIndex(0);
    EXPECT_EQ(canvas->axis().bottomExponent, -10);
}

TEST_F(SlopeEditorTest, ArrowsNudgeAndARunOfNudgesIsOneUndoStep) {
    canvas->setFocus();
    editor.setSelectedHead({0, 3});
    for (int i = 0; i < 4; ++i)
        QTest::keyClick(canvas, Qt::Key_Down);
    EXPECT_DOUBLE_EQ(editor.slopes()[0][3], 1.0 / 32) << "four nudges are a factor of two";
    EXPECT_EQ(editor.undoStack()->count(), 1);
    QTest::keyClick(canvas, Qt::Key_Up, Qt::ShiftModifier);
    EXPECT_DOUBLE_EQ(editor.slopes()[0][3], std::exp2(-5 + 1.0 / 32));
    QTest::keyClick(canvas, Qt::Key_Right);
    QTest::keyClick(canvas, Qt::Key_Up);
    EXPECT_EQ(editor.undoStack()->count(), 2) << "another head, another step";
    editor.undoStack()->undo();
    EXPECT_DOUBLE_EQ(editor.slopes()[0][3], std::exp2(-5 + 1.0 / 32));
    editor.undoStack()->undo();
    EXPECT_EQ(editor.slopes(), alibi().slopes);
}

TEST_F(SlopeEditorTest, TheFirstHeadIsNudgedLikeTheOthers) {
    canvas->setFocus();
    for (int i = 0; i < 4; ++i)
        QTest::keyClick(canvas, Qt::Key_Up);
    EXPECT_DOUBLE_EQ(editor.slopes()[0][0], 1);
    EXPECT_EQ(editor.undoStack()->count(), 1);
}

TEST_F(SlopeEditorTest, NudgesBackToTheStartLeaveNoStep) {
    canvas->setFocus();
    editor.setSelectedHead({0, 3});
    QTest::keyClick(canvas, Qt::Key_Down);
    QTest::keyClick(canvas, Qt::Key_Up);
    EXPECT_FALSE(editor.edited());
    EXPECT_EQ(editor.undoStack()->count(), 0);
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
    EXPECT_EQ(editor.undoStack()->count(), 8);
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
    editor.change(second, "test");
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

TEST_F(SlopeEditorTest, ChangeChecksTheTable) {
    EXPECT_THROW(editor.change(SlopeTable(2, paperSlopes(8)), "test"), Error);
    EXPECT_THROW(editor.change(SlopeTable(3, SlopeSet(8, std::nan(""))), "test"), Error);
    EXPECT_FALSE(editor.edited());
}

TEST_F(SlopeEditorTest, SaysWhyThereIsNothingToDrag) {
    ModelFacts rotary = alibi();
    rotary.linearBias = false;
    rotary.slopes.clear();
    rotary.positions = "rotary";
    drag(2, 1.0 / 256);
    editor.setModel(rotary);
    const auto* sentence = editor.findChild<QLabel*>("slopeSentence");
    EXPECT_TRUE(sentence->isVisible());
    EXPECT_EQ(sentence->text(), "This model's positions are rotary: there are no slopes to drag. “Positions” above can give it ALiBi's.");
    EXPECT_FALSE(canvas->isVisible());
    EXPECT_FALSE(editor.available());
    EXPECT_FALSE(editor.undoStack()->canUndo());
    editor.reset();
    EXPECT_FALSE(editor.loadFromFile("any.json"));
    editor.setModel(alibi());
    EXPECT_TRUE(canvas->isVisible());
}

TEST_F(SlopeEditorTest, ManyHeadsStillFit) {
    for (const int heads : {1, 12, 32, 112}) {
        editor.setModel(alibi(2, heads));
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
    editor.setModel(alibi());
    editor.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&editor));
    auto* canvas = editor.findChild<SlopeCanvas*>();
    canvas->editValue(2);
    auto* field = canvas->findChild<QLineEdit*>("slopeField");
    field->setText("0.25");
}

TEST(SlopeEditorStack, AStackOfTheWindowMayOutliveIt) {
    QUndoStack stack;
    {
        SlopeEditor editor(&stack);
        editor.setModel(alibi());
        editor.change(SlopeTable(3, paperSlopes(8, 16)), "test");
    }
    stack.undo();
    EXPECT_EQ(stack.index(), 0);
}
