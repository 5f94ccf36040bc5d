// Export, copy and the panels' menus in the window with a bundled model.
#include "ui/export/export_actions.h"

#include "ui/curves/curve_view.h"
#include "ui/export/export_dialog.h"
#include "ui/heads/head_grid.h"
#include "ui/map/map_panel.h"
#include "ui/map/map_view.h"
#include "ui/widgets/notice_strip.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QMimeData>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <gtest/gtest.h>

#include <memory>

namespace slopescope::ui {
namespace {

class ExportActionsTest : public testing::Test {
protected:
    void SetUp() override {
        LaunchOptions options;
        options.resources = SLOPESCOPE_RESOURCES;
        options.length = 64;
        options.sweepLength = 64;
        window = std::make_unique<MainWindow>(options, nullptr);
        window->resize(1400, 900);
        window->show();
        ASSERT_TRUE(QTest::qWaitFor([this] { return window->lab().isSettled(); }, 180'000));
    }
    ExportActions& actions() { return window->exportActions(); }
    const QMimeData* clipboard() { return QApplication::clipboard()->mimeData(); }

    QTemporaryDir folder;
    std::unique_ptr<MainWindow> window;
};

TEST_F(ExportActionsTest, CopyTakesThePictureAndTheNumbersOfThePanelUsedLast) {
    EXPECT_EQ(actions().lastUsed(), FigureKind::Map);
    QTest::mouseClick(window->curveView().findChild<QWidget*>("curvePlot"), Qt::LeftButton);
    EXPECT_EQ(actions().lastUsed(), FigureKind::Curves);
    actions().copy(FigureKind::Curves, true, true);
    ASSERT_TRUE(clipboard()->hasImage());
    const auto image = clipboard()->imageData().value<QImage>();
    EXPECT_EQ(image.width(), 634); // 3.3 in at 192 dots per inch
    EXPECT_EQ(image.pixelColor(1, 1), QColor(Qt::white));
    const QStringList lines = clipboard()->text().trimmed().split(u'\n');
    EXPECT_TRUE(lines[0].startsWith("variant\tlength\tperplexity"));
    ASSERT_EQ(lines.size(), 1 + 2); // 32 and 64 tokens
    EXPECT_EQ(lines[2].split(u'\t')[0], "alibi");
    EXPECT_EQ(lines[2].split(u'\t')[1], "64");

    QTest::mouseClick(window->mapPanel().map(), Qt::LeftButton);
    EXPECT_EQ(actions().lastUsed(), FigureKind::Map);
    actions().copy(FigureKind::Map, false, true);
    EXPECT_FALSE(clipboard()->hasImage());
    EXPECT_EQ(clipboard()->text().trimmed().split(u'\n').size(), 64);
}

TEST_F(ExportActionsTest, EveryPanelHasAMenu) {
    const FigureDesk desk = window->figureDesk();
    for (const FigureKind kind :
         {FigureKind::Map, FigureKind::Heads, FigureKind::Table, FigureKind::Profile, FigureKind::Decay, FigureKind::Curves}) {
        QStringList texts;
        for (const QAction* const action : desk.panel(kind)->actions())
            texts += action->text();
        EXPECT_EQ(texts, (QStringList{"Copy picture", "Copy numbers", "Export…"}));
    }
    const std::unique_ptr<QMenu> menu(window->headGrid().createMenu({0, 1}));
    EXPECT_EQ(menu->actions().back()->text(), "Export…");
    QApplication::clipboard()->clear();
    desk.panel(FigureKind::Heads)->actions()[0]->trigger();
    EXPECT_TRUE(clipboard()->hasImage());
    EXPECT_FALSE(clipboard()->hasText());
}

TEST_F(ExportActionsTest, TheDialogSavesWhatItShowsAndRemembers) {
    actions().openDialog(FigureKind::Heads);
    auto* const dialog = window->findChild<ExportDialog*>();
    ASSERT_TRUE(dialog);
    EXPECT_EQ(dialog->kind(), FigureKind::Heads);
    auto* const figures = dialog->findChildren<QComboBox*>().front();
    figures->setCurrentIndex(figures->findData(int(FigureKind::Profile)));
    dialog->findChildren<QComboBox*>()[1]->setCurrentIndex(1); // two columns
    EXPECT_DOUBLE_EQ(dialog->options().width, kTwoColumns);
    EXPECT_FALSE(dialog->save(folder.filePath("none/p.pdf")));
    EXPECT_TRUE(dialog->save(folder.filePath("p.pdf")));
    EXPECT_TRUE(QFile::exists(folder.filePath("p.pdf")));
    EXPECT_DOUBLE_EQ(actions().options().width, kTwoColumns);
    EXPECT_EQ(actions().lastUsed(), FigureKind::Profile);
    dialog->reject();
}

TEST_F(ExportActionsTest, WhatIsNotThereIsSaid) {
    actions().copy(FigureKind::Differences, true, true);
    QStringList said;
    for (const QLabel* const label : window->notice().findChildren<QLabel*>())
        said += label->text();
    EXPECT_TRUE(said.join(u' ').contains("Choose B")) << said.join(u' ').toStdString();
}

TEST(ExportMemory, ChoicesComeBackAndNonsenseDoesNot) {
    const QTemporaryDir folder;
    QSettings settings(folder.filePath("s.ini"), QSettings::IniFormat);
    settings.setValue("export/width", "wide");
    settings.setValue("export/resolution", 1'000'000);
    settings.setValue("export/dark", true);
    LaunchOptions options;
    options.resources = SLOPESCOPE_RESOURCES;
    options.length = 64;
    options.sweepLength = 64;
    MainWindow window(options, &settings);
    EXPECT_DOUBLE_EQ(window.exportActions().options().width, kColumn);
    EXPECT_EQ(window.exportActions().options().resolution, 1200);
    EXPECT_TRUE(window.exportActions().options().dark);
}

} // namespace
} // namespace slopescope::ui
