// Perplexity by length of many variants on one plot: each a line in its colour, named at its end; or bits per byte, or
// the difference from B; or by context, or by token of the text on view.
//
// A plain widget: values in by setters, a person's choices out by signals. attach() ties both to a Lab. Window's
// thread.
#pragma once

#include "ui/figures/curve_plot.h"

#include <QFrame>

class QCPItemStraightLine;
class QCustomPlot;
class QLabel;

namespace slopescope::ui {

class CurveControls;
class Figure;
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
    void setSweeping(bool sweeping); // whether a sweep runs: the caption then says what it fills up
    void setStale(bool stale); // dims the curves; cheap

    // What is shown as a figure, in the unit and on the axis on view or in others.
    std::unique_ptr<Figure> figure(const CurveLook& look) const;
    QString captionFor(const CurveLook& look) const; // how they were measured
    const CurveLook& curveLook() const { return m_shown.look; }
    const CurvePicture& picture() const { return m_curves->picture(); }
    const ValueRange& valueRange() const { return m_curves->range(); }
    const std::vector<PlacedLabel>& labels() const { return m_curves->labels(); } // as they stand after the last layout
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
    void buildHeader();
    void buildPlot();
    void rebuild();
    void showEmptyText();
    void placeCaption();
    void placeVeil(); // after every layout of the plot
    void hover(const QPointF& position, const QPoint& global);
    void endHover();
    std::vector<double> placesToRead() const;

    // Of attach(), in curve_attach.cpp.
    void takeCurves(Lab& lab);
    void takeLosses(Lab& lab, const TokenLosses& losses);
    void takeMeasurement(Lab& lab);
    bool isOld(const Lab& lab) const;

    ShownCurves m_shown;
    bool m_sweeping = false; // which the caption says while lengths are filled up
    QString m_said; // the caption

    PanelHeader* m_header = nullptr;
    CurveControls* m_controls = nullptr;
    QCustomPlot* m_plot = nullptr;
    std::unique_ptr<CurvePlot> m_curves;        // what draws on it
    QCPItemStraightLine* m_hair = nullptr;     // where the mouse is
    QLabel *m_caption = nullptr, *m_empty = nullptr;
    QWidget* m_veil = nullptr; // over stale curves
};

} // namespace slopescope::ui
