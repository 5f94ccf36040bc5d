// Slopes and the loss in the window: arrows beside the handles, fits as one step for undo.
#include "tests/ui/small_lab.h"
#include "ui/slopes/fit_dialog.h"
#include "ui/slopes/slope_canvas.h"
#include "ui/slopes/slope_editor.h"
#include "ui/slopes/slope_loss_row.h"

#include <QPushButton>
#include <QTest>

#include <gtest/gtest.h>

#include <cmath>

namespace slopescope::ui {
namespace {

class SlopeLoss : public testing::Test {
protected:
    void SetUp() override {
        editor.attach(lab);
        ASSERT_TRUE(openSmallText(lab));
        editor.resize(500, 600);
        editor.show();
        ASSERT_TRUE(QTest::qWaitForWindowExposed(&editor));
    }

    SlopeTable scaledSlopes(double factor) const {
        SlopeTable table = lab.factsOnView()->slopes;
        for (SlopeSet& row : table)
            row = scaled(row, factor);
        return table;
    }

    Lab lab{SLOPESCOPE_RESOURCES};
    SlopeEditor editor;
};

TEST_F(SlopeLoss, ArrowsPointWhereTheLossFallsAndAreThoseOfTheSlopesOnView) {
    EXPECT_EQ(lab.gradients(), nullptr);
    EXPECT_EQ(editor.canvas().arrowOf(0), 0); // nobody has asked
    editor.lossRow().arrowsButton().click();
    ASSERT_TRUE(waitFor([this] { return lab.gradients() && lab.gradients()->complete; }));
    const auto gradients = lab.gradients();
    EXPECT_EQ(gradients->variant, lab.variantOnView());
    EXPECT_EQ(gradients->length, 64);
    ASSERT_EQ(gradients->allLayers.size(), 8U);
    ASSERT_TRUE(editor.tied());
    int arrows = 0;
    for (int head = 0; head < 8; ++head) {
        const SharedSlopeGradient& pull = gradients->allLayers[std::size_t(head)];
        const double arrow = editor.canvas().arrowOf(head);
        EXPECT_EQ(arrow != 0, std::abs(pull.perDoubling) > pull.error) << head;
        if (arrow != 0) {
            EXPECT_EQ(arrow > 0, pull.perDoubling < 0) << head; // upwards: a larger slope
            ++arrows;
        }
    }
    EXPECT_GT(arrows, 0);

    // In a hand there are none; another edit has its own.
    lab.dragSlopes(scaledSlopes(4));
    EXPECT_EQ(lab.gradients(), nullptr);
    EXPECT_EQ(editor.lossRow().pulls(0, true).size(), 0U);
    lab.setSlopes(scaledSlopes(4), QStringLiteral("scale"));
    ASSERT_TRUE(waitFor([this] { return lab.gradients() && lab.gradients()->complete; }));
    EXPECT_NE(lab.gradients()->variant, gradients->variant);
    EXPECT_NE(lab.gradients()->loss, gradients->loss);
    // Back again, they are measured again; nobody who wants them, none.
    editor.lossRow().arrowsButton().click();
    EXPECT_EQ(lab.gradients(), nullptr);
    EXPECT_EQ(editor.canvas().arrowOf(0), 0);
}

TEST_F(SlopeLoss, AFitIsOneStepForUndoAndLeavesAsTrainedAlone) {
    const Workspace before = lab.workspace();
    std::vector<SlopeTable> moved;
    std::shared_ptr<const SlopeFitResult> ended;
    QObject::connect(&lab, &Lab::fitMoved, [&](const auto& fit) { moved.push_back(fit->slopes); });
    QObject::connect(&lab, &Lab::fitEnded, [&](const auto& fit) { ended = fit; });
    lab.fitSlopes(64, 6, false);
    EXPECT_TRUE(lab.fitting());
    ASSERT_TRUE(waitFor([&] { return ended != nullptr; }));
    EXPECT_FALSE(lab.fitting());
    EXPECT_TRUE(ended->complete);
    EXPECT_FALSE(moved.empty());
    ASSERT_EQ(lab.workspace().variants.size(), 2U); // as trained stays
    EXPECT_EQ(lab.workspace().variants[0], before.variants[0]);
    EXPECT_EQ(lab.variantOnView().slopes, ended->slopes);
    EXPECT_EQ(editor.slopes(), ended->slopes);
    EXPECT_EQ(lab.undoStack().count(), 1 + 1); // the model, the fit
    EXPECT_TRUE(editor.lossRow().note().contains(QStringLiteral("Held out"))) << editor.lossRow().note().toStdString();
    lab.undoStack().undo();
    EXPECT_EQ(lab.workspace().variants, before.variants);
    EXPECT_EQ(editor.slopes(), lab.factsOnView()->slopes);
}

TEST_F(SlopeLoss, AStoppedFitKeepsWhatItHas) {
    std::shared_ptr<const SlopeFitResult> ended;
    bool over = false;
    QObject::connect(&lab, &Lab::fitMoved, [&](const auto& fit) {
        if (fit->step >= 2)
            lab.stopFit();
    });
    QObject::connect(&lab, &Lab::fitEnded, [&](const auto& fit) {
        ended = fit;
        over = true;
    });
    lab.fitSlopes(64, 100000, true);
    ASSERT_TRUE(waitFor([&] { return over; }));
    ASSERT_NE(ended, nullptr);
    EXPECT_FALSE(ended->complete);
    EXPECT_GE(ended->step, 2);
    EXPECT_EQ(lab.variantOnView().slopes, ended->slopes);
    EXPECT_TRUE(layersShare(ended->slopes));
}

TEST_F(SlopeLoss, AFitThatCannotBeSaysWhyAndChangesNothing) {
    const Workspace before = lab.workspace();
    QString fault;
    bool over = false;
    QObject::connect(&lab, &Lab::failed, [&](Task task, const QString& sentence) {
        if (task == Task::Slopes)
            fault = sentence;
    });
    QObject::connect(&lab, &Lab::fitEnded, [&] { over = true; });
    lab.fitSlopes(1 << 20, 5, false);
    ASSERT_TRUE(waitFor([&] { return over; }));
    EXPECT_TRUE(fault.contains(QStringLiteral("two windows"))) << fault.toStdString();
    EXPECT_EQ(lab.workspace().variants, before.variants);
}

TEST(FitDialog, OffersLengthsOfWhichTheTextHasTwoWindows) {
    FitDialog dialog(2048, 1001);
    EXPECT_EQ(dialog.length(), 500);
    EXPECT_GT(dialog.steps(), 0);
    EXPECT_FALSE(dialog.shared());
    FitDialog shorter(64, 1001);
    EXPECT_EQ(shorter.length(), 64);
}

} // namespace
} // namespace slopescope::ui
