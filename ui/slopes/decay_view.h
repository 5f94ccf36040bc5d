// "What each slope does": the weight exp(-m d) a slope leaves at distance d, before content, one line a head.
//
// Part of SlopeEditor, on the window's thread.
#pragma once

#include "ui/figures/decay_plot.h"

#include <QWidget>

class QCPAbstractPlottable;
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

    const ShownDecay& shown() const { return m_shown; }

signals:
    void headSelected(int head); // a line was clicked

protected:
    void changeEvent(QEvent* event) override;

private:
    void rebuild();
    void hover(QMouseEvent* event);
    int headOf(const QCPAbstractPlottable* graph) const;

    QCustomPlot* m_plot = nullptr;
    ShownDecay m_shown;
    DecayItems m_items; // of the plot
};

} // namespace slopescope::ui
