#include "ui/variants/model_panel.h"

#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QProgressBar>
#include <QSignalSpy>
#include <QTest>
#include <gtest/gtest.h>

using namespace slopescope;
using namespace slopescope::ui;

namespace {

ModelFacts facts() {
    ModelFacts made;
    made.name = "alibi";
    made.directory = "/models/alibi";
    made.positions = "ALiBi";
    made.linearBias = true;
    made.parameters = 3'712'345;
    made.precision = "float16";
    made.layers = 4;
    made.heads = made.keyHeads = 8;
    made.headDim = 32;
    made.trainedLength = 1256;
    made.trainedOn = "20 books, 6.1 M tokens";
    made.bytesInMemory = 24 << 20;
    made.slopes = SlopeTable(4, paperSlopes(8));
    return made;
}

class ModelPanelTest : public testing::Test {
protected:
    void SetUp() override {
        QLocale::setDefault(QLocale(QLocale::English));
        panel.setBundledModels({{"alibi", "/models/alibi"}, {"rotary", "/models/rotary"}});
        panel.resize(288, 300);
        panel.show();
    }
    void TearDown() override { QLocale::setDefault(QLocale::system()); }

    // The visible text, label by label.
    QStringList said() const {
        QStringList texts;
        for (const QLabel* label : panel.findChildren<QLabel*>())
            if (label->isVisible() && !label->text().isEmpty())
                texts += label->text();
        return texts;
    }
    QAction* action(const QString& name) const {
        for (QAction* action : panel.findChild<QMenu*>()->actions())
            if (action->text() == name)
                return action;
        return nullptr;
    }

    ModelPanel panel;
};

} // namespace

TEST_F(ModelPanelTest, SaysTheFacts) {
    panel.setModel(facts());
    for (const char* fact : {"alibi", "3.7 M · float16", "4 layers × 8 heads × 32", "ALiBi, paper slopes", "1,256 tokens",
                             "20 books, 6.1 M tokens", "any length", "24.0 MiB"})
        EXPECT_TRUE(said().contains(fact)) << fact << " in " << said().join(" | ").toStdString();
}

TEST_F(ModelPanelTest, SaysOnlyWhatIsKnown) {
    ModelFacts made = facts();
    made.trainedLength = 0;
    made.trainedOn.clear();
    made.bytesInMemory = 0;
    made.longestLength = 2048;
    made.slopes[3][1] = 0.3;
    made.keyHeads = 1;
    panel.setModel(made);
    EXPECT_TRUE(said().contains("ALiBi, slopes of its own"));
    EXPECT_TRUE(said().contains("2,048 tokens"));
    EXPECT_TRUE(said().contains("4 layers × 8 heads × 32, 1 key head"));
    EXPECT_FALSE(said().contains("Trained on"));
    EXPECT_FALSE(said().contains("In memory"));
    made.trainedTokens = 1'500'000'000;
    panel.setModel(made);
    EXPECT_TRUE(said().contains("1.5 B tokens"));
}

TEST_F(ModelPanelTest, TheMenuAsksAndTheWindowDecides) {
    QSignalSpy chosen(&panel, &ModelPanel::modelChosen), open(&panel, &ModelPanel::openRequested);
    panel.setModel(facts());
    EXPECT_TRUE(action("alibi")->isChecked());
    action("rotary")->trigger();
    ASSERT_EQ(chosen.size(), 1);
    EXPECT_EQ(chosen[0][0].toString(), "rotary");
    EXPECT_TRUE(action("alibi")->isChecked()) << "until the other is open";
    EXPECT_FALSE(action("rotary")->isChecked());
    ModelFacts rotary = facts();
    rotary.directory = "/models/rotary";
    panel.setModel(rotary);
    EXPECT_TRUE(action("rotary")->isChecked());
    EXPECT_FALSE(action("alibi")->isChecked());
    action("Open folder…")->trigger();
    EXPECT_EQ(open.size(), 1);
    EXPECT_EQ(chosen.size(), 1);
}

TEST_F(ModelPanelTest, AnErrorStandsBesideTheModelThatStays) {
    panel.setModel(facts());
    panel.setBusy("Reading weights", 0.25);
    EXPECT_TRUE(said().contains("Reading weights"));
    EXPECT_TRUE(panel.findChild<QProgressBar*>()->isVisible());
    EXPECT_EQ(panel.findChild<QProgressBar*>()->value(), 250);
    panel.setBusy("Reading weights");
    EXPECT_EQ(panel.findChild<QProgressBar*>()->maximum(), 0) << "unknown length";
    panel.setError("x/config.json: <b>nonsense</b>.");
    EXPECT_FALSE(panel.findChild<QProgressBar*>()->isVisible());
    EXPECT_TRUE(said().contains("x/config.json: <b>nonsense</b>.")) << "as it stands, not as markup";
    EXPECT_EQ(panel.findChild<QLabel*>("modelError")->textFormat(), Qt::PlainText);
    EXPECT_TRUE(said().contains("alibi"));
    panel.setModel(facts());
    EXPECT_FALSE(panel.findChild<QLabel*>("modelError")->isVisible());
}

TEST_F(ModelPanelTest, WithoutAModelItSaysWhatToDo) {
    panel.clear();
    EXPECT_TRUE(said().contains("No model is open"));
    EXPECT_EQ(said().filter("drop").size(), 1);
    panel.setModel(facts());
    EXPECT_TRUE(said().filter("drop").isEmpty());
}
