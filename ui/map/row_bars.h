// The keys of one query as bars: what the stage on view makes of each, with score and bias beneath. Scrolls; paints
// only what is in sight. Part of RowPanel, on the window's thread.
#pragma once

#include "core/study/row_requests.h"

#include <QAbstractScrollArea>

#include <memory>
#include <optional>

namespace slopescope::ui {

class RowBars : public QAbstractScrollArea {
    Q_OBJECT
public:
    explicit RowBars(QWidget* parent = nullptr);

    // `rows` must hold the query. `unmasked`: the keys after the query are shown as if the mask had not come yet.
    void setRow(std::shared_ptr<const RowsResult> rows, std::shared_ptr<const TextFacts> text, std::int64_t query,
                Stage stage, bool unmasked);
    void clear();
    void setKey(std::optional<std::int64_t> key); // the one that is pointed at; scrolls to it

    std::int64_t keys() const; // that have a bar
    // What a key's bar shows; NaN: it is masked.
    double valueOf(std::int64_t key) const;
    QRect barRect(std::int64_t key) const; // in the viewport, without its number

signals:
    void keyHovered(qint64 key); // -1: none
    void keyClicked(qint64 key);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool viewportEvent(QEvent* event) override;

private:
    int rowHeight() const;
    std::optional<std::int64_t> keyAt(QPoint position) const;
    void paintKey(QPainter& painter, std::int64_t key) const;
    void layOut();

    std::shared_ptr<const RowsResult> m_rows;
    std::shared_ptr<const TextFacts> m_text;
    std::int64_t m_query = 0;
    Stage m_stage = Stage::Probability;
    bool m_unmasked = false;
    double m_largest = 1;  // of the values' sizes
    bool m_signed = false; // some are below 0
    std::optional<std::int64_t> m_key;
    std::int64_t m_hovered = -1;
};

} // namespace slopescope::ui
