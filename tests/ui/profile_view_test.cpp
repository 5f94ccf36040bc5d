#include "ui/heads/profile_view.h"

#include "tests/ui/pixels.h"
#include "ui/widgets/theme.h"

#include <QLabel>
#include <QLocale>
#include <QTest>
#include <QTextDocumentFragment>
#include <QToolTip>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

using namespace slopescope;
using namespace slopescope::ui;
using namespace slopescope::ui::tests;

namespace {

ProfileResult profile(int head) {
    ProfileResult made;
    made.heads = {{2, head}};
    made.length = 1024;
    made.bins.push_back({0, 1, 0.5, 0.25});
    for (std::int64_t begin = 1; begin < 1024; begin *= 2)
        made.bins.push_back({begin, 2 * begin, 0.05, 0.075});
    made.meanDistance = 41.3;
    made.medianDistance = 1204.4;
    made.firstKeyMass = 0.0312;
    made.entropyBits = 4.2;
    return made;
}

class ProfileViewTest : public testing::Test {
protected:
    void SetUp() override {
        QLocale::setDefault(QLocale(QLocale::English));
        view.resize(300, 240);
        view.show();
        QTest::qWait(20);
    }
    void TearDown() override { QLocale::setDefault(QLocale::system()); }

    void show(const ProfileResult& profile) {
        SideLooks sides;
        sides[0] = {Side{profile.variant, profile.heads}, "alibi", QColor(0x20, 0x67, 0xdd)};
        view.setSides(sides, 1024, 4, 8);
        view.setProfile(0, std::make_shared<const ProfileResult>(profile));
    }
    QImage picture() {
        QTest::qWait(20); // plots are drawn in the next turn
        return view.grab().toImage();
    }
    QString said() const {
        QString text;
        for (const QLabel* label : view.findChildren<QLabel*>())
            if (label->isVisible())
                text += QTextDocumentFragment::fromHtml(label->text()).toPlainText() + u'\n';
        return text.replace(QChar(0x00A0), u' ');
    }

    ProfileView view;
};

} // namespace

TEST_F(ProfileViewTest, IsNeverEmpty) { EXPECT_TRUE(said().contains("appears")); }

TEST_F(ProfileViewTest, DrawsTheHeadInItsHue) {
    show(profile(1));
    const QImage one = picture();
    EXPECT_GT(count(one, headColour(1)), 60);
    EXPECT_EQ(count(one, headColour(2)), 0);
    EXPECT_FALSE(said().contains("appears"));
    show(profile(2));
    EXPECT_GT(count(picture(), headColour(2)), 60);
}

TEST_F(ProfileViewTest, SaysTheNumbers) {
    show(profile(1));
    EXPECT_EQ(view.title(), "Mass by distance, layer 2 · head 1");
    EXPECT_TRUE(said().contains("mean 41 · median 1,204 · first key 3.1 %")) << said().toStdString();
}

TEST_F(ProfileViewTest, SaysWhatThereIsRoomFor) {
    show(profile(1));
    view.resize(180, 240);
    QTest::qWait(20);
    EXPECT_TRUE(said().contains("mean 41 · median 1,204\n")) << said().toStdString();
    view.resize(300, 240);
    QTest::qWait(20);
    EXPECT_TRUE(said().contains("first key 3.1 %")) << said().toStdString();
}

TEST_F(ProfileViewTest, DimsWhileStale) {
    show(profile(1));
    const int fresh = count(picture(), headColour(1));
    view.setStale(true);
    EXPECT_LT(count(picture(), headColour(1)), fresh / 4);
    view.setStale(false);
    EXPECT_EQ(count(picture(), headColour(1)), fresh);
}

TEST_F(ProfileViewTest, TheTooltipNamesTheBin) {
    show(profile(1));
    picture();
    QWidget* plot = nullptr;
    for (QWidget* child : view.findChildren<QWidget*>())
        if (child->inherits("QCustomPlot"))
            plot = child;
    ASSERT_TRUE(plot);
    // The eleven octaves from 0 to 1,024 share the plot's width; near its left end is distance 0, in the middle 31 or so.
    QTest::mouseMove(plot, QPoint(14, 60));
    EXPECT_EQ(QToolTip::text().replace(QChar(0x00A0), u' '), "distance 0\n50 % of the attention\n25 % by the bias alone");
    QTest::mouseMove(plot, QPoint(plot->width() / 2, 60));
    EXPECT_TRUE(QToolTip::text().startsWith("distance 16 to 31") || QToolTip::text().startsWith("distance 32 to 63"))
        << QToolTip::text().toStdString();
    QToolTip::hideText();
}

TEST_F(ProfileViewTest, HostileBinsDoNotMatter) {
    ProfileResult odd = profile(0);
    odd.bins = {{5, 5, 1, 1}, {-3, 2, 1, 1}, {4, 2, 1, 1}};
    show(odd);
    EXPECT_FALSE(picture().isNull());
    odd.bins.clear();
    show(odd);
    EXPECT_FALSE(picture().isNull());
    view.clear();
    EXPECT_TRUE(said().contains("appears"));
}

TEST_F(ProfileViewTest, AAndBAreDrawnInTheirColours) {
    const QColor blue(0x20, 0x67, 0xdd), grey(0xa9, 0x4c, 0x00);
    SideLooks sides;
    ProfileResult a = profile(1), b = profile(1);
    b.variant.model = "rotary";
    b.meanDistance = 7.1;
    for (std::size_t i = 1; i < b.bins.size(); ++i)
        b.bins[i].mass = 0.02;
    sides[0] = {Side{a.variant, a.heads}, "alibi", blue};
    sides[1] = {Side{b.variant, b.heads}, "rotary", grey};
    view.setSides(sides, 1024, 4, 8);
    view.setProfile(0, std::make_shared<const ProfileResult>(a));
    EXPECT_EQ(count(picture(), grey), 0);
    view.setProfile(1, std::make_shared<const ProfileResult>(b));
    EXPECT_GT(count(picture(), blue), 60);
    EXPECT_GT(count(picture(), grey), 15); // dashed
    EXPECT_TRUE(said().contains("A mean 41")) << said().toStdString();
    EXPECT_TRUE(said().contains("B mean 7.1"));
    sides[1] = {};
    view.setSides(sides, 1024, 4, 8);
    EXPECT_EQ(count(picture(), grey), 0);
    EXPECT_FALSE(said().contains("7.1"));
}

TEST_F(ProfileViewTest, AnotherHeadsProfileIsNotShownAsThisOnes) {
    show(profile(1));
    SideLooks sides;
    sides[0] = {Side{{}, {{2, 3}}}, "alibi", QColor(0x20, 0x67, 0xdd)};
    view.setSides(sides, 1024, 4, 8);
    EXPECT_EQ(count(picture(), headColour(1)) + count(picture(), headColour(3)), 0);
    EXPECT_FALSE(said().contains("41"));
    EXPECT_EQ(view.title(), "Mass by distance, layer 2 · head 3");
}
