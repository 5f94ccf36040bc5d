#include "core/study/length_curve.h"

#include "core/base/error.h"
#include "core/study/running_mean.h"
#include "core/study/scored_windows.h"
#include "core/study/shared_runs.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

namespace slopescope {
namespace {

using Clock = std::chrono::steady_clock;
using Update = std::function<void(const CurveResult&)>;

constexpr std::int64_t kLongestLength = std::int64_t(1) << 40; // past any text; sums of two stay far from overflow
constexpr std::int64_t kBatchTokens = 4096; // short windows run together up to so many tokens
constexpr std::int64_t kFirstAnswer = 512;  // tokens of a long first window that are measured, and shown, before the rest

double secondsSince(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::string grouped(std::int64_t n) {
    std::string digits = std::to_string(n);
    for (auto i = std::ssize(digits) - 3; i > 0; i -= 3)
        digits.insert(std::size_t(i), ",");
    return digits;
}

void checkRequest(const CurveRequest& r) {
    if (r.lengths.empty())
        throw Error("A curve needs at least one length.");
    if (r.lengths.front() < 1 || !std::is_sorted(r.lengths.begin(), r.lengths.end()) ||
        std::adjacent_find(r.lengths.begin(), r.lengths.end()) != r.lengths.end())
        throw Error("The lengths of a curve must be different, ascending and at least 1.");
    if (r.lengths.back() > kLongestLength)
        throw Error("The lengths of a curve end at " + grouped(kLongestLength) + ".");
    if ((r.protocol == Protocol::Sliding || r.protocol == Protocol::HuggingFace) && r.stride < 1)
        throw Error("This protocol needs a stride of at least 1.");
    if (r.window < 0 || r.maxTokens < 0)
        throw Error("An attention window and a number of tokens cannot be negative.");
}

// Why a length cannot be measured; empty if it can.
std::string whyNot(const Decoder& decoder, std::int64_t tokens, const CurveRequest& r, std::int64_t length) {
    // Positions of the model that the longest window needs: those protocols never feed a window's last token.
    const bool predictsInside = r.protocol == Protocol::HuggingFace || r.protocol == Protocol::LlamaCpp;
    const std::int64_t inputs = predictsInside ? length - 1 : length;
    if (const auto longest = decoder.config().longestLength(); longest && inputs > *longest)
        return "learned positions end at " + grouped(*longest);
    const std::int64_t needed = r.protocol == Protocol::LlamaCpp ? 2 * length : predictsInside ? 2 : length + 1;
    if (tokens < needed)
        return "the text has only " + grouped(tokens) + " tokens";
    if (inputs < 1 || (r.protocol == Protocol::LlamaCpp && length < 3))
        return "nothing to predict in so short a window";
    if (r.stride > length && (r.protocol == Protocol::Sliding || r.protocol == Protocol::HuggingFace))
        return "the stride of " + grouped(r.stride) + " is longer than the window";
    return {};
}

AttentionOverride overrideOf(const CurveRequest& r) {
    AttentionOverride change;
    change.slopes = r.slopes;
    change.window = r.window;
    return change;
}

CurveResult emptyCurve(const Decoder& decoder, std::int64_t tokens, const CurveRequest& r) {
    CurveResult curve;
    curve.protocol = r.protocol;
    curve.stride = r.stride;
    bool any = false;
    for (const std::int64_t length : r.lengths) {
        CurvePoint point;
        point.length = length;
        point.unavailable = whyNot(decoder, tokens, r, length);
        any = any || point.unavailable.empty();
        curve.points.push_back(point);
    }
    if (!any)
        throw Error("No length of this curve can be measured: " + curve.points.front().unavailable + ".");
    return curve;
}

void setPoint(CurvePoint& point, const RunningMean& mean, double overlap, std::int64_t tokens, double seconds) {
    point.nll = mean.mean();
    point.perplexity = std::exp(point.nll);
    point.standardError = mean.standardError(overlap);
    point.tokens = tokens;
    point.seconds = seconds;
}

// Bins of context for the curve "loss with exactly c tokens": single up to 8, then four an octave.
std::vector<std::int64_t> contextEdges(std::int64_t length) {
    std::vector<std::int64_t> edges;
    for (double edge = 1; std::int64_t(edge) <= length; edge = edge < 8 ? edge + 1 : edge * std::pow(2.0, 0.25))
        if (edges.empty() || std::int64_t(edge) > edges.back())
            edges.push_back(std::int64_t(edge));
    edges.push_back(length + 1);
    return edges;
}

// The running means of one pass, by length and by context.
class OnePassMeans {
public:
    OnePassMeans(const std::vector<CurvePoint>& points, std::int64_t longest)
        : m_hop(onePassHop(longest)), m_edges(contextEdges(longest)), m_byLength(points.size()),
          m_byContext(m_edges.size() - 1) {
        for (const CurvePoint& point : points)
            m_lengths.push_back(point.length);
    }

    // The losses of one window, or of as much of its beginning as there is: those serve the lengths and contexts they reach.
    void add(std::span<const float> loss) {
        std::vector<double> sum(loss.size() + 1);
        for (std::size_t i = 0; i < loss.size(); ++i)
            sum[i + 1] = sum[i] + double(loss[i]);
        for (std::size_t i = 0; i < m_lengths.size() && m_lengths[i] <= std::ssize(loss); ++i)
            m_byLength[i].add(sum[std::size_t(m_lengths[i])] / double(m_lengths[i]), double(m_lengths[i]));
        for (std::size_t b = 0; b + 1 < m_edges.size() && m_edges[b + 1] - 1 <= std::ssize(loss); ++b) {
            // The prediction at position p has p + 1 tokens of context.
            const auto from = std::size_t(m_edges[b] - 1), to = std::size_t(m_edges[b + 1] - 1);
            m_byContext[b].add((sum[to] - sum[from]) / double(to - from), double(to - from));
        }
    }

    void show(CurveResult& curve, double seconds) const {
        for (std::size_t i = 0; i < curve.points.size(); ++i)
            if (const RunningMean& mean = m_byLength[i]; mean.count() > 0)
                setPoint(curve.points[i], mean, double(m_lengths[i]) / double(m_hop), m_lengths[i] * mean.count(), seconds);
        curve.context.clear();
        for (std::size_t b = 0; b < m_byContext.size(); ++b)
            if (const RunningMean& mean = m_byContext[b]; mean.count() > 0)
                curve.context.push_back({m_edges[b], m_edges[b + 1], mean.mean(), mean.standardError()});
    }

private:
    std::int64_t m_hop;
    std::vector<std::int64_t> m_edges, m_lengths;
    std::vector<RunningMean> m_byLength, m_byContext;
};

CurveResult onePass(const Decoder& decoder, std::span<const std::int32_t> ids, const CurveRequest& r, const Job& job,
                    const Update& update) {
    CurveResult curve = emptyCurve(decoder, std::ssize(ids), r);
    std::int64_t longest = 0;
    for (const CurvePoint& point : curve.points)
        if (point.unavailable.empty())
            longest = point.length;
    std::vector<ScoredWindow> windows = onePassWindows(std::ssize(ids), longest, r.seed);
    if (r.maxTokens > 0 && std::ssize(windows) * longest > r.maxTokens)
        windows.resize(std::size_t(std::max<std::int64_t>(1, r.maxTokens / longest)));
    curve.windowsTotal = std::ssize(windows);

    const auto begin = Clock::now();
    const auto losses = [&](const ScoredWindow& window, std::int64_t inputs) {
        return windowLosses(decoder, ids, {&window.start, 1}, inputs, overrideOf(r), job);
    };
    if (update && longest >= 2 * kFirstAnswer && decoder.config().sameAt(kFirstAnswer, longest)) {
        // The beginning of the first window alone, so that the curve starts at once; the whole window replaces it.
        OnePassMeans means(curve.points, longest);
        means.add(losses(windows.front(), kFirstAnswer));
        CurveResult started = curve;
        means.show(started, secondsSince(begin));
        update(started);
    }
    OnePassMeans means(curve.points, longest);
    for (const ScoredWindow& window : windows) {
        job.report(double(curve.windowsDone) / double(curve.windowsTotal),
                   "Window " + std::to_string(curve.windowsDone + 1) + " of " + std::to_string(curve.windowsTotal));
        means.add(losses(window, longest));
        ++curve.windowsDone;
        curve.tokens += longest;
        means.show(curve, secondsSince(begin));
        curve.complete = curve.windowsDone == curve.windowsTotal;
        if (update)
            update(curve);
    }
    return curve;
}

std::vector<ScoredWindow> windowsOf(const CurveRequest& r, std::int64_t tokens, std::int64_t common,
                                    std::int64_t length) {
    switch (r.protocol) {
    case Protocol::OnePass:
        break;
    case Protocol::NonOverlapping:
        return nonOverlappingWindows(common, length);
    case Protocol::Sliding:
        return slidingWindows(tokens, length, r.stride);
    case Protocol::HuggingFace:
        return huggingFaceWindows(tokens, length, r.stride);
    case Protocol::LlamaCpp:
        return llamaCppWindows(tokens, length);
    }
    return {};
}

// How many of the runs from `first` on go through the model together: of one size, up to so many tokens.
std::size_t batchOf(const std::vector<SharedRun>& runs, std::size_t first) {
    std::size_t count = 1;
    const std::int64_t inputs = runs[first].inputs;
    while (first + count < runs.size() && runs[first + count].inputs == inputs &&
           std::int64_t(count + 1) * inputs <= kBatchTokens)
        ++count;
    return count;
}

// The protocols that cut the text for each length on its own.
CurveResult lengthByLength(const Decoder& decoder, std::span<const std::int32_t> ids, const CurveRequest& r,
                           const Job& job, const Update& update) {
    if (r.maxTokens > 0 && std::ssize(ids) > r.maxTokens)
        ids = ids.first(std::size_t(r.maxTokens));
    const std::int64_t tokens = std::ssize(ids);
    CurveResult curve = emptyCurve(decoder, tokens, r);
    std::int64_t longest = 0;
    for (const CurvePoint& point : curve.points)
        if (point.unavailable.empty())
            longest = point.length;
    const std::int64_t common = (tokens - 1) / longest * longest;

    std::vector<std::vector<ScoredWindow>> windows;
    for (const CurvePoint& point : curve.points) {
        windows.push_back(point.unavailable.empty() ? windowsOf(r, tokens, common, point.length)
                                                    : std::vector<ScoredWindow>{});
        curve.windowsTotal += std::ssize(windows.back());
    }
    const std::vector<SharedRun> runs = sharedRuns(windows, decoder.config().sameAt(1, longest));
    std::vector<RunningMean> means(windows.size());
    std::vector<std::int64_t> scored(windows.size());
    const auto begin = Clock::now();
    for (std::size_t first = 0; first < runs.size();) {
        const std::size_t count = batchOf(runs, first);
        const std::int64_t inputs = runs[first].inputs;
        std::vector<std::int64_t> starts;
        for (std::size_t i = 0; i < count; ++i)
            starts.push_back(runs[first + i].start);
        job.report(double(curve.windowsDone) / double(curve.windowsTotal),
                   "Window " + grouped(curve.windowsDone + 1) + " of " + grouped(curve.windowsTotal));
        const std::vector<float> loss = windowLosses(decoder, ids, starts, inputs, overrideOf(r), job);
        for (std::size_t i = 0; i < count; ++i)
            for (const auto& [length, window] : runs[first + i].windows) {
                const auto row = loss.begin() + std::ptrdiff_t(i) * inputs;
                const double sum = std::accumulate(row + window.from, row + window.inputs, 0.0);
                means[length].add(sum / double(window.scored()), double(window.scored()) * window.weight);
                scored[length] += window.scored();
                ++curve.windowsDone;
            }
        first += count;
        curve.tokens += std::int64_t(count) * inputs;
        for (std::size_t i = 0; i < windows.size(); ++i)
            if (means[i].count() > 0)
                setPoint(curve.points[i], means[i], 1, scored[i], secondsSince(begin));
        curve.complete = curve.windowsDone == curve.windowsTotal;
        if (update)
            update(curve);
    }
    return curve;
}

} // namespace

std::vector<float> windowLosses(const Decoder& decoder, std::span<const std::int32_t> ids,
                                std::span<const std::int64_t> starts, std::int64_t inputs,
                                const AttentionOverride& change, const Job& job) {
    std::vector<std::int32_t> input, target;
    for (const std::int64_t start : starts) {
        const auto first = ids.begin() + start;
        input.insert(input.end(), first, first + inputs);
        target.insert(target.end(), first + 1, first + 1 + inputs);
    }
    at::Tensor residual = decoder.embed(input, std::ssize(starts), 0, job);
    const auto rotary = decoder.rotaryFor(inputs, 0, job);
    for (std::int64_t layer = 0; layer < decoder.config().layers; ++layer)
        residual = decoder.runLayer(layer, residual, rotary ? &*rotary : nullptr, change, job).residual;
    const at::Tensor loss = decoder.losses(residual.flatten(0, 1), target, job);
    const float* values = loss.data_ptr<float>();
    return {values, values + loss.numel()};
}

CurveResult measureCurve(const Decoder& decoder, std::span<const std::int32_t> ids, const CurveRequest& request,
                         const Job& job, const Update& update) {
    checkRequest(request);
    const DecoderConfig& config = decoder.config();
    if (!request.slopes.empty()) {
        if (config.positions.bias != BiasKind::Linear)
            throw Error("This model's positions are " + describe(config.positions) + "; it has no slopes to change.");
        checkSlopes(request.slopes, int(config.layers), int(config.heads));
    }
    if (request.protocol == Protocol::OnePass && request.slopes.empty() &&
        !config.sameAt(1, request.lengths.back()))
        throw Error("This model's positions change with the length of the text past the one it was trained at, so that one "
                    "pass cannot measure every length; the other protocols can.");
    return request.protocol == Protocol::OnePass ? onePass(decoder, ids, request, job, update)
                                                 : lengthByLength(decoder, ids, request, job, update);
}

} // namespace slopescope
