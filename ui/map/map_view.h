// The map of one head's attention: queries down, keys across, square cells, masked cells flat grey.
//
// Shows the Picture it is given and asks for the one it needs: viewportWanted says which cells are visible at how many
// pixels, whenever that changes; until the answer comes, the picture at hand is drawn stretched. Knows nothing of the
// engine. Window's thread.
//
// Wheel: zoom at the cursor. Drag: pan. Double click or 0: all. + and -: zoom. Hover previews a cell, a click locks it,
// a click on it again or Esc unlocks. Shift and the arrows move the locked cell.
#pragma once

#include "core/session.h"
#include "ui/figures/colour_scale.h"

#include <QImage>
#include <QMargins>
#include <QPoint>
#include <QWidget>

#include <cstdint>
#include <optional>

namespace slopescope::ui {

class MapView : public QWidget {
    Q_OBJECT
public:
    struct Cell {
        std::int64_t query = 0, key = 0;
        bool operator==(const Cell&) const = default;
    };

    explicit MapView(QWidget* parent = nullptr);

    void setLength(std::int64_t length); // of the text on view; another one shows all of it and forgets the lock
    std::int64_t length() const { return m_length; }
    Viewport
    wanted() const; // the cells visible now, at the pixels of the screen; all zero while there is nothing to show

    void setPicture(const Picture& picture); // of any viewport of this length
    void clearPicture();
    const Picture& picture() const { return m_layer.picture; }
    void setScaleSettings(const ScaleSettings& settings);
    void setGlobalPictures(const std::vector<Picture>& pictures); // what ScaleRange::Global fits
    const ColourScale& scale() const { return m_scale; }
    void setStale(bool stale);                  // dims the picture: it answers an older question
    void setEmptyText(const QString& sentence); // said while there is no text to show

    // The pair that text and plots point at, drawn like the cell under the cursor. A locked cell stays.
    void setCrosshair(std::int64_t query, std::int64_t key);
    void clearCrosshair();
    std::optional<Cell> crosshair() const; // the locked, else the hovered or given cell
    bool isLocked() const { return m_locked.has_value(); }
    void lock(std::int64_t query, std::int64_t key); // emits
    void unlock();                                   // emits if there was a lock

    // What is known of the cell under the crosshair; the tool tip says it.
    void setCell(const CellResult& cell, const QString& queryToken, const QString& keyToken);

    void zoomBy(double factor, QPoint at); // factor > 1 shows fewer cells; `at` stays over its cell
    void zoomBy(double factor);            // at the crosshair, else in the middle
    void showAll();
    void showCells(std::int64_t queryBegin, std::int64_t keyBegin, std::int64_t span);

    QRect plotRect() const;         // the square the cells fill, in widget pixels
    int widthFor(int height) const; // at which the plot fills that height
    std::optional<Cell> cellAt(QPoint position) const;
    QRect cellRect(std::int64_t query, std::int64_t key) const; // in widget pixels, may lie outside the plot

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    void viewportWanted(const slopescope::Viewport& viewport);
    void hovered(qint64 query, qint64 key);
    void left(); // the cursor is over no cell any more
    void locked(qint64 query, qint64 key);
    void unlocked();
    void scaleChanged();    // scale() has other ends or settings
    void plotRectChanged(); // so that the colour bar stays beside the plot

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    // A picture and its colours; the whole of the text is kept beneath the part on view, for the moments of a move.
    struct Layer {
        Picture picture;
        QImage image;
    };

    void setVisibleCells(std::int64_t queryBegin, std::int64_t keyBegin, std::int64_t span);
    void announceViewport();
    void hoverAt(QPoint position);
    void clickAt(QPoint position);
    void moveLock(std::int64_t queries, std::int64_t keys);
    QMargins plotMargins() const;
    void rescale(const ScaleSettings& settings, bool dark);
    void refit();
    void paintLayer(QPainter& painter, const QRect& plot, const Layer& layer) const;
    void paintPicture(QPainter& painter, const QRect& plot) const;
    void paintAxes(QPainter& painter, const QRect& plot) const;
    void paintCrosshair(QPainter& painter, const QRect& plot) const;
    QRect markRect(const QRect& plot, std::int64_t token, bool query) const;
    void paintMark(QPainter& painter, const QRect& mark, std::int64_t token) const;

    std::int64_t m_length = 0;
    std::int64_t m_queryBegin = 0, m_keyBegin = 0, m_span = 0;
    Layer m_layer, m_whole;
    std::vector<Picture> m_global;
    ColourScale m_scale;
    bool m_stale = false;
    Viewport m_announced;

    std::optional<Cell> m_hovered, m_locked;
    std::optional<Cell> m_lockBeforeClick; // so that a double click leaves the lock as it was
    std::optional<CellResult> m_cell;
    QString m_queryToken, m_keyToken;
    QString m_emptyText;

    QPoint m_pressed;
    Cell m_pressedBegin; // the first cells on view then
    bool m_pressing = false, m_dragging = false, m_doubleClicked = false;
    double m_wheel = 0; // steps not yet taken, of smooth wheels
};

} // namespace slopescope::ui
