// One query's row beside the map: a bar a key, and the arithmetic of the key that is pointed at. Part of MapPanel, on
// the window's thread.
#pragma once

#include "core/study/row_requests.h"
#include "core/workspace.h"

#include <QWidget>

#include <memory>
#include <optional>

class QLabel;

namespace slopescope::ui {

class RowBars;

class RowPanel : public QWidget {
    Q_OBJECT
public:
    explicit RowPanel(QWidget* parent = nullptr);

    // `rows`: null while the numbers are on their way; those of the row before stay. No cell: says what to do.
    struct Shown {
        std::shared_ptr<const RowsResult> rows;
        std::shared_ptr<const TextFacts> text;
        std::optional<Cell> cell;
        Stage stage = Stage::Probability;
        bool unmasked = false; // the mask has not come yet
    };
    void showRow(const Shown& shown);
    void explain(const QString& sentence); // why there is no row

    QLabel* arithmeticLabel() const { return m_arithmetic; } // wide lines, so the panel around it finds the place
    RowBars* bars() const { return m_bars; }
    QString arithmetic() const; // plain text, step after step
    QSize sizeHint() const override;

protected:
    void changeEvent(QEvent* event) override;

signals:
    void keyChosen(qint64 query, qint64 key);

private:
    void spellOut(std::int64_t key);

    QLabel *m_title, *m_hint, *m_arithmetic;
    RowBars* m_bars;
    Shown m_shown;
};

} // namespace slopescope::ui
