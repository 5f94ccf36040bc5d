// All that is known of one cell of the map, in A and in B, and how it is said: by the cell card and by tool tips.
// Values and pure functions; window's thread.
#pragma once

#include "core/workspace.h"
#include "ui/lab/sides.h"

#include <QColor>
#include <QString>
#include <QStringList>

#include <array>
#include <cstdint>
#include <limits>
#include <memory>

namespace slopescope::ui {

struct CellPair {
    struct Half {
        QString name;
        QColor colour;
        std::shared_ptr<const CellResult> cell; // null: not there yet
        double pictured =
            std::numeric_limits<double>::quiet_NaN(); // probability that the map shows for this cell alone
    };

    Cell cell;
    QString queryToken, keyToken; // as visibleToken makes them
    std::array<Half, 2> halves;   // A, B
    bool compared = false;        // there is a B
};

// Whether a result tells about this cell of what is on view. `inHand`: while a hand drags slopes the numbers may be a
// step old.
bool tellsOf(const CellResult& result, Cell cell, const Side& side, std::int64_t length, bool inHand);

// What `cells`, the newest results of A and B, tell about a cell; the rest of them is left out.
CellPair cellPairOf(const SideLooks& sides, const TextFacts& text, Cell cell,
                    const std::array<std::shared_ptr<const CellResult>, 2>& cells, std::int64_t length, bool inHand);

QString pairText(const CellPair& pair);   // “query 1,204 “·lamp” → key 1,131 “·keeper””, plain text
QString maskedText(const CellPair& pair); // empty: no side says that it is masked
// Rich text, a line a number: distance and rank, probability, score, bias; of A, of B and their difference. What is not
// there is a dash.
QStringList numberTexts(const CellPair& pair);
QString cellText(const CellPair& pair); // all of it, in rich text

} // namespace slopescope::ui
