// The menu of positions: what it offers a model, what is ticked, what a choice asks for.
#include "ui/slopes/position_picker.h"

#include "ui/slopes/position_spec_dialog.h"

#include <QApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include <gtest/gtest.h>

namespace slopescope::ui {
namespace {

ModelFacts model(const char* method) {
    ModelFacts facts;
    facts.key = facts.name = method;
    facts.layers = 2;
    facts.heads = 4;
    facts.headDim = 32;
    facts.trainedLength = 256;
    facts.positions = schemeNamed(method, 32, 256);
    if (facts.hasSlopes())
        facts.slopes.assign(2, paperSlopes(4));
    return facts;
}

QList<QAction*> actionsOf(const QMenu* menu) {
    QList<QAction*> found;
    for (QAction* action : menu->actions())
        if (action->menu())
            found += actionsOf(action->menu());
        else if (!action->isSeparator())
            found += action;
    return found;
}

QAction* action(const QMenu* menu, const QString& text) {
    for (QAction* one : actionsOf(menu))
        if (one->text() == text)
            return one;
    return nullptr;
}

QStringList ticked(const QMenu* menu) {
    QStringList found;
    for (const QAction* one : actionsOf(menu))
        if (one->isChecked())
            found += one->text();
    return found;
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
    for (const char* const method : {"alibi", "rotary", "none", "learned", "t5-bias", "sinusoidal"}) {
        const ModelFacts facts = model(method);
        picker.setVariant({method, {}, {}}, facts);
        EXPECT_EQ(action(picker.positions(), "ALiBi") != nullptr, facts.positions.bias != BiasKind::Linear) << method;
        EXPECT_EQ(action(picker.positions(), "no positions") != nullptr, std::string(method) != "none") << method;
        EXPECT_EQ(action(picker.positions(), "YaRN × 4") != nullptr, facts.positions.rotary.has_value()) << method;
        EXPECT_EQ(ticked(picker.positions()), QStringList({"as trained", "no window", "no sinks", "as they are"})) << method;
        // Each choice is one that core can run.
        QSignalSpy chosen(picker.positions(), &PositionMenu::chosen);
        int offered = 0;
        for (QAction* const one : actionsOf(picker.positions()))
            if (one->isCheckable() && !one->isChecked() && ++offered)
                one->trigger();
        ASSERT_EQ(chosen.size(), offered) << method;
        for (const QList<QVariant>& arguments : chosen)
            EXPECT_NO_THROW(factsOf(arguments[0].value<Variant>(), facts)) << method;
        QApplication::processEvents();
    }
}

TEST(PositionPickerTest, PartsAreChosenForThemselves) {
    PositionPicker picker;
    const ModelFacts rotary = model("rotary");
    const Variant variant = parseVariant(rotary, "rotary-ntk:4+window:256");
    picker.setVariant(variant, rotary);
    EXPECT_EQ(ticked(picker.positions()), QStringList({"NTK × 4", "window 256", "no sinks", "as they are"}));
    EXPECT_EQ(picker.findChild<QPushButton*>()->text(), "rotary, NTK × 4, window 256");
    EXPECT_TRUE(marked(picker));
    QSignalSpy chosen(&picker, &PositionPicker::chosen);
    const auto result = [&](const char* choice) {
        chosen.clear();
        action(picker.positions(), choice)->trigger();
        QApplication::processEvents(); // the menu is done first
        const Variant got = chosen.value(0).value(0).value<Variant>();
        picker.setVariant({}, {});
        picker.setVariant(variant, rotary);
        return QString::fromStdString(specOf(got.positions));
    };
    EXPECT_EQ(result("YaRN × 2"), "rotary-yarn:2+window:256");
    EXPECT_EQ(result("the first 4 keys"), "rotary-ntk:4+window:256+sinks:4");
    EXPECT_EQ(result("no window"), "rotary-ntk:4");
    EXPECT_EQ(result("as trained"), "window:256");
    EXPECT_EQ(result("ALiBi"), "alibi+window:256");
    EXPECT_EQ(result("ALiBi beside its own"), "own+alibi+window:256");
    // Sinks go with the window that they are exceptions from.
    picker.setVariant(parseVariant(rotary, "window:64+sinks:4"), rotary);
    chosen.clear();
    action(picker.positions(), "no window")->trigger();
    QApplication::processEvents();
    EXPECT_TRUE(chosen.value(0).value(0).value<Variant>().positions.isOwn());
    picker.setVariant({"rotary", {}, {}}, rotary);
    EXPECT_FALSE(marked(picker));
    EXPECT_FALSE(action(picker.positions(), "the first key")->associatedObjects().isEmpty());
    for (const QAction* const one : picker.positions()->actions())
        if (one->text() == "Sinks") {
            EXPECT_FALSE(one->isEnabled());
        }
}

TEST(PositionPickerTest, SlopesStayAsLongAsTheBias) {
    PositionMenu menu;
    const ModelFacts alibi = model("alibi"), rotary = model("rotary");
    const SlopeTable edited(2, SlopeSet{1, 0.5, 0.2, 0.1});
    menu.setVariant({"alibi", {}, edited}, alibi);
    PositionOverride window;
    window.window = 64;
    EXPECT_EQ(menu.with(window), (Variant{"alibi", window, edited}));
    PositionOverride none;
    none.bias = BiasChange::None;
    EXPECT_EQ(menu.with(none), (Variant{"alibi", none, {}}));
    menu.setVariant({"rotary", {}, {}}, rotary);
    PositionOverride linear;
    linear.bias = BiasChange::Linear;
    EXPECT_EQ(menu.with(linear).slopes, SlopeTable(2, paperSlopes(4)));
}

TEST(PositionPickerTest, AChoiceThatTheMenuLacksIsAddedToIt) {
    PositionPicker picker;
    const ModelFacts rotary = model("rotary");
    picker.setVariant(parseVariant(rotary, "rotary-ntk:3.5+window:300+sinks:7"), rotary);
    EXPECT_EQ(ticked(picker.positions()), QStringList({"rotary-ntk:3.5", "window 300", "the first 7 keys", "as they are"}));
}

TEST(PositionPickerTest, ASpecIsReadOrRefusedWithTheParsersSentence) {
    const ModelFacts alibi = model("alibi");
    PositionSpecDialog dialog({"alibi", {}, {}}, alibi, nullptr);
    QSignalSpy chosen(&dialog, &PositionSpecDialog::chosen);
    dialog.show();
    auto* const field = dialog.findChild<QLineEdit*>();
    EXPECT_EQ(field->text(), "own");
    const auto error = [&] {
        for (const QLabel* label : dialog.findChildren<QLabel*>())
            if (label->property("look").toString() == "error")
                return label->isHidden() ? QString() : label->text();
        return QString("no label");
    };
    field->selectAll();
    QTest::keyClicks(field, "window:0");
    QTest::keyClick(field, Qt::Key_Return);
    EXPECT_TRUE(error().contains("need a whole number of tokens")) << error().toStdString();
    field->selectAll();
    QTest::keyClicks(field, "rotary-ntk:4");
    EXPECT_EQ(error(), "");
    QTest::keyClick(field, Qt::Key_Return);
    EXPECT_TRUE(error().contains("no rotary positions to scale")) << error().toStdString();
    EXPECT_EQ(chosen.size(), 0);
    EXPECT_TRUE(dialog.isVisible());
    field->selectAll();
    QTest::keyClicks(field, "window:64+sinks:2");
    QTest::keyClick(field, Qt::Key_Return);
    ASSERT_EQ(chosen.size(), 1);
    EXPECT_EQ(specOf(chosen[0][0].value<Variant>().positions), "window:64+sinks:2");
    EXPECT_FALSE(dialog.isVisible());
}

} // namespace
} // namespace slopescope::ui
