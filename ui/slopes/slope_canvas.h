// The drawing of the slope editor: a log2 axis, a track and a handle a head, ghosts of the slopes as trained.
//
// Part of SlopeEditor, on the window's thread. It holds what is drawn and turns hands into numbers; what the numbers mean for
// the model (layers, undo) is the editor's.
#pragma once

#include "core/positions/slopes.h"
#include "ui/slopes/slope_field.h"
#include "ui/slopes/slope_pull.h"

#include <QColor>
#include <QWidget>

#include <optional>
#include <vector>

namespace slopescope::ui {

// Maps slopes to heights: log2 between two powers of two, and a place for zero below.
struct SlopeAxis {
    int topExponent = 0, bottomExponent = -10; // 2^top and 2^bottom are gridlines
    qreal top = 0, bottom = 0, zero = 0;       // their heights, and that of slope 0, in pixels

    qreal heightOf(double slope) const;
    double slopeAt(qreal height) const; // 0 below the middle between the lowest gridline and zero
};

class SlopeCanvas : public QWidget {
    Q_OBJECT
public:
    explicit SlopeCanvas(QWidget* parent = nullptr);

    // `others`: the same heads in the layers that differ while all are edited together; drawn as faint dots.
    void setSlopes(const SlopeSet& slopes, const SlopeSet& trained, const std::vector<SlopeSet>& others);
    void setOther(const SlopeSet& slopes, const QColor& colour); // B's: hollow handles behind; empty: none
    // Arrows beside the handles, towards where the loss falls; a head without one has none.
    void setPulls(std::vector<std::optional<SlopePull>> pulls);
    double arrowOf(int head) const; // its length in pixels, upwards above 0; 0: none
    void setSelected(int head);
    int selected() const { return m_selected; }
    void abandonDrag(); // silently, when the table changes under the hand
    bool dragging() const { return m_drag.has_value(); }
    void editValue(int head); // opens the field in which a value is typed
    void closeField();

    QPointF handlePosition(int head) const;
    QRectF valueRect(int head) const; // of the value below the track; empty where there is no room for it
    SlopeAxis axis() const;

    QSize sizeHint() const override { return {384, 330}; }
    QSize minimumSizeHint() const override;

signals:
    void gestureBegan();
    void slopeMoved(int head, double slope); // in a gesture
    void gestureEnded(bool kept, bool nudged);
    void slopeTyped(int head, double slope);
    void valueRefused(const QString& sentence); // empty: the fault is gone
    void headSelected(int head);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool focusNextPrevChild(bool next) override;
    bool event(QEvent* event) override;

private:
    enum class Labels { All, Staggered, SelectedOnly }; // from the roomiest to the narrowest
    struct Drag {
        int head = 0;
        double from = 0;        // the slope when it began
        qreal grip = 0;         // mouse height minus handle height
        qreal height = 0;       // of the handle, before any snapping
        qreal lastMouse = 0;
        SlopeAxis axis;         // does not move under the hand
        Labels labels = Labels::All; // nor do these jump to and fro as numbers grow and shrink
        bool moved = false;
    };
    static constexpr qreal kRightMargin = 14, kLabelGap = 8;
    static qreal bottomMargin(); // head names and two rows of values
    static constexpr qreal kWidestName = 80;

    int heads() const { return static_cast<int>(m_slopes.size()); }
    static qreal axisWidth(); // of the labels at the left
    qreal columnWidth() const;
    qreal columnCentre(int head) const;
    qreal handleRadius() const;
    QRectF areaOf(int head) const; // in which all that is drawn of a head lies
    Labels labels() const;
    int headAt(const QPointF& position) const;
    int valueAt(const QPointF& position) const;
    double snapped(int head, qreal height, const SlopeAxis& axis) const;
    void select(int head, bool tell);
    void nudge(int direction, bool fine);
    void endNudge();
    void placeField();
    void leaveField(SlopeField::Way way, std::optional<double> slope);
    void paintGrid(QPainter& painter, const SlopeAxis& axis) const;
    void paintHead(QPainter& painter, const SlopeAxis& axis, int head) const;
    void paintArrow(QPainter& painter, int head, const QPointF& handle) const;
    void paintLabels(QPainter& painter) const;
    QString toolTipFor(int head) const;

    SlopeSet m_slopes, m_trained, m_other;
    QColor m_otherColour;
    std::vector<SlopeSet> m_others;
    std::vector<std::optional<SlopePull>> m_pulls; // [heads], or empty
    int m_selected = 0, m_hovered = -1, m_hoveredValue = -1;
    std::optional<Drag> m_drag;
    bool m_nudging = false;
    bool m_byKey = false; // a handle was chosen by keyboard: arrows move it, and a ring shows it
    SlopeField* m_field = nullptr;
    int m_fieldHead = -1;
};

} // namespace slopescope::ui
