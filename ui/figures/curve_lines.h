// What the curve panel draws, as plain values: the curves of the visible variants in the unit and on the axis asked
// for, and the range of the axis. Pure functions of the CurveView; window's thread.
#pragma once

#include "core/workspace.h"

#include <QColor>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

namespace slopescope::ui {

// How one curve of a CurvesResult is shown.
struct CurveLine {
    VariantId id = 0;
    QString name;
    QColor colour;
    bool selected = false;          // A, which is on view: thick, with its band
    bool isB = false;               // differences are from it
    bool visible = true;            // a hidden B is measured, not drawn
    std::int64_t trainedLength = 0; // 0: unknown
};

// Losses of the text on view, for the axis of tokens; null: not there yet.
struct TokenLosses {
    std::shared_ptr<const TokenLossResult> a, b;
    std::shared_ptr<const TextFacts> text; // whose bytes the tokens are; null: bits per byte are unknown
};

struct CurveDot {
    double x = 0, value = 0;
    double low = 0, high = 0; // value ± 2 standard errors; NaN: the error is unknown
};

struct DrawnCurve {
    std::size_t line = 0;       // of the CurveLines
    std::vector<CurveDot> dots; // ascending x, finite values
};

struct CurvePicture {
    CurveUnit unit = CurveUnit::Perplexity; // that is drawn, which may be another than the one asked for
    CurveAxis axis = CurveAxis::Length;
    std::vector<DrawnCurve> curves; // as the lines
    QString remark;                 // one sentence: what is drawn otherwise than asked for; empty: nothing is
    QString hint;                   // said in place of curves while there are none
};

CurvePicture pictureOf(const CurvesResult* result, const std::vector<CurveLine>& lines, const CurveLook& look,
                       const TokenLosses& losses);

// `value` with its ends in a unit (not Difference), from nats.
CurveDot dotOf(double x, double nll, double standardError, double bitsPerByte, CurveUnit unit);

double middleOf(const ContextPoint& bin);
double middleOf(const DifferencePoint& bin,
                const std::vector<ContextPoint>& bins); // of the same contexts; NaN: unknown

struct ValueRange {
    double low = 0, high = 1;
    bool logarithmic = false;
};

// Follows the means of the good curves: what runs away from them leaves the axis at its top. `logarithmic`: as chosen;
// none: where the good curves span more than eight times.
ValueRange rangeOf(const CurvePicture& picture, const std::vector<CurveLine>& lines, std::optional<bool> logarithmic);

} // namespace slopescope::ui
