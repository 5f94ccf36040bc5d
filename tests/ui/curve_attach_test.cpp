#include "ui/curves/curve_view.h"

#include "ui/curves/measure_menu.h"
#include "ui/lab/lab.h"
#include "ui/lab/names.h"

#include <QLocale>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <gtest/gtest.h>

using namespace slopescope;
using namespace slopescope::ui;

// The bundled models on the bundled text, through the lab and back.
TEST(CurveViewAndLab, ShowsWhatTheLabHasAndWritesBackWhatIsChosen) {
    QLocale::setDefault(QLocale(QLocale::English));
    Lab lab(SLOPESCOPE_RESOURCES);
    QObject::connect(&lab, &Lab::failed,
                     [](Task, const QString& sentence) { ADD_FAILURE() << sentence.toStdString(); });
    CurveView view;
    view.resize(1160, 276);
    view.show();
    view.attach(lab);

    Workspace workspace;
    workspace.text.file = SLOPESCOPE_RESOURCES "/text/the-tide-clock.txt";
    workspace.measurement.longest = 1024;
    const VariantId alibi = workspace.add({"alibi", {}, {}}, {}, colourOf(PositionMethod::Alibi));
    const VariantId rotary = workspace.add({"rotary", {}, {}}, {}, colourOf(PositionMethod::Rotary));
    workspace.selected = alibi;
    workspace.against = rotary;
    lab.apply(workspace);
    ASSERT_TRUE(QTest::qWaitFor(
        [&] { return lab.curves() && lab.curves()->complete && lab.curves()->curves.size() == 2; }, 60000));
    ASSERT_EQ(view.picture().curves.size(), 2U);
    EXPECT_FALSE(view.isStale());
    const CurvePoint& last = lab.curves()->curves[0].points.back();
    EXPECT_DOUBLE_EQ(view.picture().curves[0].dots.back().value, std::exp(last.nll));
    EXPECT_EQ(view.picture().curves[0].dots.back().x, 1024);

    for (QPushButton* button : view.findChildren<QPushButton*>())
        if (button->text() == "Difference from B" && button->isVisible()) {
            QTest::mouseClick(button, Qt::LeftButton);
            break; // the menu of a narrow header has the same words
        }
    EXPECT_EQ(lab.workspace().curves.unit, CurveUnit::Difference);
    EXPECT_DOUBLE_EQ(view.picture().curves[0].dots.back().value, lab.curves()->differences[0].points.back().nll);

    // A slope in hand makes the curve old; letting go of it does not.
    ASSERT_TRUE(lab.factsOnView());
    SlopeTable slopes = lab.factsOnView()->slopes;
    slopes[0][0] *= 2;
    lab.dragSlopes(slopes);
    EXPECT_TRUE(view.isStale());
    lab.dropHand();
    EXPECT_FALSE(view.isStale());

    // Measure writes the workspace.
    for (QAction* action : view.measure()->findChildren<QAction*>())
        if (action->text() == "24")
            action->trigger();
    EXPECT_EQ(lab.workspace().measurement.windows, 24);
    ASSERT_TRUE(QTest::qWaitFor(
        [&] { return lab.curves() && lab.curves()->complete && lab.curves()->plan.windows == 24; }, 60000));
    EXPECT_FALSE(view.isStale());
    EXPECT_TRUE(view.caption().contains("24 windows of 1,024")) << view.caption().toStdString();

    // A hidden curve is not drawn; its colour follows the list.
    lab.edit("hide", [&](Workspace& w) {
        w.against.reset();
        w.find(rotary)->visible = false;
        w.curves.unit = CurveUnit::Perplexity;
    });
    ASSERT_TRUE(QTest::qWaitFor([&] { return lab.curves() && lab.curves()->curves.size() == 1; }, 60000));
    ASSERT_FALSE(view.picture().curves.empty());
    EXPECT_FALSE(view.picture().curves[0].dots.empty());
    EXPECT_EQ(view.curveLook().unit, CurveUnit::Perplexity);
    lab.stopSweep();
    QLocale::setDefault(QLocale::system());
}
