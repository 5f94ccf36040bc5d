// Beside the map's rows, the loss of each query token: white to orange, or A minus B in red, white and blue. A line
// marks the length of training. Window's thread.
#pragma once

#include "core/study/requests.h"

#include <QWidget>

#include <array>
#include <memory>
#include <vector>

namespace slopescope::ui {

class LossStrip : public QWidget {
    Q_OBJECT
public:
    using Losses = std::shared_ptr<const TokenLossResult>;

    explicit LossStrip(QWidget* parent = nullptr);

    void setLosses(const Losses& a, const Losses& b, bool difference); // b: only of a difference
    void setTrainedLength(std::int64_t length);                        // 0: unknown
    void setCells(std::int64_t queryBegin, std::int64_t span);         // as the map's rows
    void setSpan(int top, int height); // the rows of its own height that stand beside the map's

    // Mean loss, or mean difference, of the tokens in a row of pixels; NaN: nothing is known of them. The range is
    // [begin, end).
    struct Row {
        std::int64_t begin = 0, end = 0;
        double nll = 0;
    };
    Row rowAt(int y) const; // y from the top of the widget

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    QColor colourOf(double nll) const;
    void fit();
    void fitEnds();

    Losses m_a, m_b;
    bool m_difference = false;
    std::int64_t m_trained = 0, m_begin = 0, m_cells = 0;
    int m_top = 0, m_height = 0;
    double m_low = 0, m_high = 1;
    std::vector<double> m_sums{0}, m_counts{0}; // [tokens + 1], of the tokens before
};

} // namespace slopescope::ui
