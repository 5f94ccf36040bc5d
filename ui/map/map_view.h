// The map of one head's attention: queries down, keys across, square cells, masked cells flat grey.
//
// Shows the Picture it is given, in the colours it is given, and asks for the one it needs: viewportWanted says which
// cells are visible at how many pixels, whenever that changes; until the answer comes, the picture at hand is drawn
// stretched, also one of another length. Knows nothing of the engine. Two of them stand side by side to compare.
// Window's thread.
//
// Where the cells are large the tokens stand on both axes and the numbers in the cells.
//
// Wheel: zoom at the cursor. Drag: pan. Double click or 0: all. + and -: zoom. Hover previews a cell, a click locks it,
// a click on it again or Esc unlocks; a click on a query's token locks its row. Shift and the arrows move the locked cell.
#pragma once

#include "core/workspace.h"
#include "ui/figures/colour_scale.h"
#include "ui/figures/map_plot.h"

#include <QPoint>
#include <QWidget>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace slopescope::ui {

class MapView : public QWidget {
    Q_OBJECT
public:
    explicit MapView(QWidget* parent = nullptr);

    // Of the text on view; another one shows all of it and forgets the lock. The picture stays until its successor
    // comes.
    void setLength(std::int64_t length);
    std::int64_t length() const { return m_length; }
    Viewport
    wanted() const; // the cells visible now, at the pixels of the screen; all zero while there is nothing to show

    // The tokens of the text, for the axes; null: numbers alone.
    void setTokens(std::shared_ptr<const TextFacts> tokens);
    bool showsTokens() const; // they have room now

    // How the numbers in the cells are written: as shares of 1, or as scores with their sign.
    void setNumbersSigned(bool on);

    // A picture of any viewport of a text of `length` tokens. What is shown already in these colours is not painted
    // anew.
    void setPicture(std::shared_ptr<const Picture> picture, std::int64_t length, const ColourScale& scale);
    void clear();
    const Picture* picture() const { return m_layer.picture.get(); }
    const ColourScale& scale() const { return m_scale; }
    void setStale(bool stale);                  // dims the picture: it answers an older question

    // The pair that text and plots point at, drawn like the cell under the cursor. A locked cell stays.
    void setCrosshair(std::int64_t query, std::int64_t key);
    void clearCrosshair();
    std::optional<Cell> crosshair() const; // the locked, else the hovered or given cell
    bool isLocked() const { return m_locked.has_value(); }
    void lock(std::int64_t query, std::int64_t key); // emits
    void unlock();                                   // emits if there was a lock
    void reveal(std::int64_t query, std::int64_t key); // moves the cells on view until this one is among them
    void follow(std::optional<Cell> lock);           // what another map has locked; does not emit

    // What the tool tip says of a cell, in rich text.
    void setDescription(std::function<QString(const Cell& cell)> describe) { m_describe = std::move(describe); }

    void zoomBy(double factor, QPoint at); // factor > 1 shows fewer cells; `at` stays over its cell
    void zoomBy(double factor);            // at the crosshair, else in the middle
    void showAll();
    void showCells(std::int64_t queryBegin, std::int64_t keyBegin, std::int64_t span);
    std::int64_t queryBegin() const { return m_queryBegin; }
    std::int64_t keyBegin() const { return m_keyBegin; }
    std::int64_t span() const { return m_span; } // cells on view, down and across

    MapPlot shown() const;          // as it is painted
    QRect plotRect() const;         // the square the cells fill, in widget pixels
    int widthFor(int height) const; // at which the plot fills that height
    std::optional<Cell> cellAt(QPoint position) const;
    QRect cellRect(std::int64_t query, std::int64_t key) const; // in widget pixels, may lie outside the plot
    QString numberIn(std::int64_t query, std::int64_t key) const; // what is written in a cell; empty: nothing

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    void viewportWanted(const slopescope::Viewport& viewport);
    void hovered(qint64 query, qint64 key);
    void left(); // the cursor is over no cell any more
    void locked(qint64 query, qint64 key);
    void unlocked();
    void moved();           // other cells are on view
    void darknessChanged(); // the colours must be those of another theme
    void tokensToggled();   // the tokens came onto the axes or went: the plot wants another width
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
    void setVisibleCells(std::int64_t queryBegin, std::int64_t keyBegin, std::int64_t span);
    void announceViewport();
    void hoverAt(QPoint position);
    void clickAt(QPoint position);
    void moveLock(std::int64_t queries, std::int64_t keys);
    void noteTokens();
    std::optional<std::int64_t> queryLabelAt(QPoint position) const;

    std::int64_t m_length = 0;
    std::int64_t m_queryBegin = 0, m_keyBegin = 0, m_span = 0;
    MapLayer m_layer, m_whole; // of the part on view, and of the whole text
    ColourScale m_scale;
    std::shared_ptr<const TextFacts> m_tokens;
    bool m_labelled = false; // as noteTokens last saw it
    bool m_signed = false;   // the numbers in the cells
    bool m_stale = false;
    Viewport m_announced;

    std::optional<Cell> m_hovered, m_locked;
    std::optional<Cell> m_lockBeforeClick; // so that a double click leaves the lock as it was
    std::function<QString(const Cell&)> m_describe;
    const QString m_emptyText;

    QPoint m_pressed;
    Cell m_pressedBegin; // the first cells on view then
    bool m_pressing = false, m_dragging = false, m_doubleClicked = false;
    double m_wheel = 0; // steps not yet taken, of smooth wheels
};

} // namespace slopescope::ui
