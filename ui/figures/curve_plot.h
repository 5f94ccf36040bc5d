// Draws curves of variants on a plot: lines, bands, axes, names at the lines' ends, trained lengths, reasons.
//
// The curve panel draws on the plot of the window with it, an exported figure on one that nobody sees. Window's thread.
#pragma once

#include "ui/figures/curve_labels.h"
#include "ui/figures/curve_lines.h"
#include "ui/widgets/theme.h"

#include <QObject>

class QCustomPlot;

namespace slopescope::ui {

class CurveAnnotations;

// What is drawn.
struct ShownCurves {
    std::shared_ptr<const CurvesResult> result; // null: nothing has been measured
    std::vector<CurveLine> lines;               // `lines[i]`: of curve i; more may follow, of A and B by token
    TokenLosses losses;                         // of A and B, for the axis of tokens
    CurveLook look;
};

class CurvePlot : public QObject {
    Q_OBJECT
public:
    // Adds what it needs to the plot, which must outlive it.
    explicit CurvePlot(QCustomPlot& plot);

    // The caller replots.
    void draw(const ShownCurves& shown, const Theme& theme);

    const ShownCurves& shown() const { return m_shown; }
    const CurvePicture& picture() const { return m_picture; }
    const ValueRange& range() const { return m_range; }
    const std::vector<PlacedLabel>& labels() const { return m_labels; } // as they stand after the last layout
    bool isEmpty() const;                                               // nothing has a line
    QString emptyText() const;                                          // what to say then
    void reserveNames(int width);                                       // room at the right of a plot so wide

private:
    enum class Band { None, Faint, Full };

    void addCurve(const DrawnCurve& curve, Band band);
    void addBand(const DrawnCurve& curve, const QColor& colour, Band band);
    void scaleAxes();
    void annotate(); // after every layout of the plot
    void annotateTrainedLengths();
    void annotateZero();
    void annotateReasons();
    void annotateNames();
    std::vector<LabelWish> nameWishes() const;
    QString nameOf(std::size_t line) const;
    bool isDrawn(std::size_t line) const { return !m_picture.curves[line].dots.empty(); }
    bool tokens() const { return m_picture.axis == CurveAxis::Token; }

    QCustomPlot& m_plot;
    CurveAnnotations* m_annotations; // of the plot
    Theme m_theme;
    ShownCurves m_shown;
    CurvePicture m_picture;
    ValueRange m_range;

    // Where lines end on the plot, as the lines.
    struct End {
        double x = 0, y = 0;
        LabelWish::Place place = LabelWish::Place::Right;
    };
    std::vector<End> m_ends;
    std::vector<PlacedLabel> m_labels;
    double m_left = 32, m_right = 8192; // of the axis of x
};

} // namespace slopescope::ui
