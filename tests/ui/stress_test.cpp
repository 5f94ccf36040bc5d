// An impatient user: seeded random actions on the whole window, dialogs left open, closed at any moment. Nothing may
// crash, hang or report an error of ours; the sanitizer presets run the same. SLOPESCOPE_STRESS_SEED and
// SLOPESCOPE_STRESS_ACTIONS choose another run, and a failure names its seed.
#include "ui/map/map_panel.h"
#include "ui/map/map_view.h"
#include "ui/window/main_window.h"

#include <QAbstractButton>
#include <QApplication>
#include <QMenu>
#include <QPointer>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <random>

namespace slopescope::ui {
namespace {

int fromEnvironment(const char* name, int otherwise) {
    bool isNumber = false;
    const int value = qEnvironmentVariableIntValue(name, &isNumber);
    return isNumber ? value : otherwise;
}

class ImpatientUser {
public:
    explicit ImpatientUser(unsigned seed, const QString& folder) : m_random(seed), m_folder(folder) {
        const auto write = [&](const char* name, const std::string& text) {
            std::ofstream(std::filesystem::path(folder.toStdString()) / name, std::ios::binary) << text;
        };
        std::string words;
        for (int i = 0; i < 3000; ++i)
            words += below(9) == 0 ? "\n" : std::string(std::size_t(1 + below(9)), char('a' + below(26))) + " ";
        write("words.txt", words);
        write("short.txt", "To be");
        write("empty.txt", "");
        write("latin1.txt", "caf\xE9");
        write("broken.gguf", "GGUF\x03 and no more");
        QObject::connect(&m_impatience, &QTimer::timeout, [this] {
            if (below(3) == 0)
                closePopups();
        });
        m_impatience.start(20);
    }

    // A window for this user, which has the settings of the one before.
    void start() {
        LaunchOptions options;
        options.resources = SLOPESCOPE_RESOURCES;
        options.length = 64 << below(3);
        options.sweepLength = 256;
        m_settings = std::make_unique<QSettings>(m_folder + QStringLiteral("/settings.ini"), QSettings::IniFormat);
        m_window = std::make_unique<MainWindow>(options, m_settings.get());
        m_window->show();
    }

    // At any moment, with dialogs and menus open.
    void end() {
        m_window->close();
        m_window.reset();
    }

    // What was done, for the one who reads a failure.
    QString act() {
        switch (below(12)) {
        case 0:
            return chooseFromMenu();
        case 1:
            return openFile();
        case 2:
        case 3:
            return pressKey();
        case 4:
        case 5:
            return pressButton();
        case 6:
        case 7:
        case 8:
            return drag();
        case 9:
            return turnWheel();
        case 10:
            m_window->resize(400 + below(1600), 300 + below(1000));
            return QStringLiteral("resize");
        default:
            closePopups();
            QTest::qWait(below(40));
            return QStringLiteral("wait");
        }
    }

    // Menus and dialogs that a step opened, which may run an event loop of their own until they are closed.
    void closePopups() {
        for (int i = 0; i < 8 && QApplication::activePopupWidget() != nullptr; ++i)
            QApplication::activePopupWidget()->close();
        for (int i = 0; i < 8 && QApplication::activeModalWidget() != nullptr; ++i)
            QApplication::activeModalWidget()->close();
    }

    MainWindow& window() { return *m_window; }
    int below(int end) { return int(m_random() % unsigned(end)); }

private:
    template <class T>
    T pick(const QList<T>& list) {
        return list[below(int(list.size()))];
    }

    QWidget* someWidget() {
        QList<QWidget*> shown;
        for (QWidget* const widget : m_window->findChildren<QWidget*>())
            if (widget->isVisible() && widget->isEnabled() && !widget->size().isEmpty())
                shown << widget;
        return shown.isEmpty() ? m_window.get() : pick(shown);
    }

    QString chooseFromMenu() {
        QList<QAction*> actions;
        for (QAction* const action : m_window->findChildren<QAction*>())
            if (action->isEnabled() && action->menu() == nullptr && !action->isSeparator() && !endsTheProgram(*action))
                actions << action;
        QAction* const action = pick(actions);
        const QString text = action->text();
        action->trigger();
        return QStringLiteral("menu ") + text;
    }

    static bool endsTheProgram(const QAction& action) {
        return action.text().remove(u'&').startsWith(QStringLiteral("Quit")) || action.menuRole() == QAction::QuitRole;
    }

    QString openFile() {
        static const QStringList kFiles{QStringLiteral("words.txt"),   QStringLiteral("short.txt"),
                                        QStringLiteral("empty.txt"),   QStringLiteral("latin1.txt"),
                                        QStringLiteral("broken.gguf"), QStringLiteral("gone.txt"),
                                        QStringLiteral("alibi"),       QStringLiteral("rotary"),
                                        QStringLiteral("learned"),     QStringLiteral("none")};
        const QString name = pick(kFiles);
        const QString bundled = QStringLiteral(SLOPESCOPE_RESOURCES "/models/") + name;
        m_window->openFile(name.contains(u'.') ? m_folder + u'/' + name : bundled);
        return QStringLiteral("open ") + name;
    }

    QString pressKey() {
        static const QList<int> kKeys{
            Qt::Key_Space,  Qt::Key_Escape, Qt::Key_Up,   Qt::Key_Down,        Qt::Key_Left,         Qt::Key_Right,
            Qt::Key_Plus,   Qt::Key_Minus,  Qt::Key_0,    Qt::Key_BracketLeft, Qt::Key_BracketRight, Qt::Key_Tab,
            Qt::Key_Return, Qt::Key_Delete, Qt::Key_B,    Qt::Key_A,           Qt::Key_F1,           Qt::Key_F2,
            Qt::Key_7,      Qt::Key_Period, Qt::Key_Home, Qt::Key_End,         Qt::Key_PageDown,     Qt::Key_Z};
        static const QList<Qt::KeyboardModifiers> kModifiers{Qt::NoModifier, Qt::NoModifier, Qt::ShiftModifier,
                                                             Qt::ControlModifier};
        const int key = pick(kKeys);
        const Qt::KeyboardModifiers modifiers = pick(kModifiers);
        QWidget* const focus = QApplication::focusWidget();
        QTest::keyClick(focus != nullptr ? focus : m_window.get(), Qt::Key(key), modifiers);
        return QStringLiteral("key %1 %2").arg(key).arg(int(modifiers));
    }

    QString pressButton() {
        QList<QAbstractButton*> buttons;
        for (QAbstractButton* const button : m_window->findChildren<QAbstractButton*>())
            if (button->isVisible() && button->isEnabled())
                buttons << button;
        if (buttons.isEmpty())
            return QStringLiteral("no button");
        const QPointer<QAbstractButton> button = pick(buttons);
        const QString name = button->text() + button->accessibleName();
        QTest::mouseClick(button, Qt::LeftButton);
        return QStringLiteral("button ") + name;
    }

    QString drag() {
        const QPointer<QWidget> widget = someWidget();
        const QString name = widget->metaObject()->className();
        const Qt::MouseButton button = below(8) == 0 ? Qt::RightButton : Qt::LeftButton;
        static const QList<Qt::KeyboardModifiers> kModifiers{Qt::NoModifier, Qt::NoModifier, Qt::ShiftModifier,
                                                             Qt::ControlModifier};
        const Qt::KeyboardModifiers modifiers = pick(kModifiers);
        const auto point = [&] { return QPoint(below(widget->width()), below(widget->height())); };
        QTest::mousePress(widget, button, modifiers, point());
        for (int step = below(6); step > 0 && widget; --step)
            QTest::mouseMove(widget, point());
        if (widget && below(12) != 0) // now and then the button stays down
            QTest::mouseRelease(widget, button, modifiers, point());
        if (widget && below(6) == 0)
            QTest::mouseDClick(widget, button, modifiers, point());
        return QStringLiteral("drag on ") + name;
    }

    QString turnWheel() {
        QWidget* const widget = someWidget();
        const QPointF at(below(widget->width()), below(widget->height()));
        QWheelEvent wheel(at, widget->mapToGlobal(at), {}, {0, below(2) == 0 ? 120 : -120}, Qt::NoButton,
                          below(3) == 0 ? Qt::ControlModifier : Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(widget, &wheel);
        return QStringLiteral("wheel on ") + QString::fromLatin1(widget->metaObject()->className());
    }

    std::mt19937 m_random;
    QTimer m_impatience;
    QString m_folder;
    std::unique_ptr<QSettings> m_settings;
    std::unique_ptr<MainWindow> m_window;
};

TEST(Stress, AnImpatientUserBreaksNothing) {
    const auto seed = unsigned(fromEnvironment("SLOPESCOPE_STRESS_SEED", 1));
    const int actions = fromEnvironment("SLOPESCOPE_STRESS_ACTIONS", 500);
    SCOPED_TRACE("SLOPESCOPE_STRESS_SEED=" + std::to_string(seed));
    QTemporaryDir folder;
    ImpatientUser user(seed, folder.path());
    user.start();
    const bool told = qEnvironmentVariableIsSet("SLOPESCOPE_STRESS_TELL");
    for (int i = 0; i < actions; ++i) {
        const QString what = user.act();
        if (told)
            std::fprintf(stderr, "%d %s\n", i, qUtf8Printable(what));
        if (i % 3 == 0)
            QCoreApplication::processEvents();
        if (i % 25 == 24) { // twenty closes among 500 actions, whatever is open or computing
            user.end();
            user.start();
        }
    }
    user.closePopups();
    // And the window still shows what attends to what.
    user.window().openFile(QStringLiteral(SLOPESCOPE_RESOURCES "/models/alibi"));
    EXPECT_TRUE(QTest::qWaitFor([&] { return user.window().mapPanel().map()->picture() != nullptr; }, 180'000));
    user.end();
}

} // namespace
} // namespace slopescope::ui
