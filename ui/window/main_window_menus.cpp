// The part of the main window that builds its menus, and the dialogs that they open.
#include "ui/map/map_panel.h"
#include "ui/map/map_view.h"
#include "ui/slopes/slope_editor.h"
#include "ui/text/text_view.h"
#include "ui/variants/variants_panel.h"
#include "ui/widgets/dock_panel.h"
#include "ui/widgets/notice_strip.h"
#include "ui/window/keys_page.h"
#include "ui/window/main_window.h"
#include "ui/window/presentation.h"

#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QLocale>
#include <QMenuBar>

#include <utility>

namespace slopescope::ui {
namespace {

constexpr std::int64_t kShortestChoice = 1024, kLongestChoice = 131072; // of a sweep

} // namespace

void MainWindow::pasteText() {
    const QString text = QApplication::clipboard()->text();
    if (text.trimmed().isEmpty())
        m_notice->say(int(Task::OpenText), tr("There is no text on the clipboard."));
    else
        m_lab->openText({{}, tr("pasted text").toStdString(), text.toStdString()});
}

void MainWindow::buildMenus() {
    buildFileMenu(menuBar()->addMenu(tr("&File")));
    buildEditMenu(menuBar()->addMenu(tr("&Edit")));
    buildViewMenu(menuBar()->addMenu(tr("&View")));
    buildSweepMenu(menuBar()->addMenu(tr("&Sweep")));
    QMenu* const help = menuBar()->addMenu(tr("&Help"));
    help->addAction(tr("&Keys"), QKeySequence(Qt::Key_F1), this, [this] {
        if (!m_keys)
            m_keys = new KeysPage(this);
        m_keys->setVisible(!m_keys->isVisible());
    });
}

void MainWindow::buildEditMenu(QMenu* menu) {
    QAction* const undo = m_lab->undoStack().createUndoAction(this, tr("&Undo"));
    undo->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Z));
    QAction* const redo = m_lab->undoStack().createRedoAction(this, tr("&Redo"));
    redo->setShortcuts({QKeySequence(Qt::CTRL | Qt::Key_Y), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z)});
    menu->addActions({undo, redo});
    menu->addAction(tr("Slopes as &trained"), m_slopes, &SlopeEditor::reset);
    menu->addSeparator();
    const auto inText = [this](void (TextView::*open)()) {
        m_textDock->show();
        m_textDock->raise();
        (m_text->*open)();
    };
    menu->addAction(tr("T&ype a text"), QKeySequence(Qt::CTRL | Qt::Key_T), this, [inText] { inText(&TextView::openEditor); });
    menu->addAction(tr("&Continue the text"), this, [inText] { inText(&TextView::openContinue); });
    menu->addAction(tr("&Paste as the text"), QKeySequence(Qt::CTRL | Qt::Key_V), this, &MainWindow::pasteText);
    menu->addAction(tr("&Find in the text"), QKeySequence(Qt::CTRL | Qt::Key_F), this, [inText] { inText(&TextView::openFind); });
    menu->addAction(tr("&Go to a query or key"), QKeySequence(Qt::CTRL | Qt::Key_G), this, [inText] { inText(&TextView::openGoTo); });
}

void MainWindow::buildViewMenu(QMenu* menu) {
    // The part after the tab is shown as a key, but taken in keyPressEvent, where fields that need the key come first.
    const auto key = [this, menu](const QString& text, const QString& name, int code) {
        menu->addAction(text + QLatin1Char('\t') + name, this, [this, code] { handleKey(code); });
    };
    key(tr("Layer above"), tr("Up"), Qt::Key_Up);
    key(tr("Layer below"), tr("Down"), Qt::Key_Down);
    key(tr("Previous head"), tr("Left"), Qt::Key_Left);
    key(tr("Next head"), tr("Right"), Qt::Key_Right);
    menu->addSeparator();
    key(tr("Half the length"), QStringLiteral("["), Qt::Key_BracketLeft);
    key(tr("Twice the length"), QStringLiteral("]"), Qt::Key_BracketRight);
    menu->addSeparator();
    key(tr("Zoom in"), QStringLiteral("+"), Qt::Key_Plus);
    key(tr("Zoom out"), QStringLiteral("−"), Qt::Key_Minus);
    key(tr("Whole map"), QStringLiteral("0"), Qt::Key_0);
    menu->addSeparator();

    QMenu* const panels = menu->addMenu(tr("&Panels"));
    for (DockPanel* const dock : docks())
        panels->addAction(dock->toggleViewAction());
    panels->addSeparator();
    panels->addAction(tr("As at first"), this, &MainWindow::arrangeDocks);

    QMenu* const theme = menu->addMenu(tr("&Theme"));
    m_themes = new QActionGroup(this);
    const QStringList names{tr("As the system"), tr("Light"), tr("Dark")};
    for (int mode = 0; mode < names.size(); ++mode) {
        QAction* const action = theme->addAction(names[mode], this, [this, mode] { setTheme(ThemeMode(mode)); });
        action->setCheckable(true);
        m_themes->addAction(action);
    }
    buildTextSizeMenu(menu->addMenu(tr("Text &size")));
    m_presentation = new Presentation(*this, docks(), {m_curveDock});
    addAction(menu->addAction(tr("P&resentation"), QKeySequence(Qt::Key_F5), m_presentation, &Presentation::toggle));
    QAction* const full = menu->addAction(tr("&Full screen"), QKeySequence(Qt::Key_F11), this,
                                          [this] { setWindowState(windowState() ^ Qt::WindowFullScreen); });
    addAction(full);
}

void MainWindow::buildTextSizeMenu(QMenu* menu) {
    m_textSizes = new QActionGroup(this);
    for (const int percent : {90, 100, 115, 130, 150}) {
        QAction* const action = menu->addAction(tr("%1 %").arg(percent), this, [this, percent] { setTextSize(percent); });
        action->setCheckable(true);
        action->setData(percent);
        m_textSizes->addAction(action);
    }
}

void MainWindow::setTextSize(int percent) {
    m_presentation->stop(); // which has sizes of its own
    m_textSize = percent;
    applySizes(Sizes::scaled(percent / 100.0));
    for (QAction* const action : m_textSizes->actions())
        action->setChecked(action->data().toInt() == percent);
    m_saving.start();
}

void MainWindow::buildSweepMenu(QMenu* menu) {
    m_sweepAction = menu->addAction(tr("Sweep"), m_lab, &Lab::sweep);
    m_stopAction = menu->addAction(tr("Stop\tSpace"), m_lab, &Lab::stopSweep);
    menu->addMenu(m_sweepLengths);
    auto* const group = new QActionGroup(this);
    for (std::int64_t length = kShortestChoice; length <= kLongestChoice; length *= 2) {
        QAction* const action = m_sweepLengths->addAction(QLocale().toString(qlonglong(length)), this, [this, length] {
            m_lab->look([length](Workspace& w) { w.measurement.longest = length; });
            m_lab->sweep();
        });
        action->setCheckable(true);
        action->setData(qlonglong(length));
        group->addAction(action);
    }
}

void MainWindow::setTheme(ThemeMode mode) {
    applyTheme(*qApp, mode);
    m_themes->actions().at(static_cast<int>(mode))->setChecked(true);
}

} // namespace slopescope::ui
