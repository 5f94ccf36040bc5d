// A thumbnail of every head, layers down (layer 0 on top), heads across: of A, of B, or of their difference. A click or
// the arrow keys choose a head, Shift+click adds one to the average or takes it away, a click on a layer's name takes
// the layer, one on the corner all heads; Ctrl+click compares with a head. Window's thread.
#pragma once

#include "core/workspace.h"
#include "ui/figures/head_sheet.h"

#include <QImage>
#include <QWidget>

#include <array>
#include <memory>
#include <optional>
#include <vector>

class QMenu;

namespace slopescope::ui {

class Figure;
class Lab;

class HeadGrid : public QWidget {
    Q_OBJECT
public:
    using Thumbnails = std::shared_ptr<const ThumbnailsResult>;

    explicit HeadGrid(QWidget* parent = nullptr);
    void attach(Lab& lab);

    void setShape(int layers, int heads);                 // before the first pictures; another shape forgets them
    void setThumbnails(int side, Thumbnails thumbnails);  // null: that side is not shown any more
    void setMode(MapMode mode);                           // both sides: those of A
    void setSlopes(const SlopeTable& slopes);             // for the tool tips; empty: none
    void setScaleSettings(const ScaleSettings& settings); // of single pictures
    void setStale(bool stale);
    void setHeads(const std::vector<HeadAddress>& heads); // on view, the first is the selected one; does not emit
    void setCompared(std::optional<HeadAddress> head);    // B
    HeadAddress selected() const { return m_chosen.front(); }
    const std::vector<HeadAddress>& heads() const { return m_chosen; }

    std::unique_ptr<Figure> figure() const; // what is shown
    int wantedPixels() const; // the side of a thumbnail on the screen, for ThumbnailsRequest::pixels
    QRect thumbnailRect(HeadAddress head) const { return sheet().thumbnailRect(head); }
    QRect layerRect(int layer) const { return sheet().layerRect(layer); }
    QRect allRect() const { return sheet().allRect(); }
    std::vector<HeadSheet::HeadName> headNames() const { return sheet().headNames(); }
    QMenu* createMenu(HeadAddress head);     // owned by the caller

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

signals:
    void chosenByUser(const std::vector<slopescope::HeadAddress>& heads);
    void comparedByUser(const std::optional<slopescope::HeadAddress>& head); // none: with no head any more
    void pixelsWanted(int pixels);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    HeadSheet sheet() const; // without the pictures
    std::optional<HeadAddress> headAt(QPoint position) const { return sheet().headAt(position); }
    std::optional<int> layerAt(QPoint position) const { return sheet().layerAt(position); }
    bool isChosen(HeadAddress head) const;
    void choose(std::vector<HeadAddress> heads);
    void toggle(HeadAddress head);
    void takeLayer(int layer);
    void takeAll();
    void compare(HeadAddress head);
    ScaleSettings shownSettings() const;
    void repaintImages();
    QString toolTipOf(HeadAddress head) const;
    void followLab(Lab& lab, unsigned changes);

    int m_layers = 0, m_heads = 0;
    std::vector<HeadAddress> m_chosen{{}};
    std::optional<HeadAddress> m_compared, m_hovered;
    std::array<Thumbnails, 2> m_thumbnails; // of A, of B
    MapMode m_mode = MapMode::A;
    MapMode m_shown = MapMode::A; // of the images
    std::vector<QImage> m_images; // [layers * heads], or empty
    SlopeTable m_slopes;
    ScaleSettings m_settings;
    bool m_stale = false;
    int m_wanted = 0; // pixels last asked for
};

} // namespace slopescope::ui
