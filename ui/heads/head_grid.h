// A thumbnail of every head, layers down (layer 0 on top), heads across. A click or the arrow keys choose one; its
// border has the head's hue. Window's thread.
#pragma once

#include "core/session.h"
#include "ui/figures/colour_scale.h"

#include <QImage>
#include <QWidget>

#include <optional>
#include <vector>

namespace slopescope::ui {

class HeadGrid : public QWidget {
    Q_OBJECT
public:
    explicit HeadGrid(QWidget* parent = nullptr);

    void setShape(int layers, int heads); // before the first pictures; another shape forgets them
    void setThumbnails(const ThumbnailsResult& thumbnails);
    void setSlopes(const SlopeTable& slopes); // for the tool tips; empty: none
    void setScaleSettings(const ScaleSettings& settings);
    void setStale(bool stale);
    void setSelected(HeadAddress head); // does not emit
    HeadAddress selected() const { return m_selected; }

    int wantedPixels() const; // the side of a thumbnail on the screen, for ThumbnailsRequest::pixels
    QRect thumbnailRect(HeadAddress head) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

signals:
    void selectedByUser(const slopescope::HeadAddress& head);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    std::optional<HeadAddress> headAt(QPoint position) const;
    int side() const; // of a thumbnail
    void choose(HeadAddress head);
    void repaintImages();

    int m_layers = 0, m_heads = 0;
    HeadAddress m_selected;
    std::optional<HeadAddress> m_hovered;
    ThumbnailsResult m_thumbnails;
    std::vector<QImage> m_images; // [layers * heads], or empty
    SlopeTable m_slopes;
    ScaleSettings m_settings;
    bool m_stale = false;
};

} // namespace slopescope::ui
