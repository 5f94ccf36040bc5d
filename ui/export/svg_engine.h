// What SvgDevice paints with: each call of a painter becomes an element. Window's thread.
#pragma once

#include <QBrush>
#include <QPaintEngine>
#include <QPainterPath>
#include <QPen>
#include <QTransform>

namespace slopescope::ui {

QByteArray xmlText(const QString& text); // without the characters that XML does not know

class SvgEngine : public QPaintEngine {
public:
    SvgEngine();

    const QByteArray& body() const { return m_body; } // the elements, between <svg> and </svg>

    bool begin(QPaintDevice* device) override;
    bool end() override;
    void updateState(const QPaintEngineState& state) override;
    void drawPath(const QPainterPath& path) override;
    void drawPolygon(const QPointF* points, int count, PolygonDrawMode mode) override;
    void drawPixmap(const QRectF& target, const QPixmap& pixmap, const QRectF& source) override;
    void drawImage(const QRectF& target, const QImage& image, const QRectF& source,
                   Qt::ImageConversionFlags flags) override;
    void drawTextItem(const QPointF& at, const QTextItem& item) override;
    Type type() const override { return SVG; }

private:
    void clip(const QPainterPath& path, Qt::ClipOperation operation);
    void openClip(); // the group that the next element belongs in
    void closeClip();
    void element(const QByteArray& words);
    QByteArray fill(const QBrush& brush) const;
    QByteArray stroke() const;
    QByteArray transform() const;

    QByteArray m_body;
    QPen m_pen;
    QBrush m_brush;
    QTransform m_transform;
    qreal m_opacity = 1;
    bool m_smooth = false; // pictures
    bool m_clipped = false;
    QPainterPath m_clip;   // in pixels of the device
    QByteArray m_openClip; // as it is written; empty: no group is open
    int m_clips = 0;       // written so far
};

} // namespace slopescope::ui
