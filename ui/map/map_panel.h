// The panel of the map: which heads and their facts, A and B in their colours, the choice of A, B, both or their
// difference, of stage and pooling, one or two maps with one colour bar, and the loss of every query. Of a small text also the row
// that is pointed at, and the four stages one after the other. Window's thread.
#pragma once

#include "core/study/row_requests.h"
#include "core/workspace.h"
#include "ui/figures/colour_scale.h"
#include "ui/lab/sides.h"
#include "ui/map/map_pair.h"

#include <QFrame>
#include <QTimer>

#include <array>
#include <memory>
#include <optional>
#include <vector>

class QLabel;
class QToolButton;

namespace slopescope::ui {

class ColourBar;
class Figure;
class Lab;
class LossStrip;
class MapView;
class PanelHeader;
class RowPanel;
class SegmentedButtons;
class VariantChips;

class MapPanel : public QFrame {
    Q_OBJECT
public:
    explicit MapPanel(QWidget* parent = nullptr);
    void attach(Lab& lab);

    MapView* map(int plot = 0) const { return m_maps[std::size_t(plot)]; } // 1: B's, beside A's
    LossStrip* lossStrip() const { return m_strip; }
    RowPanel* rowPanel() const { return m_row; }
    int step() const { return m_step; } // of the four stages, while they are gone through; -1: they are not
    VariantChips* chips() const { return m_chips; }
    PanelHeader* header() const { return m_header; } // the window may make it the title bar of a dock
    const ScaleSettings& scaleSettings() const;      // of the picture on view
    const ColourScale& scale() const { return m_scale; }
    std::unique_ptr<Figure> figure() const; // what is shown

    // What is on view; facts of anything else are blank until its own arrive. `slope`: of a single head that has one.
    void setSides(const SideLooks& sides, const QString& whyNoB);
    void setShape(int layers, int headsPerLayer, std::optional<double> slope);
    void setLength(std::int64_t length);
    void setMode(MapMode mode);       // does not emit
    void setStage(Stage stage);       // does not emit
    void setPooling(Pooling pooling); // does not emit

    // A result of other heads, another length or stage is shown all the same, until its successor comes.
    void setResult(int side, std::shared_ptr<const MapResult> result);
    void setProfile(std::shared_ptr<const ProfileResult> profile);                    // of A
    void setThumbnails(int side, std::shared_ptr<const ThumbnailsResult> thumbnails); // what "all heads" fits
    void setLosses(int side, std::shared_ptr<const TokenLossResult> losses);
    void setLossesShown(bool shown, std::int64_t trainedLength);
    void setStale(bool stale);
    // The numbers of side's rows, the tokens that they are of, and the cell that is pointed at.
    void setRows(int side, std::shared_ptr<const RowsResult> rows);
    void setText(std::shared_ptr<const TextFacts> text);
    void setCell(std::optional<Cell> cell);

    void takeStep(int step); // 0 q·k / √d, 1 + bias, 2 mask, 3 softmax; -1: no step
    void play();             // all four, from the first; again: stops

signals:
    void viewportWanted(const slopescope::Viewport& viewport); // one for both maps
    void modeChosen(slopescope::MapMode mode);
    void stageChosen(slopescope::Stage stage);
    void poolingChosen(slopescope::Pooling pooling);
    void pointed(qint64 query, qint64 key); // hovered or locked
    void cellWanted(qint64 query, qint64 key); // in the row
    void rowsWanted(bool wanted);
    void left();                            // nothing is pointed at any more
    void scaleSettingsChanged(
        const slopescope::ui::ScaleSettings& settings); // of single pictures, by a person at the bar or with the stage

protected:
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void buildControls();
    void connectMaps();
    void followLab(Lab& lab, unsigned changes);
    void followPointer(Lab& lab, bool moved);
    QString describe(const Lab& lab, const Cell& cell) const;
    double pictured(int side, const Cell& cell) const;

    MapMode modeInForce() const; // A while there is no B
    bool isOfView() const;       // what is shown answers the newest question
    void showPair();
    void buildSteps();
    void placeRow(); // beside the map, where it is wanted and there is room
    void showRow();
    bool hasAllRows(int side) const; // of what is on view
    std::shared_ptr<const Picture> unmasked(int side) const;
    void takeScale();
    void chooseScale(const ScaleSettings& settings);
    ScaleSettings& settingsOf(Stage stage, bool difference);
    void updateChips();
    void updateHeader();
    void placeFacts();
    static QString previewSentence();
    void updateBadge();
    void showLosses();
    void alignBar();
    void fitMapsToHeight();

    PanelHeader* m_header;
    VariantChips* m_chips;
    QLabel *m_badge, *m_factsLine; // the facts stand below the header where it is too narrow for them
    SegmentedButtons *m_modes, *m_stages, *m_poolings;
    std::array<MapView*, 2> m_maps;
    LossStrip* m_strip;
    ColourBar* m_bar;
    RowPanel* m_row;
    QWidget *m_body, *m_steps;
    QLabel* m_stepLine;
    QToolButton *m_playButton, *m_stepButton, *m_rowButton;
    QTimer m_playing;

    MapPair m_pair;
    ColourScale m_scale;
    std::array<std::array<ScaleSettings, 4>, 2> m_settings; // of single pictures and of differences, by stage
    MapMode m_mode = MapMode::A;
    SideLooks m_sides;
    int m_layers = 0, m_headsPerLayer = 0;
    std::int64_t m_length = 0, m_trained = 0;
    std::optional<double> m_slope;
    QString m_facts;
    bool m_sentenceFits = false; // in the badge
    bool m_stale = false, m_lossesShown = false;
    std::shared_ptr<const ProfileResult> m_profile;
    std::array<std::shared_ptr<const ThumbnailsResult>, 2> m_thumbnails;
    std::array<std::shared_ptr<const TokenLossResult>, 2> m_losses;
    std::array<std::shared_ptr<const CellResult>, 2> m_cells;
    std::array<std::shared_ptr<const RowsResult>, 2> m_rows;
    std::shared_ptr<const TextFacts> m_text;
    std::optional<Cell> m_cell;
    std::optional<bool> m_rowChosen; // by a person; else by the length and the room
    int m_step = -1;
};

} // namespace slopescope::ui
