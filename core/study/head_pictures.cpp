#include "core/study/head_pictures.h"

#include "core/base/error.h"
#include "core/study/distance_profile.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>

namespace slopescope {
namespace {

Freshness freshness(const TextForward& forward, int layer, const SlopeTable& slopes) {
    return forward.exactAt(layer, slopes) ? Freshness::Exact : Freshness::Preview;
}

// The unpooled values of a stage over a rectangle of cells, row by row; masked cells are NaN.
std::vector<float> cells(const HeadView& head, std::int64_t queryBegin, std::int64_t queryEnd, std::int64_t keyBegin,
                         std::int64_t keyEnd, Stage stage, const Job& job) {
    const MapCells view{queryBegin,           queryEnd,          keyBegin, keyEnd,
                       queryEnd - queryBegin, keyEnd - keyBegin, stage,    Pooling::Mean};
    return attentionMap(head, view, job).values;
}

// Operations, roughly, of drawing all of a text's queries in a viewport for a head of this slope.
double workOf(const Viewport& v, Stage stage, double slope, std::int64_t length, std::int64_t headDim) {
    constexpr double kBits = 40, kLn2 = 0.6931471805599453; // what a bias takes to make a weight not matter, scores included
    const double reach = slope > 0 && stage == Stage::Probability ? kBits * kLn2 / slope : double(length);
    const auto height = double((v.queryEnd - v.queryBegin) / v.rows);
    double cells = 0;
    for (int row = 0; row < v.rows; ++row) {
        const std::int64_t query = v.queryBegin + (2 * row + 1) * (v.queryEnd - v.queryBegin) / (2 * v.rows);
        const double seen = double(std::min(v.keyEnd, query + 1) - v.keyBegin);
        cells += height * std::clamp(seen, 0.0, reach);
    }
    return 2 * cells * double(headDim + 16);
}

// How many queries one shall stand for in a draft of so much work; 1 where the exact picture is quick, or a draft would not
// be quicker: what needs no sums over keys is pooled before it is multiplied, and a device takes no samples.
std::int64_t draftSampling(double work, const Viewport& v, Stage stage, const HeadView& head) {
    constexpr double kPatience = 8e9;           // operations: some 50 ms on two cores
    constexpr std::int64_t kTallEnough = 24;    // queries of a pixel: two groups of the kernels' rows
    const std::int64_t height = (v.queryEnd - v.queryBegin) / v.rows;
    if (stage != Stage::Probability || !head.q.device().is_cpu() || height < kTallEnough || work < kPatience)
        return 1;
    return std::clamp<std::int64_t>(std::int64_t(4 * work / kPatience), 2, height);
}

double slopeOf(const HeadView& head) {
    const at::Tensor& slopes = head.settings.bias.slopes;
    return slopes.defined() ? double(slopes.data_ptr<float>()[0]) : 0;
}

void requireToken(std::int64_t token, std::int64_t length) {
    if (token < 0 || token >= length)
        throw Error("Token " + std::to_string(token) + " lies outside the " + std::to_string(length) + " tokens on view.");
}

} // namespace

MapResult drawMap(const TextForward& forward, MapCache& cache, const MapRequest& r, const Job& job,
                  const std::function<void(const MapResult&)>& draft) {
    job.check(); // what is kept is drawn without a further one
    const Viewport& v = r.viewport;
    struct Drawn {
        HeadView view;
        MapSubject subject;
        bool settled; // its slope is the one that the run has: not in a hand that moves on
    };
    std::vector<Drawn> heads;
    int highest = 0;
    const bool mayDraft = draft && r.pooling == Pooling::Mean && v.rows > 0; // a viewport that makes no sense is refused below
    double work = 0;
    bool known = true;
    for (const HeadAddress head : r.heads) {
        HeadView view = forward.head(head.layer, head.head, r.variant.slopes, r.length);
        const MapSubject subject{forward.revision(head.layer), head, r.length, slopeOf(view), r.stage, r.pooling};
        const bool settled = view.lse.defined();
        highest = std::max(highest, head.layer);
        if (mayDraft)
            work += workOf(v, r.stage, subject.slope, r.length, view.q.size(1));
        known = known && cache.holds(subject, v);
        heads.push_back({std::move(view), subject, settled});
    }
    const Freshness fresh = freshness(forward, highest, r.variant.slopes);
    const at::Tensor& q = heads.front().view.q;
    const auto result = [&](Freshness state, const std::function<MapPixels(const Drawn&)>& draw) {
        const auto begin = std::chrono::steady_clock::now();
        MapPixels mean = draw(heads.front());
        for (std::size_t i = 1; i < heads.size(); ++i) {
            const MapPixels more = draw(heads[i]);
            std::transform(mean.values.begin(), mean.values.end(), more.values.begin(), mean.values.begin(), std::plus());
            mean.visited.computed += more.visited.computed;
            mean.visited.dense += more.visited.dense;
        }
        if (heads.size() > 1)
            for (float& value : mean.values)
                value /= float(heads.size());
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        return MapResult{r.variant, r.length, r.heads, r.stage, r.pooling, {v, std::move(mean.values)}, state,
                         mean.visited.fraction(), seconds, q.device().is_cpu() ? kernelName(q.size(1)) : "cuda"};
    };
    const std::int64_t sampling = mayDraft && !known ? draftSampling(work, v, r.stage, heads.front().view) : 1;
    if (sampling > 1)
        draft(result(fresh == Freshness::Exact ? Freshness::Draft : fresh, [&](const Drawn& head) {
            return attentionMap(
                head.view, {v.queryBegin, v.queryEnd, v.keyBegin, v.keyEnd, v.rows, v.columns, r.stage, r.pooling, sampling},
                job);
        }));
    return result(fresh, [&](const Drawn& head) { return cache.draw(head.subject, head.view, v, job, head.settled); });
}

ThumbnailsResult drawThumbnails(const TextForward& forward, const ThumbnailsRequest& r, const Job& job,
                                const std::function<void(const ThumbnailsResult&)>& draft) {
    const DecoderConfig& config = forward.decoder().config();
    const int layers = int(config.layers), heads = int(config.heads);
    const int pixels = int(std::clamp<std::int64_t>(r.pixels, 1, r.length));
    const Viewport whole{0, r.length, 0, r.length, pixels, pixels};
    std::vector<HeadView> views;
    double work = 0;
    for (int layer = 0; layer < layers; ++layer)
        for (int head = 0; head < heads; ++head) {
            views.push_back(forward.head(layer, head, r.variant.slopes, r.length));
            work += workOf(whole, r.stage, slopeOf(views.back()), r.length, config.headDim);
        }
    const auto drawn = [&](std::int64_t sampling) {
        const auto begin = std::chrono::steady_clock::now();
        ThumbnailsResult result;
        result.variant = r.variant;
        result.length = r.length;
        result.stage = r.stage;
        result.layers = layers;
        result.heads = heads;
        result.freshness = freshness(forward, layers - 1, r.variant.slopes);
        if (sampling > 1 && result.freshness == Freshness::Exact)
            result.freshness = Freshness::Draft;
        for (const HeadView& head : views) {
            job.check();
            const MapCells view{0, r.length, 0, r.length, pixels, pixels, r.stage, Pooling::Mean, sampling};
            result.pictures.push_back({whole, attentionMap(head, view, job).values});
        }
        result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        return result;
    };
    if (const std::int64_t sampling = draft ? draftSampling(work, whole, r.stage, views.front()) : 1; sampling > 1)
        draft(drawn(sampling));
    return drawn(1);
}

ProfileResult measureProfile(const TextForward& forward, const ProfileRequest& r, const Job& job) {
    const std::vector<std::int64_t> edges = distanceBinEdges(r.length);
    const double share = 1 / double(r.heads.size());
    ProfileResult result;
    result.variant = r.variant;
    result.heads = r.heads;
    result.length = r.length;
    for (std::size_t bin = 0; bin + 1 < edges.size(); ++bin)
        result.bins.push_back({edges[bin], edges[bin + 1], 0, 0});
    int highest = 0;
    for (const HeadAddress address : r.heads) {
        const HeadView head = forward.head(address.layer, address.head, r.variant.slopes, r.length);
        const ProfileValues values = attentionProfile(head, edges, 1, job);
        const std::vector<double> alone = massOfBiasAlone(head.settings, r.length, edges);
        for (std::size_t bin = 0; bin < result.bins.size(); ++bin) {
            result.bins[bin].mass += share * values.mass[bin];
            result.bins[bin].biasOnly += share * alone[bin];
        }
        result.meanDistance += share * values.meanDistance;
        result.entropyBits += share * values.entropyBits;
        result.firstKeyMass += share * values.firstKeysMass;
        result.diagonalMass += share * values.diagonalMass;
        highest = std::max(highest, address.layer);
    }
    std::vector<double> mass;
    for (const ProfileResult::Bin& bin : result.bins)
        mass.push_back(bin.mass);
    result.medianDistance = medianDistance(edges, mass);
    result.freshness = freshness(forward, highest, r.variant.slopes);
    return result;
}

CellResult readCell(const TextForward& forward, const CellRequest& r, const Job& job) {
    requireToken(r.query, r.length);
    requireToken(r.key, r.length);
    CellResult result;
    result.variant = r.variant;
    result.length = r.length;
    result.head = r.head;
    result.query = r.query;
    result.key = r.key;
    result.freshness = freshness(forward, r.head.layer, r.variant.slopes);
    result.masked = r.key > r.query;
    if (result.masked)
        return result;
    const HeadView head = forward.head(r.head.layer, r.head.head, r.variant.slopes, r.length);
    const auto one = [&](Stage stage) {
        return double(cells(head, r.query, r.query + 1, r.key, r.key + 1, stage, job).front());
    };
    // The whole row of biased scores: the map's own probabilities are 0 where a block could be skipped.
    const std::vector<float> row = cells(head, r.query, r.query + 1, 0, r.query + 1, Stage::Sum, job);
    const float sum = row[std::size_t(r.key)];
    result.masked = std::isnan(sum);
    if (result.masked)
        return result;
    const at::Tensor& sink = head.settings.sinkLogits; // one more key
    double all = sink.defined() ? std::exp(double(sink.data_ptr<float>()[0]) - double(sum)) : 0;
    for (const float other : row)
        if (!std::isnan(other))
            all += std::exp(double(other) - double(sum));
    result.score = one(Stage::Score);
    result.bias = one(Stage::Bias);
    result.probability = 1 / all;
    result.rank = 1 + std::count_if(row.begin(), row.end(), [&](float other) { return other > sum; });
    return result;
}

LinksResult readLinks(const TextForward& forward, const LinksRequest& r, const Job& job) {
    requireToken(r.token, r.length);
    const HeadView head = forward.head(r.head.layer, r.head.head, r.variant.slopes, r.length);
    LinksResult result;
    result.variant = r.variant;
    result.length = r.length;
    result.head = r.head;
    result.token = r.token;
    result.freshness = freshness(forward, r.head.layer, r.variant.slopes);
    result.reads.assign(std::size_t(r.length), 0.0F);
    result.readBy.assign(std::size_t(r.length), 0.0F);
    const auto unmasked = [](float value) { return std::isnan(value) ? 0.0F : value; };
    const auto row = cells(head, r.token, r.token + 1, 0, r.token + 1, Stage::Probability, job);
    const auto column = cells(head, r.token, r.length, r.token, r.token + 1, Stage::Probability, job);
    std::transform(row.begin(), row.end(), result.reads.begin(), unmasked);
    std::transform(column.begin(), column.end(), result.readBy.begin() + std::ptrdiff_t(r.token), unmasked);
    return result;
}

TokenLossResult readLosses(const TextForward& forward, const TokenLossRequest& r, const Job& job) {
    return {r.variant, r.length, forward.losses(r.length, job)};
}

} // namespace slopescope
