#include "ui/slopes/position_picker.h"

#include <QAction>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <gtest/gtest.h>

namespace slopescope::ui {
namespace {

ModelFacts model(const char* positions) {
    ModelFacts facts;
    facts.layers = 2;
    facts.heads = 4;
    facts.positions = positions;
    facts.linearBias = facts.positions == "ALiBi";
    facts.rotary = facts.positions == "rotary";
    facts.trainedLength = facts.rotary ? 256 : 0;
    if (facts.linearBias)
        facts.slopes.assign(2, paperSlopes(4));
    if (facts.positions == "learned")
        facts.longestLength = 256;
    return facts;
}

QStringList specs(const QMenu* menu) {
    QStringList found;
    for (const QAction* action : menu->actions())
        if (action->menu())
            found += specs(action->menu());
        else if (!action->isSeparator())
            found += action->data().toString();
    return found;
}

QAction* action(const QMenu* menu, const QString& spec) {
    for (QAction* one : menu->actions()) {
        if (one->menu()) {
            if (QAction* inside = action(one->menu(), spec))
                return inside;
        } else if (!one->isSeparator() && one->data().toString() == spec) {
            return one;
        }
    }
    return nullptr;
}

bool marked(const PositionPicker& picker) {
    for (const QLabel* label : picker.findChildren<QLabel*>())
        if (label->text() == "not as trained")
            return !label->isHidden();
    return false;
}

TEST(PositionPickerTest, OffersWhatTheModelCanBeRunWith) {
    PositionPicker picker;
    EXPECT_FALSE(picker.findChild<QPushButton*>()->isEnabled());
    for (const char* positions : {"ALiBi", "rotary", "none", "learned"}) {
        const ModelFacts facts = model(positions);
        picker.setModel(facts);
        const QStringList offered = specs(picker.menu());
        EXPECT_EQ(offered.contains("alibi"), !facts.linearBias) << positions;
        EXPECT_EQ(offered.contains("none"), facts.positions != "none") << positions;
        EXPECT_EQ(offered.contains("rotary-yarn:4"), facts.rotary) << positions;
        // The picker names them as core reads them.
        const SlopeTable shape(2, SlopeSet(4));
        for (const QString& spec : offered)
            if (!spec.isEmpty()) {
                EXPECT_NE(parsePositions(spec.toStdString(), shape).change, PositionChange::Own) << spec.toStdString();
            }
    }
}

TEST(PositionPickerTest, MarksWhatIsNotAsTrained) {
    PositionPicker picker;
    picker.setModel(model("rotary"));
    QSignalSpy chosen(&picker, &PositionPicker::chosen);
    EXPECT_FALSE(marked(picker));
    action(picker.menu(), "rotary-ntk:4")->trigger();
    ASSERT_EQ(chosen.size(), 1);
    EXPECT_EQ(chosen[0][0].toString(), "rotary-ntk:4");
    EXPECT_EQ(picker.name(), "NTK × 4");
    EXPECT_TRUE(marked(picker));
    action(picker.menu(), "")->trigger();
    EXPECT_EQ(picker.spec(), "");
    EXPECT_FALSE(marked(picker));
    picker.setChosen("rotary-ntk:8");
    EXPECT_TRUE(marked(picker));
    EXPECT_EQ(chosen.size(), 2) << "said by the window, not to it";
    picker.setChosen("rotary-ntk:1000");
    EXPECT_EQ(picker.spec(), "") << "not one of the menu's";
    picker.setChosen("none");
    picker.setModel(model("ALiBi"));
    EXPECT_EQ(picker.spec(), "") << "of the model before";
}

} // namespace
} // namespace slopescope::ui
