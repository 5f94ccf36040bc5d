#include "ui/heads/profile_view.h"

#include "tests/ui/pixels.h"
#include "ui/widgets/theme.h"

#include <QLabel>
#include <QLocale>
#include <QTest>
#include <QToolTip>
#include <gtest/gtest.h>

#include <cmath>

using namespace slopescope;
using namespace slopescope::ui;
using namespace slopescope::ui::tests;

namespace {

ProfileResult profile(int head) {
    ProfileResult made;
    made.head = {2, head};
    made.length = 1024;
    made.bins.push_back({0, 1, 0.5, 0.25});
    for (std::int64_t begin = 1; begin < 1024; begin *= 2)
        made.bins.push_back({begin, 2 * begin, 0.05, 0.075});
    made.meanDistance = 41.3;
    made.medianDistance = 1204.4;
    made.firstKeyMass = 0.0312;
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

    QImage picture() {
        QTest::qWait(20); // plots are drawn in the next turn
        return view.grab().toImage();
    }
    QString said() const {
        QString text;
        for (const QLabel* label : view.findChildren<QLabel*>())
            if (label->isVisible())
                text += label->text() + u'\n';
        return text.replace(QChar(0x00A0), u' ');
    }

    ProfileView view;
};

} // namespace

TEST_F(ProfileViewTest, IsNeverEmpty) { EXPECT_TRUE(said().contains("appears")); }

TEST_F(ProfileViewTest, DrawsTheHeadInItsHue) {
    view.setProfile(profile(1));
    const QImage one = picture();
    EXPECT_GT(count(one, headColour(1)), 60);
    EXPECT_EQ(count(one, headColour(2)), 0);
    EXPECT_FALSE(said().contains("appears"));
    view.setProfile(profile(2));
    EXPECT_GT(count(picture(), headColour(2)), 60);
}

TEST_F(ProfileViewTest, SaysTheNumbers) {
    view.setProfile(profile(1));
    EXPECT_EQ(view.title(), "Mass by distance, layer 2 · head 1");
    EXPECT_TRUE(said().contains("mean 41 · median 1,204 · first key 3.1 %")) << said().toStdString();
}

TEST_F(ProfileViewTest, SaysWhatThereIsRoomFor) {
    view.setProfile(profile(1));
    view.resize(180, 240);
    QTest::qWait(20);
    EXPECT_TRUE(said().contains("mean 41 · median 1,204\n")) << said().toStdString();
    view.resize(300, 240);
    QTest::qWait(20);
    EXPECT_TRUE(said().contains("first key 3.1 %")) << said().toStdString();
}

TEST_F(ProfileViewTest, DimsWhileStale) {
    view.setProfile(profile(1));
    const int fresh = count(picture(), headColour(1));
    view.setStale(true);
    EXPECT_LT(count(picture(), headColour(1)), fresh / 4);
    view.setProfile(profile(1));
    EXPECT_EQ(count(picture(), headColour(1)), fresh);
}

TEST_F(ProfileViewTest, TheTooltipNamesTheBin) {
    view.setProfile(profile(1));
    picture();
    QWidget* plot = nullptr;
    for (QWidget* child : view.findChildren<QWidget*>())
        if (child->inherits("QCustomPlot"))
            plot = child;
    ASSERT_TRUE(plot);
    // The eleven octaves from 0 to 1,024 share the plot's width; near its left end is distance 0, in the middle 31 or so.
    QTest::mouseMove(plot, QPoint(14, 60));
    EXPECT_EQ(QToolTip::text().replace(QChar(0x00A0), u' '), "distance 0\n50 % of the attention\n25 % without content");
    QTest::mouseMove(plot, QPoint(plot->width() / 2, 60));
    EXPECT_TRUE(QToolTip::text().startsWith("distance 16 to 31") || QToolTip::text().startsWith("distance 32 to 63"))
        << QToolTip::text().toStdString();
    QToolTip::hideText();
}

TEST_F(ProfileViewTest, HostileBinsDoNotMatter) {
    ProfileResult odd = profile(0);
    odd.bins = {{5, 5, 1, 1}, {-3, 2, 1, 1}, {4, 2, 1, 1}};
    view.setProfile(odd);
    EXPECT_FALSE(picture().isNull());
    odd.bins.clear();
    view.setProfile(odd);
    EXPECT_FALSE(picture().isNull());
    view.clear();
    EXPECT_TRUE(said().contains("appears"));
}
