// "What each slope does": the weight exp(-m d) a slope leaves at distance d, before content, one line a head.
//
// Part of SlopeEditor, on the window's thread.
#pragma once

#include "core/positions/slopes.h"

#include <QWidget>

class QCPAbstractPlottable;
class QCPGraph;
class QCPItemText;
class QCustomPlot;
class QMouseEvent;

namespace slopescope::ui {

class DecayView : public QWidget {
    Q_OBJECT
public:
    explicit DecayView(QWidget* parent = nullptr);

    void setSlopes(const SlopeSet& slopes);          // of the layer on view; empty: an empty axis
    void setSelectedHead(int head);                  // drawn thick
    void setLongestDistance(std::int64_t distance);  // right end of the axis
    void setTrainedLength(std::int64_t length);      // dashed line; 0: none

signals:
    void headSelected(int head); // a line was clicked

protected:
    void changeEvent(QEvent* event) override;

private:
    void rebuild();
    void setLine(QCPGraph* graph, int head) const; // its points and its colours
    void hover(QMouseEvent* event);
    int headOf(const QCPAbstractPlottable* graph) const;

    QCustomPlot* m_plot = nullptr;
    SlopeSet m_slopes;
    int m_selected = 0;
    std::int64_t m_longest = 4096;
    std::int64_t m_trained = 0;
    QCPGraph* m_selectedLine = nullptr; // on a layer of its own, so that a drag draws one line and not all
    QCPItemText* m_label = nullptr; // of the trained length, while it is on the axis
};

} // namespace slopescope::ui
