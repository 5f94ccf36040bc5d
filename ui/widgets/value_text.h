// Measured values as a person reads them: 0.0841, −1.141, 2.1 × 10⁻⁷. Called by map, card and bar; pure functions.
#pragma once

#include <QString>

#include <optional>

namespace slopescope::ui {

// `digits` significant ones, a minus as wide as a digit, powers of ten written out.
QString valueText(double value, int digits);
QString roundValueText(double value, int digits); // the same without zeros at the end: 0.05, not 0.050

// Reads what a person types, in the locale's way or plainly; nothing unless it is a finite number.
std::optional<double> typedValue(const QString& text);

} // namespace slopescope::ui
