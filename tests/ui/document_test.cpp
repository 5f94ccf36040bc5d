// The window as a document: what is saved comes back, what is not saved comes back too, and what moved is looked for.
#include "ui/document/document.h"

#include "core/record/workspace_file.h"
#include "ui/curves/curve_view.h"
#include "ui/widgets/notice_strip.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QFileDialog>
#include <QMenuBar>
#include <QProcess>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>

namespace slopescope::ui {
namespace {

namespace fs = std::filesystem;

constexpr int kPatience = 180'000; // ms; reached only when something hangs

bool waitFor(const std::function<bool()>& reached) {
    return QTest::qWaitFor(reached, kPatience);
}

class DocumentTest : public testing::Test {
protected:
    DocumentTest() {
        std::ofstream text(path("tide.txt"));
        for (int word = 0; word < 600; ++word)
            text << (word % 3 == 0 ? " tide" : word % 3 == 1 ? " lamp" : " keeper");
    }

    std::string path(const char* name) const { return folder.filePath(QLatin1String(name)).toStdString(); }
    QString file(const char* name) const { return folder.filePath(QLatin1String(name)); }

    LaunchOptions options() const {
        LaunchOptions options;
        options.resources = SLOPESCOPE_RESOURCES;
        options.state = path("state");
        return options;
    }
    LaunchOptions smallStudy() const {
        LaunchOptions small = options();
        small.text = file("tide.txt");
        small.length = 128;
        small.sweepLength = 64;
        return small;
    }
    std::unique_ptr<MainWindow> start(const LaunchOptions& options) {
        auto window = std::make_unique<MainWindow>(options, &settings);
        window->show();
        return window;
    }
    static bool settle(MainWindow& window) {
        return waitFor([&] { return window.lab().isSettled(); });
    }
    static bool saveAs(MainWindow& window, const QString& file) {
        QSignalSpy saved(&window.document(), &Document::saved);
        window.document().saveAs(file);
        return waitFor([&] { return saved.count() > 0; });
    }
    static std::vector<MeasuredCurve> measured(const MainWindow& window) {
        std::vector<Variant> variants;
        for (const WorkspaceVariant& row : const_cast<MainWindow&>(window).lab().workspace().variants)
            variants.push_back(row.variant);
        return const_cast<MainWindow&>(window).lab().measured(variants);
    }
    static void editASlope(Lab& lab, double slope) {
        SlopeTable slopes = lab.factsOnView()->slopes;
        slopes[0][0] = slope;
        lab.setSlopes(slopes, "test");
    }
    static QString sentence(MainWindow& window) { return window.notice().sentence(); }

    QTemporaryDir folder;
    QSettings settings{folder.filePath("settings.ini"), QSettings::IniFormat};
};

TEST_F(DocumentTest, WhatIsSavedComesBackAndItsCurvesBeforeAModelIsRead) {
    Workspace saved;
    std::vector<MeasuredCurve> curves;
    {
        const auto window = start(smallStudy());
        ASSERT_TRUE(settle(*window)) << sentence(*window).toStdString();
        editASlope(window->lab(), 0.125);
        window->lab().look([](Workspace& w) { w.look.heads = {{1, 2}}; });
        ASSERT_TRUE(settle(*window));
        EXPECT_FALSE(window->document().save()) << "it has no name yet";
        ASSERT_TRUE(saveAs(*window, file("study.slopescope")));
        EXPECT_EQ(window->windowTitle(), "study[*] – Slopescope");
        EXPECT_FALSE(window->isWindowModified());
        editASlope(window->lab(), 0.25);
        EXPECT_TRUE(window->isWindowModified());
        window->lab().undoStack().undo();
        EXPECT_FALSE(window->isWindowModified()) << "it is as in the file again";
        saved = window->lab().workspace();
        curves = openWorkspaceFile(path("study.slopescope")).measured;
        EXPECT_EQ(curves.size(), 2U);
    }
    LaunchOptions again = options();
    again.workspace = file("study.slopescope");
    const auto window = std::make_unique<MainWindow>(again, &settings);
    QSignalSpy shown(&window->lab(), &Lab::curvesChanged);
    ASSERT_TRUE(waitFor([&] { return window->lab().curves() && window->lab().curves()->curves.size() == 2; }));
    const bool noModel = window->lab().library().models.empty();
    const CurvesResult first = *window->lab().curves();
    window->show();
    if (noModel) { // unless a model was faster, which is the machine's affair
        EXPECT_TRUE(first.curves[0].stored && first.curves[1].stored);
    }
    ASSERT_TRUE(settle(*window)) << sentence(*window).toStdString();
    EXPECT_TRUE(window->lab().workspace() == saved);
    EXPECT_EQ(measured(*window).size(), 2U);
    for (const MeasuredCurve& curve : measured(*window))
        EXPECT_EQ(std::count(curves.begin(), curves.end(), curve), 1) << "nothing is measured twice";
    EXPECT_FALSE(window->lab().curves()->curves[0].stored);
    for (std::size_t i = 0; i < first.curves.size(); ++i)
        EXPECT_EQ(first.curves[i].points.back().nll, window->lab().curves()->curves[i].points.back().nll);
    EXPECT_EQ(window->windowTitle(), "study[*] – Slopescope");
    EXPECT_FALSE(window->isWindowModified());
    EXPECT_TRUE(sentence(*window).isEmpty()) << sentence(*window).toStdString();
}

// As after kill -9: the state folder as it is while the window runs.
TEST_F(DocumentTest, WhatWasNotSavedIsThereAgainEvenWithoutAnOrderlyExit) {
    auto window = start(smallStudy());
    ASSERT_TRUE(settle(*window));
    editASlope(window->lab(), 0.125);
    ASSERT_TRUE(settle(*window));
    window->lab().look([](Workspace& w) { w.look.heads = {{2, 5}}; });
    QTest::qWait(5000); // at most so old
    const Workspace kept = window->lab().workspace();
    const auto curves = measured(*window);
    fs::copy(path("state"), path("crashed"), fs::copy_options::recursive);
    window.reset();
    for (const char* const state : {"crashed", "state"}) {
        SCOPED_TRACE(state);
        LaunchOptions next = options();
        next.state = path(state);
        window = start(next);
        EXPECT_TRUE(window->lab().workspace() == kept);
        ASSERT_TRUE(settle(*window)) << sentence(*window).toStdString();
        EXPECT_TRUE(window->lab().workspace() == kept);
        for (const MeasuredCurve& curve : measured(*window))
            EXPECT_EQ(std::count(curves.begin(), curves.end(), curve), 1);
        EXPECT_FALSE(window->lab().undoStack().canUndo());
        window.reset();
    }
}

TEST_F(DocumentTest, TheJournalKnowsTheFileAndWhatOfItIsNotSaved) {
    auto window = start(smallStudy());
    ASSERT_TRUE(settle(*window));
    ASSERT_TRUE(saveAs(*window, file("study.slopescope")));
    editASlope(window->lab(), 0.125);
    window->close();
    window.reset();
    window = start(options());
    EXPECT_EQ(window->document().file(), file("study.slopescope"));
    EXPECT_TRUE(window->isWindowModified());
    EXPECT_EQ(window->lab().workspace().variants.size(), 2U);
    ASSERT_TRUE(window->document().save());
    ASSERT_TRUE(waitFor([&] { return !window->isWindowModified(); }));
    window.reset();
    window = start(options());
    EXPECT_FALSE(window->isWindowModified());
    EXPECT_EQ(openWorkspaceFile(path("study.slopescope")).workspace.variants.size(), 2U);
}

TEST_F(DocumentTest, TwoWindowsDoNotOverwriteEachOther) {
    auto one = start(smallStudy());
    ASSERT_TRUE(settle(*one));
    auto other = start(smallStudy());
    ASSERT_TRUE(settle(*other));
    one->lab().look([](Workspace& w) { w.look.heads = {{0, 1}}; });
    other->lab().look([](Workspace& w) { w.look.heads = {{3, 1}}; });
    one.reset();
    QTest::qWait(20);
    other.reset();
    const auto first = start(options()), second = start(options());
    EXPECT_EQ(first->lab().workspace().look.heads, (std::vector<HeadAddress>{{3, 1}})) << "the newest";
    EXPECT_EQ(second->lab().workspace().look.heads, (std::vector<HeadAddress>{{0, 1}}));
}

// A workspace with a model of a folder of its own beside a bundled one.
TEST_F(DocumentTest, AModelThatMovedIsSaidShownAsItWasAndFound) {
    fs::copy(fs::path(SLOPESCOPE_RESOURCES) / "models" / "rotary", path("mine"), fs::copy_options::recursive);
    {
        const auto window = start(smallStudy());
        ASSERT_TRUE(settle(*window));
        window->openFile(file("mine"));
        ASSERT_TRUE(waitFor([&] { return window->lab().workspace().variants.size() == 2 && window->lab().isSettled(); }));
        ASSERT_TRUE(saveAs(*window, file("study.slopescope")));
    }
    fs::create_directories(path("elsewhere"));
    fs::rename(path("mine"), path("elsewhere/mine"));
    const std::vector<MeasuredCurve> saved = openWorkspaceFile(path("study.slopescope")).measured;
    LaunchOptions again = options();
    again.workspace = file("study.slopescope");
    const auto window = start(again);
    Lab& lab = window->lab();
    ASSERT_TRUE(waitFor([&] { return sentence(*window).contains(file("mine")) && lab.library().opening.empty(); }));
    EXPECT_TRUE(sentence(*window).startsWith("Not found: the model")) << sentence(*window).toStdString();
    ASSERT_TRUE(waitFor([&] { return lab.curves() && lab.curves()->curves.size() == 2 && !lab.curves()->curves[0].stored; }));
    EXPECT_TRUE(lab.curves()->curves[1].stored);
    EXPECT_TRUE(std::isfinite(lab.curves()->curves[1].points.back().nll));
    const double before = lab.curves()->curves[1].points.back().nll;
    ASSERT_TRUE(waitFor([&] { return !lab.sweeping(); }));
    // Saving it now loses nothing of what is missing.
    ASSERT_TRUE(saveAs(*window, file("again.slopescope")));
    EXPECT_EQ(openWorkspaceFile(path("again.slopescope")).measured.size(), saved.size());
    EXPECT_EQ(openWorkspaceFile(path("again.slopescope")).models, openWorkspaceFile(path("study.slopescope")).models);

    window->document().found(file("elsewhere/mine"));
    ASSERT_TRUE(waitFor([&] { return lab.isSettled(); }));
    EXPECT_TRUE(sentence(*window).isEmpty()) << sentence(*window).toStdString();
    EXPECT_EQ(lab.workspace().variants[1].variant.model, path("elsewhere/mine"));
    EXPECT_FALSE(lab.curves()->curves[1].stored);
    EXPECT_EQ(lab.curves()->curves[1].points.back().nll, before) << "it is known by its digest, and not measured again";
}

TEST_F(DocumentTest, ATextThatIsGoneOrAnotherIsSaid) {
    {
        const auto window = start(smallStudy());
        ASSERT_TRUE(settle(*window));
        ASSERT_TRUE(saveAs(*window, file("study.slopescope")));
    }
    fs::rename(path("tide.txt"), path("moved.txt"));
    LaunchOptions again = options();
    again.workspace = file("study.slopescope");
    auto window = start(again);
    Lab* lab = &window->lab();
    ASSERT_TRUE(waitFor([&] { return sentence(*window).contains("the text " + file("tide.txt")); }));
    ASSERT_TRUE(waitFor([&] { return lab->curves() && !lab->library().models.empty() && lab->curves()->complete; }));
    EXPECT_EQ(lab->text(), nullptr) << "no other text stands in for it";
    EXPECT_TRUE(lab->curves()->curves[0].stored);
    EXPECT_EQ(lab->workspace().text.file, path("tide.txt"));
    const double before = lab->curves()->curves[0].points.back().nll;
    window->document().found(file("moved.txt"));
    ASSERT_TRUE(settle(*window));
    EXPECT_EQ(lab->curves()->curves[0].points.back().nll, before);
    EXPECT_TRUE(sentence(*window).isEmpty()) << sentence(*window).toStdString();
    window.reset();

    std::ofstream(path("tide.txt")) << std::string(3000, 'x');
    window = start(again);
    ASSERT_TRUE(waitFor([&] { return sentence(*window).contains("Changed since the workspace was saved: the text"); }));
    EXPECT_TRUE(settle(*window));
}

TEST_F(DocumentTest, WhatCannotBeReadIsSaidAndTheWindowIsOfUse) {
    std::ofstream(path("broken.slopescope")) << R"({"slopescope": "workspace", "version": 2, "variants": 7})";
    LaunchOptions broken = smallStudy();
    broken.workspace = file("broken.slopescope");
    const auto window = start(broken);
    ASSERT_TRUE(waitFor([&] { return sentence(*window).contains("broken.slopescope"); }));
    EXPECT_TRUE(settle(*window));
    const Workspace before = window->lab().workspace();
    window->openFile(file("broken.slopescope"));
    QTest::qWait(100);
    EXPECT_TRUE(window->lab().workspace() == before) << "nothing of it is taken";
}

TEST_F(DocumentTest, ADamagedJournalIsSaidAndLeftAsItIs) {
    start(smallStudy()).reset();
    fs::path journal;
    for (const auto& entry : fs::directory_iterator(path("state")))
        journal = entry.path() / "workspace.slopescope";
    ASSERT_TRUE(fs::exists(journal));
    std::ofstream(journal, std::ios::trunc) << "{\"slopescope\": \"work";
    const auto window = start(smallStudy());
    ASSERT_TRUE(waitFor([&] { return sentence(*window).startsWith("What the last window showed cannot be read"); }));
    EXPECT_TRUE(settle(*window));
    EXPECT_TRUE(fs::exists(journal));
}

TEST_F(DocumentTest, AStateFolderThatCannotBeWrittenIsSaidOnceAndNothingElseIsLost) {
    std::ofstream(path("state")) << "a file";
    const auto window = start(smallStudy());
    ASSERT_TRUE(waitFor([&] { return sentence(*window).startsWith("What is on the screen is not kept"); }));
    window->notice().dismiss();
    ASSERT_TRUE(settle(*window));
    editASlope(window->lab(), 0.125);
    QTest::qWait(2000);
    EXPECT_TRUE(sentence(*window).isEmpty());
    EXPECT_TRUE(saveAs(*window, file("study.slopescope")));
    QSignalSpy failed(&window->document(), &Document::saveFailed);
    window->document().saveAs("/proc/study.slopescope");
    ASSERT_TRUE(waitFor([&] { return failed.count() == 1; }));
    EXPECT_TRUE(sentence(*window).contains("/proc/study.slopescope"));
    EXPECT_EQ(window->document().file(), file("study.slopescope"));
}

TEST_F(DocumentTest, RecentFilesOpenByTheirKeys) {
    {
        const auto window = start(smallStudy());
        ASSERT_TRUE(settle(*window));
        for (const char* const name : {"one.slopescope", "two.slopescope"}) {
            window->lab().look([&](Workspace& w) { w.look.heads = {{name[0] == 'o' ? 1 : 2, 3}}; });
            ASSERT_TRUE(saveAs(*window, file(name)));
        }
        EXPECT_EQ(window->document().recentFiles(), (QStringList{file("two.slopescope"), file("one.slopescope")}));
    }
    const auto window = start(options());
    window->activateWindow();
    ASSERT_TRUE(QTest::qWaitForWindowActive(window.get()));
    EXPECT_EQ(window->document().recentFiles().size(), 2) << "remembered";
    QTest::keyClick(window.get(), Qt::Key_2, Qt::ControlModifier);
    ASSERT_TRUE(waitFor([&] { return window->document().name() == "one"; }));
    EXPECT_EQ(window->lab().workspace().look.heads, (std::vector<HeadAddress>{{1, 3}}));
    EXPECT_EQ(window->document().recentFiles().front(), file("one.slopescope")) << "the newest first";
    fs::remove(path("two.slopescope"));
    QTest::keyClick(window.get(), Qt::Key_2, Qt::ControlModifier);
    EXPECT_TRUE(sentence(*window).contains("two.slopescope is not there any more"));
    EXPECT_EQ(window->document().recentFiles(), QStringList{file("one.slopescope")});
    QTest::keyClick(window.get(), Qt::Key_9, Qt::ControlModifier); // nothing is there
    EXPECT_EQ(window->document().name(), "one");
}

TEST_F(DocumentTest, SaveAsksForANameOnce) {
    const auto window = start(smallStudy());
    window->activateWindow();
    ASSERT_TRUE(QTest::qWaitForWindowActive(window.get()));
    ASSERT_TRUE(settle(*window));
    QTest::keyClick(window.get(), Qt::Key_S, Qt::ControlModifier);
    auto* const dialog = window->findChild<QFileDialog*>();
    ASSERT_TRUE(dialog && dialog->isVisible());
    dialog->setDirectory(folder.path());
    dialog->selectFile("named"); // without an ending
    QMetaObject::invokeMethod(dialog, "accept");
    ASSERT_TRUE(waitFor([&] { return fs::exists(path("named.slopescope")); }));
    ASSERT_TRUE(waitFor([&] { return window->document().name() == "named"; }));
    window->activateWindow();
    ASSERT_TRUE(QTest::qWaitForWindowActive(window.get()));
    editASlope(window->lab(), 0.125);
    QTest::keyClick(window.get(), Qt::Key_S, Qt::ControlModifier);
    ASSERT_TRUE(waitFor([&] { return !window->isWindowModified(); }));
    EXPECT_EQ(openWorkspaceFile(path("named.slopescope")).workspace.variants.size(), 2U);
}

TEST_F(DocumentTest, ExamplesOpenAsCopies) {
    const auto window = start(smallStudy());
    ASSERT_TRUE(settle(*window));
    int examples = 0;
    for (const auto& entry : fs::directory_iterator(fs::path(SLOPESCOPE_RESOURCES) / "workspaces")) {
        SCOPED_TRACE(entry.path().string());
        EXPECT_LT(entry.file_size(), 100'000U);
        QSignalSpy opened(&window->document(), &Document::opened);
        window->document().openCopy(QString::fromStdString(entry.path().string()));
        ASSERT_TRUE(waitFor([&] { return opened.count() == 1; }));
        const Workspace wanted = openWorkspaceFile(entry.path()).workspace;
        ASSERT_TRUE(waitFor([&] { return window->lab().text() && window->lab().library().opening.empty(); }));
        EXPECT_TRUE(window->lab().workspace() == wanted) << "nothing of it has to be put right";
        EXPECT_TRUE(sentence(*window).isEmpty()) << sentence(*window).toStdString();
        EXPECT_TRUE(window->document().file().isEmpty());
        EXPECT_FALSE(window->document().save()) << "it asks for a name";
        ++examples;
    }
    EXPECT_EQ(examples, 3);
}

// What was on the screen before a workspace is opened stays in a journal of its own.
TEST_F(DocumentTest, OpeningAWorkspaceLosesNothing) {
    saveWorkspaceFile({}, path("empty.slopescope"));
    auto window = start(smallStudy());
    ASSERT_TRUE(settle(*window));
    editASlope(window->lab(), 0.125);
    const Workspace before = window->lab().workspace();
    window->openFile(file("empty.slopescope"));
    ASSERT_TRUE(waitFor([&] { return window->document().name() == "empty"; }));
    EXPECT_TRUE(window->lab().workspace().variants.empty());
    window.reset();
    const auto first = start(options()), second = start(options());
    EXPECT_EQ(first->document().name(), "empty");
    EXPECT_TRUE(second->lab().workspace() == before);
}

// The program itself, ended by signals. Its journal is there from its first seconds on.
class Program {
public:
    Program(const QString& state, const QStringList& arguments) {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("XDG_STATE_HOME", state);
        environment.insert("XDG_CONFIG_HOME", state);
        environment.insert("QT_QPA_PLATFORM", "offscreen");
        m_process.setProcessEnvironment(environment);
        m_process.start(SLOPESCOPE_PROGRAM, arguments);
    }
    ~Program() {
        m_process.kill();
        m_process.waitForFinished();
    }
    int endBy(int signal) {
        ::kill(pid_t(m_process.processId()), signal);
        EXPECT_TRUE(m_process.waitForFinished(kPatience));
        return m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -signal;
    }

private:
    QProcess m_process;
};

fs::path journalIn(const std::string& state) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(fs::path(state) / "slopescope", ignored))
        if (fs::exists(entry.path() / "workspace.slopescope"))
            return entry.path() / "workspace.slopescope";
    return {};
}

TEST_F(DocumentTest, SignalsEndTheProgramInOrderAndKillingItLosesNothing) {
    for (const auto& [signal, status] : {std::pair(SIGTERM, 128 + SIGTERM), std::pair(SIGINT, 128 + SIGINT), std::pair(SIGKILL, -SIGKILL)}) {
        SCOPED_TRACE(signal);
        const QString state = file("program") + QString::number(signal);
        Program program(state, {"--resources", SLOPESCOPE_RESOURCES, "--model", "rotary", "--text", file("tide.txt"),
                                "--length", "100", "--sweep", "64"});
        ASSERT_TRUE(waitFor([&] { return !journalIn(state.toStdString()).empty(); }));
        EXPECT_EQ(program.endBy(signal), status);
        const WorkspaceRecord left = openWorkspaceFile(journalIn(state.toStdString()));
        ASSERT_EQ(left.workspace.variants.size(), 1U);
        EXPECT_EQ(left.workspace.variants[0].variant.model, "rotary");
        EXPECT_EQ(left.workspace.look.length, 100);
        EXPECT_TRUE(Journal::takeOver(state.toStdString() + "/slopescope")) << "nobody holds it";
    }
}

} // namespace
} // namespace slopescope::ui
