// Words and strokes over the plot of the curves: names of lines, marks, reasons. Laid out by the CurveView in pixels
// whenever the plot is, painted by the plot, so that they are part of every export of it. Included only where
// QCustomPlot is.
#pragma once

#include <qcustomplot.h>

#include <vector>

namespace slopescope::ui {

class CurveAnnotations : public QCPLayerable {
public:
    struct Words {
        QRectF rect;
        QString text;
        QFont font;
        QColor colour;
        bool overLines = false; // a veil of the plot's colour behind them
    };
    struct Stroke {
        QLineF line;
        QPen pen;
    };

    explicit CurveAnnotations(QCustomPlot* plot) : QCPLayerable(plot, QStringLiteral("overPlot")) {}

    void clear();
    void add(Words words) { m_words.push_back(std::move(words)); }
    void add(Stroke stroke) { m_strokes.push_back(std::move(stroke)); }
    void setBehind(const QColor& colour) { m_behind = colour; }
    const std::vector<Words>& words() const { return m_words; }
    std::vector<QRectF> rects() const;

protected:
    void applyDefaultAntialiasingHint(QCPPainter* painter) const override;
    void draw(QCPPainter* painter) override;

private:
    std::vector<Words> m_words;
    std::vector<Stroke> m_strokes;
    QColor m_behind;
};

} // namespace slopescope::ui
