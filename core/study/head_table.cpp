#include "core/study/head_table.h"

#include "core/attention/repeats.h"
#include "core/study/distance_profile.h"
#include "core/study/scored_windows.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <string>
#include <utility>

namespace slopescope {
namespace {

constexpr std::int64_t kProbePeriod = 64;
constexpr int kProbes = 4;

std::vector<std::int64_t> withNearEdges(std::vector<std::int64_t> edges) {
    const std::int64_t length = edges.back();
    for (const std::int64_t near : kNearDistances)
        if (near + 1 < length)
            edges.push_back(near + 1);
    std::sort(edges.begin(), edges.end());
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    return edges;
}

// Mass at the distances [from, to), both of them edges or past the last.
double massBetween(std::span<const std::int64_t> edges, std::span<const double> mass, std::int64_t from,
                   std::int64_t to) {
    double sum = 0;
    for (std::size_t bin = 0; bin < mass.size(); ++bin)
        if (edges[bin] >= from && edges[bin + 1] <= to)
            sum += mass[bin];
    return sum;
}

double slopeOf(const HeadView& view) {
    const at::Tensor& slopes = view.settings.bias.slopes;
    return slopes.defined() ? double(slopes.data_ptr<float>()[0]) : HeadRow::kNone;
}

// Fills in what the head does on the text.
void measureOnText(const HeadView& view, std::span<const std::int64_t> previous, const Job& job, HeadRow& row) {
    const std::int64_t length = view.q.size(0);
    const std::vector<std::int64_t> shown = distanceBinEdges(length), edges = withNearEdges(shown);
    const ProfileValues profile = attentionProfile(view, edges, 1, job);
    std::vector<double> mass; // of the bins that a profile is shown in, whose median this is
    for (std::size_t bin = 0; bin + 1 < shown.size(); ++bin)
        mass.push_back(massBetween(edges, profile.mass, shown[bin], shown[bin + 1]));
    row.entropyBits = profile.entropyBits;
    row.meanDistance = profile.meanDistance;
    row.medianDistance = medianDistance(shown, mass);
    for (std::size_t i = 0; i < kNearDistances.size(); ++i)
        row.within[i] = massBetween(edges, profile.mass, 0, kNearDistances[i] + 1);
    row.firstKey = profile.firstKeysMass;
    row.self = profile.diagonalMass;
    if (length > 1)
        row.previousToken = massBetween(edges, profile.mass, 1, 2) * double(length) / double(length - 1);
    if (profile.visited.dense > 0)
        row.skipped = 1 - profile.visited.fraction();
    const kernels::RepeatedTokensMass repeats = repeatedTokensMass(view, previous, job);
    if (repeats.queries > 0) {
        row.duplicate = repeats.duplicate;
        row.induction = repeats.induction;
    }
}

// A decoder that is owned elsewhere, as TextForward wants it.
std::shared_ptr<const Decoder> borrowed(const Decoder& decoder) {
    return {std::shared_ptr<const Decoder>(), &decoder};
}

struct Probe {
    TextForward forward;
    std::vector<std::int64_t> previous;
};

std::int64_t probePeriod(const DecoderConfig& config) {
    std::int64_t period = std::min(kProbePeriod, config.vocabulary);
    if (const auto longest = config.longestLength())
        period = std::min(period, *longest / 2);
    return period < 2 ? 0 : period;
}

std::vector<Probe> runProbes(const Decoder& decoder, const SlopeTable& slopes, std::int64_t period, const Job& job) {
    std::vector<Probe> probes;
    for (int seed = 1; period > 0 && seed <= kProbes; ++seed) {
        const auto ids = std::make_shared<const std::vector<std::int32_t>>(
            repeatedRandomTokens(decoder.config().vocabulary, period, std::uint64_t(seed)));
        probes.push_back({TextForward(borrowed(decoder), ids), kernels::previousPositions(*ids)});
        probes.back().forward.run(slopes, 2 * period, job);
    }
    return probes;
}

} // namespace

std::vector<std::int32_t> repeatedRandomTokens(std::int64_t vocabulary, std::int64_t period, std::uint64_t seed) {
    std::vector<std::int32_t> ids(static_cast<std::size_t>(vocabulary));
    std::iota(ids.begin(), ids.end(), 0);
    shuffle(ids, seed);
    ids.resize(static_cast<std::size_t>(period));
    std::vector<std::int32_t> twice = ids;
    twice.insert(twice.end(), ids.begin(), ids.end());
    return twice;
}

HeadTableResult measureHeads(const TextForward& forward, std::span<const std::int32_t> ids, const HeadTableRequest& r,
                             const Job& job, const std::function<void(const HeadTableResult&)>& update) {
    const DecoderConfig& config = forward.decoder().config();
    HeadTableResult result;
    result.variant = r.variant;
    result.length = r.length;
    result.layers = int(config.layers);
    result.heads = int(config.heads);
    result.probePeriod = probePeriod(config);
    const SlopeTable& slopes = r.variant.slopes;
    const std::vector<std::int64_t> previous = kernels::previousPositions(ids.first(std::size_t(r.length)));
    const std::vector<Probe> probes = runProbes(forward.decoder(), slopes, result.probePeriod, job);
    for (int layer = 0; layer < result.layers; ++layer) {
        job.report(double(layer) / double(result.layers), "Heads of layer " + std::to_string(layer));
        for (int head = 0; head < result.heads; ++head) {
            job.check();
            HeadRow row{.head = {layer, head}};
            const HeadView view = forward.head(layer, head, slopes, r.length);
            row.slope = slopeOf(view);
            measureOnText(view, previous, job, row);
            if (!probes.empty())
                row.probeDuplicate = row.probeInduction = 0;
            for (const Probe& probe : probes) {
                const kernels::RepeatedTokensMass mass = repeatedTokensMass(
                    probe.forward.head(layer, head, slopes, 2 * result.probePeriod), probe.previous, job);
                row.probeDuplicate += mass.duplicate / double(probes.size());
                row.probeInduction += mass.induction / double(probes.size());
            }
            result.rows.push_back(row);
        }
        result.complete = layer + 1 == result.layers;
        if (update && !result.complete)
            update(result);
    }
    return result;
}

} // namespace slopescope
