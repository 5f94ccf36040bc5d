// The panel of the map: header with the head's facts the choice of stage and pooling, the map and its colour bar.
// Window's thread.
#pragma once

#include "core/session.h"
#include "ui/figures/colour_scale.h"

#include <QFrame>

#include <array>
#include <optional>
#include <vector>

class QLabel;

namespace slopescope::ui {

class ColourBar;
class MapView;
class PanelHeader;
class SegmentedButtons;

class MapPanel : public QFrame {
    Q_OBJECT
public:
    explicit MapPanel(QWidget* parent = nullptr);

    MapView* map() const { return m_map; }
    Stage stage() const;
    Pooling pooling() const;
    const ScaleSettings& scaleSettings() const; // of the chosen stage
    void setScaleSettings(const ScaleSettings& settings);

    void setHead(HeadAddress head, std::optional<double> slope); // forgets the profile's numbers if the head is another
    void setLength(std::int64_t length);
    void setResult(const MapResult& result);       // a result of another head, length or stage is shown all the same
    void setProfile(const ProfileResult& profile); // mean distance and entropy
    void setGlobalPictures(const std::vector<Picture>& pictures); // thumbnails of all heads: what "all heads" fits
    void setStale(bool stale);
    void setStage(Stage stage);       // does not emit
    void setPooling(Pooling pooling); // does not emit

    PanelHeader* header() const { return m_header; } // the window may make it the title bar of a dock

signals:
    void viewportWanted(const slopescope::Viewport& viewport); // the map's
    void stageChosen(slopescope::Stage stage);
    void poolingChosen(slopescope::Pooling pooling);
    void
    scaleSettingsChanged(const slopescope::ui::ScaleSettings& settings); // by a person at the bar, or with the stage

protected:
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void updateHeader();
    void placeFacts();
    static QString previewSentence();
    void updateBadge();
    void alignBar();
    void fitMapToHeight();
    ScaleSettings& settingsOf(Stage stage);
    void takeSettings();

    PanelHeader* m_header;
    QLabel *m_badge, *m_factsLine; // the facts stand below the header where it is too narrow for them
    SegmentedButtons *m_stages, *m_poolings;
    MapView* m_map;
    ColourBar* m_bar;
    QWidget* m_body;

    HeadAddress m_head;
    QString m_facts;
    bool m_sentenceFits = false; // in the badge
    std::optional<double> m_slope, m_meanDistance, m_entropyBits;
    std::optional<Freshness> m_freshness;
    std::optional<Stage> m_shown; // the stage of the picture on view, which follows the chosen one
    bool m_stale = false;
    std::array<ScaleSettings, 4> m_settings; // by stage: their values mean different things
};

} // namespace slopescope::ui
