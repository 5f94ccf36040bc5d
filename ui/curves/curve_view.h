// Perplexity by length of many variants on one plot: each a line in its colour, named at its end; or bits per byte, or
// the difference from B; or by context, or by token of the text on view.
//
// A plain widget: values in by setters, a person's choices out by signals. attach() ties both to a Lab. Window's
// thread.
#pragma once

#include "ui/curves/curve_labels.h"
#include "ui/curves/curve_lines.h"

#include <QFrame>

class QCPItemStraightLine;
class QCustomPlot;
class QLabel;

namespace slopescope::ui {

class CurveAnnotations;
class CurveControls;
class Lab;
class MeasureMenu;
class PanelHeader;

class CurveView : public QFrame {
    Q_OBJECT
public:
    explicit CurveView(QWidget* parent = nullptr);
    ~CurveView() override;

    void attach(Lab& lab); // shows what it has, writes back what a person chooses; once

    // `lines[i]` says how curve i of the result is shown; more lines than curves may follow, of A and B by token. Ends
    // a veil.
    void setCurves(std::shared_ptr<const CurvesResult> result, std::vector<CurveLine> lines);
    void setLosses(const TokenLosses& losses); // of A and B, for the axis of tokens
    void setCurveLook(const CurveLook& look);
    void setStale(bool stale); // dims the curves; cheap

    const CurveLook& curveLook() const { return m_look; }
    const CurvePicture& picture() const { return m_picture; }
    const ValueRange& valueRange() const { return m_range; }
    const std::vector<PlacedLabel>& labels() const { return m_labels; } // as they stand after the last layout
    bool isStale() const;
    QString caption() const { return m_said; }
    QString emptyText() const;                       // said in place of curves; empty: there are some
    QString tooltipAt(double x) const;               // what the mouse reads there; empty where no point is
    PanelHeader* header() const { return m_header; } // the window may make it the title bar of a dock
    MeasureMenu* measure() const;

    QSize sizeHint() const override { return {720, 264}; }

signals:
    void lookChosen(const slopescope::CurveLook& look);
    void measurementChosen(const slopescope::Measurement& measurement);

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    enum class Band { None, Faint, Full };

    void buildHeader();
    void buildPlot();
    void rebuild();
    void addCurve(const DrawnCurve& curve, Band band);
    void addBand(const DrawnCurve& curve, const QColor& colour, Band band);
    void scaleAxes();
    void showEmptyText();
    void reserveNames();
    void placeCaption();
    void annotate(); // after every layout of the plot
    void annotateTrainedLengths();
    void annotateZero();
    void annotateReasons();
    void annotateNames();
    std::vector<LabelWish> nameWishes() const;
    QString nameOf(std::size_t line) const;
    void hover(const QPointF& position, const QPoint& global);
    void endHover();
    std::vector<double> placesToRead() const;
    bool isDrawn(std::size_t line) const { return !m_picture.curves[line].dots.empty(); }
    bool tokens() const { return m_picture.axis == CurveAxis::Token; }

    // Of attach(), in curve_attach.cpp.
    void takeCurves(Lab& lab);
    void takeLosses(Lab& lab, const TokenLosses& losses);
    void takeMeasurement(Lab& lab);
    bool isOld(const Lab& lab) const;

    std::shared_ptr<const CurvesResult> m_result;
    std::vector<CurveLine> m_lines;
    TokenLosses m_losses;
    CurveLook m_look;
    CurvePicture m_picture;
    ValueRange m_range;
    QString m_said; // the caption

    // Where lines end on the plot, as the lines.
    struct End {
        double x = 0, y = 0;
        LabelWish::Place place = LabelWish::Place::Right;
    };
    std::vector<End> m_ends;
    std::vector<PlacedLabel> m_labels;
    double m_left = 32, m_right = 8192; // of the axis of x

    PanelHeader* m_header = nullptr;
    CurveControls* m_controls = nullptr;
    QCustomPlot* m_plot = nullptr;
    CurveAnnotations* m_annotations = nullptr; // of the plot
    QCPItemStraightLine* m_hair = nullptr;     // where the mouse is
    QLabel *m_caption = nullptr, *m_empty = nullptr;
    QWidget* m_veil = nullptr; // over stale curves
};

} // namespace slopescope::ui
