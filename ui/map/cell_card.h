// The box that says all about the cell that is pointed at: both tokens, distance, probability, score, bias, rank, in A
// and in B. Window's thread.
#pragma once

#include "ui/map/cell_pair.h"

#include <QFrame>

#include <array>
#include <optional>

class QLabel;

namespace slopescope::ui {

class Lab;

class CellCard : public QFrame {
    Q_OBJECT
public:
    explicit CellCard(QWidget* parent = nullptr);
    void attach(Lab& lab);

    void setCell(const CellPair& pair);
    void clear(); // says what to do to see a cell

private:
    void follow(const Lab& lab);
    void reserveLines(int lines);

    QLabel *m_tokens, *m_hint, *m_preview;
    std::array<QLabel*, 2> m_names;
    std::array<QLabel*, 4> m_numbers;
    std::array<std::shared_ptr<const CellResult>, 2> m_cells; // the newest of A and B
};

} // namespace slopescope::ui
