#include "core/study/head_pictures.h"

#include "core/base/error.h"
#include "core/study/distance_profile.h"

#include <algorithm>
#include <chrono>
#include <cmath>

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
    const HeadView head = forward.head(r.head.layer, r.head.head, r.slopes, r.length);
    const Viewport& v = r.viewport;
    const double slope = slopeOf(head);
    const Freshness fresh = freshness(forward, r.head.layer, r.slopes);
    const auto result = [&](Freshness state, const std::function<MapPixels()>& draw) {
        const auto begin = std::chrono::steady_clock::now();
        MapPixels pixels = draw();
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        return MapResult{r.head, r.length, r.stage, r.pooling, {v, std::move(pixels.values)}, state,
                         pixels.visited.fraction(), seconds, head.q.device().is_cpu() ? kernelName(head.q.size(1)) : "cuda"};
    };
    const MapSubject subject{forward.revision(r.head.layer), r.head, r.length, slope, r.stage, r.pooling};
    const std::int64_t sampling = draft && r.pooling == Pooling::Mean && !cache.holds(subject, v)
                                      ? draftSampling(workOf(v, r.stage, slope, r.length, head.q.size(1)), v, r.stage, head)
                                      : 1;
    if (sampling > 1)
        draft(result(fresh == Freshness::Exact ? Freshness::Draft : fresh, [&] {
            return attentionMap(
                head, {v.queryBegin, v.queryEnd, v.keyBegin, v.keyEnd, v.rows, v.columns, r.stage, r.pooling, sampling},
                job);
        }));
    return result(fresh, [&] { return cache.draw(subject, head, v, job); });
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
            views.push_back(forward.head(layer, head, r.slopes, r.length));
            work += workOf(whole, r.stage, slopeOf(views.back()), r.length, config.headDim);
        }
    const auto drawn = [&](std::int64_t sampling) {
        const auto begin = std::chrono::steady_clock::now();
        ThumbnailsResult result;
        result.length = r.length;
        result.layers = layers;
        result.heads = heads;
        result.freshness = freshness(forward, layers - 1, r.slopes);
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
    const HeadView head = forward.head(r.head.layer, r.head.head, r.slopes, r.length);
    const std::vector<std::int64_t> edges = distanceBinEdges(r.length);
    const ProfileValues values = attentionProfile(head, edges, 1, job);
    const std::vector<double> alone = massOfBiasAlone(head.settings, r.length, edges);
    ProfileResult result;
    result.head = r.head;
    result.length = r.length;
    for (std::size_t bin = 0; bin + 1 < edges.size(); ++bin)
        result.bins.push_back({edges[bin], edges[bin + 1], values.mass[bin], alone[bin]});
    result.meanDistance = values.meanDistance;
    result.medianDistance = medianDistance(edges, values.mass);
    result.entropyBits = values.entropyBits;
    result.firstKeyMass = values.firstKeysMass;
    result.diagonalMass = values.diagonalMass;
    result.freshness = freshness(forward, r.head.layer, r.slopes);
    return result;
}

CellResult readCell(const TextForward& forward, const CellRequest& r, const Job& job) {
    requireToken(r.query, r.length);
    requireToken(r.key, r.length);
    CellResult result;
    result.head = r.head;
    result.query = r.query;
    result.key = r.key;
    result.freshness = freshness(forward, r.head.layer, r.slopes);
    result.masked = r.key > r.query;
    if (result.masked)
        return result;
    const HeadView head = forward.head(r.head.layer, r.head.head, r.slopes, r.length);
    const auto one = [&](Stage stage) {
        return double(cells(head, r.query, r.query + 1, r.key, r.key + 1, stage, job).front());
    };
    const std::vector<float> row = cells(head, r.query, r.query + 1, 0, r.query + 1, Stage::Probability, job);
    const float probability = row[std::size_t(r.key)];
    result.masked = std::isnan(probability);
    if (result.masked)
        return result;
    result.score = one(Stage::Score);
    result.bias = one(Stage::Bias);
    result.probability = double(probability);
    result.rank = 1 + std::count_if(row.begin(), row.end(), [&](float other) { return other > probability; });
    return result;
}

LinksResult readLinks(const TextForward& forward, const LinksRequest& r, const Job& job) {
    requireToken(r.token, r.length);
    const HeadView head = forward.head(r.head.layer, r.head.head, r.slopes, r.length);
    LinksResult result;
    result.head = r.head;
    result.token = r.token;
    result.freshness = freshness(forward, r.head.layer, r.slopes);
    result.reads.assign(std::size_t(r.length), 0.0F);
    result.readBy.assign(std::size_t(r.length), 0.0F);
    const auto unmasked = [](float value) { return std::isnan(value) ? 0.0F : value; };
    const auto row = cells(head, r.token, r.token + 1, 0, r.token + 1, Stage::Probability, job);
    const auto column = cells(head, r.token, r.length, r.token, r.token + 1, Stage::Probability, job);
    std::transform(row.begin(), row.end(), result.reads.begin(), unmasked);
    std::transform(column.begin(), column.end(), result.readBy.begin() + std::ptrdiff_t(r.token), unmasked);
    return result;
}

} // namespace slopescope
