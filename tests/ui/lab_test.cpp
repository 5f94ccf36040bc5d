// The Lab with the bundled models: what an edit, a hand, an opening and a failure do to the workspace, and what is said
// of it.
#include "ui/lab/lab.h"

#include "ui/lab/names.h"
#include "ui/text/text_view.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>

namespace slopescope::ui {
namespace {

namespace fs = std::filesystem;

constexpr int kPatience = 120'000; // ms; reached only when something hangs

std::string words(int count) {
    std::string letters = "The";
    for (int word = 1; word < count; ++word)
        letters += word % 3 == 0 ? " tide" : word % 3 == 1 ? " lamp" : " keeper";
    return letters;
}

class LabTest : public testing::Test {
protected:
    LabTest() {
        QObject::connect(&lab, &Lab::changed, [this](Changes changes) { heard.push_back(changes); });
        QObject::connect(&lab, &Lab::failed,
                         [this](Task task, const QString& sentence) { failures.emplace_back(task, sentence); });
    }

    // A short text, short curves, and one model.
    void open(const std::string& model = "alibi") {
        Workspace workspace;
        workspace.text = {{}, "tide", words(600), false};
        workspace.measurement.longest = 64;
        workspace.measurement.windows = 2;
        workspace.look.length = 128;
        lab.apply(workspace);
        lab.setMapPixels({0, 128, 0, 128, 32, 32});
        lab.addModel(model);
        ASSERT_TRUE(settle());
        lab.undoStack().clear();
        heard.clear();
    }

    static bool waitFor(const std::function<bool()>& reached) { return QTest::qWaitFor(reached, kPatience); }
    bool settle() {
        return waitFor([this] { return lab.isSettled(); });
    }
    bool wait(std::size_t variants) {
        return waitFor([&] { return lab.workspace().variants.size() == variants && lab.isSettled(); });
    }

    SlopeTable scaledSlopes(double factor) const {
        SlopeTable table = lab.factsOnView()->slopes;
        for (SlopeSet& row : table)
            row = scaled(row, factor);
        return table;
    }
    Changes allHeard() const {
        Changes all = 0;
        for (const Changes changes : heard)
            all |= changes;
        return all;
    }

    Lab lab{SLOPESCOPE_RESOURCES};
    std::vector<Changes> heard;
    std::vector<std::pair<Task, QString>> failures;
};

TEST_F(LabTest, TheBundledTextIsOpenedWithoutBeingAskedFor) {
    lab.apply({});
    lab.addModel("alibi");
    ASSERT_TRUE(waitFor([this] { return lab.text() != nullptr; }));
    EXPECT_GT(lab.text()->tokens.size(), 4096U);
    EXPECT_GT(lab.length(), 0);
}

TEST_F(LabTest, AsTrainedIsNeverEditedAndUndoTakesTheForkAway) {
    open();
    const Workspace before = lab.workspace();
    const SlopeTable trained = lab.factsOnView()->slopes;
    lab.setSlopes(scaledSlopes(0.5), "halve");
    ASSERT_EQ(lab.workspace().variants.size(), 2U);
    EXPECT_EQ(lab.workspace().variants[0], before.variants[0]) << "it stays, and so does its place";
    const WorkspaceVariant fork = lab.workspace().variants[1];
    EXPECT_EQ(lab.workspace().selected, fork.id);
    EXPECT_NE(fork.colour, before.variants[0].colour);
    EXPECT_EQ(lab.factsOnView()->slopes[0][0], trained[0][0] / 2);
    lab.setSlopes(scaledSlopes(0.5), "halve");
    EXPECT_EQ(lab.workspace().variants.size(), 2U) << "a fork is edited in place";
    EXPECT_EQ(lab.workspace().a()->id, fork.id);

    lab.undoStack().undo();
    EXPECT_EQ(lab.factsOnView()->slopes[0][0], trained[0][0] / 2);
    lab.undoStack().undo();
    EXPECT_EQ(lab.workspace().variants, before.variants);
    EXPECT_EQ(lab.workspace().selected, before.selected);
    lab.undoStack().redo();
    ASSERT_EQ(lab.workspace().variants.size(), 2U);
    EXPECT_EQ(lab.workspace().variants[1], fork);
    EXPECT_EQ(lab.workspace().selected, fork.id);
    lab.undoStack().undo();
    lab.setSlopes(scaledSlopes(2), "double");
    EXPECT_GT(lab.workspace().selected, fork.id) << "an id is never given twice";
}

// Every field of what undo brings back, there and back again.
TEST_F(LabTest, EveryEditIsUndoneAndDoneAgain) {
    open();
    lab.setSlopes(scaledSlopes(0.5), "fork");
    const VariantId first = lab.workspace().variants[0].id, fork = lab.workspace().variants[1].id;
    const std::vector<std::pair<const char*, std::function<void(Workspace&)>>> edits{
        {"name", [&](Workspace& w) { w.find(first)->name = "mine"; }},
        {"colour", [&](Workspace& w) { w.find(first)->colour = 0x123456; }},
        {"hidden", [&](Workspace& w) { w.find(first)->visible = false; }},
        {"moved", [&](Workspace& w) { slopescope::move(w, fork, 0); }},
        {"A pinned", [&](Workspace& w) { w.pinnedA = fork; }},
        {"B", [&](Workspace& w) { w.against = first; }},
        {"a head as B",
         [&](Workspace& w) {
             w.againstHead = HeadAddress{1, 2};
         }},
        {"positions", [&](Workspace& w) { w.find(fork)->variant.positions.window = 64; }},
        {"slopes", [&](Workspace& w) { w.find(fork)->variant.slopes[0][0] = 0.75; }},
        {"removed", [&](Workspace& w) { slopescope::remove(w, first); }},
    };
    for (const auto& [what, change] : edits) {
        const Workspace before = lab.workspace();
        const int steps = lab.undoStack().count();
        lab.edit(what, change);
        const Workspace after = lab.workspace();
        EXPECT_FALSE(before == after) << what;
        EXPECT_EQ(lab.undoStack().count(), steps + 1) << what;
        lab.undoStack().undo();
        EXPECT_TRUE(lab.workspace() == before) << what;
        lab.undoStack().redo();
        EXPECT_TRUE(lab.workspace() == after) << what;
        lab.undoStack().undo();
        lab.undoStack().push(new QUndoCommand("no redo")); // so that each begins alike
    }
}

TEST_F(LabTest, WhatIsLookedAtIsNoStepAndSaysWhatItChangesAndNothingElse) {
    open();
    lab.setSlopes(scaledSlopes(0.5), "fork");
    const int steps = lab.undoStack().count();
    const VariantId first = lab.workspace().variants[0].id;
    const std::vector<std::tuple<const char*, Changes, std::function<void(Workspace&)>>> looks{
        {"selection", kSelection | kSlopes | kPointer, [&](Workspace& w) { w.selected = first; }},
        {"length", kLength | kPointer, [](Workspace& w) { w.look.length = 64; }},
        {"heads", kHeads | kPointer,
         [](Workspace& w) {
             w.look.heads = {{0, 1}, {1, 1}};
         }},
        {"stage", kLook, [](Workspace& w) { w.look.stage = Stage::Score; }},
        {"pooling", kLook, [](Workspace& w) { w.look.pooling = Pooling::Max; }},
        {"mode", kLook, [](Workspace& w) { w.look.mode = MapMode::SideBySide; }},
        {"loss", kLook, [](Workspace& w) { w.look.lossOnText = true; }},
        {"unit", kCurveLook, [](Workspace& w) { w.curves.unit = CurveUnit::BitsPerByte; }},
        {"axis", kCurveLook, [](Workspace& w) { w.curves.axis = CurveAxis::Context; }},
        {"scale", kCurveLook, [](Workspace& w) { w.curves.logarithmic = true; }},
        {"protocol", kMeasurement, [](Workspace& w) { w.measurement.protocol = Protocol::NonOverlapping; }},
        {"windows", kMeasurement, [](Workspace& w) { w.measurement.windows = 3; }},
        {"nothing", 0, [](Workspace&) {}},
        {"no heads at all", kHeads | kPointer, [](Workspace& w) { w.look.heads.clear(); }},
    };
    for (const auto& [what, changes, change] : looks) {
        heard.clear();
        lab.look(change);
        EXPECT_EQ(heard, changes == 0 ? std::vector<Changes>() : std::vector<Changes>{changes}) << what;
    }
    EXPECT_EQ(lab.workspace().look.heads, std::vector{HeadAddress{}}) << "at least one";
    EXPECT_EQ(lab.undoStack().count(), steps);
    ASSERT_TRUE(settle());
    lab.undoStack().undo();
    EXPECT_EQ(lab.workspace().look.stage, Stage::Score) << "undo leaves what is looked at";
    EXPECT_EQ(lab.workspace().curves.unit, CurveUnit::BitsPerByte);
}

TEST_F(LabTest, AHandSaysSlopesAloneAndNothingIsMeasuredUntilItLetsGo) {
    open();
    const auto curves = lab.curves();
    QSignalSpy sweeps(&lab, &Lab::sweepStarted);
    for (const double factor : {0.9, 0.8, 0.7})
        lab.dragSlopes(scaledSlopes(factor));
    EXPECT_EQ(heard, (std::vector<Changes>(3, kSlopes)));
    EXPECT_TRUE(lab.inHand());
    EXPECT_TRUE(lab.workspace().a()->variant.isAsTrained());
    EXPECT_EQ(lab.variantOnView().slopes[0][0], lab.factsOnView()->slopes[0][0]);
    EXPECT_FALSE(lab.variantOnView().isAsTrained());
    EXPECT_EQ(sweeps.count(), 0);
    EXPECT_EQ(lab.curves(), curves);
    ASSERT_TRUE(settle()) << "the pictures of a hand that rests";

    heard.clear();
    lab.dropHand();
    EXPECT_EQ(heard, std::vector<Changes>{kSlopes});
    EXPECT_FALSE(lab.inHand());
    EXPECT_TRUE(lab.variantOnView().isAsTrained());
    lab.dropHand();
    EXPECT_EQ(heard.size(), 1U) << "there is no hand";

    lab.dragSlopes(scaledSlopes(0.7));
    lab.setSlopes(lab.variantOnView().slopes, "drag");
    EXPECT_FALSE(lab.inHand());
    EXPECT_EQ(lab.undoStack().count(), 1);
    EXPECT_EQ(sweeps.count(), 1);
    ASSERT_TRUE(settle());
}

TEST_F(LabTest, AHandThatComesBackLeavesNoStepAndThePictureIsTheOldOne) {
    open();
    const SlopeTable trained = lab.factsOnView()->slopes;
    lab.dragSlopes(scaledSlopes(0.5));
    heard.clear();
    lab.setSlopes(trained, "drag");
    EXPECT_FALSE(lab.inHand());
    EXPECT_TRUE(allHeard() & kSlopes);
    EXPECT_EQ(lab.factsOnView()->slopes, trained);
    EXPECT_EQ(lab.undoStack().count(), 0);
    EXPECT_EQ(lab.workspace().variants.size(), 1U);
}

TEST_F(LabTest, AnotherEditOrSelectionEndsTheHand) {
    open();
    lab.setSlopes(scaledSlopes(0.5), "fork");
    const VariantId first = lab.workspace().variants[0].id;
    const SlopeTable kept = lab.factsOnView()->slopes;
    for (const bool byEdit : {true, false}) {
        lab.dragSlopes(scaledSlopes(0.25));
        heard.clear();
        if (byEdit)
            lab.edit("rename", [&](Workspace& w) { w.find(first)->name = "mine"; });
        else
            lab.look([&](Workspace& w) { w.selected = first; });
        EXPECT_FALSE(lab.inHand());
        EXPECT_TRUE(allHeard() & kSlopes);
    }
    lab.undoStack().undo();
    EXPECT_EQ(lab.workspace().find(lab.workspace().variants[1].id)->variant.slopes, kept);
    // Stage and heads are looked at with a slope in hand.
    lab.dragSlopes(scaledSlopes(0.25));
    lab.look([](Workspace& w) { w.look.stage = Stage::Score; });
    EXPECT_TRUE(lab.inHand());
}

TEST_F(LabTest, StepsOfOneNumberAreOne) {
    open();
    const SlopeTable trained = lab.factsOnView()->slopes;
    lab.setSlopes(scaledSlopes(0.9), "nudge", 7);
    lab.setSlopes(scaledSlopes(0.9), "nudge", 7);
    lab.setSlopes(scaledSlopes(0.9), "nudge", 8);
    lab.setSlopes(scaledSlopes(0.9), "no number");
    lab.setSlopes(scaledSlopes(0.9), "no number");
    EXPECT_EQ(lab.undoStack().count(), 4);
    for (int step = 0; step < 3; ++step)
        lab.undoStack().undo();
    EXPECT_NEAR(lab.factsOnView()->slopes[0][0], trained[0][0] * 0.81, 1e-12);
    lab.undoStack().undo();
    EXPECT_EQ(lab.workspace().variants.size(), 1U);
    EXPECT_EQ(lab.factsOnView()->slopes, trained);
}

TEST_F(LabTest, APinnedStaysWhileOthersAreSelectedAndNothingIsComparedWithItself) {
    open();
    lab.setSlopes(scaledSlopes(0.5), "fork");
    const VariantId first = lab.workspace().variants[0].id, fork = lab.workspace().variants[1].id;
    lab.edit("pin", [&](Workspace& w) { w.pinnedA = fork; });
    lab.look([&](Workspace& w) { w.selected = first; });
    EXPECT_EQ(lab.workspace().a()->id, fork);
    lab.edit("B", [&](Workspace& w) { w.against = fork; });
    EXPECT_FALSE(lab.workspace().against);
    lab.edit("B", [&](Workspace& w) { w.against = first; });
    EXPECT_EQ(lab.workspace().b()->id, first);
    ASSERT_TRUE(settle());
    ASSERT_TRUE(lab.curves()->against);
    EXPECT_EQ(*lab.curves()->against, lab.workspace().b()->variant);
    lab.edit("remove B", [&](Workspace& w) { slopescope::remove(w, first); });
    EXPECT_EQ(lab.workspace().b(), nullptr);
    lab.undoStack().undo();
    EXPECT_EQ(lab.workspace().b()->id, first) << "B with the row";
    lab.edit("remove A", [&](Workspace& w) { slopescope::remove(w, fork); });
    EXPECT_FALSE(lab.workspace().pinnedA);
    EXPECT_EQ(lab.workspace().a()->id, first);
    lab.edit("remove all", [](Workspace& w) { w.variants.clear(); });
    EXPECT_EQ(lab.workspace().a(), nullptr);
    EXPECT_FALSE(lab.factsOnView());
    EXPECT_EQ(lab.length(), 0);
    lab.dragSlopes({{1}});
    lab.setSlopes({{1}}, "nothing to edit");
    EXPECT_TRUE(lab.workspace().variants.empty());
    while (lab.undoStack().canUndo())
        lab.undoStack().undo();
    ASSERT_TRUE(wait(1)) << "the model is opened again";
}

TEST_F(LabTest, ThePapersMethodsAreFourAndOneStep) {
    open();
    lab.addPaperMethods();
    EXPECT_EQ(lab.undoStack().count(), 1);
    ASSERT_TRUE(wait(4));
    std::set<std::uint32_t> colours;
    std::set<std::string> models;
    for (const WorkspaceVariant& row : lab.workspace().variants) {
        colours.insert(row.colour);
        models.insert(row.variant.model);
        EXPECT_TRUE(lab.facts(row.id)) << row.variant.model;
        EXPECT_EQ(lab.nameOf(row.id).toStdString(), row.variant.model);
    }
    EXPECT_EQ(colours.size(), 4U);
    EXPECT_EQ(models, (std::set<std::string>{"alibi", "rotary", "sinusoidal", "t5-bias"}));
    EXPECT_EQ(lab.curves()->curves.size(), 4U);
    for (const CurveResult& curve : lab.curves()->curves) {
        EXPECT_EQ(curve.fault, "");
        EXPECT_TRUE(std::isfinite(curve.points.back().nll));
        EXPECT_EQ(curve.textDigest, lab.curves()->curves[0].textDigest) << "the same tokens";
    }
    lab.addPaperMethods();
    EXPECT_EQ(lab.workspace().variants.size(), 4U) << "none twice";
    lab.undoStack().undo();
    EXPECT_EQ(lab.workspace().variants.size(), 1U);
    EXPECT_EQ(lab.library().models.size(), 1U) << "what nobody uses is closed";
    ASSERT_TRUE(settle());
}

TEST_F(LabTest, AModelThatIsThereAlreadyIsSelected) {
    open();
    lab.addModel("rotary");
    ASSERT_TRUE(wait(2));
    const VariantId second = lab.workspace().selected;
    lab.addModel("alibi");
    ASSERT_TRUE(waitFor([&] { return lab.workspace().selected != second; }));
    EXPECT_EQ(lab.workspace().variants.size(), 2U);
    EXPECT_EQ(lab.undoStack().count(), 1);
}

TEST_F(LabTest, AHiddenVariantIsNotMeasuredUnlessItIsB) {
    open();
    lab.addModel("rotary");
    ASSERT_TRUE(wait(2));
    const VariantId alibi = lab.workspace().variants[0].id, rotary = lab.workspace().variants[1].id;
    EXPECT_EQ(lab.curveIds(), (std::vector{alibi, rotary}));
    lab.edit("hide", [&](Workspace& w) { w.find(alibi)->visible = false; });
    EXPECT_EQ(lab.curveIds(), std::vector{rotary});
    lab.edit("B", [&](Workspace& w) { w.against = alibi; });
    EXPECT_EQ(lab.curveIds(), (std::vector{alibi, rotary}));
    ASSERT_TRUE(settle());
    EXPECT_EQ(lab.curves()->curves.size(), 2U);
    lab.edit("hide all", [&](Workspace& w) {
        w.against.reset();
        w.find(rotary)->visible = false;
    });
    EXPECT_TRUE(lab.curveIds().empty());
    EXPECT_FALSE(lab.curves());
    EXPECT_FALSE(lab.sweeping());
}

TEST_F(LabTest, ANameOrAColourMeasuresNothing) {
    open();
    ASSERT_TRUE(waitFor([this] { return !lab.sweeping(); }));
    const auto curves = lab.curves();
    QSignalSpy sweeps(&lab, &Lab::sweepStarted), told(&lab, &Lab::curvesChanged);
    lab.edit("rename", [](Workspace& w) { w.variants[0].name = "mine"; });
    lab.edit("recolour", [](Workspace& w) { w.variants[0].colour = 0x102030; });
    EXPECT_EQ(lab.nameOf(lab.workspace().selected), "mine");
    EXPECT_EQ(told.count(), 2) << "the lines are drawn anew";
    QTest::qWait(100);
    EXPECT_EQ(sweeps.count(), 0);
    EXPECT_EQ(lab.curves(), curves);
}

TEST_F(LabTest, ASweepStopsAndGoesOn) {
    Workspace workspace;
    workspace.measurement.longest = 2048;
    lab.apply(workspace);
    lab.addModel("alibi");
    ASSERT_TRUE(waitFor([this] { return lab.curves() && lab.curves()->curves[0].windowsDone >= 2; }));
    QSignalSpy ends(&lab, &Lab::sweepEnded);
    lab.stopSweep();
    EXPECT_FALSE(lab.sweeping());
    ASSERT_TRUE(waitFor([&] { return ends.count() == 1; }));
    EXPECT_FALSE(ends[0][0].toBool());
    const auto stopped = lab.curves();
    ASSERT_FALSE(stopped->complete);
    lab.edit("rename", [](Workspace& w) { w.variants[0].name = "mine"; });
    QTest::qWait(100);
    EXPECT_FALSE(lab.sweeping()) << "stopped is stopped";
    std::int64_t least = stopped->curves[0].windowsTotal;
    QObject::connect(&lab, &Lab::curvesChanged, [&] { least = std::min(least, lab.curves()->curves[0].windowsDone); });
    lab.sweep();
    EXPECT_TRUE(lab.sweeping());
    ASSERT_TRUE(waitFor([this] { return lab.curves()->complete; }));
    EXPECT_GE(least, stopped->curves[0].windowsDone) << "no window is measured twice";
    lab.stopSweep();
}

TEST_F(LabTest, AModelThatCannotBeOpenedKeepsItsRowWithASentence) {
    QTemporaryDir folder;
    const std::string gone = folder.filePath("gone").toStdString();
    Workspace workspace;
    workspace.text = {{}, "tide", words(300), false};
    workspace.measurement.longest = 64;
    const VariantId alibi = workspace.add({"alibi", {}, {}}, {}, 0x111111);
    const VariantId missing = workspace.add({gone, {}, {}}, {}, 0x222222);
    workspace.selected = alibi;
    lab.apply(workspace);
    ASSERT_TRUE(waitFor([&] { return !lab.whyNot(missing).isEmpty() && lab.factsOnView(); }));
    EXPECT_TRUE(lab.whyNot(missing).contains("gone")) << lab.whyNot(missing).toStdString();
    EXPECT_EQ(lab.workspace().variants.size(), 2U);
    EXPECT_EQ(lab.nameOf(missing), "gone");
    EXPECT_FALSE(lab.facts(missing));
    EXPECT_TRUE(lab.whyNot(alibi).isEmpty());
    ASSERT_EQ(failures.size(), 1U);
    EXPECT_EQ(failures[0].first, Task::OpenModel);
    ASSERT_TRUE(waitFor([this] { return lab.curves() && lab.curves()->complete; }));
    EXPECT_EQ(lab.curveIds(), std::vector{alibi}) << "the others go on";

    lab.openAgain(gone);
    EXPECT_TRUE(lab.whyNot(missing).isEmpty()) << "it is being opened";
    ASSERT_TRUE(waitFor([&] { return !lab.whyNot(missing).isEmpty(); }));
    lab.addModel(gone); // by another door
    ASSERT_TRUE(waitFor([&] { return failures.size() == 3; }));
    EXPECT_FALSE(lab.whyNot(missing).isEmpty()) << "the row still says why";
    lab.addModel("/no/such/model");
    ASSERT_TRUE(waitFor([&] { return failures.size() == 4; }));
    EXPECT_EQ(lab.workspace().variants.size(), 2U) << "no row for what never was";

    fs::copy(fs::path(SLOPESCOPE_RESOURCES) / "models/alibi", gone, fs::copy_options::recursive);
    lab.openAgain(gone);
    ASSERT_TRUE(waitFor([&] { return lab.facts(missing).has_value(); }));
    EXPECT_TRUE(lab.whyNot(missing).isEmpty());
    EXPECT_EQ(lab.curveIds().size(), 2U);
}

TEST_F(LabTest, AFolderThatVanishesTakesNothingWithIt) {
    QTemporaryDir folder;
    const std::string model = folder.filePath("mine").toStdString();
    fs::copy(fs::path(SLOPESCOPE_RESOURCES) / "models/alibi", model, fs::copy_options::recursive);
    open("rotary");
    lab.addModel(model);
    ASSERT_TRUE(wait(2));
    const VariantId mine = lab.workspace().selected;
    fs::remove_all(model);
    lab.setSlopes(scaledSlopes(0.5), "fork");
    ASSERT_TRUE(settle()) << "it is in memory";
    while (lab.workspace().variants.size() > 1) // closes it
        lab.edit("remove", [](Workspace& w) { slopescope::remove(w, w.variants.back().id); });
    lab.undoStack().undo();
    ASSERT_TRUE(waitFor([&] { return !failures.empty(); }));
    EXPECT_FALSE(lab.whyNot(mine).isEmpty());
    EXPECT_NE(lab.workspace().find(mine), nullptr);
    EXPECT_TRUE(lab.facts(lab.workspace().variants[0].id));
}

TEST_F(LabTest, ARowThatIsRemovedWhileItsModelOpensLeavesNothingOpen) {
    open();
    lab.edit("add", [](Workspace& w) { w.add({"rotary", {}, {}}, {}, 0x333333); });
    lab.undoStack().undo();
    ASSERT_TRUE(waitFor([this] { return lab.library().opening.empty(); }));
    QTest::qWait(50);
    EXPECT_EQ(lab.library().models.size(), 1U);
    ASSERT_TRUE(settle());
}

TEST_F(LabTest, ATextThatCannotBeOpenedLeavesTheOldOne) {
    open();
    const auto text = lab.text();
    const TextSource source = lab.workspace().text;
    QTemporaryDir folder;
    const std::string file = folder.filePath("later.txt").toStdString();
    lab.openText({file, {}, {}, false});
    ASSERT_TRUE(waitFor([this] { return !failures.empty(); }));
    EXPECT_EQ(failures[0].first, Task::OpenText);
    EXPECT_EQ(lab.text(), text);
    EXPECT_EQ(lab.workspace().text, source) << "the next run does not begin with what is not there";
    EXPECT_TRUE(settle());
    std::ofstream(file) << words(200);
    lab.openText({file, {}, {}, false}); // the same again, now that it is there
    ASSERT_TRUE(waitFor([&] { return lab.text() && lab.text()->name == "later.txt"; }));
    const std::size_t before = lab.text()->tokens.size();
    std::ofstream(file) << words(300);
    lab.openText({file, {}, {}, false}); // and once more, now that it is longer
    EXPECT_TRUE(waitFor([&] { return lab.text()->tokens.size() > before; }));
}

TEST_F(LabTest, RawLineEndsAreOfferedWhereTheyDifferAndAreOneStepOfUndo) {
    open();
    TextView view;
    view.attach(lab);
    auto* const button = view.findChild<QToolButton*>("rawLineEnds");
    ASSERT_NE(button, nullptr);
    EXPECT_FALSE(button->isVisibleTo(&view));
    QTemporaryDir folder;
    const std::string file = folder.filePath("dos.txt").toStdString();
    std::ofstream(file) << words(200) + "\r\n" + words(100) + "\r\n";
    lab.openText({file, {}, {}, false});
    ASSERT_TRUE(waitFor([&] { return lab.text() && lab.text()->name == "dos.txt" && lab.isSettled(); }));
    const auto read = lab.text();
    EXPECT_EQ(read->text.find('\r'), std::string::npos);
    EXPECT_TRUE(button->isVisibleTo(&view) && !button->isChecked());
    const int steps = lab.undoStack().count();

    button->click();
    ASSERT_TRUE(waitFor([&] { return lab.text() != read && lab.isSettled(); }));
    EXPECT_NE(lab.text()->text.find("\r\n"), std::string::npos);
    EXPECT_EQ(lab.text()->changes, "");
    EXPECT_TRUE(button->isVisibleTo(&view) && button->isChecked());
    EXPECT_EQ(lab.undoStack().count(), steps + 1);

    const auto raw = lab.text();
    lab.undoStack().undo();
    ASSERT_TRUE(waitFor([&] { return lab.text() != raw && lab.isSettled(); }));
    EXPECT_EQ(lab.text()->text, read->text);
    EXPECT_TRUE(button->isVisibleTo(&view) && !button->isChecked());
}

TEST_F(LabTest, ATextOfTheLastRunThatIsGoneGivesWayToTheBundledOne) {
    Workspace workspace;
    workspace.text.file = "/no/such/text.txt";
    workspace.add({"alibi", {}, {}}, {}, 0x111111);
    lab.apply(workspace);
    ASSERT_TRUE(waitFor([this] { return lab.text() != nullptr; }));
    EXPECT_EQ(lab.workspace().text, TextSource());
    ASSERT_EQ(failures.size(), 1U);
    EXPECT_TRUE(failures[0].second.contains("/no/such/text.txt"));
}

TEST_F(LabTest, AShorterTextShowsLessAndALongerOneWhatIsWished) {
    open();
    lab.look([](Workspace& w) { w.look.length = 512; });
    EXPECT_EQ(lab.length(), std::min<std::int64_t>(512, std::ssize(lab.text()->tokens)));
    lab.pointAt(Cell{20, 10});
    lab.lightToken(20);
    lab.openText({{}, "short", words(50), false});
    EXPECT_FALSE(lab.cell() || lab.token()) << "of the text before";
    ASSERT_TRUE(waitFor([this] { return lab.text()->name == "short"; }));
    EXPECT_EQ(lab.length(), std::ssize(lab.text()->tokens));
    EXPECT_EQ(lab.workspace().look.length, 512);
    lab.lightToken(lab.length()); // past the end
    EXPECT_FALSE(lab.token());
    lab.setMapPixels({0, lab.length(), 0, lab.length(), 16, 16});
    ASSERT_TRUE(settle());
    lab.openText({{}, "long", words(2000), false});
    ASSERT_TRUE(waitFor([this] { return lab.text()->name == "long"; }));
    EXPECT_EQ(lab.length(), 512);
    lab.setMapPixels({0, 512, 0, 512, 16, 16});
    ASSERT_TRUE(settle());
    EXPECT_EQ(lab.undoStack().count(), 0);
}

TEST_F(LabTest, FiftyVariantsAreFiftyRows) {
    open();
    lab.edit("many", [this](Workspace& w) {
        for (int i = 1; i < 50; ++i) {
            Variant variant = w.variants[0].variant;
            variant.slopes = scaledSlopes(1 + 0.02 * i);
            w.add(variant, {}, freeColour(PositionMethod::Alibi, coloursOf(w)));
        }
    });
    ASSERT_TRUE(wait(50));
    EXPECT_EQ(lab.curves()->curves.size(), 50U);
    std::set<std::uint32_t> colours;
    for (const WorkspaceVariant& row : lab.workspace().variants)
        colours.insert(row.colour);
    EXPECT_EQ(colours.size(), 50U);
    for (std::size_t i = 0; i < 50; ++i)
        EXPECT_EQ(lab.curves()->curves[i].variant, lab.workspace().variants[i].variant);
    lab.undoStack().undo();
    ASSERT_TRUE(wait(1));
}

TEST_F(LabTest, BIsShownWhereItReadsTheSameTokensAsFarAsItReaches) {
    open();
    lab.addModel("learned");
    ASSERT_TRUE(wait(2));
    const VariantId alibi = lab.workspace().variants[0].id, learned = lab.workspace().variants[1].id;
    const std::int64_t reach = lab.facts(learned)->longestLength.value_or(0);
    ASSERT_GT(reach, 0);
    lab.look([&](Workspace& w) { w.selected = alibi; });
    lab.edit("B", [&](Workspace& w) { w.against = learned; });
    EXPECT_TRUE(lab.sideOnView(1));
    lab.look([&](Workspace& w) { w.look.length = reach + 1; });
    ASSERT_EQ(lab.length(), reach + 1);
    EXPECT_FALSE(lab.sideOnView(1)) << "past its table";
    EXPECT_TRUE(lab.sideOnView(0));
    lab.look([&](Workspace& w) { w.look.length = reach; });
    EXPECT_TRUE(lab.sideOnView(1));
}

} // namespace
} // namespace slopescope::ui
