// What the plots of the window share: the theme's lines and type, ticks at powers of two, labels that keep apart.
//
// Called by the views that draw with QCustomPlot, on the window's thread.
#pragma once

#include <QSharedPointer>

#include <vector>

class QCPAxis;
class QCPAxisTicker;
class QCustomPlot;

namespace slopescope::ui {

struct Theme;

// Colours, fonts and grid of the main axes; call it again when the theme changes.
void stylePlot(QCustomPlot& plot, const Theme& theme);

// Where a logarithmic axis of distances shows distance 0: one octave below 1.
inline constexpr double kZeroDistance = 0.5;

// For a logarithmic axis of tokens: ticks at powers of two, grouped labels, as many as fit. The axis must outlive it.
QSharedPointer<QCPAxisTicker> tokenTicker(const QCPAxis& axis);

// For an axis of values: 1, 2 and 5 times powers of ten when the axis is logarithmic, round steps otherwise; grouped labels.
QSharedPointer<QCPAxisTicker> valueTicker(const QCPAxis& axis);

// Moves labels of height `apart`, wanted at `centres`, so that none overlaps and all stay in [low, high] if they can. Keeps
// their order.
std::vector<double> spreadLabels(const std::vector<double>& centres, double apart, double low, double high);

} // namespace slopescope::ui
