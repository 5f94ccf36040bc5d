// The box that says all about one cell: both tokens, distance, probability, score, bias, rank. Window's thread.
#pragma once

#include "core/session.h"

#include <QFrame>

class QLabel;

namespace slopescope::ui {

// The same in rich text, for tool tips. Tokens as visibleToken makes them.
QString cellText(const CellResult& cell, const QString& queryToken, const QString& keyToken);

class CellCard : public QFrame {
    Q_OBJECT
public:
    explicit CellCard(QWidget* parent = nullptr);

    void setCell(const CellResult& cell, const QString& queryToken, const QString& keyToken);
    void clear(); // says what to do to see a cell

private:
    QLabel *m_tokens, *m_hint;
    QWidget* m_numbers;
    QLabel *m_preview, *m_distance, *m_probability, *m_score, *m_bias, *m_rank;
};

} // namespace slopescope::ui
