#include "core/study/curve_tally.h"

#include "core/study/running_mean.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <tuple>

namespace slopescope {
namespace {

using Sums = std::map<std::int64_t, WindowSums>;

const WindowSums& sumsAt(const Sums& all, std::int64_t key) {
    static const WindowSums none;
    const auto found = all.find(key);
    return found == all.end() ? none : found->second;
}

// The windows of one length or context that all tallies with any of that length or context have.
class Common {
public:
    Common(Beside beside, Sums CurveTally::*sums, std::int64_t key) {
        for (const CurveTally* const tally : beside)
            if (const WindowSums& windows = sumsAt(tally->*sums, key); !windows.empty())
                m_all.push_back(&windows);
    }

    bool has(std::int64_t start) const {
        return std::all_of(m_all.begin(), m_all.end(), [&](const WindowSums* one) { return one->contains(start); });
    }

private:
    std::vector<const WindowSums*> m_all;
};

// How many windows of `length` cover a token, on average: windows that share text are not independent. Of starts in ascending
// order.
class Overlap {
public:
    explicit Overlap(std::int64_t length) : m_length(length) {}

    void add(std::int64_t start) {
        m_covered += std::min(m_length, start + m_length - m_end);
        m_end = start + m_length;
        ++m_windows;
    }

    double factor() const { return m_covered > 0 ? double(m_windows * m_length) / double(m_covered) : 1; }

private:
    std::int64_t m_length, m_windows = 0, m_covered = 0, m_end = 0;
};

struct Sum {
    RunningMean mean;
    Overlap overlap;
    std::int64_t tokens = 0, bytes = 0;
    double nll = 0;

    double bitsPerByte() const {
        return bytes > 0 ? nll / double(bytes) / std::numbers::ln2 : std::numeric_limits<double>::quiet_NaN();
    }
};

Sum sumOf(const WindowSums& windows, std::int64_t length, const Common& common) {
    Sum sum{{}, Overlap(length)};
    for (const auto& [start, window] : windows) {
        if (!common.has(start))
            continue;
        sum.mean.add(window.nll / double(window.tokens), double(window.tokens) * window.weight);
        sum.overlap.add(start);
        sum.tokens += window.tokens;
        sum.bytes += window.bytes;
        sum.nll += window.nll;
    }
    return sum;
}

void mergeSums(std::map<std::int64_t, WindowSums>& into, const std::map<std::int64_t, WindowSums>& from) {
    for (const auto& [length, windows] : from) {
        WindowSums& sums = into[length];
        for (const auto& [start, window] : windows) {
            const auto [known, added] = sums.try_emplace(start, window);
            if (!added && std::tie(known->second.run, known->second.nll) < std::tie(window.run, window.nll))
                known->second = window;
        }
    }
}

// Keeps of `into` what `from` has too, where both have anything.
void keepCommon(Sums& into, const Sums& from) {
    constexpr std::int64_t kNowhere = -1; // where no window starts: nothing in common is not the same as nothing said
    for (const auto& one : from) {
        const WindowSums& windows = one.second;
        if (windows.empty())
            continue;
        const auto [known, added] = into.try_emplace(one.first, windows);
        if (added)
            continue;
        std::erase_if(known->second, [&windows](const auto& window) { return !windows.contains(window.first); });
        if (known->second.empty())
            known->second[kNowhere] = {};
    }
}

DifferencePoint differenceOf(const WindowSums& a, const WindowSums& b, std::int64_t length, bool overlapping, const Common& common) {
    RunningMean difference, first, second;
    Overlap shared(length);
    for (const auto& [start, window] : a) {
        const auto other = b.find(start);
        if (other == b.end() || !common.has(start))
            continue;
        const double weight = double(window.tokens) * window.weight;
        const double mine = window.nll / double(window.tokens), theirs = other->second.nll / double(other->second.tokens);
        difference.add(mine - theirs, weight);
        first.add(mine, weight);
        second.add(theirs, weight);
        shared.add(start);
    }
    const double overlap = overlapping ? shared.factor() : 1;
    return {length, difference.mean(), difference.standardError(overlap),
            std::hypot(first.standardError(overlap), second.standardError(overlap)), difference.count()};
}

} // namespace

void CurveTally::merge(const CurveTally& other) {
    mergeSums(byLength, other.byLength);
    mergeSums(byContext, other.byContext);
    for (const auto& [length, spent] : other.seconds)
        seconds[length] += spent;
    tokens += other.tokens;
}

std::vector<ContextBin> contextBins(std::int64_t length) {
    std::vector<ContextBin> bins;
    std::int64_t last = 0; // context of the bin before
    for (double edge = 1; std::llround(edge) <= length; edge = edge < 8 ? edge + 1 : edge * std::pow(2.0, 0.25)) {
        const std::int64_t end = std::llround(edge);
        bins.push_back({last + 1, end + 1});
        last = end;
    }
    return bins;
}

CurveTally commonOf(Beside all) {
    CurveTally common;
    for (const CurveTally* const tally : all) {
        keepCommon(common.byLength, tally->byLength);
        keepCommon(common.byContext, tally->byContext);
    }
    return common;
}

void deriveCurve(const CurveTally& tally, Beside beside, CurveResult& curve) {
    curve.tokens = tally.tokens;
    const bool onePass = curve.protocol == Protocol::OnePass;
    for (CurvePoint& point : curve.points) {
        const Sum sum = sumOf(sumsAt(tally.byLength, point.length), point.length, {beside, &CurveTally::byLength, point.length});
        point.nll = sum.mean.mean();
        point.perplexity = std::exp(point.nll);
        point.standardError = sum.mean.standardError(onePass ? sum.overlap.factor() : 1);
        point.bitsPerByte = sum.bitsPerByte();
        point.windows = sum.mean.count();
        point.tokens = sum.tokens;
        if (const auto spent = tally.seconds.find(point.length); spent != tally.seconds.end())
            point.seconds = spent->second;
    }
    curve.context.clear();
    if (!onePass || curve.points.empty())
        return;
    for (const ContextBin& bin : contextBins(curve.points.back().length)) {
        const Sum sum = sumOf(sumsAt(tally.byContext, bin.begin), bin.end - bin.begin, {beside, &CurveTally::byContext, bin.begin});
        if (sum.mean.count() > 0)
            curve.context.push_back({bin.begin, bin.end, sum.mean.mean(), sum.mean.standardError(), sum.bitsPerByte(), sum.tokens});
    }
}

CurveDifference deriveDifference(const CurveTally& a, const CurveTally& b, Beside beside, const CurveResult& lengths) {
    CurveDifference difference;
    const bool onePass = lengths.protocol == Protocol::OnePass;
    for (const CurvePoint& point : lengths.points)
        difference.points.push_back(differenceOf(sumsAt(a.byLength, point.length), sumsAt(b.byLength, point.length), point.length,
                                                 onePass, {beside, &CurveTally::byLength, point.length}));
    if (!onePass || lengths.points.empty())
        return difference;
    for (const ContextBin& bin : contextBins(lengths.points.back().length)) {
        const DifferencePoint point = differenceOf(sumsAt(a.byContext, bin.begin), sumsAt(b.byContext, bin.begin), bin.begin, false,
                                                   {beside, &CurveTally::byContext, bin.begin});
        if (point.windows > 0)
            difference.context.push_back(point);
    }
    return difference;
}

double standardErrorAt(const CurveTally& tally, std::int64_t length) {
    const Sum sum = sumOf(sumsAt(tally.byLength, length), length, {{}, &CurveTally::byLength, length});
    return sum.mean.standardError(sum.overlap.factor());
}

} // namespace slopescope
