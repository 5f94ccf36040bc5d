// The kernels alone, on random numbers.
#include "app/slopescope-cli/bench.h"
#include "app/slopescope-cli/stopwatch.h"

#include "core/attention/attention.h"
#include "core/model/decoder.h"
#include "core/positions/slopes.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>

#include <cmath>

namespace slopescope::cli {
namespace {

constexpr std::uint64_t kSeed = 1;

struct Variant {
    std::string name;
    std::int64_t keyHeads;
    AttentionSettings settings;
};

at::Tensor randomNormal(const std::vector<std::int64_t>& shape, std::uint64_t seed) {
    at::Generator random = at::make_generator<at::CPUGeneratorImpl>(seed);
    return at::empty(shape, at::kFloat).normal_(0, 1, random);
}

AttentionSettings plain(const BenchOptions& o) {
    AttentionSettings settings;
    settings.scale = 1 / std::sqrt(double(o.headDim));
    return settings;
}

AttentionSettings alibi(const BenchOptions& o, std::int64_t heads, double tolerance) {
    AttentionSettings settings = plain(o);
    const SlopeSet slopes = paperSlopes(int(o.heads));
    settings.bias.slopes = at::tensor(at::ArrayRef<double>(slopes), at::kDouble).to(at::kFloat).narrow(0, 0, heads);
    settings.tolerance = tolerance;
    return settings;
}

AttentionSettings windowed(const BenchOptions& o) {
    AttentionSettings settings = plain(o);
    settings.window = o.window;
    return settings;
}

std::vector<BenchRow> race(const BenchOptions& o, const std::vector<Variant>& variants, const Job& job) {
    std::vector<BenchRow> rows;
    for (const std::int64_t length : o.lengths) {
        const auto inputs = [&](std::int64_t heads, std::uint64_t seed) {
            return randomNormal({1, length, heads, o.headDim}, seed);
        };
        const at::Tensor q = inputs(o.heads, kSeed);
        std::vector<Contender> contenders;
        std::vector<kernels::Visited> visited(variants.size());
        for (std::size_t i = 0; i < variants.size(); ++i) {
            const Variant& variant = variants[i];
            const at::Tensor k = inputs(variant.keyHeads, kSeed + 1), v = inputs(variant.keyHeads, kSeed + 2);
            contenders.push_back(
                {variant.name, [&, i, k, v] { visited[i] = attend(q, k, v, variants[i].settings, job).visited; }});
        }
        race(contenders, int(o.rounds), job);
        for (std::size_t i = 0; i < variants.size(); ++i) {
            const Variant& variant = variants[i];
            const auto bytes = peakBytes([&] {
                attend(inputs(o.heads, kSeed), inputs(variant.keyHeads, kSeed + 1), inputs(variant.keyHeads, kSeed + 2),
                       variant.settings, job);
            });
            rows.push_back({variant.name, length, contenders[i].seconds, visited[i].fraction(), bytes, {}});
        }
    }
    return rows;
}

} // namespace

std::vector<BenchRow> benchAttention(const BenchOptions& o, const Job& job) {
    AttentionSettings table = plain(o);
    table.bias.table = randomNormal({o.heads, 128}, kSeed + 3);
    return race(o,
                {{"no bias", o.heads, plain(o)},
                 {"ALiBi, every block", o.heads, alibi(o, o.heads, 0)},
                 {"ALiBi, blocks that matter", o.heads, alibi(o, o.heads, AttentionOverride::kDefaultTolerance)},
                 {"table of 128 distances", o.heads, table},
                 {"window of " + std::to_string(o.window), o.heads, windowed(o)}},
                job);
}

std::vector<BenchRow> benchSharing(const BenchOptions& o, const Job& job) {
    const std::int64_t groups = o.heads % 4 == 0 ? o.heads / 4 : 1;
    std::vector<Variant> variants{{"full attention", o.heads, plain(o)},
                                  {"window of " + std::to_string(o.window), o.heads, windowed(o)}};
    if (groups > 1)
        variants.push_back({"grouped-query, " + std::to_string(groups) + " key heads", groups, plain(o)});
    variants.push_back({"multi-query", 1, plain(o)});
    return race(o, variants, job);
}

std::vector<BenchRow> benchMap(const BenchOptions& o, const Job& job) {
    using kernels::Pooling, kernels::Stage;
    struct Picture {
        std::string name;
        AttentionSettings settings;
        Stage stage;
        Pooling pooling;
    };
    const double tolerance = AttentionOverride::kDefaultTolerance;
    const std::vector<Picture> pictures{
        {"probability, no bias", plain(o), Stage::Probability, Pooling::Mean},
        {"probability, ALiBi 1/2", alibi(o, 1, tolerance), Stage::Probability, Pooling::Mean},
        {"probability, ALiBi 1/2, max", alibi(o, 1, tolerance), Stage::Probability, Pooling::Max},
        {"score", plain(o), Stage::Score, Pooling::Mean},
        {"bias", alibi(o, 1, tolerance), Stage::Bias, Pooling::Mean}};
    std::vector<BenchRow> rows;
    for (const std::int64_t length : o.lengths) {
        const at::Tensor q = randomNormal({length, o.headDim}, kSeed), k = randomNormal({length, o.headDim}, kSeed + 1);
        const std::int64_t pixels = std::min<std::int64_t>(o.pixels, length);
        std::vector<Contender> contenders;
        std::vector<kernels::Visited> visited(pictures.size());
        for (std::size_t i = 0; i < pictures.size(); ++i)
            contenders.push_back({pictures[i].name, [&, i] {
                                      const Picture& p = pictures[i];
                                      const MapCells view{0, length, 0, length, pixels, pixels, p.stage, p.pooling};
                                      visited[i] = attentionMap({q, k, p.settings, {}}, view, job).visited;
                                  }});
        race(contenders, int(o.rounds), job);
        for (std::size_t i = 0; i < pictures.size(); ++i)
            rows.push_back({pictures[i].name,
                            length,
                            contenders[i].seconds,
                            visited[i].fraction(),
                            peakBytes(contenders[i].work),
                            {}});
    }
    return rows;
}

} // namespace slopescope::cli
