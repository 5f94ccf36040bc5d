// The main window: docks, toolbar, menus and keys around panels that the Lab feeds. It wires nothing and computes nothing.
//
// Made by app/slopescope (and by tests and benchmarks, which reach the panels through the accessors). Window's thread.
#pragma once

#include "ui/lab/lab.h"
#include "ui/widgets/theme.h"

#include <QMainWindow>
#include <QTimer>

#include <filesystem>
#include <optional>

class QActionGroup;
class QMenu;
class QPushButton;
class QSettings;

namespace slopescope::ui {

class CellCard;
class CurveView;
class DevicePicker;
class DockPanel;
class Document;
class ExportActions;
struct FigureDesk;
class HeadGrid;
class HeadTableView;
class KeysPage;
class LengthSlider;
class MapPanel;
class NoticeStrip;
class PositionPicker;
class Presentation;
class ProfileView;
class SlopeEditor;
class StatusLine;
class TextView;
class VariantsPanel;

struct LaunchOptions {
    std::filesystem::path resources; // holds models/ and text/
    QStringList models;              // empty: the remembered workspace, else the bundled ALiBi; else these
    QString text;                    // empty: the remembered one, else the bundled one
    qint64 length = 0;               // on view; 0: remembered, else the usual
    qint64 sweepLength = 0;          // the longest of the curves; 0: remembered, else the usual
    QString workspace;               // a file to open in place of what is remembered; empty: none
    std::filesystem::path state;     // where the journal is kept; empty: nowhere
};

class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    // Opens what the options or the last run say and starts pictures and curves without being asked. `settings`: where geometry,
    // theme and recent files are read and kept; null: nowhere. Throws Error if there are no resources.
    explicit MainWindow(const LaunchOptions& options, QSettings* settings = nullptr, QWidget* parent = nullptr);
    ~MainWindow() override;

    Lab& lab() { return *m_lab; }
    Document& document() { return *m_document; }
    SlopeEditor& slopeEditor() { return *m_slopes; }
    MapPanel& mapPanel() { return *m_map; }
    HeadGrid& headGrid() { return *m_heads; }
    HeadTableView& headTable() { return *m_headTable; }
    CurveView& curveView() { return *m_curves; }
    VariantsPanel& variantsPanel() { return *m_variants; }
    TextView& textView() { return *m_text; }
    NoticeStrip& notice() { return *m_notice; }
    PositionPicker& positionPicker() { return *m_positions; }
    Presentation& presentation() { return *m_presentation; }

    FigureDesk figureDesk(); // its panels' figures
    ExportActions& exportActions() { return *m_export; }

    void openFile(const QString& path); // a workspace, a model's folder or file, or a text: by what it is
    void setTheme(ThemeMode mode);
    void setTextSize(int percent); // of the usual

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override; // Space sweeps wherever nobody types

private:
    // main_window_layout.cpp
    void buildPanels();
    QWidget* buildHeadColumn();
    void buildDocks();
    void arrangeDocks();
    void buildToolbar();

    // main_window_menus.cpp
    void buildMenus();
    void buildExportMenu(QMenu* menu); // main_window_export.cpp
    void buildEditMenu(QMenu* menu);
    void buildViewMenu(QMenu* menu);
    void buildTextSizeMenu(QMenu* menu);
    void buildSweepMenu(QMenu* menu);
    void pasteText();

    // main_window_files.cpp
    void buildFileMenu(QMenu* menu);
    void buildRecentMenu(QMenu* menu);
    void buildExamplesMenu(QMenu* menu);
    void fillRecentMenu();
    void connectDocument();
    void chooseFile();
    void chooseModel();
    void chooseModelFile();
    void chooseText();
    void chooseNameAndSave();
    void save();
    void lookForLostFile();
    void start(const LaunchOptions& options); // what is on view at first
    void chooseIds();

    // main_window.cpp
    void restore();
    void remember();
    void updateTitle();
    void updateSweepActions();
    void toggleSweep();
    void moveHead(int layers, int heads);
    bool handleKey(int key);
    void escape();
    QList<DockPanel*> docks() const;

    Lab* m_lab;
    Document* m_document;
    QSettings* m_settings;
    const std::filesystem::path m_resources;

    MapPanel* m_map = nullptr;
    NoticeStrip* m_notice = nullptr;
    VariantsPanel* m_variants = nullptr;
    TextView* m_text = nullptr;
    SlopeEditor* m_slopes = nullptr;
    HeadGrid* m_heads = nullptr;
    HeadTableView* m_headTable = nullptr;
    ProfileView* m_profile = nullptr;
    CellCard* m_card = nullptr;
    CurveView* m_curves = nullptr;
    LengthSlider* m_length = nullptr;
    DevicePicker* m_devices = nullptr;
    PositionPicker* m_positions = nullptr;
    StatusLine* m_status = nullptr;
    KeysPage* m_keys = nullptr;
    ExportActions* m_export = nullptr;
    Presentation* m_presentation = nullptr;
    DockPanel *m_variantsDock = nullptr, *m_textDock = nullptr, *m_headDock = nullptr, *m_slopeDock = nullptr,
              *m_curveDock = nullptr, *m_tableDock = nullptr;
    QPushButton *m_sweepButton = nullptr, *m_stopButton = nullptr;
    QAction *m_sweepAction = nullptr, *m_stopAction = nullptr;
    QMenu *m_sweepLengths = nullptr, *m_recent = nullptr;
    QList<QAction*> m_recentActions; // of Ctrl+1 to Ctrl+9
    QActionGroup *m_themes = nullptr, *m_textSizes = nullptr;
    int m_textSize = 100; // percent

    QString m_rememberedDevice;
    QTimer m_saving;         // what has changed is kept this long after
    bool m_arranged = false; // the docks have their sizes
};

} // namespace slopescope::ui
