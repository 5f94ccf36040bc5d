// Perplexity by length: the curve of the model on view, the one before the last edit in grey, and any others by name.
//
// Owned by main_window, fed with every state of a sweep, on the window's thread.
#pragma once

#include "core/session.h"

#include <QColor>
#include <QFrame>
#include <QList>

#include <optional>
#include <vector>

class QCPItemStraightLine;
class QCPItemText;
class QCustomPlot;
class QLabel;

namespace slopescope::ui {

class PanelHeader;
class SegmentedButtons;

class CurveView : public QFrame {
    Q_OBJECT
public:
    enum class Mode { ByLength, ByContext, Both };

    explicit CurveView(QWidget* parent = nullptr);
    ~CurveView() override;

    // Adds the curve, or replaces the one of that label. The first one is the model on view: it is drawn thick with its band,
    // and the caption speaks of it. `color`: chosen by the view when invalid.
    void setCurve(const QString& label, const CurveResult& curve, const QColor& color = {});
    void removeCurve(const QString& label);
    void setPrevious(const QString& label, const CurveResult& curve); // grey, behind the others
    void clearPrevious();
    void setTrainedLength(std::int64_t length); // dashed; 0: unknown
    void setRemark(const QString& remark);      // the caption begins with it
    void setStale(bool stale);                  // dims the curves until a new one comes
    void setEmptyText(const QString& sentence); // said while there is no curve
    void clear();

    Mode mode() const { return m_mode; }
    void setMode(Mode mode);
    bool logarithmic() const; // of the perplexity axis
    QString caption() const;  // "one pass · 24 of 32 windows · 196,608 tokens · band = ±2 standard errors"
    bool isEmpty() const { return m_curves.isEmpty(); }

    QString tooltipAt(double x) const; // what the mouse reads at that length or context; empty where no point is

    PanelHeader* header() const { return m_header; } // the window may make it the title bar of a dock

    QSize sizeHint() const override { return {720, 264}; }

signals:
    void modeChosen(slopescope::ui::CurveView::Mode mode);

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Curve {
        QString label;
        CurveResult result;
        QColor color; // invalid: the view chooses
    };
    struct Dot {
        double x = 0, nll = 0, standardError = 0;
    };
    struct Label { // at the end of a line
        QCPItemText* text = nullptr;
        QString name;
        double x = 0, y = 0;
    };
    struct Note { // at a length without a value
        QCPItemText* mark = nullptr;
        QCPItemText* text = nullptr; // null when the same was just said
        double x = 0;
    };

    void build();
    void rebuild();
    void addCurve(const Curve& curve, bool previous, bool main);
    void addLine(const std::vector<Dot>& dots, const QColor& color, bool main, bool dotted, const QString& name);
    void addLabel(const QString& name, const QColor& color, double x, double y, bool main);
    void addNote(const CurvePoint& point, const QColor& color, const QString& curve);
    void addTrainedLength();
    void scaleAxes();
    void reserveLabels();
    void placeLabels();
    void placeCaption();
    QColor behindWords() const;
    void hover(const QPointF& position, const QPoint& global);
    QColor colorOf(const Curve& curve, bool previous) const;
    std::vector<Dot> dotsByContext(const CurveResult& curve) const;
    static std::vector<Dot> dotsByLength(const CurveResult& curve);
    static void stretch(std::optional<double>& low, std::optional<double>& high, double value);

    QList<Curve> m_curves;
    std::optional<Curve> m_previous;
    Mode m_mode = Mode::ByLength;
    std::optional<bool> m_chosenLog; // none: by the span
    std::int64_t m_trained = 0;

    PanelHeader* m_header = nullptr;
    SegmentedButtons *m_modes = nullptr, *m_scales = nullptr;
    QCustomPlot* m_plot = nullptr;
    QString m_remark;
    QLabel *m_caption = nullptr, *m_empty = nullptr;
    QWidget* m_veil = nullptr; // over stale curves

    // Of what is drawn now; rebuilt with every change.
    std::vector<Label> m_labels;
    std::vector<Note> m_notes;
    std::optional<double> m_low, m_high, m_left, m_right;
    QCPItemStraightLine* m_hair = nullptr; // where the mouse is
};

} // namespace slopescope::ui
