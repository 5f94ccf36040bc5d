// A row of joined buttons of which exactly one is down: "Score | Bias | Sum | Probability".
//
// Used in the header rows of panels, on the window's thread. Keyboard: Tab reaches it, left and right move.
#pragma once

#include <QStringList>
#include <QWidget>

namespace slopescope::ui {

class Segmented : public QWidget {
    Q_OBJECT
public:
    explicit Segmented(const QStringList& labels, QWidget* parent = nullptr);

    int current() const { return m_current; }
    void setCurrent(int index); // emits nothing
    void setLabel(int index, const QString& label);
    void setSegmentEnabled(int index, bool enabled);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

signals:
    void chosen(int index); // by a person

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Segment {
        QString label;
        bool enabled = true;
    };
    QRectF segmentRect(int index) const;
    int segmentAt(const QPointF& position) const;
    int segmentWidth(int index) const;
    void choose(int index);

    QList<Segment> m_segments;
    int m_current = 0;
    int m_hovered = -1;
};

} // namespace slopescope::ui
