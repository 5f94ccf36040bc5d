// What the curve panel says in words: title, caption and what the mouse reads. Pure functions of the CurveView;
// window's thread.
#pragma once

#include "ui/figures/curve_lines.h"

namespace slopescope::ui {

QString titleOf(CurveUnit unit, CurveAxis axis); // "Perplexity by length"
QString unitText(CurveUnit unit);                // "Perplexity"
QString axisText(CurveAxis axis);                // "By length"

// "one pass · 12 windows of 4,096 from 29,185 tokens · filling up: 64 tokens · band ±2 s.e."
QString captionOf(const CurvesResult* result, const std::vector<CurveLine>& lines, const CurvePicture& picture,
                  const TokenLosses& losses, bool sweeping);

// The values of all curves at one x, best first, as a table in HTML. Empty where no point is.
QString readingsAt(double x, const CurvesResult* result, const std::vector<CurveLine>& lines,
                   const CurvePicture& picture);

} // namespace slopescope::ui
