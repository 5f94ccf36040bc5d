// The part of the main window that opens and saves: the File menu, its dialogs, and what is on view at first.
#include "core/record/workspace_file.h"
#include "ui/document/document.h"
#include "ui/lab/names.h"
#include "ui/widgets/notice_strip.h"
#include "ui/window/main_window.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>

#include <algorithm>
#include <utility>

namespace slopescope::ui {
namespace {

// Topics of the notice strip beside the Tasks.
constexpr int kWorkspaceFile = -2, kLostFiles = -3, kJournal = -4;

QFileDialog* fileDialog(QWidget* parent, const QString& title, const QString& filter, QFileDialog::FileMode mode) {
    auto* const dialog = new QFileDialog(parent, title, {}, filter);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(mode);
    return dialog;
}

bool isGguf(const QString& file) {
    return QFileInfo(file).suffix() == QLatin1String("gguf");
}

// The remembered screen with what the command line asks for.
Workspace firstWorkspace(const LaunchOptions& options, Workspace workspace, const std::vector<BundledModel>& bundled) {
    if (!options.models.isEmpty()) {
        workspace.variants.clear();
        workspace.pinnedA.reset();
        workspace.against.reset();
        workspace.againstHead.reset();
    }
    if (!options.text.isEmpty())
        workspace.text = {options.text.toStdString(), {}, {}};
    if (options.length > 0)
        workspace.look.length = options.length;
    if (options.sweepLength > 0)
        workspace.measurement.longest = options.sweepLength;
    QStringList models = options.models;
    if (models.isEmpty() && workspace.variants.empty() && !bundled.empty()) {
        const auto alibi =
            std::find_if(bundled.begin(), bundled.end(), [](const auto& one) { return one.name == "alibi"; });
        models = {QString::fromStdString(alibi == bundled.end() ? bundled.front().name : alibi->name)};
    }
    for (const QString& model : std::as_const(models)) {
        const std::string name = model.toStdString();
        workspace.add({name, {}, {}}, {}, freeColour(methodNamed(name), coloursOf(workspace)));
    }
    return workspace;
}

} // namespace

void MainWindow::start(const LaunchOptions& options) {
    if (!options.workspace.isEmpty()) {
        m_document->open(options.workspace);
        connect(m_document, &Document::openFailed, this, [this, options = LaunchOptions(options)]() mutable {
            if (m_lab->workspace().variants.empty() && !std::exchange(options.workspace, {}).isEmpty())
                start(options); // the window is of use all the same
        });
        return;
    }
    const auto last = m_document->lastRun(options.models.isEmpty());
    const Workspace workspace = firstWorkspace(options, last ? last->workspace : Workspace(), m_lab->bundledModels());
    if (workspace.variants.empty())
        m_notice->say(int(Task::OpenModel), tr("There is no bundled model; open a model's folder with Ctrl+O."));
    if (last && options.models.isEmpty() && options.text.isEmpty()) {
        WorkspaceRecord record = *last;
        record.edited = record.edited || workspace != record.workspace;
        record.workspace = workspace;
        m_document->show(record);
    } else {
        m_lab->apply(workspace);
    }
}

void MainWindow::connectDocument() {
    connect(m_document, &Document::stateChanged, this, &MainWindow::updateTitle);
    connect(m_document, &Document::openFailed, this,
            [this](const QString&, const QString& sentence) { m_notice->say(kWorkspaceFile, sentence); });
    connect(m_document, &Document::saveFailed, this,
            [this](const QString& sentence) { m_notice->say(kWorkspaceFile, sentence); });
    connect(m_document, &Document::saved, this, [this] { m_notice->takeBack(kWorkspaceFile); });
    connect(m_document, &Document::opened, this, [this] { m_notice->takeBack(kWorkspaceFile); });
    connect(m_document, &Document::keepFailed, this, [this](const QString& sentence) {
        m_notice->say(kJournal, tr("What is on the screen is not kept for the next start: %1").arg(sentence));
    });
    connect(m_document, &Document::keepsAgain, this, [this] { m_notice->takeBack(kJournal); });
    const auto sayChanged = [this](const QString& sentence) {
        const auto& changed = m_document->changedFiles();
        const bool canLook =
            std::any_of(changed.begin(), changed.end(), [](const ChangedFile& one) { return one.isGone(); });
        if (sentence.isEmpty())
            m_notice->takeBack(kLostFiles);
        else
            m_notice->say(kLostFiles, sentence, canLook ? tr("Look for it…") : QString());
    };
    connect(m_lab, &Lab::failed, this, [this, sayChanged](Task task, const QString& sentence) {
        // The document has said it better, unless it is about something that was never part of the workspace.
        const auto& changed = m_document->changedFiles();
        const bool isSaid = (task == Task::OpenModel || task == Task::OpenText) &&
                            std::any_of(changed.begin(), changed.end(), [&](const ChangedFile& one) {
                                return one.isGone() && sentence.contains(QString::fromStdString(one.path));
                            });
        if (isSaid)
            sayChanged(sentenceOf(changed));
        else
            m_notice->say(int(task), sentence);
    });
    connect(m_document, &Document::filesChanged, this, sayChanged);
    connect(m_notice, &NoticeStrip::actionChosen, this, &MainWindow::lookForLostFile);
}

void MainWindow::openFile(const QString& path) {
    const QFileInfo file(path);
    // A file of a model stands for the folder that it lies in; a GGUF file is a whole model.
    const bool ofModel = file.suffix() == QLatin1String("safetensors") || file.suffix() == QLatin1String("bin") ||
                         file.fileName() == QLatin1String("config.json");
    if (!file.exists()) {
        m_document->forgetRecent(path);
        m_notice->say(kWorkspaceFile, tr("%1 is not there any more.").arg(path));
        return;
    }
    if (isWorkspaceFile(path.toStdString()) || path.endsWith(QLatin1String(kWorkspaceEnding))) {
        m_document->open(path);
        return;
    }
    m_document->noteRecent(ofModel ? file.absolutePath() : path);
    if (file.isDir() || isGguf(path))
        m_lab->addModel(file.absoluteFilePath().toStdString());
    else if (ofModel)
        m_lab->addModel(file.absolutePath().toStdString());
    else
        m_lab->openText({file.absoluteFilePath().toStdString(), {}, {}});
}

void MainWindow::chooseFile() {
    const QString all = tr("All that can be opened (*.slopescope *.gguf config.json *.safetensors *.bin *.txt *.md)");
    auto* const dialog =
        fileDialog(this, tr("Open"), all + QStringLiteral(";;") + tr("All files (*)"), QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::openFile);
    dialog->open();
}

void MainWindow::chooseModel() {
    auto* const dialog = fileDialog(this, tr("Open a model's folder"), {}, QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::openFile);
    dialog->open();
}

void MainWindow::chooseModelFile() {
    auto* const dialog =
        fileDialog(this, tr("Open a model's file"), tr("Models in one file (*.gguf)"), QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::openFile);
    dialog->open();
}

void MainWindow::chooseText() {
    auto* const dialog =
        fileDialog(this, tr("Open a text"), tr("Text files (*.txt *.md);;All files (*)"), QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
        m_document->noteRecent(file);
        m_lab->openText({file.toStdString(), {}, {}});
    });
    dialog->open();
}

void MainWindow::chooseIds() {
    auto* const dialog =
        fileDialog(this, tr("Open token ids"), tr("Lists of token ids (*.json)"), QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
        m_document->noteRecent(file);
        m_lab->openText({file.toStdString(), {}, {}});
    });
    dialog->open();
}

void MainWindow::save() {
    if (!m_document->save())
        chooseNameAndSave();
}

void MainWindow::chooseNameAndSave() {
    auto* const dialog =
        fileDialog(this, tr("Save the workspace"), tr("Workspaces (*.slopescope)"), QFileDialog::AnyFile);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QString::fromLatin1(kWorkspaceEnding).mid(1));
    const QString name = m_document->name().isEmpty() ? tr("workspace") : m_document->name();
    if (m_document->file().isEmpty())
        dialog->selectFile(name + QLatin1String(kWorkspaceEnding));
    else
        dialog->selectFile(m_document->file());
    connect(dialog, &QFileDialog::fileSelected, m_document, &Document::saveAs);
    dialog->open();
}

// One dialog for the first that is gone; what lies beside it is found with it.
void MainWindow::lookForLostFile() {
    const auto& changed = m_document->changedFiles();
    const auto gone = std::find_if(changed.begin(), changed.end(), [](const ChangedFile& one) { return one.isGone(); });
    if (gone == changed.end())
        return;
    const QString path = QString::fromStdString(gone->path);
    const bool isFolder = gone->what == ChangedFile::What::ModelGone && !isGguf(path);
    auto* const dialog = fileDialog(this, tr("Where is %1?").arg(QFileInfo(path).fileName()), {},
                                    isFolder ? QFileDialog::Directory : QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, m_document, &Document::found);
    dialog->open();
}

void MainWindow::buildFileMenu(QMenu* menu) {
    menu->addAction(tr("&Open…"), QKeySequence(Qt::CTRL | Qt::Key_O), this, &MainWindow::chooseFile);
    m_recent = menu->addMenu(tr("Open &recent"));
    buildRecentMenu(m_recent);
    buildExamplesMenu(menu->addMenu(tr("&Examples")));
    menu->addSeparator();
    menu->addAction(tr("&Save"), QKeySequence(Qt::CTRL | Qt::Key_S), this, &MainWindow::save);
    menu->addAction(tr("Save &as…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S), this,
                    &MainWindow::chooseNameAndSave);
    menu->addSeparator();
    menu->addAction(tr("Open &model…"), this, &MainWindow::chooseModel);
    QMenu* const bundled = menu->addMenu(tr("&Bundled model"));
    for (const BundledModel& model : m_lab->bundledModels())
        bundled->addAction(QString::fromStdString(model.name), this,
                           [this, name = model.name] { m_lab->addModel(name); });
    bundled->setEnabled(!bundled->isEmpty());
    menu->addAction(tr("The &paper's four methods"), m_lab, &Lab::addPaperMethods);
    menu->addSeparator();
    menu->addAction(tr("Open &text…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O), this, &MainWindow::chooseText);
    menu->addAction(tr("Open token &ids…"), this, &MainWindow::chooseIds);
    menu->addAction(tr("B&undled text"), this, [this] { m_lab->openText({}); });
    menu->addSeparator();
    buildExportMenu(menu);
    menu->addSeparator();
    menu->addAction(tr("&Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q), this, &QWidget::close);
}

// The actions are there from the start, so that their keys work before the menu was ever open.
void MainWindow::buildRecentMenu(QMenu* menu) {
    for (int i = 0; i < RecentFiles::kMost; ++i)
        m_recentActions += menu->addAction(QString(), QKeySequence(Qt::CTRL | Qt::Key(Qt::Key_1 + i)), this, [this, i] {
            if (const QStringList files = m_document->recentFiles(); i < files.size())
                openFile(files[i]);
        });
    connect(m_document, &Document::recentChanged, this, &MainWindow::fillRecentMenu);
    fillRecentMenu();
}

void MainWindow::fillRecentMenu() {
    const QStringList files = m_document->recentFiles();
    for (int i = 0; i < m_recentActions.size(); ++i) {
        m_recentActions[i]->setVisible(i < files.size());
        m_recentActions[i]->setText(i < files.size() ? RecentFiles::title(files[i]) : QString());
    }
    m_recent->setEnabled(!files.isEmpty());
}

void MainWindow::buildExamplesMenu(QMenu* menu) {
    const QDir folder(QString::fromStdString((m_resources / "workspaces").string()));
    const QList<std::pair<QString, QString>> examples{
        {QStringLiteral("paper-figure-1"), tr("The &paper's Figure 1: four methods to 4,096")},
        {QStringLiteral("long-text"), tr("A &long text")},
        {QStringLiteral("sentence"), tr("A &sentence")},
    };
    for (const auto& [name, title] : examples)
        if (const QString file = folder.filePath(name + QLatin1String(kWorkspaceEnding)); QFileInfo::exists(file))
            menu->addAction(title, this, [this, file] { m_document->openCopy(file); });
    menu->setEnabled(!menu->isEmpty());
}

} // namespace slopescope::ui
