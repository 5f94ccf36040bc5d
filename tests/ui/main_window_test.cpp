// The whole window, offscreen, with the bundled models: what a person does by mouse and keyboard, and what then has to
// change.
#include "ui/window/device_picker.h"
#include "ui/window/main_window.h"

#include "ui/curves/curve_view.h"
#include "ui/heads/head_grid.h"
#include "ui/map/map_panel.h"
#include "ui/map/map_view.h"
#include "ui/slopes/position_picker.h"
#include "ui/slopes/slope_canvas.h"
#include "ui/slopes/slope_editor.h"
#include "ui/text/text_view.h"
#include "ui/widgets/dock_panel.h"
#include "ui/widgets/notice_strip.h"

#include <QAbstractButton>
#include <QLabel>
#include <QMenuBar>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPointer>
#include <QPushButton>
#include <QSettings>
#include <QStatusBar>
#include <QTemporaryDir>
#include <QTest>
#include <QToolBar>
#include <QToolButton>

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>

namespace slopescope::ui {
namespace {

constexpr int kPatience = 180'000; // ms; reached only when something hangs

LaunchOptions smallStudy() {
    LaunchOptions options;
    options.resources = SLOPESCOPE_RESOURCES;
    options.length = 256;
    options.sweepLength = 256;
    return options;
}

bool settle(MainWindow& window) {
    return QTest::qWaitFor([&window] { return window.lab().isSettled(); }, kPatience);
}

bool sameValues(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](float x, float y) {
               return (std::isnan(x) && std::isnan(y)) || std::abs(x - y) <= 1e-6F + 1e-4F * std::abs(y);
           });
}

void mouse(QWidget& widget, QEvent::Type type, QPointF at, Qt::MouseButtons buttons) {
    const auto button = type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton;
    QMouseEvent event(type, at, widget.mapToGlobal(at), button, buttons, Qt::NoModifier);
    QApplication::sendEvent(&widget, &event);
}

QAction* actionOf(const QList<QAction*>& actions, const QString& text) {
    for (QAction* const action : actions) {
        if (action->text().remove(u'&').section(u'\t', 0, 0) == text)
            return action;
        if (action->menu() != nullptr)
            if (QAction* const inside = actionOf(action->menu()->actions(), text))
                return inside;
    }
    return nullptr;
}

// One window of its own.
class Person {
public:
    explicit Person(MainWindow& window) : m_window(window) {}

    void choose(const QString& text) {
        QAction* const action = actionOf(m_window.menuBar()->actions(), text);
        ASSERT_TRUE(action) << text.toStdString();
        ASSERT_TRUE(action->isEnabled()) << text.toStdString();
        action->trigger();
    }
    void press(int key) { // where the keyboard is
        QWidget* const focus = QApplication::focusWidget();
        QTest::keyClick(focus != nullptr && focus->window() == &m_window ? focus : &m_window, Qt::Key(key));
    }
    // Takes a head's handle, moves it down by `pixels` in steps, and leaves it in hand.
    void drag(int head, int pixels) {
        const QPointF from = canvas().handlePosition(head);
        canvas().setFocus(Qt::MouseFocusReason); // as a real click does
        mouse(canvas(), QEvent::MouseButtonPress, from, Qt::LeftButton);
        for (int step = 1; step <= 8; ++step) {
            m_grip = from + QPointF(0, pixels * step / 8.0);
            mouse(canvas(), QEvent::MouseMove, m_grip, Qt::LeftButton);
        }
    }
    void release() { mouse(canvas(), QEvent::MouseButtonRelease, m_grip, Qt::NoButton); }
    SlopeCanvas& canvas() { return *m_window.findChild<SlopeCanvas*>(); }

private:
    MainWindow& m_window;
    QPointF m_grip;
};

class MainWindowTest : public testing::Test {
protected:
    void start(QSize size = {1400, 900}) {
        window.resize(size);
        window.show();
        window.activateWindow();
        ASSERT_TRUE(QTest::qWaitForWindowActive(&window));
        ASSERT_TRUE(settle(window)) << window.notice().sentence().toStdString();
    }
    std::vector<float> pixels() {
        const Picture* const picture = window.mapPanel().map()->picture();
        return picture == nullptr ? std::vector<float>() : picture->values;
    }
    Lab& lab() { return window.lab(); }
    HeadAddress head() { return lab().workspace().look.heads.front(); }
    double lossOf(std::size_t curve) { return lab().curves()->curves[curve].points.back().nll; }

    MainWindow window{smallStudy()};
    Person person{window};
};

TEST_F(MainWindowTest, TheFirstPictureAndCurveComeWithoutAClick) {
    start();
    const auto values = pixels();
    EXPECT_TRUE(std::any_of(values.begin(), values.end(), [](float value) { return value > 0; }));
    ASSERT_TRUE(lab().curves());
    EXPECT_TRUE(lab().curves()->complete);
    ASSERT_EQ(lab().curves()->curves[0].points.size(), 4U); // 32, 64, 128, 256
    EXPECT_GT(lab().curves()->curves[0].points.back().perplexity, 1);
    EXPECT_FALSE(window.curveView().picture().curves.empty());
    EXPECT_TRUE(window.notice().sentence().isEmpty());
    EXPECT_TRUE(window.windowTitle().contains("alibi"));
    EXPECT_EQ(window.textView().tokens(), std::ssize(lab().text()->tokens));
}

TEST_F(MainWindowTest, ADragOnAHandleChangesThePixelsAtOnceForksAndIsTakenBack) {
    start();
    const auto before = pixels();
    const double lossBefore = lossOf(0);
    person.drag(head().head, 120);
    EXPECT_TRUE(QTest::qWaitFor([&] { return !sameValues(pixels(), before); }, kPatience)) << "while in hand";
    EXPECT_EQ(lab().workspace().variants.size(), 1U);
    person.release();
    ASSERT_EQ(lab().workspace().variants.size(), 2U) << "as trained stays";
    ASSERT_TRUE(settle(window));
    EXPECT_FALSE(sameValues(pixels(), before));
    EXPECT_EQ(lossOf(0), lossBefore);
    EXPECT_NE(lossOf(1), lossBefore);
    EXPECT_EQ(window.curveView().picture().curves.size(), 2U);

    person.choose("Undo drag H" + QString::number(head().head));
    ASSERT_TRUE(settle(window));
    EXPECT_EQ(lab().workspace().variants.size(), 1U);
    EXPECT_TRUE(sameValues(pixels(), before)) << "undo brings the picture back";
    EXPECT_EQ(window.curveView().picture().curves.size(), 1U);
}

TEST_F(MainWindowTest, UndoUnderTheHandLeavesNoTrace) {
    start();
    const auto before = pixels();
    person.drag(head().head, 60);
    person.release();
    person.drag(head().head, 80);
    ASSERT_TRUE(lab().inHand());
    lab().undoStack().undo();
    EXPECT_FALSE(lab().inHand());
    mouse(person.canvas(), QEvent::MouseMove, QPointF(40, 40), Qt::LeftButton);
    person.release();
    ASSERT_TRUE(settle(window));
    EXPECT_EQ(lab().workspace().variants.size(), 1U);
    EXPECT_FALSE(window.slopeEditor().edited());
    EXPECT_TRUE(sameValues(pixels(), before));
}

TEST_F(MainWindowTest, ThePapersFourMethodsSideBySideAndTheirDifference) {
    start();
    const auto alone = pixels();
    person.choose("The paper's four methods");
    ASSERT_TRUE(
        QTest::qWaitFor([this] { return lab().workspace().variants.size() == 4 && lab().isSettled(); }, kPatience));
    EXPECT_EQ(window.curveView().picture().curves.size(), 4U);
    EXPECT_TRUE(sameValues(pixels(), alone)) << "what is on view stays";
    const VariantId rotary = lab().workspace().variants[2].id;
    lab().edit("B", [&](Workspace& w) { w.against = rotary; });
    lab().look([](Workspace& w) { w.look.mode = MapMode::SideBySide; });
    ASSERT_TRUE(settle(window));
    QTest::qWait(50);
    ASSERT_TRUE(settle(window));
    MapView &a = *window.mapPanel().map(0), &b = *window.mapPanel().map(1);
    ASSERT_TRUE(a.isVisible() && b.isVisible());
    ASSERT_TRUE(a.picture() && b.picture());
    EXPECT_EQ(a.picture()->viewport, b.picture()->viewport);
    EXPECT_FALSE(sameValues(a.picture()->values, b.picture()->values));
    const auto ofA = a.picture()->values, ofB = b.picture()->values;
    const Viewport cells = a.picture()->viewport;

    lab().look([](Workspace& w) { w.look.mode = MapMode::Difference; });
    ASSERT_TRUE(settle(window));
    QTest::qWait(50);
    ASSERT_TRUE(settle(window));
    EXPECT_FALSE(b.isVisible());
    if (a.picture()->viewport == cells) {
        std::vector<float> difference(ofA.size());
        for (std::size_t i = 0; i < ofA.size(); ++i)
            difference[i] = ofA[i] - ofB[i];
        EXPECT_TRUE(sameValues(a.picture()->values, difference));
    } else { // the one plot has more room
        EXPECT_TRUE(
            std::any_of(a.picture()->values.begin(), a.picture()->values.end(), [](float value) { return value < 0; }));
        EXPECT_TRUE(
            std::any_of(a.picture()->values.begin(), a.picture()->values.end(), [](float value) { return value > 0; }));
    }
    lab().edit("no B", [](Workspace& w) { w.against.reset(); });
    ASSERT_TRUE(settle(window));
    QTest::qWait(50);
    ASSERT_TRUE(settle(window));
    for (const float value : pixels())
        EXPECT_FALSE(value < 0) << "no difference without B";
}

TEST_F(MainWindowTest, KeysMoveThroughLayersHeadsAndLengthsAlsoAfterADrag) {
    start();
    const HeadAddress first = head();
    person.press(Qt::Key_Right);
    EXPECT_EQ(head(), (HeadAddress{first.layer, first.head + 1}));
    person.press(Qt::Key_Up);
    EXPECT_EQ(head(), (HeadAddress{first.layer - 1, first.head + 1}));
    EXPECT_EQ(window.headGrid().selected(), head());
    for (int layer = 0; layer < 20; ++layer) // more than there are: the first layer stays
        person.press(Qt::Key_Up);
    person.press(Qt::Key_Left);
    EXPECT_EQ(head(), (HeadAddress{0, first.head}));
    person.press(Qt::Key_BracketLeft);
    EXPECT_EQ(lab().length(), 128);
    person.press(Qt::Key_BracketRight);
    EXPECT_EQ(lab().length(), 256);

    person.drag(2, 40);
    person.release();
    const SlopeTable dragged = window.slopeEditor().slopes();
    const int layer = head().layer;
    person.press(Qt::Key_Down);
    EXPECT_EQ(head().layer, layer + 1);
    person.press(Qt::Key_Control);
    person.press(Qt::Key_Up);
    EXPECT_EQ(head().layer, layer);
    EXPECT_EQ(window.slopeEditor().slopes(), dragged) << "the arrows did not move the handle";
    EXPECT_TRUE(settle(window));
}

TEST_F(MainWindowTest, SpaceSweepsOrStopsWhateverHadTheLastClick) {
    start();
    lab().look([](Workspace& w) { w.measurement.longest = 8192; }); // is not filled while this test lasts
    lab().sweep();
    int clicked = 0;
    QList<QPointer<QAbstractButton>> buttons;
    for (QAbstractButton* const button : window.findChildren<QAbstractButton*>())
        buttons.append(button);
    for (const auto& button : buttons) {
        if (!button || !button->isVisible() || !button->isEnabled() || button->text().endsWith(u'…'))
            continue;
        const auto* const tool = qobject_cast<QToolButton*>(button.data());
        const auto* const push = qobject_cast<QPushButton*>(button.data());
        if ((tool && tool->menu()) || (push && push->menu()) ||
            (tool && tool->popupMode() == QToolButton::InstantPopup))
            continue;
        if (button->visibleRegion().isEmpty() || button->objectName().contains("qt_"))
            continue;
        const std::string name = button->text().toStdString() + " / " + button->toolTip().toStdString();
        QTest::mouseClick(button, Qt::LeftButton);
        ++clicked;
        if (QApplication::activePopupWidget() != nullptr) {
            QApplication::activePopupWidget()->close();
            continue;
        }
        if (qobject_cast<QPlainTextEdit*>(QApplication::focusWidget()) != nullptr) {
            person.press(Qt::Key_Escape); // a text is typed there, and Space is a letter of it
            continue;
        }
        if (!lab().text() || lab().workspace().variants.empty())
            continue;
        const bool sweeping = lab().sweeping();
        const bool checked = button && button->isChecked();
        person.press(Qt::Key_Space);
        EXPECT_NE(lab().sweeping(), sweeping) << name;
        EXPECT_EQ(button && button->isChecked(), checked) << name << ": the button was not meant";
        person.press(Qt::Key_Space);
        EXPECT_EQ(lab().sweeping(), sweeping) << name;
    }
    EXPECT_GT(clicked, 10);
}

TEST_F(MainWindowTest, SpaceTypesWhereSomethingIsTyped) {
    start();
    window.textView().openFind();
    auto* const field = window.textView().findChild<QLineEdit*>();
    ASSERT_TRUE(field && field->hasFocus());
    const bool sweeping = lab().sweeping();
    QTest::keyClicks(field, "a b");
    EXPECT_EQ(field->text(), "a b");
    EXPECT_EQ(lab().sweeping(), sweeping);
}

TEST_F(MainWindowTest, AModelThatCannotBeOpenedIsSaidInTheStripAndNothingIsLost) {
    start();
    const auto before = pixels();
    const QString title = window.windowTitle();
    lab().addModel("/no/such/model");
    ASSERT_TRUE(QTest::qWaitFor([this] { return !window.notice().sentence().isEmpty(); }, kPatience));
    EXPECT_TRUE(window.notice().isVisible());
    EXPECT_TRUE(window.notice().sentence().contains("/no/such/model"));
    EXPECT_EQ(window.windowTitle(), title);
    EXPECT_TRUE(sameValues(pixels(), before));
    EXPECT_TRUE(lab().curves()->complete);
    person.press(Qt::Key_Escape);
    EXPECT_FALSE(window.notice().isVisible());
}

TEST_F(MainWindowTest, ADroppedTextIsOpenedAndOneThatIsNoTextIsRefused) {
    start();
    QTemporaryDir folder;
    const QString good = folder.filePath("good.txt"), bad = folder.filePath("bad.txt");
    {
        std::ofstream text(good.toStdString());
        for (int line = 0; line < 400; ++line)
            text << "Line " << line << " of a text that was dropped on the window.\n";
        std::ofstream(bad.toStdString(), std::ios::binary) << "\xff\xfe\xff not UTF-8";
    }
    const auto drop = [this](const QString& file) {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(file)});
        // A drop reaches only the widget that took the drag before it.
        QDragEnterEvent enter(QPoint(100, 100), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&window, &enter);
        QDropEvent event(QPointF(100, 100), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&window, &event);
    };
    drop(bad);
    ASSERT_TRUE(QTest::qWaitFor([this] { return window.notice().sentence().contains("bad.txt"); }, kPatience));
    const QString model = folder.filePath("broken.gguf");
    std::ofstream(model.toStdString(), std::ios::binary) << "GGUF and nothing behind it";
    drop(model);
    ASSERT_TRUE(QTest::qWaitFor([this] { return window.notice().sentence().contains("broken.gguf"); }, kPatience))
        << "one file can be a model";
    drop(good);
    ASSERT_TRUE(QTest::qWaitFor([this] { return window.windowTitle().contains("good.txt"); }, kPatience));
    EXPECT_TRUE(settle(window));
    EXPECT_FALSE(window.notice().sentence().contains("bad.txt")) << "answered by the text that opened";
}

TEST_F(MainWindowTest, ASmallScreenShowsTheWholeToolbar) {
    start({1024, 768});
    const auto shown = [&](QWidget& part) { return QTest::qWaitFor([&] { return part.isVisible(); }, kPatience); };
    EXPECT_TRUE(shown(window.positionPicker()));
    EXPECT_TRUE(shown(*window.findChild<DevicePicker*>()));
    const auto* const caption = window.positionPicker().findChild<QLabel*>();
    const bool briefly = caption->isVisible();
    window.resize(1500, 768);
    EXPECT_TRUE(QTest::qWaitFor([&] { return caption->isVisible(); }, kPatience)) << "with its captions where there is room";
    EXPECT_FALSE(briefly);
}

TEST_F(MainWindowTest, FitsASmallScreen) {
    start({1024, 768});
    person.choose("The paper's four methods");
    ASSERT_TRUE(
        QTest::qWaitFor([this] { return lab().workspace().variants.size() == 4 && lab().isSettled(); }, kPatience));
    QTest::qWait(100);
    EXPECT_EQ(window.size(), QSize(1024, 768));
    EXPECT_LE(window.minimumSizeHint().width(), 1024);
    EXPECT_LE(window.minimumSizeHint().height(), 768);
    const QRect inside = window.rect();
    QList<QWidget*> parts{window.centralWidget(), window.statusBar(), window.menuBar()};
    for (QWidget* const dock : window.findChildren<DockPanel*>())
        if (!dock->visibleRegion().isEmpty())
            parts.append(dock);
    EXPECT_FALSE(window.curveView().visibleRegion().isEmpty())
        << "the curves stand beside the variants, not behind them";
    EXPECT_FALSE(window.slopeEditor().visibleRegion().isEmpty());
    EXPECT_GE(parts.size(), 6) << "at least three docks beside the map";
    for (QWidget* const part : parts) {
        const QRect at(part->mapTo(&window, QPoint()), part->size());
        EXPECT_TRUE(inside.contains(at)) << part->metaObject()->className() << ' ' << part->objectName().toStdString();
        EXPECT_GE(part->width(), part->minimumSizeHint().width()) << part->objectName().toStdString();
        EXPECT_GE(part->height(), part->minimumSizeHint().height()) << part->objectName().toStdString();
        for (QWidget* const other : parts)
            EXPECT_FALSE(other != part && at.intersects(QRect(other->mapTo(&window, QPoint()), other->size())))
                << part->objectName().toStdString() << " and " << other->objectName().toStdString();
    }
}

TEST(MainWindowLife, WhatWasOnViewIsThereAgainEvenWithoutAnOrderlyExit) {
    QTemporaryDir folder;
    QSettings settings(folder.filePath("settings.ini"), QSettings::IniFormat);
    LaunchOptions small = smallStudy();
    small.state = folder.filePath("state").toStdString();
    auto closing = std::make_unique<MainWindow>(small, &settings);
    MainWindow& window = *closing;
    window.resize(1300, 800);
    window.show();
    ASSERT_TRUE(settle(window));
    Lab& lab = window.lab();
    lab.look([](Workspace& w) {
        w.measurement.longest = 64;
        w.measurement.windows = 3;
    });
    lab.addPaperMethods();
    ASSERT_TRUE(QTest::qWaitFor([&] { return lab.workspace().variants.size() == 4 && lab.isSettled(); }, kPatience));
    SlopeTable edited = window.slopeEditor().slopes();
    edited[0][0] = 0.125;
    lab.setSlopes(edited, "test");
    lab.look([](Workspace& w) {
        w.look.heads = {{2, 5}};
        w.look.length = 128;
        w.look.stage = Stage::Score;
    });
    lab.edit("B", [](Workspace& w) { w.against = w.variants.back().id; });
    window.setTheme(ThemeMode::Dark);
    ASSERT_TRUE(settle(window));
    QTest::qWait(2500); // it is kept by itself
    const Workspace kept = lab.workspace();
    const QSize size = window.size();
    const QString crashed = folder.filePath("crashed"), closed = folder.filePath("state");
    settings.sync();
    std::filesystem::copy(closed.toStdString(), crashed.toStdString(), std::filesystem::copy_options::recursive);
    ASSERT_TRUE(QFile::copy(folder.filePath("settings.ini"), folder.filePath("crashed.ini")));

    closing->close();
    closing.reset(); // which lets go of its journal

    for (const QString& state : {crashed, closed}) {
        SCOPED_TRACE(state.toStdString());
        QSettings again(folder.filePath(state == closed ? "settings.ini" : "crashed.ini"), QSettings::IniFormat);
        LaunchOptions options;
        options.resources = SLOPESCOPE_RESOURCES;
        options.state = state.toStdString();
        MainWindow next(options, &again);
        EXPECT_EQ(next.size(), size);
        next.show();
        ASSERT_TRUE(settle(next)) << next.notice().sentence().toStdString();
        EXPECT_TRUE(next.lab().workspace() == kept);
        EXPECT_EQ(next.slopeEditor().slopes(), edited);
        EXPECT_EQ(next.lab().length(), 128);
        EXPECT_FALSE(next.lab().undoStack().canUndo());
        EXPECT_EQ(next.curveView().picture().curves.size(), 5U);
        EXPECT_EQ(themeMode(), ThemeMode::Dark);
        next.setTheme(ThemeMode::System);
    }
}

TEST(MainWindowLife, WithBrokenSettingsTheWindowStartsAnew) {
    QTemporaryDir folder;
    QSettings settings(folder.filePath("settings.ini"), QSettings::IniFormat);
    settings.setValue("layout", "no number");
    settings.setValue("theme", -5);
    MainWindow window(smallStudy(), &settings);
    window.show();
    ASSERT_TRUE(settle(window));
    EXPECT_EQ(window.lab().workspace().variants.size(), 1U);
}

TEST(MainWindowLife, AModelThatIsGoneIsARowWithASentenceAndTheOthersWork) {
    LaunchOptions options = smallStudy();
    options.models = {"/no/such/model", "rotary"};
    MainWindow window(options);
    window.show();
    Lab& lab = window.lab();
    ASSERT_EQ(lab.workspace().variants.size(), 2U);
    const VariantId gone = lab.workspace().variants[0].id, rotary = lab.workspace().variants[1].id;
    ASSERT_TRUE(QTest::qWaitFor([&] { return !lab.whyNot(gone).isEmpty() && lab.facts(rotary); }, kPatience));
    EXPECT_TRUE(lab.whyNot(gone).contains("/no/such/model"));
    lab.look([&](Workspace& w) { w.selected = rotary; });
    ASSERT_TRUE(settle(window));
    EXPECT_TRUE(window.windowTitle().contains("rotary"));
    EXPECT_TRUE(window.mapPanel().map()->picture());
}

TEST(MainWindowLife, ClosesCleanlyWhileBusy) {
    for (const int moment : {0, 20, 100, 300, 900}) {
        MainWindow window(smallStudy());
        window.show();
        window.lab().addPaperMethods();
        window.lab().look([](Workspace& w) { w.look.mode = MapMode::SideBySide; });
        QTest::qWait(moment);
        if (window.slopeEditor().available()) {
            Person person(window);
            person.drag(1, 30); // and in hand
        }
        window.lab().openText({{}, "tide", "The tide came in, and the keeper wound the clock.", false});
        window.lab().addModel("learned");
        window.close();
    } // a hang or a crash is the failure
}

} // namespace
} // namespace slopescope::ui
