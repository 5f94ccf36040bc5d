// The part of the main window that takes keys, drops and file names.
#include "ui/window/main_window.h"

#include "ui/widgets/dock_panel.h"
#include "ui/window/length_slider.h"
#include "ui/map/map_panel.h"
#include "ui/map/map_view.h"
#include "ui/widgets/notice_strip.h"
#include "ui/text/text_view.h"

#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QLineEdit>
#include <QMimeData>

#include <algorithm>

namespace slopescope::ui {
namespace {

constexpr double kZoomStep = 1.5;

// The one local file or folder that is dragged, or nothing.
QString draggedPath(const QMimeData* data) {
    const QList<QUrl> urls = data->urls();
    return urls.size() == 1 && urls.front().isLocalFile() ? urls.front().toLocalFile() : QString();
}

// A dropped file of a model stands for the folder it lies in.
bool belongsToModel(const QFileInfo& file) {
    return file.suffix() == QLatin1String("safetensors") || file.suffix() == QLatin1String("bin") ||
           file.suffix() == QLatin1String("json");
}

QFileDialog* fileDialog(QWidget* parent, const QString& title, const QString& filter, QFileDialog::FileMode mode) {
    auto* const dialog = new QFileDialog(parent, title, {}, filter);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(mode);
    return dialog;
}

} // namespace

void MainWindow::chooseModel() {
    auto* const dialog = fileDialog(this, tr("Open a model's folder"), {}, QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::openModel);
    dialog->open();
}

void MainWindow::chooseModelFile() {
    auto* const dialog =
        fileDialog(this, tr("Open a model's file"), tr("Models in one file (*.gguf)"), QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::openModel);
    dialog->open();
}

void MainWindow::chooseText() {
    auto* const dialog =
        fileDialog(this, tr("Open a text"), tr("Text files (*.txt *.md);;All files (*)"), QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::openText);
    dialog->open();
}

void MainWindow::find() {
    m_textDock->show();
    m_find->show();
    m_find->setFocus();
    m_find->selectAll();
}

// Keys without Ctrl come here when the focused widget has no use for them, so that a field can still be typed in.
void MainWindow::keyPressEvent(QKeyEvent* event) {
    const auto modifiers = event->modifiers() & ~(Qt::KeypadModifier | Qt::ShiftModifier);
    const bool shift = event->modifiers() & Qt::ShiftModifier;
    if (modifiers != Qt::NoModifier || (shift && event->key() != Qt::Key_Plus) || !handleKey(event->key()))
        QMainWindow::keyPressEvent(event);
}

void MainWindow::moveHead(int layers, int heads) {
    if (!m_model)
        return;
    const int layer = std::clamp(m_view.head.layer + layers, 0, m_model->layers - 1);
    const int head = std::clamp(m_view.head.head + heads, 0, m_model->heads - 1);
    selectHead({layer, head});
}

bool MainWindow::handleKey(int key) {
    switch (key) {
    case Qt::Key_Up:
        moveHead(-1, 0);
        return true;
    case Qt::Key_Down:
        moveHead(1, 0);
        return true;
    case Qt::Key_Left:
        moveHead(0, -1);
        return true;
    case Qt::Key_Right:
        moveHead(0, 1);
        return true;
    case Qt::Key_BracketLeft:
        m_length->step(-1);
        return true;
    case Qt::Key_BracketRight:
        m_length->step(1);
        return true;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        m_map->map()->zoomBy(kZoomStep);
        return true;
    case Qt::Key_Minus:
        m_map->map()->zoomBy(1 / kZoomStep);
        return true;
    case Qt::Key_0:
        m_map->map()->showAll();
        return true;
    case Qt::Key_Space:
        toggleSweep();
        return true;
    case Qt::Key_Escape:
        escape();
        return true;
    default:
        return false;
    }
}

void MainWindow::escape() {
    m_map->map()->unlock();
    m_textView->setLocked(-1);
    m_find->hide();
    m_textView->clearFind();
    m_notice->dismiss();
    m_engine->cancelOpening();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    remember();
    m_engine->stopSweep();
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (!draggedPath(event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    const QFileInfo file(draggedPath(event->mimeData()));
    event->acceptProposedAction();
    if (file.isDir() || file.suffix() == QLatin1String("gguf")) // that one file is the whole model
        openModel(file.absoluteFilePath());
    else if (belongsToModel(file))
        openModel(file.absolutePath());
    else
        openText(file.absoluteFilePath());
}

} // namespace slopescope::ui
