#include "ui/figures/curve_lines.h"

#include "ui/figures/plot_style.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace slopescope::ui {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kLogSpan = 8;             // beyond it a linear axis hides one end of the story
constexpr double kRoom = 3;                // times the range of the best curve: what goes higher leaves the axis
constexpr double kGoodShare = 0.75;        // of the curves are seen for their best part at least,
constexpr double kFar = 20;                // unless that is so many times worse than the best curve
constexpr double kLogRoom = 1000;          // times the best value, on a logarithmic axis
constexpr double kSmallestSpan = 0.1;      // of the value, so that noise does not look like news
constexpr std::int64_t kRunningMean = 200; // a part of the text over which losses by token are averaged
constexpr std::int64_t kMostTokenDots = 800;

QString tr(const char* text) {
    return QCoreApplication::translate("slopescope::ui", text);
}

bool isMeasured(const CurveResult& curve) {
    return curve.fault.empty() && std::any_of(curve.points.begin(), curve.points.end(),
                                              [](const CurvePoint& point) { return std::isfinite(point.nll); });
}

void add(std::vector<CurveDot>& dots, const CurveDot& dot) {
    if (!std::isnan(dot.value))
        dots.push_back(dot);
}

std::vector<CurveDot> dotsOf(const CurveResult& curve, CurveUnit unit, CurveAxis axis) {
    std::vector<CurveDot> dots;
    if (axis == CurveAxis::Length)
        for (const CurvePoint& point : curve.points) {
            if (point.unavailable.empty())
                add(dots, dotOf(double(point.length), point.nll, point.standardError, point.bitsPerByte, unit));
        }
    else
        for (const ContextPoint& bin : curve.context)
            add(dots, dotOf(middleOf(bin), bin.nll, bin.standardError, bin.bitsPerByte, unit));
    return dots;
}

std::vector<CurveDot> differencesOf(const CurveDifference& difference, const CurveResult& curve, CurveAxis axis) {
    std::vector<CurveDot> dots;
    for (const DifferencePoint& point : axis == CurveAxis::Length ? difference.points : difference.context) {
        const double x = axis == CurveAxis::Length ? double(point.length) : middleOf(point, curve.context);
        if (!std::isnan(x))
            add(dots, {x, point.nll, point.nll - 2 * point.standardError, point.nll + 2 * point.standardError});
    }
    return dots;
}

// Sums of the first so many tokens.
struct LossSums {
    std::vector<double> nll{0}, bytes{0};
    std::vector<std::int64_t> tokens{0};
};

LossSums sumsOf(const TokenLossResult& losses, const TokenLossResult* minus, const TextFacts* text) {
    LossSums sums;
    for (std::size_t i = 0; i < losses.nll.size(); ++i) {
        const double nll = double(losses.nll[i]) - (minus == nullptr ? 0.0 : double(minus->nll[i]));
        const bool counts = std::isfinite(nll);
        const bool inText = text != nullptr && i < text->tokens.size();
        sums.nll.push_back(sums.nll.back() + (counts ? nll : 0));
        sums.bytes.push_back(sums.bytes.back() +
                             (counts && inText ? double(text->tokens[i].end - text->tokens[i].begin) : 0));
        sums.tokens.push_back(sums.tokens.back() + (counts ? 1 : 0));
    }
    return sums;
}

// A running mean over 1/200 of the text, shorter near its beginning, where losses fall fast.
std::vector<CurveDot> tokenDots(const LossSums& sums, CurveUnit unit) {
    std::vector<CurveDot> dots;
    const auto count = std::int64_t(sums.nll.size()) - 1;
    const std::int64_t reach = count / kRunningMean / 2, step = std::max<std::int64_t>(1, count / kMostTokenDots);
    for (std::int64_t i = 1; i < count; i += i < 64 ? 1 : step) {
        const std::int64_t half = std::min(reach, i / 2);
        const auto from = std::size_t(i - half), to = std::size_t(std::min(count, i + half + 1));
        const auto tokens = double(sums.tokens[to] - sums.tokens[from]);
        if (tokens == 0)
            continue;
        const double nll = sums.nll[to] - sums.nll[from], bytes = sums.bytes[to] - sums.bytes[from];
        const double value = unit == CurveUnit::Perplexity    ? std::exp(nll / tokens)
                             : unit == CurveUnit::BitsPerByte ? (bytes > 0 ? nll / bytes / std::numbers::ln2 : kNone)
                                                              : nll / tokens;
        add(dots, {double(i), value, kNone, kNone});
    }
    return dots;
}

void drawTokens(const std::vector<CurveLine>& lines, const TokenLosses& losses, CurvePicture& picture) {
    const auto same = [](const auto& a, const auto& b) { return a && b && a->nll.size() == b->nll.size(); };
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::vector<CurveDot>& dots = picture.curves[i].dots;
        if (picture.unit == CurveUnit::Difference) {
            if (lines[i].selected && same(losses.a, losses.b))
                dots = tokenDots(sumsOf(*losses.a, losses.b.get(), losses.text.get()), picture.unit);
        } else if (const auto& own = lines[i].selected ? losses.a : lines[i].isB ? losses.b : nullptr) {
            dots = tokenDots(sumsOf(*own, nullptr, losses.text.get()), picture.unit);
        }
    }
    picture.hint = tr("The loss of every token appears here once it is computed.");
}

void drawCurves(const CurvesResult& result, const std::vector<CurveLine>& lines, CurvePicture& picture) {
    for (std::size_t i = 0; i < lines.size() && i < result.curves.size(); ++i) {
        if (!lines[i].visible || (picture.unit == CurveUnit::Difference && lines[i].isB))
            continue;
        if (picture.unit != CurveUnit::Difference)
            picture.curves[i].dots = dotsOf(result.curves[i], picture.unit, picture.axis);
        else if (i < result.differences.size())
            picture.curves[i].dots = differencesOf(result.differences[i], result.curves[i], picture.axis);
    }
}

// Whether visible curves are of different tokens.
bool tokensDiffer(const CurvesResult& result, const std::vector<CurveLine>& lines) {
    std::optional<std::uint64_t> digest;
    for (std::size_t i = 0; i < lines.size() && i < result.curves.size(); ++i) {
        if (!lines[i].visible || !isMeasured(result.curves[i]))
            continue;
        if (digest && *digest != result.curves[i].textDigest)
            return true;
        digest = result.curves[i].textDigest;
    }
    return false;
}

// Visible variants that read other tokens than B.
QStringList withoutDifference(const CurvesResult& result, const std::vector<CurveLine>& lines) {
    const auto b = std::find_if(lines.begin(), lines.end(), [](const CurveLine& line) { return line.isB; });
    const auto at = std::size_t(b - lines.begin());
    QStringList names;
    if (b != lines.end() && at < result.curves.size())
        for (std::size_t i = 0; i < lines.size() && i < result.curves.size(); ++i)
            if (lines[i].visible && isMeasured(result.curves[i]) &&
                result.curves[i].textDigest != result.curves[at].textDigest)
                names += lines[i].name;
    return names;
}

void adaptUnit(const CurvesResult& result, const std::vector<CurveLine>& lines, CurvePicture& picture) {
    if (picture.unit == CurveUnit::Perplexity && tokensDiffer(result, lines)) {
        picture.unit = CurveUnit::BitsPerByte;
        picture.remark = tr("Different tokenizers share no perplexity: shown as bits per byte");
    } else if (picture.unit == CurveUnit::Difference) {
        if (const QStringList names = withoutDifference(result, lines); !names.isEmpty())
            picture.remark = names.size() == 1
                                 ? tr("%1 reads other tokens than B: no difference").arg(names.front())
                                 : tr("%1 variants read other tokens than B: no difference").arg(names.size());
    }
}

struct Extent {
    double low = kNone, high = kNone;
    bool selected = false;
};

std::vector<Extent> extentsOf(const CurvePicture& picture, const std::vector<CurveLine>& lines) {
    std::vector<Extent> extents;
    for (const DrawnCurve& curve : picture.curves) {
        Extent extent{kNone, kNone, lines[curve.line].selected};
        // The first tokens of a text, which have no context, would rule the axis.
        const double from =
            picture.axis == CurveAxis::Token && !curve.dots.empty() ? curve.dots.back().x / kRunningMean : 0;
        for (const CurveDot& dot : curve.dots) {
            if (dot.x < from || !std::isfinite(dot.value) || (picture.unit != CurveUnit::Difference && dot.value <= 0))
                continue;
            extent.low = std::fmin(extent.low, dot.value);
            extent.high = std::fmax(extent.high, dot.value);
        }
        if (std::isfinite(extent.low))
            extents.push_back(extent);
    }
    return extents;
}

ValueRange differenceRange(const std::vector<Extent>& extents) {
    double low = 0, high = 0, best = std::numeric_limits<double>::infinity(), selected = 0;
    for (const Extent& extent : extents) {
        low = std::min(low, extent.low);
        high = std::max(high, extent.high);
        best = std::min(best, std::max(0.0, extent.high));
        if (extent.selected)
            selected = extent.high;
    }
    constexpr double kSmallest = 0.002; // nats
    const double span = std::max(kSmallest, (extents.empty() ? 0.1 : best) - low);
    high = std::min(high, std::max(low + kRoom * span, selected));
    const double air = std::max(0.1 * (high - low), kSmallest);
    return {low - air, high + air, false};
}

} // namespace

double middleOf(const ContextPoint& bin) {
    // The middle of the contexts first..last of the bin; none at all has a place of its own.
    const double first = double(bin.context), last = double(std::max(bin.context, bin.contextEnd - 1));
    return last > 0 ? std::sqrt(std::max(first, 1.0) * last) : kZeroDistance;
}

double middleOf(const DifferencePoint& bin, const std::vector<ContextPoint>& bins) {
    const auto own =
        std::find_if(bins.begin(), bins.end(), [&](const ContextPoint& one) { return one.context == bin.length; });
    return own == bins.end() ? kNone : middleOf(*own);
}

CurveDot dotOf(double x, double nll, double standardError, double bitsPerByte, CurveUnit unit) {
    if (unit == CurveUnit::Perplexity)
        return {x, std::exp(nll), std::exp(nll - 2 * standardError), std::exp(nll + 2 * standardError)};
    const double error = 2 * standardError * bitsPerByte / nll; // bits per byte are nats times a factor
    return {x, bitsPerByte, bitsPerByte - error, bitsPerByte + error};
}

CurvePicture pictureOf(const CurvesResult* result, const std::vector<CurveLine>& lines, const CurveLook& look,
                       const TokenLosses& losses) {
    CurvePicture picture;
    picture.unit = look.unit;
    picture.axis = look.axis;
    for (std::size_t i = 0; i < lines.size(); ++i)
        picture.curves.push_back({i, {}});
    const bool anyB = std::any_of(lines.begin(), lines.end(), [](const CurveLine& line) { return line.isB; });
    if (look.unit == CurveUnit::Difference && !anyB) {
        picture.hint = tr("Choose B in the list of variants (key B): the difference from it is drawn here.");
        return picture;
    }
    if (look.axis == CurveAxis::Token) {
        drawTokens(lines, losses, picture);
        return picture;
    }
    picture.hint = tr("The curves appear here after the first window of a sweep.");
    if (result == nullptr)
        return picture;
    adaptUnit(*result, lines, picture);
    drawCurves(*result, lines, picture);
    if (look.axis == CurveAxis::Context && result->plan.protocol != Protocol::OnePass)
        picture.hint = tr("Loss by context is measured by one pass: choose it under Measure.");
    else if (picture.unit == CurveUnit::BitsPerByte &&
             std::any_of(result->curves.begin(), result->curves.end(), isMeasured))
        picture.hint = tr("Token ids without letters have no bytes.");
    else if (picture.unit == CurveUnit::Difference)
        picture.hint =
            tr("The difference from B appears here once a second visible variant is measured on the same tokens.");
    return picture;
}

ValueRange rangeOf(const CurvePicture& picture, const std::vector<CurveLine>& lines, std::optional<bool> logarithmic) {
    std::vector<Extent> extents = extentsOf(picture, lines);
    if (picture.unit == CurveUnit::Difference)
        return differenceRange(extents);
    if (extents.empty())
        return {10, 1000, logarithmic.value_or(false)};
    std::sort(extents.begin(), extents.end(), [](const Extent& a, const Extent& b) { return a.low < b.low; });
    const double low = extents.front().low;
    double best = extents.front().high, worst = best, start = low;
    const auto good = std::size_t(std::ceil(kGoodShare * double(extents.size())));
    for (std::size_t i = 0; i < extents.size(); ++i) {
        best = std::min(best, extents[i].high);
        worst = std::max(worst, extents[i].high);
        if (i < good && extents[i].low < kFar * low)
            start = extents[i].low;
    }
    const double span = std::max(best - low, kSmallestSpan * low);
    const double cap = std::max(low + kRoom * span, start + 0.25 * (start - low));
    const bool log = logarithmic.value_or(std::max(best, std::min(worst, cap)) > kLogSpan * low);
    if (log) {
        const double top = std::min(worst, std::max({cap, kLogRoom * low}));
        const double air = std::pow(std::max(top / low, 1.05), 0.07);
        return {low / air, top * air, true};
    }
    const double top = std::min(worst, cap);
    const double air = std::max(0.08 * (top - low), 0.5 * kSmallestSpan * top);
    return {std::max(0.0, low - air), top + air, false};
}

} // namespace slopescope::ui
