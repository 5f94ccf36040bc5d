// What one token gives another in every head: a small square a head, a row a layer. A click on one puts that head on
// view. Part of TextView, on the window's thread.
#pragma once

#include "core/study/row_requests.h"
#include "ui/figures/colour_scale.h"

#include <QWidget>

#include <memory>

namespace slopescope::ui {

class PairStrip : public QWidget {
    Q_OBJECT
public:
    explicit PairStrip(QWidget* parent = nullptr);

    void setPair(const QString& caption); // which tokens; what was shown of another pair goes
    void setResult(std::shared_ptr<const PairResult> result);
    void setHead(HeadAddress head); // the one on view

    QRect headRect(HeadAddress head) const;
    QString caption() const { return m_caption; }
    const PairResult* result() const { return m_result.get(); }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    void headChosen(int layer, int head);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent*) override { updateGeometry(); }
    void mousePressEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

private:
    int cellSize() const;
    std::optional<HeadAddress> headAt(QPoint position) const;
    QString strongest() const;

    QString m_caption;
    std::shared_ptr<const PairResult> m_result;
    HeadAddress m_head;
};

} // namespace slopescope::ui
