// The paragraph below an exported figure: which variants with which positions and slopes, of which text, measured how,
// by which version. Called by FigureDesk; window's thread.
#pragma once

#include "core/positions/slopes.h"
#include "ui/export/figure_desk.h"

namespace slopescope::ui {

// `measured`: how curves were measured; empty for other figures.
QString figureCaption(const Lab& lab, FigureKind kind, const QString& measured);

// "slopes 1/2, 1/4, 1/8", "slopes 1/2 to 1/256 of 16 heads", "slopes by layer"; empty: it has none.
QString slopeWords(const SlopeTable& slopes);

} // namespace slopescope::ui
