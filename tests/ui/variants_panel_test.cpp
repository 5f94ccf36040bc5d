// The variants panel on a real Lab with the bundled models, driven by mouse and keys.
#include "ui/variants/variants_panel.h"

#include "ui/lab/lab.h"
#include "ui/lab/names.h"
#include "ui/slopes/position_menu.h"
#include "ui/variants/facts_view.h"
#include "ui/variants/variant_edits.h"
#include "ui/variants/variant_list.h"

#include <QApplication>
#include <QClipboard>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QTest>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slopescope::ui {
namespace {

using testing::ElementsAre;

class VariantsPanelTest : public testing::Test {
protected:
    VariantsPanelTest() {
        panel.attach(lab);
        panel.resize(260, 520);
        panel.show();
        Workspace w;
        w.text.file = std::string(SLOPESCOPE_RESOURCES) + "/text/the-tide-clock.txt";
        w.selected = w.add({"alibi", {}, {}}, {}, colourOf(PositionMethod::Alibi));
        w.add({"rotary", {}, {}}, {}, colourOf(PositionMethod::Rotary));
        w.add({"none", {}, {}}, {}, colourOf(PositionMethod::None));
        lab.apply(w);
        EXPECT_TRUE(QTest::qWaitFor([&] { return lab.library().models.size() == 3 && lab.text(); }, 20000));
        lab.stopSweep();
        QApplication::processEvents();
    }

    VariantList& list() { return *panel.list(); }
    const Workspace& w() const { return lab.workspace(); }
    std::vector<VariantId> order() const {
        std::vector<VariantId> ids;
        for (const WorkspaceVariant& row : w().variants)
            ids.push_back(row.id);
        return ids;
    }
    const VariantRow& row(VariantId id) {
        for (const VariantRow& one : list().rows())
            if (one.id == id)
                return one;
        throw std::runtime_error("no such row");
    }
    void click(VariantId id, RowPart part) {
        QTest::mouseClick(list().viewport(), Qt::LeftButton, {}, list().partRect(id, part).center());
    }
    QLineEdit* field() { return list().viewport()->findChild<QLineEdit*>("variantName"); }
    static void settle() {
        for (int round = 0; round < 4; ++round) { // an answer may ask for another
            QApplication::processEvents();
            QApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        }
    }
    static QAction* action(const QMenu* menu, const QString& text) {
        for (QAction* one : menu->actions())
            if (one->menu()) {
                if (QAction* inside = action(one->menu(), text))
                    return inside;
            } else if (one->text() == text) {
                return one;
            }
        return nullptr;
    }

    Lab lab{SLOPESCOPE_RESOURCES};
    VariantsPanel panel;
};

TEST_F(VariantsPanelTest, ARowSaysWhatItsVariantIs) {
    ASSERT_EQ(list().rows().size(), 3U);
    EXPECT_EQ(row(1).name, "alibi");
    EXPECT_EQ(row(1).what, "ALiBi · as trained at 256");
    EXPECT_EQ(row(1).remark, "");
    EXPECT_TRUE(row(1).selected && row(1).isA && !row(1).isB);
    lab.setSlopes(SlopeTable(4, SlopeSet(8, 0)), "zero");
    ASSERT_EQ(list().rows().size(), 4U) << "the first edit forks";
    EXPECT_EQ(row(4).name, "alibi, all slopes 0");
    EXPECT_EQ(row(4).what, "ALiBi · all slopes 0");
    EXPECT_EQ(row(4).remark, "not as trained");
    EXPECT_TRUE(row(4).selected);
    EXPECT_THAT(order(), ElementsAre(1, 4, 2, 3));
}

TEST_F(VariantsPanelTest, AClickSelectsAndTheEyeHides) {
    click(2, RowPart::Text);
    EXPECT_EQ(w().selected, 2);
    EXPECT_TRUE(row(2).isA);
    EXPECT_EQ(lab.undoStack().count(), 0) << "looking is no step";
    click(3, RowPart::Eye);
    EXPECT_FALSE(w().find(3)->visible);
    EXPECT_EQ(w().selected, 2);
    EXPECT_FALSE(row(3).visible);
    lab.undoStack().undo();
    EXPECT_TRUE(row(3).visible);
    EXPECT_FALSE(list().hasFocus()) << "a click leaves the keyboard where it is";
}

TEST_F(VariantsPanelTest, ChipsSetAAndB) {
    click(2, RowPart::B);
    EXPECT_EQ(w().against, 2);
    EXPECT_TRUE(row(2).isB);
    click(2, RowPart::B);
    EXPECT_FALSE(w().against);
    click(3, RowPart::B);
    click(1, RowPart::A);
    EXPECT_EQ(w().pinnedA, 1);
    EXPECT_TRUE(row(1).pinned);
    click(2, RowPart::Text);
    EXPECT_EQ(w().selected, 2);
    EXPECT_EQ(w().a()->id, 1) << "A is pinned";
    EXPECT_EQ(w().against, 3);
    click(1, RowPart::A);
    EXPECT_EQ(w().a()->id, 2);
    // A click on B's row puts it on view and keeps the pair compared.
    click(3, RowPart::Text);
    EXPECT_EQ(w().a()->id, 3);
    EXPECT_EQ(w().against, 2);
    while (lab.undoStack().canUndo())
        lab.undoStack().undo();
    EXPECT_FALSE(w().against);
    EXPECT_FALSE(w().pinnedA);
}

TEST_F(VariantsPanelTest, KeysActOnTheSelectedRow) {
    list().setFocus(Qt::TabFocusReason);
    QTest::keyClick(&list(), Qt::Key_Down);
    EXPECT_EQ(w().selected, 2);
    QTest::keyClick(&list(), Qt::Key_B);
    EXPECT_EQ(w().against, 2);
    EXPECT_EQ(w().a()->id, 1) << "nothing is compared with itself: A is the one before";
    QTest::keyClick(&list(), Qt::Key_A);
    EXPECT_EQ(w().pinnedA, 1);
    QTest::keyClick(&list(), Qt::Key_Down, Qt::ControlModifier);
    EXPECT_THAT(order(), ElementsAre(2, 1, 3));
    QTest::keyClick(&list(), Qt::Key_Up, Qt::ControlModifier);
    QTest::keyClick(&list(), Qt::Key_Up, Qt::ControlModifier);
    EXPECT_THAT(order(), ElementsAre(1, 2, 3));
    QTest::keyClick(&list(), Qt::Key_Delete);
    EXPECT_THAT(order(), ElementsAre(2, 3));
    lab.undoStack().undo();
    EXPECT_THAT(order(), ElementsAre(1, 2, 3));
    EXPECT_EQ(w().pinnedA, 1);
}

TEST_F(VariantsPanelTest, ANameIsTypedInPlace) {
    QTest::mouseDClick(list().viewport(), Qt::LeftButton, {}, list().partRect(2, RowPart::Text).center());
    ASSERT_NE(field(), nullptr);
    EXPECT_EQ(field()->text(), "rotary");
    QTest::keyClicks(field(), "turned");
    QTest::keyClick(field(), Qt::Key_Return);
    settle();
    EXPECT_EQ(w().find(2)->name, "turned");
    EXPECT_EQ(row(2).name, "turned");
    EXPECT_EQ(field(), nullptr);
    list().rename(2);
    QTest::keyClicks(field(), "nonsense");
    QTest::keyClick(field(), Qt::Key_Escape);
    settle();
    EXPECT_EQ(w().find(2)->name, "turned");
    list().rename(2);
    field()->selectAll();
    QTest::keyClick(field(), Qt::Key_Delete);
    QTest::keyClick(field(), Qt::Key_Return);
    settle();
    EXPECT_EQ(row(2).name, "rotary") << "an empty name brings the usual one back";
    EXPECT_EQ(lab.undoStack().count(), 2);
    list().rename(2);
    QTest::keyClick(field(), Qt::Key_Return);
    settle();
    EXPECT_EQ(lab.undoStack().count(), 2) << "nothing was typed";
}

// The list changes in every way under an open field.
TEST_F(VariantsPanelTest, ANameIsTypedWhileTheListChanges) {
    list().rename(2);
    QTest::keyClicks(field(), "name");
    lab.edit("move", [](Workspace& now) { move(now, 2, 0); });
    lab.edit("add", [](Workspace& now) { addBelow(now, 1, {"alibi", {}, SlopeTable(4, SlopeSet(8, 0.5))}, "new", 1); });
    lab.edit("remove", [](Workspace& now) { remove(now, 1); });
    settle();
    ASSERT_NE(field(), nullptr);
    EXPECT_EQ(field()->text(), "name");
    QTest::keyClick(field(), Qt::Key_Return);
    settle();
    EXPECT_EQ(w().find(2)->name, "name");

    list().rename(3);
    QTest::keyClicks(field(), "lost");
    lab.edit("remove", [](Workspace& now) { remove(now, 3); });
    settle();
    EXPECT_EQ(field(), nullptr) << "its row is gone";
    EXPECT_EQ(w().find(3), nullptr);

    // The name is taken while the list is emptied before the news arrives.
    list().rename(2);
    QTest::keyClicks(field(), "late");
    QTest::keyClick(field(), Qt::Key_Return);
    lab.apply({});
    settle();
    EXPECT_TRUE(list().rows().empty());
    EXPECT_TRUE(w().variants.empty());
}

TEST_F(VariantsPanelTest, AClickElsewhereTakesTheName) {
    list().rename(2);
    QTest::keyClicks(field(), "clicked away");
    click(3, RowPart::Text);
    settle();
    EXPECT_EQ(w().find(2)->name, "clicked away");
    EXPECT_EQ(w().selected, 3);
}

TEST_F(VariantsPanelTest, RowsAreDragged) {
    const auto drag = [&](VariantId id, int toY) {
        QWidget* const port = list().viewport();
        const QPoint from = list().partRect(id, RowPart::Text).center();
        QTest::mousePress(port, Qt::LeftButton, {}, from);
        for (const int y : {from.y() + (toY - from.y()) / 2, toY}) {
            QMouseEvent move(QEvent::MouseMove, QPointF(from.x(), y), port->mapToGlobal(QPointF(from.x(), y)),
                             Qt::NoButton, Qt::LeftButton, {});
            QApplication::sendEvent(port, &move);
        }
        QTest::mouseRelease(port, Qt::LeftButton, {}, QPoint(from.x(), toY));
    };
    const int height = VariantDelegate::rowHeight();
    drag(1, 3 * height - 2);
    EXPECT_THAT(order(), ElementsAre(2, 3, 1));
    drag(1, 2);
    EXPECT_THAT(order(), ElementsAre(1, 2, 3));
    drag(2, height + 10);
    EXPECT_THAT(order(), ElementsAre(1, 2, 3)) << "on its own place";
    EXPECT_EQ(lab.undoStack().count(), 2);
}

TEST_F(VariantsPanelTest, TheMenuHasAllOfIt) {
    QMenu* menu = panel.menuFor(2);
    action(menu, "Compare with this (B)")->trigger();
    EXPECT_EQ(w().against, 2);
    action(menu, "Duplicate")->trigger();
    EXPECT_THAT(order(), ElementsAre(1, 2, 4, 3));
    EXPECT_EQ(w().find(4)->variant, w().find(2)->variant);
    EXPECT_EQ(row(4).name, "rotary, copy");
    EXPECT_NE(w().find(4)->colour, w().find(2)->colour);
    action(menu, "Copy what it is")->trigger();
    EXPECT_EQ(QApplication::clipboard()->text(), "rotary: rotary · as trained at 256");
    action(menu, "Rename")->trigger();
    EXPECT_NE(field(), nullptr);
    action(menu, "YaRN × 4")->trigger();
    settle();
    ASSERT_NE(w().find(5), nullptr);
    EXPECT_EQ(specOf(w().find(5)->variant.positions), "rotary-yarn:4");
    EXPECT_EQ(w().selected, 5);
    action(menu, "Move down")->trigger();
    EXPECT_THAT(order(), ElementsAre(1, 5, 2, 4, 3));
    action(menu, "Close")->trigger();
    EXPECT_THAT(order(), ElementsAre(1, 5, 4, 3));
    delete menu;
    while (lab.undoStack().canUndo())
        lab.undoStack().undo();
    EXPECT_THAT(order(), ElementsAre(1, 2, 3));
}

TEST_F(VariantsPanelTest, TheAddMenuAddsModelsAndCopies) {
    emit panel.addMenu()->aboutToShow();
    action(panel.addMenu(), "slopes × 0.5")->trigger();
    ASSERT_NE(w().find(4), nullptr);
    EXPECT_EQ(w().find(4)->variant.slopes, SlopeTable(4, scaled(paperSlopes(8), 0.5)));
    EXPECT_EQ(row(4).name, "alibi, slopes ÷ 2");
    emit panel.addMenu()->aboutToShow();
    action(panel.addMenu(), "random slopes 2")->trigger();
    EXPECT_EQ(w().find(5)->variant.slopes, SlopeTable(4, randomSlopes(8, 2)));
    emit panel.addMenu()->aboutToShow();
    action(panel.addMenu(), "The paper's four methods (Figure 1)")->trigger();
    lab.stopSweep();
    EXPECT_EQ(w().variants.size(), 7U) << "alibi and rotary are there already";
    emit panel.addMenu()->aboutToShow();
    action(panel.addMenu(), "learned")->trigger();
    EXPECT_TRUE(QTest::qWaitFor([&] { return w().variants.size() == 8; }, 20000));
    EXPECT_TRUE(QTest::qWaitFor([&] { return lab.library().opening.empty(); }, 20000));
    lab.stopSweep();
    EXPECT_EQ(row(w().selected).name, "learned");
    EXPECT_TRUE(panel.findChild<QPushButton*>("cancelOpening")->parentWidget()->isHidden());
    for (const VariantRow& one : list().rows())
        EXPECT_EQ(one.state, VariantRow::State::Ready) << one.name.toStdString();
}

TEST_F(VariantsPanelTest, AModelThatCannotBeOpenedSaysWhy) {
    lab.edit("add", [](Workspace& now) { now.selected = now.add({"/nowhere/model", {}, {}}, {}, 0x888888); });
    EXPECT_EQ(row(4).state, VariantRow::State::Opening);
    EXPECT_EQ(row(4).name, "model");
    ASSERT_TRUE(QTest::qWaitFor([&] { return row(4).state == VariantRow::State::Failed; }, 10000));
    settle();
    auto* const fault = panel.findChild<QLabel*>("variantFault");
    EXPECT_EQ(fault->text(), lab.whyNot(4));
    EXPECT_TRUE(fault->text().contains("/nowhere/model")) << fault->text().toStdString();
    EXPECT_TRUE(fault->isVisible());
    QPushButton *retry = nullptr, *remove = nullptr;
    for (QPushButton* const button : panel.facts()->findChildren<QPushButton*>())
        (button->text() == "Remove" ? remove : retry) = button;
    QTest::mouseClick(retry, Qt::LeftButton);
    EXPECT_EQ(row(4).state, VariantRow::State::Opening);
    ASSERT_TRUE(QTest::qWaitFor([&] { return row(4).state == VariantRow::State::Failed; }, 10000));
    settle();
    QTest::mouseClick(remove, Qt::LeftButton);
    EXPECT_THAT(order(), ElementsAre(1, 2, 3));
    EXPECT_FALSE(fault->isVisible());
}

TEST_F(VariantsPanelTest, AnOpeningThatIsCancelledCanBeTriedAgain) {
    lab.edit("add", [](Workspace& now) { now.selected = now.add({"learned", {}, {}}, {}, 0x888888); });
    lab.cancelOpening();
    if (row(4).state == VariantRow::State::Failed) // unless it was there at once
        lab.openAgain("learned");
    EXPECT_TRUE(QTest::qWaitFor([&] { return row(4).state == VariantRow::State::Ready; }, 20000));
    lab.stopSweep();
}

TEST_F(VariantsPanelTest, FactsAreWholeAndNotClipped) {
    std::vector<Fact> facts = factsOfModel(*lab.facts(2));
    QStringList names;
    for (const Fact& fact : facts)
        names += fact.name;
    EXPECT_EQ(names,
              QStringList({"Positions", "Window", "Rotary", "Trained at", "Trained on", "Longest", "Parameters",
                           "Precision", "Layers", "Heads", "Width", "Vocabulary", "Family", "In memory", "Files"}));
    EXPECT_EQ(facts[2].value, "base 10,000, 32 of 32 dimensions");
    ModelFacts windowed = *lab.facts(2);
    windowed.window = 4096;
    windowed.sinks = 4;
    windowed.keyHeads = 2;
    facts = factsOfModel(windowed);
    EXPECT_EQ(facts[1].value, "4,096 tokens");
    EXPECT_EQ(facts[2].value, "the first 4 keys");
    EXPECT_TRUE(std::find(facts.begin(), facts.end(), Fact{"Heads", "8 of size 32, 2 for keys"}) != facts.end());
    panel.resize(190, 700);
    settle();
    for (const QLabel* const label : panel.facts()->findChildren<QLabel*>())
        if (label->isVisible() && label->wordWrap()) {
            EXPECT_GE(label->height(), label->heightForWidth(label->width())) << label->text().toStdString();
            EXPECT_TRUE(label->textInteractionFlags() & Qt::TextSelectableByMouse);
        }
    panel.facts()->setUnfolded(false);
    settle();
    EXPECT_LT(panel.facts()->height(), 60);
    click(3, RowPart::Text);
    EXPECT_FALSE(panel.facts()->isUnfolded()) << "stays as it was left";
}

TEST_F(VariantsPanelTest, FiftyVariantsAreListedFast) {
    Workspace many = w();
    for (int i = 0; i < 47; ++i)
        many.add({"alibi", {}, SlopeTable(4, SlopeSet(8, 0.01 * (i + 1)))}, {},
                 freeColour(PositionMethod::Alibi, coloursOf(many)));
    lab.apply(many);
    lab.stopSweep();
    ASSERT_EQ(list().rows().size(), 50U);
    settle();
    EXPECT_GT(list().verticalScrollBar()->maximum(), 0);
    QElapsedTimer timer;
    timer.start();
    for (VariantId id = 1; id <= 20; ++id) {
        lab.look([id](Workspace& now) { now.selected = id; });
        panel.grab();
    }
    EXPECT_LT(double(timer.elapsed()) / 20, 500) << "ms a selection, painted: a guard against a hang, not a measure of speed";
    lab.look([](Workspace& now) { now.selected = 50; });
    settle();
    EXPECT_TRUE(list().viewport()->rect().contains(list().partRect(50, RowPart::Text))) << "scrolled to";
    EXPECT_LE(panel.minimumSizeHint().height(), 200);
}

} // namespace
} // namespace slopescope::ui
