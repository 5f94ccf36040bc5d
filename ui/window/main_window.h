// The main window: wires panels and engine to each other and remembers what is on view. It computes nothing.
//
// Made by app/slopescope (and by tests and benchmarks, which reach the panels through the accessors). Window's thread.
#pragma once

#include "core/session.h"
#include "ui/curves/curve_view.h"
#include "ui/engine/engine.h"
#include "ui/widgets/theme.h"

#include <QMainWindow>
#include <QTimer>

#include <filesystem>
#include <memory>
#include <optional>

class QActionGroup;
class QLabel;
class QLineEdit;
class QMenu;
class QPushButton;
class QSettings;

namespace slopescope::ui {

class CellCard;
class DockPanel;
class HeadGrid;
class KeysPage;
class LengthSlider;
class MapPanel;
class ModelPanel;
class NoticeStrip;
class DevicePicker;
class PositionPicker;
class ProfileView;
class SlopeEditor;
class StatusLine;
class TextView;

struct LaunchOptions {
    std::filesystem::path resources; // holds models/ and text/
    QString model, text;             // empty: the remembered ones, else the bundled ones
    qint64 length = 0;               // on view; 0: remembered, else the usual
    qint64 sweepLength = 0;          // the longest of the curve; 0: remembered, else the usual
};

class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    // Opens model and text and starts their pictures and curve without being asked. `settings`: where the state of the last
    // run is read and this one's kept; null: nowhere. Throws Error if there are no resources.
    explicit MainWindow(const LaunchOptions& options, QSettings* settings = nullptr, QWidget* parent = nullptr);
    ~MainWindow() override;

    Engine& engine() { return *m_engine; }
    SlopeEditor& slopeEditor() { return *m_slopes; }
    MapPanel& mapPanel() { return *m_map; }
    HeadGrid& headGrid() { return *m_heads; }
    CurveView& curveView() { return *m_curves; }
    NoticeStrip& notice() { return *m_notice; }
    PositionPicker& positionPicker() { return *m_positions; }
    const View& view() const { return m_view; }
    const std::optional<CurveResult>& curve() const { return m_curve; } // the newest state of the newest sweep
    // Nothing is on its way: map, thumbnails and profile are exact, the curve is complete.
    bool isSettled() const;

    void openModel(const QString& model); // a directory or a bundled name
    void openText(const QString& file);
    void selectHead(HeadAddress head);
    void setTheme(ThemeMode mode);

signals:
    void settled();
    void failed(slopescope::ui::Task task, const QString& sentence); // what the strip says, too

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    enum Picture { kMap = 1, kThumbnails = 2, kProfile = 4 };
    struct Sweep {
        std::filesystem::path model;
        PositionOverride positions;
        SlopeTable slopes; // empty: as trained
        QString label;
        CurveResult curve;
        bool sameStudy(const Sweep& other) const {
            return model == other.model && positions == other.positions && slopes == other.slopes;
        }
    };

    // main_window_layout.cpp
    void buildPanels();
    QWidget* buildHeadColumn();
    QWidget* buildTextColumn();
    void buildDocks();
    void arrangeDocks();
    void buildToolbar();
    void buildMenus();
    void buildViewMenu(QMenu* menu);
    void buildSweepMenu(QMenu* menu);
    void restore(const LaunchOptions& options);
    void remember();

    // main_window_wires.cpp
    void connectPanels();
    void connectPlaces();
    void connectEngine();

    // main_window.cpp
    void openDefaultModel();
    void openDefaultText();
    void showModel(std::shared_ptr<const ModelFacts> model, std::shared_ptr<const TextFacts> text);
    void showText(std::shared_ptr<const TextFacts> text);
    void beginStudy(); // a model and a text are there, one of them new
    void updateLengths();
    void setLength(std::int64_t length);
    void setSlopes(const SlopeTable& slopes, bool inHand);
    void runWith(const QString& positions); // a spec of the picker; empty: the model's own
    void useDevice(const Device& device);
    void showDevices(const std::vector<DeviceChoice>& devices, const QString& whyNoGpu);
    void showDevice(const Device& device, const std::optional<ModelFacts>& model);
    void showHeadFacts(Freshness freshness); // of the thumbnails
    void pointAt(std::optional<CellOnView> cell);
    void pushView();
    void arrived(int picture, bool current);
    void dimMap();
    void dimSides();
    void updateTitle();
    void reportFailure(Task task, const QString& sentence);
    bool isBundled(const ModelFacts& model) const;
    QString token(std::int64_t index) const; // made visible

    // main_window_input.cpp
    void chooseModel();
    void chooseModelFile();
    void chooseText();
    void find();
    void moveHead(int layers, int heads);
    bool handleKey(int key);
    void escape();

    // main_window_sweep.cpp
    void setSweepLength(std::int64_t length);
    std::int64_t sweepLength() const; // what the text allows of the wanted one
    void startSweep();
    void sweepAfterEdit(); // unless the newest sweep is of these slopes
    void stopSweep();
    void toggleSweep();
    void endSweep(bool complete);
    void showCurve(const CurveResult& curve);
    void forgetCurves();
    void updateSweepActions();
    QString curveLabel() const;
    QString previousLabel(const Sweep& sweep) const;

    Engine* m_engine;
    QSettings* m_settings;

    MapPanel* m_map = nullptr;
    NoticeStrip* m_notice = nullptr;
    ModelPanel* m_models = nullptr;
    TextView* m_textView = nullptr;
    SlopeEditor* m_slopes = nullptr;
    HeadGrid* m_heads = nullptr;
    ProfileView* m_profile = nullptr;
    CellCard* m_cellCard = nullptr;
    CurveView* m_curves = nullptr;
    LengthSlider* m_length = nullptr;
    DevicePicker* m_devices = nullptr;
    PositionPicker* m_positions = nullptr;
    StatusLine* m_status = nullptr;
    KeysPage* m_keys = nullptr;
    QLabel* m_device = nullptr;
    QLineEdit* m_find = nullptr;
    DockPanel *m_modelDock = nullptr, *m_textDock = nullptr, *m_headDock = nullptr, *m_slopeDock = nullptr,
              *m_curveDock = nullptr;
    QPushButton *m_sweepButton = nullptr, *m_stopButton = nullptr;
    QAction *m_sweepAction = nullptr, *m_stopAction = nullptr;
    QMenu* m_sweepLengths = nullptr;
    QActionGroup* m_themes = nullptr;

    std::shared_ptr<const ModelFacts> m_opened; // as it was trained
    std::shared_ptr<const ModelFacts> m_model;  // as it is run
    std::shared_ptr<const TextFacts> m_text;
    QString m_askedText, m_openedText; // files
    View m_view;
    std::optional<View> m_asked; // the newest view the engine was shown; none: of another model or text
    int m_waiting = 0;           // Pictures asked for and not yet there
    bool m_mapExact = false, m_thumbnailsFinal = false; // neither a draft nor of an older view
    QTimer m_mapPatience, m_sidePatience; // what is not answered when they end is dimmed

    std::optional<HeadAddress> m_firstHead; // remembered, for the first model opened

    std::int64_t m_wantedLength = 2048; // what a person chose; the view has what the text and the model allow of it
    std::int64_t m_wantedSweep = 4096;
    Sweep m_sweep;                         // the newest one
    std::optional<Sweep> m_shown, m_whole; // on screen; the last one that was complete, to compare the next with
    std::optional<CurveResult> m_curve;
    bool m_sweeping = false;

    std::optional<SlopeTable> m_rememberedSlopes; // for the first model opened, if it is the one they belong to
    QString m_rememberedPositions, m_rememberedModel, m_rememberedDevice;
    bool m_arranged = false; // the docks have their sizes
    bool m_triedDefaultModel = false, m_triedDefaultText = false;
};

} // namespace slopescope::ui
